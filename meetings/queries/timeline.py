"""Timeline of an organisation: meetings, follow-ups, concerns and changes of its record."""

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
    """Entries, newest first. `older` is the cursor of the next page; empty at the end."""

    entries: Sequence[Entry]
    older: str


def organisation_timeline(
    actor: Actor, organisation: Organisation, *, only: str = "", before: str = "", limit: int = ENTRIES
) -> Timeline:
    """Read the entries that the actor sees, in four statements.

    A follow-up is dated by its completion, else by its creation. `only` is one of TYPES; any other text
    selects all types.
    """
    sources: list[tuple[Any, models.QuerySet[Any]]] = [
        ("meeting", _meetings(actor, organisation)),
        ("follow_up", _follow_ups(actor, organisation)),
        ("concern", _concerns(actor, organisation)),
        ("change", _changes(organisation)),
    ]
    earlier = _before_cursor(before)
    entries_by_source = [
        [Entry(row.moment, kind, row) for row in rows.filter(earlier).order_by("-moment", "-pk")[: limit + 1]]
        for kind, rows in sources
        if only not in TYPES or only == kind
    ]
    merged = heapq.merge(*entries_by_source, key=lambda entry: (entry.at, entry.row.pk), reverse=True)
    entries = list(islice(merged, limit + 1))
    last_entry = entries[limit - 1] if len(entries) > limit else None
    return Timeline(entries[:limit], f"{last_entry.at.isoformat()}|{last_entry.row.pk}" if last_entry else "")


def next_follow_ups(actor: Actor, organisation: Organisation, limit: int = 5) -> list[FollowUp]:
    """Pending follow-ups for the organisation that the actor sees, by due date."""
    links = FollowUpOrganisation.objects.filter(follow_up=OuterRef("pk"), organisation=organisation)
    rows = FollowUp.objects.visible_to(actor).pending().filter(models.Exists(links)).with_homes()
    return list(rows.select_related("owner").order_by("due_on", "pk")[:limit])


def with_next_follow_up(
    queryset: models.QuerySet[Organisation], actor: Actor
) -> models.QuerySet[Organisation]:
    """Annotate organisations with `promise_on` and `promise_title` of the pending follow-up due first."""
    links = FollowUpOrganisation.objects.filter(
        follow_up=OuterRef("pk"), organisation=OuterRef(OuterRef("pk"))
    )
    rows = FollowUp.objects.visible_to(actor).pending().filter(models.Exists(links)).order_by("due_on", "pk")
    return queryset.annotate(
        promise_on=Subquery(rows.values("due_on")[:1]), promise_title=Subquery(rows.values("title")[:1])
    )


def _before_cursor(cursor: str) -> Q:
    at, _bar, pk = cursor.partition("|")
    try:
        moment, row_id = parse_datetime(at), UUID(pk)
    except ValueError:
        return Q()
    if moment is None or moment.tzinfo is None:
        return Q()
    return Q(moment__lt=moment) | Q(moment=moment, pk__lt=row_id)


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
    links = FollowUpOrganisation.objects.filter(follow_up=OuterRef("pk"), organisation=organisation)
    rows = FollowUp.objects.visible_to(actor).filter(models.Exists(links)).select_related("owner")
    return rows.annotate(
        moment=Coalesce("completed_at", "created_at"), told_on=Subquery(links.values("reported_back_on")[:1])
    )


def _concerns(actor: Actor, organisation: Organisation) -> models.QuerySet[Any]:
    rows = Concern.objects.visible_to(actor)
    concerns_organisation = Q(site_organisation=organisation) | Q(raised_by_organisation=organisation)
    return rows.filter(concerns_organisation).annotate(moment=F("received_at"))


def _changes(organisation: Organisation) -> models.QuerySet[Any]:
    """Changes without refreshed last-met dates, because the meeting itself is an entry."""
    return changes_of("organisation", organisation.pk).exclude(event__field_names=LAST_MET_FIELDS)


def changes_of(object_type: str, object_id: UUID) -> models.QuerySet[Any]:
    """Changes of an object with event, field names and moment, without values."""
    rows = Change.objects.filter(object_id=object_id, object_type=object_type)
    return rows.select_related("event").annotate(moment=F("at"))
