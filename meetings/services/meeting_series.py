"""Recurring meetings: change or cancel one, this and later ones, or all.

Each meeting is its own row, created 3 months ahead (`meetings.rules.recurrence`). A meeting that was changed
or cancelled separately departs from its series: changes of the series skip it.
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
    lock_series,
    mark_departed,
    mark_skipped_rows,
    place_in_series,
    reschedule,
    run_isolated,
    split,
)

COPIED: Final = (
    *("subject", "kind", "level", "duration_minutes", "district", "place", "initiated_by"),
    *("agenda", "other_participants"),
)
_OWN_NAMES: Final = frozenset({"external_ids"})  # a change of these alone does not make a meeting depart


@writes
def start_series(
    *,
    actor: Actor,
    pattern: str,
    until: date | None = None,
    times: int | None = None,
    **fields: Any,
) -> Meeting:
    """Create a planned meeting and the next ones of its series, and return the first.

    The series ends with the day `until`, after a number of `times`, or never. Raises as `create_meeting`
    does.
    """
    first_meeting = create_meeting(actor=actor, **fields)
    day = city_day(first_meeting.starts_at)
    check_end(day, until)
    series = Series.objects.create(
        rule=recurrence.rule_for(pattern, day, until, times),
        first_on=day,
        clock=first_meeting.starts_at.astimezone(city_zone()).time(),
        made_until=day,
    )
    place_in_series(first_meeting, series, day)
    extend_series(series_id=series.pk, today=city_today(), actor=actor)
    return first_meeting


@writes
def extend_series(*, series_id: UUID, today: date, actor: Actor = SYSTEM) -> int:
    """Create the missing meetings of the next 3 months, and return their number. Safe to run twice."""
    series = Series.objects.select_for_update().get(pk=series_id)
    if series.is_ended or not (source := _pattern_meeting(series)):
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
    """Change this meeting (ONE), this and later ones (LATER), or all future ones of its series (ALL).

    A new day moves the others by the same pattern: each first Monday becomes each second Tuesday. Raises as
    `edit_meeting` does.
    """
    if scope != ONE:
        lock_series("meetings", Meeting.objects.visible_to(actor).filter(pk=meeting_id))
    meeting = locked_meeting(actor, meeting_id, version, fields)
    if scope == ONE or meeting.series is None:
        change = Change(meeting, fields)
        write_meetings(actor, [change])
        if meeting.series_id and set(change.names) - _OWN_NAMES:
            mark_departed(meeting)
        return meeting
    rows = _rows_in_scope(meeting.series, meeting, scope)
    if meeting not in rows:
        raise ValidationError(
            _("This meeting has been changed separately from the series. Choose “Only this one”.")
        )
    starts_at = fields.pop("starts_at", meeting.starts_at)
    new_starts = _new_start_times(meeting.series, rows, meeting, starts_at, scope)
    changes = [
        Change(row, fields | ({"starts_at": new_starts[row.pk]} if new_starts else {}))
        for row in locked_meetings(actor, dict.fromkeys(row.pk for row in rows))
    ]
    write_meetings(actor, changes)
    mark_skipped_rows(rows)
    return Meeting.objects.get(pk=meeting_id)


@writes
def cancel_series(
    *, actor: Actor, meeting_id: UUID, scope: str, version: int | None = None
) -> list[tuple[UUID, int]]:
    """Cancel this and later meetings (LATER), or all future ones (ALL), and end the series.

    Return ID and new version of each cancelled meeting, for `restore_series`.
    """
    lock_series("meetings", Meeting.objects.visible_to(actor).filter(pk=meeting_id))
    meeting = locked_meeting(actor, meeting_id, version)
    if meeting.series is None:
        return []
    rows = _planned_meetings(meeting.series)
    if scope == LATER:
        rows = rows.filter(series_on__gte=meeting.series_on)
    meetings = locked_meetings(actor, dict.fromkeys(rows.values_list("pk", flat=True)))
    changes = [Change(row, {"status": MeetingStatus.CANCELLED}) for row in meetings]
    cancelled = write_meetings(actor, changes)
    Series.objects.filter(meetings=meeting).update(is_ended=True)
    return [(row.pk, row.version) for row in cancelled]


@writes
def restore_series(*, actor: Actor, cancelled: Iterable[tuple[UUID, int]]) -> None:
    """Undo `cancel_series`. Raises StaleVersion if a meeting has changed since."""
    versions = dict(cancelled)
    lock_series("meetings", Meeting.objects.visible_to(actor).filter(pk__in=versions))
    restore_meetings(actor, versions, MeetingStatus.PLANNED)
    Series.objects.filter(meetings__in=versions).update(is_ended=False)


def extend_all_series(today: date) -> int:
    """Create the missing meetings of the next 3 months of all open series, and return their number."""
    open_series = Series.objects.to_continue().filter(meetings__isnull=False).distinct()
    ids = list(open_series.values_list("pk", flat=True))
    return run_isolated(ids, lambda pk: extend_series(series_id=pk, today=today))


def _planned_meetings(series: Series) -> QuerySet[Meeting]:
    return series.meetings.planned().filter(starts_at__gt=timezone.now()).order_by("series_on")


def _rows_in_scope(series: Series, meeting: Meeting, scope: str) -> list[Meeting]:
    """Meetings that a change applies to, in order, without those changed or moved separately."""
    rows = _planned_meetings(series).filter(departs=False)
    if scope == LATER:
        rows = rows.filter(series_on__gte=meeting.series_on)
    return [row for row in rows if city_day(row.starts_at) == row.series_on]


def _pattern_meeting(series: Series) -> Meeting | None:
    """Return the meeting that new ones are copied from."""
    return series.meetings.order_by("departs", "-series_on").first()


def _copies(source: Meeting, series: Series, days: Iterable[date]) -> list[Change]:
    """Copies of a meeting on `days`, or none if no organisation can be invited.

    Staff who left, and contacts and organisations that opted out, are restricted or refuse contact, are left
    out.
    """
    clock = series.clock or source.starts_at.astimezone(city_zone()).time()
    fields: Any = {name: getattr(source, name) for name in COPIED}
    officers = source.officers.filter(is_active=True, role__in=WRITES)
    links = source.contact_links.filter(contact__withdrawn_on__isnull=True, contact__is_restricted=False)
    contact_links = links.select_related("contact")
    organisations = list(source.organisation_links.select_related("organisation"))
    invited = [link for link in organisations if may_be_invited(source, link.organisation)]
    if organisations and not invited:
        return []
    fields |= {
        "organisations": [{"organisation": link.organisation, "present": link.present} for link in invited],
        "contacts": [{"contact": link.contact} for link in contact_links],
        "officers": list(officers),
    }
    return [
        Change(
            Meeting(status=MeetingStatus.PLANNED, series=series, series_on=day),
            fields | {"starts_at": moment_at(day, clock)},
        )
        for day in days
    ]


def _new_start_times(
    series: Series, rows: Sequence[Meeting], meeting: Meeting, starts_at: datetime, scope: str
) -> dict[UUID, datetime]:
    """Return the new start of each row; empty if it stays. A new day also changes the rule of the series."""
    local_start = starts_at.astimezone(city_zone())
    days = {row.pk: city_day(row.starts_at) for row in rows}
    current_day, new_day = days[meeting.pk], local_start.date()
    if current_day != new_day:
        series, new_days = reschedule(
            series, "meetings", since=days[rows[0].pk], old_day=current_day, new_day=new_day
        )
        days = {pk: new_days[day] for pk, day in days.items()}
    elif scope == LATER:
        series = split(series, "meetings", current_day)
    if starts_at == meeting.starts_at:
        return {}
    Series.objects.filter(pk=series.pk).update(clock=local_start.time())
    moments = {pk: moment_at(day, local_start.time()) for pk, day in days.items()}
    if min(moments.values()) <= timezone.now():
        message = _("The first meeting would be in the past. Choose “This and later ones”.")
        raise ValidationError({"starts_at": message})
    return moments
