"""Meetings that happen again and again: one, this and later, or all of them are changed or cancelled.

Each is a row of its own, made three months ahead (`meetings.rules.recurrence`). One that was changed by
itself departs from its series: what is changed for the others passes it by, and so is one that is cancelled.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import SYSTEM, Actor
from accounts.rules import WRITES
from contacts.services.changes import Change
from lib.days import city_day, city_today, city_zone, moment_at
from lib.row_context import writes
from meetings.codes import MeetingStatus
from meetings.models import Meeting, Series
from meetings.rules import recurrence
from meetings.services.meetings import (
    create_meeting,
    locked_meeting,
    locked_meetings,
    may_be_invited,
    restore_meetings,
    write_meetings,
)
from meetings.services.series import (
    LATER,
    ONE,
    check_end,
    depart,
    leave_behind,
    lock_series,
    place,
    reschedule,
    run_isolated,
    split,
)

COPIED: Final = (
    *("subject", "kind", "level", "duration_minutes", "district", "place", "initiated_by"),
    *("agenda", "other_participants"),
)
_ITS_OWN: Final = frozenset({"external_ids"})  # what other tools call it makes none depart from its series


@writes
def start_series(
    *,
    actor: Actor,
    pattern: str,
    until: date | None = None,
    times: int | None = None,
    **fields: Any,
) -> Meeting:
    """A planned meeting and those that follow it; answers the first. Raises as `create_meeting` does.

    They end with the day `until`, or after so many `times`, or not.
    """
    first = create_meeting(actor=actor, **fields)
    day = city_day(first.starts_at)
    check_end(day, until)
    series = Series.objects.create(
        rule=recurrence.rule_for(pattern, day, until, times),
        first_on=day,
        clock=first.starts_at.astimezone(city_zone()).time(),
        made_until=day,
    )
    place(first, series, day)
    extend_series(series_id=series.pk, today=city_today(), actor=actor)
    return first


@writes
def extend_series(*, series_id: UUID, today: date, actor: Actor = SYSTEM) -> int:
    """Make the meetings that are missing up to three months ahead; answers how many. Safe to run twice."""
    series = Series.objects.select_for_update().get(pk=series_id)
    if series.is_ended or not (source := _latest(series)):
        return 0
    days = recurrence.days_to_make(series.rule, series.first_on, made_until=series.made_until, today=today)
    write_meetings(actor, _copies(source, series, days), with_actor=True)
    series.made_until = max([series.made_until, *days])
    series.is_ended = recurrence.is_over(series.rule, series.first_on, series.made_until)
    series.save()
    return len(days)


@writes
def edit_one_of_series(
    *,
    actor: Actor,
    meeting_id: UUID,
    scope: str,
    version: int | None = None,
    **fields: Any,
) -> Meeting:
    """Change this meeting (ONE), this and later ones (LATER) or all to come (ALL) of its series.

    Another day moves the others by the same pattern: every first Monday becomes every second Tuesday.
    Raises as `edit_meeting` does.
    """
    if scope != ONE:
        lock_series("meetings", Meeting.objects.visible_to(actor).filter(pk=meeting_id))
    meeting = locked_meeting(actor, meeting_id, version, fields)
    if scope == ONE or meeting.series is None:
        change = Change(meeting, fields)
        write_meetings(actor, [change])
        if meeting.series_id and set(change.names) - _ITS_OWN:
            depart(meeting)
        return meeting
    rows = _concerned(meeting.series, meeting, scope)
    if meeting not in rows:
        raise ValidationError(
            _("This meeting has been changed separately from the series. Choose “Only this one”.")
        )
    starts_at = fields.pop("starts_at", meeting.starts_at)
    moments = _moments(meeting.series, rows, meeting, starts_at, scope)
    changes = [
        Change(row, fields | ({"starts_at": moments[row.pk]} if moments else {}))
        for row in locked_meetings(actor, dict.fromkeys(row.pk for row in rows))
    ]
    write_meetings(actor, changes)
    leave_behind(rows)
    return Meeting.objects.get(pk=meeting_id)


@writes
def cancel_series(
    *, actor: Actor, meeting_id: UUID, scope: str, version: int | None = None
) -> list[tuple[UUID, int]]:
    """Cancel this and later meetings (LATER), or all to come (ALL): no more are made.

    Answers the cancelled ones with the version they have now, for `restore_series`.
    """
    lock_series("meetings", Meeting.objects.visible_to(actor).filter(pk=meeting_id))
    meeting = locked_meeting(actor, meeting_id, version)
    if meeting.series is None:
        return []
    rows = _to_come(meeting.series)
    if scope == LATER:
        rows = rows.filter(series_on__gte=meeting.series_on)
    concerned = locked_meetings(actor, dict.fromkeys(rows.values_list("pk", flat=True)))
    changes = [Change(row, {"status": MeetingStatus.CANCELLED}) for row in concerned]
    cancelled = write_meetings(actor, changes)
    Series.objects.filter(meetings=meeting).update(is_ended=True)
    return [(row.pk, row.version) for row in cancelled]


@writes
def restore_series(*, actor: Actor, cancelled: Iterable[tuple[UUID, int]]) -> None:
    """Take `cancel_series` back. Raises StaleVersion where one of them has changed since."""
    versions = dict(cancelled)
    lock_series("meetings", Meeting.objects.visible_to(actor).filter(pk__in=versions))
    restore_meetings(actor, versions, MeetingStatus.PLANNED)
    Series.objects.filter(meetings__in=versions).update(is_ended=False)


def extend_all_series(today: date) -> int:
    """Every series that goes on has its meetings of the next three months; answers how many were made."""
    going_on = Series.objects.to_go_on().filter(meetings__isnull=False).distinct()
    ids = list(going_on.values_list("pk", flat=True))
    return run_isolated(ids, lambda pk: extend_series(series_id=pk, today=today))


def _to_come(series: Series) -> QuerySet[Meeting]:
    return series.meetings.planned().filter(starts_at__gt=timezone.now()).order_by("series_on")


def _concerned(series: Series, meeting: Meeting, scope: str) -> list[Meeting]:
    """Whom a change is for, in order: not one that was changed, or by whatever way moved, by itself."""
    rows = _to_come(series).filter(departs=False)
    if scope == LATER:
        rows = rows.filter(series_on__gte=meeting.series_on)
    return [row for row in rows if city_day(row.starts_at) == row.series_on]


def _latest(series: Series) -> Meeting | None:
    """The one that the next are like."""
    return series.meetings.order_by("departs", "-series_on").first()


def _copies(source: Meeting, series: Series, days: Iterable[date]) -> list[Change]:
    """Others on `days`. Who has left, opted out, is restricted or refuses contact is not invited again.

    None if nobody is left to be invited.
    """
    clock = series.clock or source.starts_at.astimezone(city_zone()).time()
    fields: Any = {name: getattr(source, name) for name in COPIED}
    officers = source.officers.filter(is_active=True, role__in=WRITES)
    links = source.contact_links.filter(contact__withdrawn_on__isnull=True, contact__is_restricted=False)
    people = links.select_related("contact")
    organisations = list(source.organisation_links.select_related("organisation"))
    invited = [link for link in organisations if may_be_invited(source, link.organisation)]
    if organisations and not invited:
        return []
    fields |= {
        "organisations": [{"organisation": one.organisation, "present": one.present} for one in invited],
        "contacts": [{"contact": link.contact} for link in people],
        "officers": list(officers),
    }
    return [
        Change(
            Meeting(status=MeetingStatus.PLANNED, series=series, series_on=day),
            fields | {"starts_at": moment_at(day, clock)},
        )
        for day in days
    ]


def _moments(
    series: Series, rows: Sequence[Meeting], meeting: Meeting, starts_at: datetime, scope: str
) -> dict[UUID, datetime]:
    """When each row is to start; nothing where that stays. Another day takes the rule along."""
    local = starts_at.astimezone(city_zone())
    days = {row.pk: city_day(row.starts_at) for row in rows}
    at, to = days[meeting.pk], local.date()
    if at != to:
        series, other = reschedule(series, "meetings", since=days[rows[0].pk], at=at, to=to)
        days = {pk: other[day] for pk, day in days.items()}
    elif scope == LATER:
        series = split(series, "meetings", at)
    if starts_at == meeting.starts_at:
        return {}
    Series.objects.filter(pk=series.pk).update(clock=local.time())
    moments = {pk: moment_at(day, local.time()) for pk, day in days.items()}
    if min(moments.values()) <= timezone.now():
        message = _("The first meeting would be in the past. Choose “This and later ones”.")
        raise ValidationError({"starts_at": message})
    return moments
