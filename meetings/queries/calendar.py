"""A month of meetings and due follow-ups, in the reader's time zone. Weeks start on Monday."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final

from django.utils import timezone

from accounts.actors import Actor
from meetings.codes import FollowUpStatus, MeetingStatus
from meetings.models import FollowUp, Meeting

MOST: Final = 500
FITTING: Final = 5  # entries in a cell of the month
FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(slots=True)
class Day:
    day: date
    is_of_month: bool
    meetings: list[Meeting] = field(default_factory=list)
    follow_ups: list[FollowUp] = field(default_factory=list)

    @property
    def entries(self) -> list[tuple[str, Meeting | FollowUp]]:
        """All entries of the day with their type: meetings by time, then follow-ups."""
        return [
            *(("meeting", row) for row in self.meetings),
            *(("follow_up", row) for row in self.follow_ups),
        ]

    @property
    def visible_entries(self) -> list[tuple[str, Meeting | FollowUp]]:
        """Entries that fit in a cell of the month: all, or one fewer than FITTING."""
        return self.entries if len(self.entries) <= FITTING else self.entries[: FITTING - 1]

    @property
    def folded_entries(self) -> list[tuple[str, Meeting | FollowUp]]:
        """Entries behind the “more” link of a cell."""
        return self.entries[len(self.visible_entries) :]


@dataclass(frozen=True, slots=True)
class Month:
    """Weeks from Monday, which include days of the neighbouring months.

    `is_cut` is set if the month has more than MOST meetings or follow-ups.
    """

    first_day: date
    weeks: list[list[Day]]
    is_cut: bool

    @property
    def previous(self) -> str:
        return _month_name(self.first_day - timedelta(days=1))

    @property
    def next(self) -> str:
        return _month_name(self.first_day + timedelta(days=31))

    @property
    def days(self) -> Iterator[Day]:
        """Days of the month itself that have entries."""
        for week in self.weeks:
            yield from (day for day in week if day.is_of_month and (day.meetings or day.follow_ups))

    @property
    def rows(self) -> Iterator[Meeting | FollowUp]:
        for week in self.weeks:
            for day in week:
                yield from day.meetings
                yield from day.follow_ups


def month_named(name: str, today: date) -> date:
    """Return the first day of a month such as `2026-11`; of this month for any other text."""
    try:
        first_day = datetime.strptime(name, "%Y-%m").date()  # noqa: DTZ007  # a month has no zone
    except ValueError:
        return today.replace(day=1)
    return first_day if FIRST_YEAR <= first_day.year <= LAST_YEAR else today.replace(day=1)


def month_of(actor: Actor, first_day: date, *, mine: bool) -> Month:
    """Meetings planned or held and follow-ups due in the weeks of a month.

    With `mine` only those of the actor, else all of the actor's districts.
    """
    dates = calendar.Calendar(calendar.MONDAY).monthdatescalendar(first_day.year, first_day.month)
    weeks = [[Day(day, day.month == first_day.month) for day in week] for week in dates]
    days = {day.day: day for week in weeks for day in week}
    since, until = dates[0][0], dates[-1][-1] + timedelta(days=1)
    meetings = Meeting.objects.visible_to(actor).filter(
        status__in=[MeetingStatus.PLANNED, MeetingStatus.HELD],
        starts_at__gte=_midnight(since),
        starts_at__lt=_midnight(until),
    )
    follow_ups = (
        FollowUp.objects.visible_to(actor)
        .filter(due_on__gte=since, due_on__lt=until)
        .exclude(status=FollowUpStatus.CANCELLED)
        .with_homes()
    )
    if mine:
        meetings, follow_ups = meetings.of_officer(actor.id), follow_ups.of_owner(actor.id)
    meetings_shown = list(meetings.order_by("starts_at", "pk")[: MOST + 1])
    follow_ups_shown = list(follow_ups.order_by("due_on", "pk")[: MOST + 1])
    for meeting in meetings_shown[:MOST]:
        days[timezone.localtime(meeting.starts_at).date()].meetings.append(meeting)
    for follow_up in follow_ups_shown[:MOST]:
        days[follow_up.due_on].follow_ups.append(follow_up)
    return Month(first_day, weeks, is_cut=len(meetings_shown) > MOST or len(follow_ups_shown) > MOST)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _month_name(day: date) -> str:
    return f"{day:%Y-%m}"
