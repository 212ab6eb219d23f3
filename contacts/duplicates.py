"""Which organisations somebody about to be added may already be. Only those the actor sees are told."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from contacts.clues import detail_clues, organisation_clues, plain_name, score
from contacts.models import Organisation
from contacts.rules import one_phone
from lib.domains import plain_email
from lib.fold import fold, latin

COMPARED: Final = 40
SHOWN: Final = 5
ALIKE: Final = 0.7  # of 1, the same name

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
    alike = Q(clues__overlap=clues) if clues else Q()
    for form in sorted({words, plain} - {""}):
        alike |= Q(folded__trigram_word_similar=form)
    if not alike:
        return []
    rows = Organisation.objects.visible_to(actor).filter(alike)
    if exclude:
        rows = rows.exclude(pk=exclude)
    nearest = rows.annotate(near=TrigramWordSimilarity(words, F("folded")))
    found = [
        _compare(row, plain, clues)
        for row in nearest.select_related("home_district").order_by("-near", "pk")[:COMPARED]
    ]
    likely = sorted((one for one in found if one.reasons), key=lambda one: -one.score)
    return likely[:SHOWN]


def reasons(kinds: Iterable[str]) -> list[str | Promise]:
    """What rows that share clues of these kinds have in common, in words."""
    found = set(kinds)
    if "name" in found:
        found.discard("alike")
    return [text for kind, text in REASONS.items() if kind in found]


def _compare(row: Organisation, plain: str, clues: Iterable[str]) -> Candidate:
    kinds = {clue.partition(":")[0] for clue in set(clues).intersection(row.clues)}
    likeness = max(_likeness(plain, plain_name(known)) for known in (row.name, row.short_name or row.name))
    if likeness >= ALIKE:
        kinds.add("name" if likeness == 1 else "alike")
    return Candidate(row, score(kinds), reasons(kinds))


def _likeness(one: str, other: str) -> float:
    """0 to 1: words in common, or nearly the same letters."""
    if not one or not other:
        return 0.0
    words, others = set(one.split()), set(other.split())
    return max(len(words & others) / len(words | others), SequenceMatcher(None, one, other).ratio())
