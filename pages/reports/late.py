"""The records that revised a period's figures, with links to those that the reader can see."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.middleware import ActorRequest
from audit.models import Action
from contacts.models import Organisation
from districts.models import District
from incidents.models import Incident
from meetings.models import Concern, FollowUp, Meeting
from pages.disclosing import disclose
from reports.figures.late_records import LateRecord, LateRecords
from reports.queries.definitions import Noun


@dataclass(frozen=True, slots=True)
class LateRow:
    """A record, the day it was entered, and its page; without an address if the reader cannot see it."""

    label: Promise
    entered_on: date
    url: str


_PAGES: Final[Mapping[Noun, tuple[Any, str, Promise]]] = {
    "organisations": (Organisation, "organisation", _("Organisation")),
    "meetings": (Meeting, "meeting", _("Meeting")),
    "follow-ups": (FollowUp, "follow_up", _("Follow-up")),
    "concerns": (Concern, "concern", _("Concern")),
    "incidents": (Incident, "incident", _("Incident")),
}


def late_rows(
    request: ActorRequest, late: LateRecords, districts: Iterable[District], *, linked: bool
) -> list[LateRow]:
    """The latest of these. Pages of one report link them, and those with a link are recorded as listed."""
    visible_ids = _visible_ids(request.actor, late.latest) if linked else set()
    if visible_ids:
        counted = [district.pk for district in districts]
        disclose(request, "report", sorted(visible_ids), action=Action.LIST, district_ids=counted)
    return [_row(record, record.id in visible_ids) for record in late.latest]


def _visible_ids(actor: Actor, late: Sequence[LateRecord]) -> set[UUID]:
    """The IDs of those that the actor sees, by one statement."""
    ids = [record.id for record in late]
    nouns = dict.fromkeys(record.noun for record in late)
    rows = [
        _PAGES[noun][0].objects.visible_to(actor).filter(pk__in=ids).order_by().values_list("pk", flat=True)
        for noun in nouns
    ]
    return set(rows[0].union(*rows[1:], all=True)) if rows else set()


def _row(record: LateRecord, is_seen: bool) -> LateRow:
    _model, page, label = _PAGES[record.noun]
    return LateRow(label, record.entered_on, reverse(page, args=[record.id]) if is_seen else "")
