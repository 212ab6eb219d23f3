"""The order of staff who take a step of an incident. No one comes first because of a name."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from incidents.rules.hours import QUIET_UNTIL, is_quiet

_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
# A step that waits at a person who has not seen it: the next is notified, then gets it.
NOTIFIED_UNSEEN_AFTER: Final = timedelta(minutes=10)
MOVED_UNSEEN_AFTER: Final = timedelta(minutes=20)


class Assignee(StrEnum):
    DUTY = "duty"
    PLACE_LEAD = "place_lead"
    EACH_LEAD = "each_lead"
    SUPERVISOR = "supervisor"
    CITY_SUPERVISOR = "city_supervisor"


OF_SUPERVISORS: Final = frozenset({Assignee.SUPERVISOR, Assignee.CITY_SUPERVISOR})


@dataclass(frozen=True, slots=True)
class Calendar:
    """The city's working hours: outside the quiet hours, on days that are not off (0: Monday)."""

    zone: ZoneInfo
    weekdays_off: Collection[int] = (5, 6)
    days_off: Collection[date] = ()

    def is_working(self, moment: datetime) -> bool:
        """Whether `moment` is in a working hour."""
        return not is_quiet(moment, self.zone) and not self._is_off(moment.astimezone(self.zone).date())

    def morning(self, moment: datetime) -> datetime:
        """Return when the next working hours begin, in UTC."""
        day = moment.astimezone(self.zone).date()
        while self._is_off(day) or self._starts_at(day) <= moment:
            day += timedelta(days=1)
        return self._starts_at(day)

    def is_urgent(self, due_at: datetime, moment: datetime) -> bool:
        """Whether a step falls to staff on duty, because it is due before the next working hours."""
        return not self.is_working(moment) and due_at < self.morning(moment)

    def _is_off(self, day: date) -> bool:
        return day.weekday() in self.weekdays_off or day in self.days_off

    def _starts_at(self, day: date) -> datetime:
        return datetime.combine(day, QUIET_UNTIL, tzinfo=self.zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift that is open now. `distance`: from its nearest district to the incident's, 0 if the same."""

    user_id: UUID
    is_of_supervisor: bool
    distance: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Supervisor:
    """A supervisor who covers the incident. `last_given_at`: when they last got a step of any incident."""

    user_id: UUID
    distance: int
    is_of_the_city: bool = False
    last_given_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Officer:
    """An officer who covers the incident. `last_given_at`: when they last got a step of any incident."""

    user_id: UUID
    distance: int
    last_given_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class People:
    """Staff who can own steps of an incident. `present`: those who can open it."""

    logged_by: UUID | None
    present: Collection[UUID]
    supervisors: Sequence[Supervisor] = ()
    officers: Sequence[Officer] = ()
    shifts: Sequence[Shift] = ()
    excluded: Collection[UUID] = ()
    away: Collection[UUID] = ()

    @property
    def on_shift(self) -> set[UUID]:
        return {shift.user_id for shift in self.shifts}

    def order(
        self,
        assignee: str,
        lead: UUID | None = None,
        deputy: UUID | None = None,
        *,
        is_urgent: bool = False,
    ) -> list[UUID]:
        """Return who takes a step, the first first. Users who are away come last, and excluded ones never.

        `lead` and `deputy` are those of the step's organisation. A step of a supervisor never goes to
        another role.
        """
        allowed = [
            user_id
            for user_id in dict.fromkeys(order_of_duty(assignee, self, lead, deputy, is_urgent=is_urgent))
            if user_id in self.present and user_id not in self.excluded
        ]
        return sorted(allowed, key=lambda user_id: user_id in self.away)

    def first_able(
        self,
        assignee: str,
        lead: UUID | None = None,
        deputy: UUID | None = None,
        *,
        is_urgent: bool = False,
    ) -> UUID | None:
        """Return the first in this order."""
        return next(iter(self.order(assignee, lead, deputy, is_urgent=is_urgent)), None)


def order_of_duty(
    assignee: str,
    people: People,
    lead: UUID | None = None,
    deputy: UUID | None = None,
    *,
    is_urgent: bool = False,
) -> Iterator[UUID]:
    """Yield who takes a step, whether they are present or not. An ID can come twice.

    Officers: those on duty, the nearest and then the earliest; who logged the concern; lead and deputy of
    the organisation; those who cover the district, like supervisors the nearest, then the one who got no new
    step for the longest, then by ID. Supervisors take their steps only after all of them, unless at night
    they are on duty or logged it. By day, and as long as no one is on duty, a step goes first to the user
    that the protocol names.
    """
    on_duty = [shift.user_id for shift in sorted(people.shifts, key=_nearest_and_earliest)]
    supervising = {shift.user_id for shift in people.shifts if shift.is_of_supervisor}
    officers = [user_id for user_id in on_duty if user_id not in supervising]
    if assignee not in OF_SUPERVISORS:
        is_by_supervisor = people.logged_by in {supervisor.user_id for supervisor in people.supervisors}
        logged_by = people.logged_by if is_urgent or not is_by_supervisor else None
        if is_urgent and on_duty:
            user_ids = [*officers, logged_by, *on_duty, lead, deputy]
        elif assignee == Assignee.DUTY:
            user_ids = [logged_by, *officers, lead, deputy]
        else:
            user_ids = [lead, deputy, *officers, logged_by]
        yield from (user_id for user_id in user_ids if user_id)
        yield from (officer.user_id for officer in sorted(people.officers, key=_nearest_and_longest_without))
    is_of_the_city = assignee == Assignee.CITY_SUPERVISOR and not (is_urgent and supervising)

    def rank(supervisor: Supervisor) -> tuple[bool, bool, tuple[int, datetime, UUID]]:
        return (
            is_of_the_city and not supervisor.is_of_the_city,
            supervisor.user_id not in supervising,
            _nearest_and_longest_without(supervisor),
        )

    yield from (supervisor.user_id for supervisor in sorted(people.supervisors, key=rank))


def _nearest_and_earliest(shift: Shift) -> tuple[int, datetime, UUID]:
    return shift.distance, shift.since, shift.user_id


def _nearest_and_longest_without(row: Officer | Supervisor) -> tuple[int, datetime, UUID]:
    return row.distance, row.last_given_at or _LONG_AGO, row.user_id
