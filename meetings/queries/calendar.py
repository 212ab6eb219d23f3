"""A month of meetings and due promises, in the reader's zone, weeks from Monday."""

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
    promises: list[FollowUp] = field(default_factory=list)

    @property
    def entries(self) -> list[tuple[str, Meeting | FollowUp]]:
        """Everything of the day with its type: meetings by their time, then promises."""
        return [*(("meeting", row) for row in self.meetings), *(("promise", row) for row in self.promises)]

    @property
    def first(self) -> list[tuple[str, Meeting | FollowUp]]:
        """What a cell of the month shows at once: all entries, or one fewer than FITTING."""
        return self.entries if len(self.entries) <= FITTING else self.entries[: FITTING - 1]

    @property
    def others(self) -> list[tuple[str, Meeting | FollowUp]]:
        return self.entries[len(self.first) :]


@dataclass(frozen=True, slots=True)
class Month:
    """`weeks` start on Monday and reach into the neighbouring months; `is_cut` when there was too much."""

    first: date
    weeks: list[list[Day]]
    is_cut: bool

    @property
    def previous(self) -> str:
        return _name(self.first - timedelta(days=1))

    @property
    def next(self) -> str:
        return _name(self.first + timedelta(days=31))

    @property
    def days(self) -> Iterator[Day]:
        """Days of the month itself on which something is."""
        for week in self.weeks:
            yield from (day for day in week if day.is_of_month and (day.meetings or day.promises))

    @property
    def rows(self) -> Iterator[Meeting | FollowUp]:
        for week in self.weeks:
            for day in week:
                yield from day.meetings
                yield from day.promises


def month_named(name: str, today: date) -> date:
    """The first day of a month such as `2026-11`; this month's for anything else."""
    try:
        first = datetime.strptime(name, "%Y-%m").date()  # noqa: DTZ007  # a month has no zone
    except ValueError:
        return today.replace(day=1)
    return first if FIRST_YEAR <= first.year <= LAST_YEAR else today.replace(day=1)


def month_of(actor: Actor, first: date, *, mine: bool) -> Month:
    """Meetings planned or held and promises due in the weeks of a month: own ones or the districts’."""
    dates = calendar.Calendar(calendar.MONDAY).monthdatescalendar(first.year, first.month)
    weeks = [[Day(day, day.month == first.month) for day in week] for week in dates]
    days = {day.day: day for week in weeks for day in week}
    since, until = dates[0][0], dates[-1][-1] + timedelta(days=1)
    meetings = Meeting.objects.visible_to(actor).filter(
        status__in=[MeetingStatus.PLANNED, MeetingStatus.HELD],
        starts_at__gte=_midnight(since),
        starts_at__lt=_midnight(until),
    )
    promises = (
        FollowUp.objects.visible_to(actor)
        .filter(due_on__gte=since, due_on__lt=until)
        .exclude(status=FollowUpStatus.CANCELLED)
        .with_homes()
    )
    if mine:
        meetings, promises = meetings.of_officer(actor.id), promises.of_owner(actor.id)
    found = list(meetings.order_by("starts_at", "pk")[: MOST + 1])
    due = list(promises.order_by("due_on", "pk")[: MOST + 1])
    for meeting in found[:MOST]:
        days[timezone.localtime(meeting.starts_at).date()].meetings.append(meeting)
    for promise in due[:MOST]:
        days[promise.due_on].promises.append(promise)
    return Month(first, weeks, is_cut=len(found) > MOST or len(due) > MOST)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _name(day: date) -> str:
    return f"{day:%Y-%m}"
