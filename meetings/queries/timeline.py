"""What happened with an organisation: meetings, promises, concerns, and who changed what it says of it."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final, Literal, get_args
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.dateparse import parse_datetime

from accounts.actors import Actor
from accounts.models import User
from audit.models import Change
from contacts.models import Organisation
from meetings.models import Concern, FollowUp, FollowUpOrganisation, Meeting, MeetingOrganisation
from meetings.rules import LAST_MET_FIELDS

ENTRIES = 20

Type = Literal["meeting", "follow_up", "concern", "change"]
TYPES: Final[Sequence[str]] = get_args(Type)


@dataclass(frozen=True, slots=True)
class Entry:
    at: datetime
    type: Type
    row: Any


@dataclass(frozen=True, slots=True)
class Timeline:
    """Newest first; `older` is the cursor of what comes after, empty when there is nothing."""

    entries: Sequence[Entry]
    older: str


def organisation_timeline(
    actor: Actor, organisation: Organisation, *, only: str = "", before: str = "", limit: int = ENTRIES
) -> Timeline:
    """What the actor sees of it, in four statements. A promise stands where it was made, or kept.

    `only` is one of TYPES, and everything for any other text.
    """
    sources: list[tuple[Any, models.QuerySet[Any]]] = [
        ("meeting", _meetings(actor, organisation)),
        ("follow_up", _follow_ups(actor, organisation)),
        ("concern", _concerns(actor, organisation)),
        ("change", _changes(organisation)),
    ]
    earlier = _before(before)
    found = [
        [Entry(row.moment, kind, row) for row in rows.filter(earlier).order_by("-moment", "-pk")[: limit + 1]]
        for kind, rows in sources
        if only not in TYPES or only == kind
    ]
    merged = heapq.merge(*found, key=lambda entry: (entry.at, entry.row.pk), reverse=True)
    entries = list(islice(merged, limit + 1))
    last = entries[limit - 1] if len(entries) > limit else None
    return Timeline(entries[:limit], f"{last.at.isoformat()}|{last.row.pk}" if last else "")


def next_promises(actor: Actor, organisation: Organisation, limit: int = 5) -> list[FollowUp]:
    """Open promises to the organisation that the actor sees, the most urgent first."""
    made = FollowUpOrganisation.objects.filter(follow_up=OuterRef("pk"), organisation=organisation)
    rows = FollowUp.objects.visible_to(actor).pending().filter(models.Exists(made)).with_homes()
    return list(rows.select_related("owner").order_by("due_on", "pk")[:limit])


def with_next_promise(queryset: models.QuerySet[Organisation], actor: Actor) -> models.QuerySet[Organisation]:
    """Each organisation with `promise_on` and `promise_title` of its most urgent open promise."""
    made = FollowUpOrganisation.objects.filter(
        follow_up=OuterRef("pk"), organisation=OuterRef(OuterRef("pk"))
    )
    rows = FollowUp.objects.visible_to(actor).pending().filter(models.Exists(made)).order_by("due_on", "pk")
    return queryset.annotate(
        promise_on=Subquery(rows.values("due_on")[:1]), promise_title=Subquery(rows.values("title")[:1])
    )


def _before(cursor: str) -> Q:
    at, _bar, pk = cursor.partition("|")
    try:
        moment, row = parse_datetime(at), UUID(pk)
    except ValueError:
        return Q()
    if moment is None or moment.tzinfo is None:
        return Q()
    return Q(moment__lt=moment) | Q(moment=moment, pk__lt=row)


def _meetings(actor: Actor, organisation: Organisation) -> models.QuerySet[Any]:
    invited = MeetingOrganisation.objects.filter(meeting=OuterRef("pk"), organisation=organisation)
    names = User.objects.filter(meetings=OuterRef("pk")).order_by("name", "pk").values("name")
    rows = Meeting.objects.visible_to(actor).filter(models.Exists(invited))
    return rows.annotate(
        moment=F("starts_at"),
        officer_names=ArraySubquery(names),
        was_present=Subquery(invited.values("present")[:1]),
    )


def _follow_ups(actor: Actor, organisation: Organisation) -> models.QuerySet[Any]:
    made = FollowUpOrganisation.objects.filter(follow_up=OuterRef("pk"), organisation=organisation)
    rows = FollowUp.objects.visible_to(actor).filter(models.Exists(made)).select_related("owner")
    return rows.annotate(
        moment=Coalesce("completed_at", "created_at"), told_on=Subquery(made.values("reported_back_on")[:1])
    )


def _concerns(actor: Actor, organisation: Organisation) -> models.QuerySet[Any]:
    rows = Concern.objects.visible_to(actor)
    about = Q(site_organisation=organisation) | Q(raised_by_organisation=organisation)
    return rows.filter(about).annotate(moment=F("received_at"))


def _changes(organisation: Organisation) -> models.QuerySet[Any]:
    """Without those that only say it was met: the meeting stands there itself."""
    return changes_of("organisation", organisation.pk).exclude(event__field_names=LAST_MET_FIELDS)


def changes_of(object_type: str, object_id: UUID) -> models.QuerySet[Any]:
    """Which fields of an object changed in which event, and when: never the values."""
    rows = Change.objects.filter(object_id=object_id, object_type=object_type)
    return rows.select_related("event").annotate(moment=F("at"))
