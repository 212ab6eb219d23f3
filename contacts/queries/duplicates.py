"""Which organisations somebody about to be added may already be. Only those the actor sees are told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import F, FloatField, Func, Q, TextField, Value
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rapidfuzz.distance import OSA

from accounts.actors import Actor
from contacts.models import Organisation
from contacts.rules.clues import compare, detail_clues, organisation_clues
from contacts.rules.names import ALIKE, plain_name
from contacts.rules.phones import one_phone
from lib.candidates import among_candidates, nearest_of
from lib.domains import plain_email
from lib.fold import fold, latin

COMPARED: Final = 60
SHOWN: Final = 5
NEAR: Final = 0.5  # of 1, the same name: worth a look while somebody types

REASONS: Final[dict[str, str | Promise]] = {
    "name": _("same name"),
    "alike": _("similar name"),
    "phone": _("same phone"),
    "email": _("same email"),
    "host": _("same website"),
    "address": _("same address"),
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """An organisation that may be the same: how likely (0 to 1) and why."""

    organisation: Organisation
    score: float
    reasons: list[str | Promise]
    is_strong: bool = False  # the same name but for its spelling, or the same phone, email or website


def similar_organisations(
    actor: Actor,
    *,
    name: str,
    phone: object = "",
    email: str = "",
    website: str = "",
    more: Iterable[tuple[str, str]] = (),
    exclude: UUID | None = None,
) -> list[Candidate]:
    """Organisations with the same phone, e-mail or website or much the same name, the likeliest first.

    `more` are further phones and addresses as (channel, value), as they are kept. Whatever
    script either name is written in: one statement.
    """
    clues = organisation_clues(
        names=[name],
        phone=one_phone(str(phone), settings.PHONENUMBER_DEFAULT_REGION) or "",
        email=plain_email(email),
        website=website,
        address="",
        postcode="",
    )
    clues = sorted({*clues, *detail_clues(more)})
    words, plain = latin(fold(name)), plain_name(name)
    forms = sorted({words, plain} - {""})
    ways: list[tuple[Q, Func]] = [
        (Q(folded__trigram_word_similar=form), TrigramWordSimilarity(form, F("folded"))) for form in forms
    ]
    ways += [(Q(clues__overlap=clues), _share(clues))] if clues else []
    if not ways:
        return []
    rows = Organisation.objects.visible_to(actor)
    rows = nearest_of(among_candidates(rows, similar=forms, sharing=clues), ways, COMPARED)
    if exclude:
        rows = rows.exclude(pk=exclude)
    nearest = rows.annotate(near=_share(clues) + TrigramWordSimilarity(words, F("folded")))
    found = [
        _compare(row, name, clues)
        for row in nearest.select_related("home_district").order_by("-near", "pk")[:COMPARED]
    ]
    likely = sorted((one for one in found if one.reasons), key=lambda one: -one.score)
    return likely[:SHOWN]


def _share(clues: Sequence[str]) -> Func:
    """The share of its clues that a row has in common with these, 0 to 1: a name of one rare word has few."""
    return Func(
        F("clues"),
        Value(list(clues), output_field=ArrayField(TextField())),
        template="cardinality(ARRAY(SELECT unnest(%(expressions)s))) / greatest(cardinality(clues), 1.0)",
        arg_joiner=") INTERSECT SELECT unnest(",
        output_field=FloatField(),
    )


def reasons(kinds: Iterable[str]) -> list[str | Promise]:
    """What rows that share clues of these kinds have in common, in words."""
    found = set(kinds)
    if "name" in found:
        found.discard("alike")
    return [text for kind, text in REASONS.items() if kind in found]


def _compare(row: Organisation, name: str, clues: Iterable[str]) -> Candidate:
    """Names that are near are worth a look here, though not a place on the page of duplicates."""
    shared = set(clues).intersection(row.clues)
    value, alike, kinds = compare(shared, [name], [row.name, row.short_name])
    is_strong = bool(kinds - {"address"})
    if NEAR <= alike < ALIKE:
        kinds |= {"alike"}
    letters = OSA.normalized_similarity(fold(name), fold(row.name))
    return Candidate(row, value + alike / 10 + letters / 100, reasons(kinds), is_strong)
