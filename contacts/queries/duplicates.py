"""Possible duplicates of an organisation that is about to be added, among those the actor can see."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
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
from contacts.rules.numbers import have_different_numbers, number_clues
from contacts.rules.phones import one_phone
from lib.candidates import among_candidates, nearest_of
from lib.domains import plain_email
from lib.fold import fold, latin

COMPARED: Final = 60
SHOWN: Final = 5
NEAR: Final = 0.5  # of 1 (the same name): similar enough to suggest while the user types

REASONS: Final[dict[str, str | Promise]] = {
    "number": _("same registration number"),
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
    other_details: Iterable[tuple[str, str]] = (),
    numbers: Iterable[Any] = (),
    exclude: UUID | None = None,
) -> list[Candidate]:
    """Return organisations with the same number, phone, email or website or a similar name, likeliest first.

    Organisations with another number of the same register are left out. `other_details` are stored as
    (channel, value), and `numbers` are those of `contacts.rules.numbers.read_number`. Names can be in any
    script. Runs one statement.
    """
    clues = organisation_clues(
        names=[name],
        phone=one_phone(str(phone), settings.PHONENUMBER_DEFAULT_REGION) or "",
        email=plain_email(email),
        website=website,
        address="",
        postcode="",
    )
    clues = sorted({*clues, *detail_clues(other_details), *number_clues(numbers)})
    words, plain_form = latin(fold(name)), plain_name(name)
    forms = sorted({words, plain_form} - {""})
    lookups: list[tuple[Q, Func]] = [
        (Q(folded__trigram_word_similar=form), TrigramWordSimilarity(form, F("folded"))) for form in forms
    ]
    lookups += [(Q(clues__overlap=clues), _shared_clues(clues))] if clues else []
    if not lookups:
        return []
    rows = Organisation.objects.visible_to(actor)
    rows = nearest_of(among_candidates(rows, similar=forms, sharing=clues), lookups, COMPARED)
    if exclude:
        rows = rows.exclude(pk=exclude)
    nearest = rows.annotate(near=_shared_clues(clues) + TrigramWordSimilarity(words, F("folded")))
    candidates = [
        _candidate(row, name, clues)
        for row in nearest.select_related("home_district").order_by("-near", "pk")[:COMPARED]
        if not have_different_numbers(clues, row.clues)
    ]
    likely = sorted(
        (candidate for candidate in candidates if candidate.reasons), key=lambda candidate: -candidate.score
    )
    return likely[:SHOWN]


def _shared_clues(clues: Sequence[str]) -> Func:
    """Return the share of a row's clues that are among `clues`, 0 to 1. A short, rare name has few clues."""
    return Func(
        F("clues"),
        Value(list(clues), output_field=ArrayField(TextField())),
        template="cardinality(ARRAY(SELECT unnest(%(expressions)s))) / greatest(cardinality(clues), 1.0)",
        arg_joiner=") INTERSECT SELECT unnest(",
        output_field=FloatField(),
    )


def reasons(kinds: Iterable[str]) -> list[str | Promise]:
    """Return texts for the kinds of shared clues."""
    shared_kinds = set(kinds)
    if "name" in shared_kinds:
        shared_kinds.discard("alike")
    return [text for kind, text in REASONS.items() if kind in shared_kinds]


def _candidate(row: Organisation, name: str, clues: Iterable[str]) -> Candidate:
    """Compare a row with a name. Less similar names than on the page of duplicates count here, too."""
    shared = set(clues).intersection(row.clues)
    value, alike, kinds = compare(shared, [name], [row.name, row.short_name])
    is_strong = bool(kinds - {"address"})
    if NEAR <= alike < ALIKE:
        kinds |= {"alike"}
    letters = OSA.normalized_similarity(fold(name), fold(row.name))
    return Candidate(row, value + alike / 10 + letters / 100, reasons(kinds), is_strong)
