"""Which organisations somebody about to be added may already be. Only those the actor sees are told."""

from dataclasses import dataclass
from difflib import SequenceMatcher
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from contacts.clues import website_host
from contacts.models import Organisation
from contacts.rules import core_name, one_phone
from lib.domains import plain_email
from lib.fold import fold

COMPARED = 40
SHOWN = 5


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
    exclude: UUID | None = None,
) -> list[Candidate]:
    """Organisations with the same phone, e-mail or website or much the same name, the likeliest first."""
    number = one_phone(str(phone), settings.PHONENUMBER_DEFAULT_REGION) or ""
    address, host = plain_email(email).casefold(), website_host(website)
    shared = [
        f"{kind}:{value}" for kind, value in (("phone", number), ("email", address), ("host", host)) if value
    ]
    alike = Q(clues__overlap=shared) if shared else Q()
    if core := core_name(name):
        alike |= Q(folded__trigram_word_similar=core) | Q(folded__trigram_word_similar=fold(name))
    if not alike:
        return []
    rows = Organisation.objects.visible_to(actor).filter(alike)
    if exclude:
        rows = rows.exclude(pk=exclude)
    nearest = rows.annotate(near=TrigramWordSimilarity(fold(name), F("folded")))
    found = [
        _compare(row, core, number, address, host)
        for row in nearest.select_related("home_district").order_by("-near", "pk")[:COMPARED]
    ]
    likely = sorted((one for one in found if one.reasons), key=lambda one: -one.score)
    return likely[:SHOWN]


def _compare(row: Organisation, core: str, number: str, address: str, host: str) -> Candidate:
    likeness = max(_name_likeness(core, core_name(name)) for name in (row.name, row.short_name or row.name))
    evidence: list[tuple[bool, float, str | Promise]] = [
        (likeness == 1, 0.6, _("same name")),
        (0.7 <= likeness < 1, 0.4, _("similar name")),
        (number != "" and str(row.phone) == number, 0.4, _("same phone")),
        (address != "" and row.email.casefold() == address, 0.4, _("same e-mail")),
        (host != "" and website_host(row.website) == host, 0.3, _("same website")),
    ]
    holding = [(weight, reason) for holds, weight, reason in evidence if holds]
    return Candidate(row, min(1.0, sum(w for w, _r in holding)), [reason for _w, reason in holding])


def _name_likeness(one: str, other: str) -> float:
    """0 to 1: words in common, or nearly the same letters."""
    if not one or not other:
        return 0.0
    words, others = set(one.split()), set(other.split())
    return max(len(words & others) / len(words | others), SequenceMatcher(None, one, other).ratio())
