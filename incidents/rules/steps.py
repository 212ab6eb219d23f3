"""Which steps an incident has, who owns each, and by when: computed once, when it opens.

Moments are aware and in UTC. Only `zone` knows when it is night in the city.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Final, Generic, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

QUIET_FROM: Final = time(22)
QUIET_UNTIL: Final = time(8)
# What waits for the morning is due an hour after the quiet hours end, not at the stroke of eight.
MORNING: Final = timedelta(hours=1)


class Who(StrEnum):
    DUTY = "duty"
    PLACE_LEAD = "place_lead"
    EACH_LEAD = "each_lead"
    SUPERVISOR = "supervisor"
    CITY_SUPERVISOR = "city_supervisor"


class Each(StrEnum):
    ONCE = "once"
    THE_PLACE = "the_place"
    EACH_ORGANISATION = "each_organisation"


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a protocol. `calls` says that an organisation is called or visited for it."""

    id: UUID
    who: str
    each: str
    due_minutes: int
    may_wait: bool
    calls: bool
    escalate_after_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Touched:
    """An organisation that an incident touches. `wish` and `night_calls` are codes of `contacts`."""

    id: UUID
    lead: UUID | None = None
    deputy: UUID | None = None
    is_the_place: bool = False
    asked: bool = False  # it raised the concern itself
    wish: str = "welcome"
    night_calls: str = "not_asked"

    @property
    def may_be_contacted(self) -> bool:
        return self.wish == "welcome" or (self.wish == "only_if_they_ask" and self.asked)

    @property
    def may_be_called_at_night(self) -> bool:
        """Whether they agreed to be called at any hour, about an incident such as this one."""
        return self.night_calls == "always" or (self.night_calls == "if_our_place" and self.is_the_place)


@dataclass(frozen=True, slots=True)
class People:
    """Who may own a step: active users who cover the district, the city's supervisors last."""

    duty: UUID | None
    supervisors: Sequence[UUID]
    city_supervisors: Sequence[UUID]
    present: Collection[UUID]  # officers and supervisors who can open the incident
    excluded: Collection[UUID] = ()
    away: Collection[UUID] = ()

    def first(self, *wanted: UUID | None) -> UUID | None:
        """The first of these who can take a step, else a supervisor of the district, else of the city."""
        known = [one for one in wanted if one is not None and one in self.present]
        return self._free([*known, *self.supervisors, *self.city_supervisors])

    def first_of_the_city(self) -> UUID | None:
        """A supervisor of the whole city, else of the district."""
        return self._free([*self.city_supervisors, *self.supervisors])

    def _free(self, wanted: Sequence[UUID]) -> UUID | None:
        """Whoever is away comes last: a step needs an owner."""
        able = [one for one in wanted if one not in self.excluded]
        return next((one for one in able if one not in self.away), able[0] if able else None)


@dataclass(frozen=True, slots=True)
class Planned:
    """A step of an incident. `owner_id` is None only in a city without any supervisor."""

    step_id: UUID
    organisation_id: UUID | None
    owner_id: UUID | None
    due_at: datetime
    escalate_at: datetime | None


def plan_steps(
    steps: Iterable[Step],
    started_at: datetime,
    organisations: Sequence[Touched],
    people: People,
    zone: ZoneInfo,
) -> Iterator[Planned]:
    """The steps of an incident that started at `started_at`.

    An organisation that refused contact gets no call and no visit, whatever the protocol says.
    """
    for step in steps:
        for organisation in _subjects(step, organisations):
            due_at = due(step, started_at, organisation, zone)
            after = step.escalate_after_minutes
            yield Planned(
                step_id=step.id,
                organisation_id=organisation.id if organisation else None,
                owner_id=_owner(step, organisation, organisations, people),
                due_at=due_at,
                escalate_at=due_at + timedelta(minutes=after) if after is not None else None,
            )


def due(step: Step, started_at: datetime, organisation: Touched | None, zone: ZoneInfo) -> datetime:
    """When a step is due: after the quiet hours if it may wait, or if nobody may call at night."""
    at = started_at.astimezone(UTC) + timedelta(minutes=step.due_minutes)
    calls = organisation if step.calls else None
    if calls and calls.night_calls == "never":
        return after_quiet(at, zone)
    waits = step.may_wait and not (calls and calls.may_be_called_at_night)
    return after_quiet(at, zone) if waits else at


def is_quiet(moment: datetime, zone: ZoneInfo) -> bool:
    clock = moment.astimezone(zone).time()
    return clock >= QUIET_FROM or clock < QUIET_UNTIL


def quiet_ends(moment: datetime, zone: ZoneInfo) -> datetime:
    """When the quiet hours that hold at `moment` end, in UTC."""
    local = moment.astimezone(zone)
    day = local.date() + timedelta(days=1 if local.time() >= QUIET_FROM else 0)
    return datetime.combine(day, QUIET_UNTIL, tzinfo=zone).astimezone(UTC)


def after_quiet(moment: datetime, zone: ZoneInfo) -> datetime:
    """`moment`, or an hour after the quiet hours in which it lies."""
    return quiet_ends(moment, zone) + MORNING if is_quiet(moment, zone) else moment


def _subjects(step: Step, organisations: Sequence[Touched]) -> Sequence[Touched | None]:
    """The organisations a step is done for, or one None for a step that is done once."""
    if step.each == Each.ONCE:
        return [None]
    wanted = [one for one in organisations if one.may_be_contacted]
    if step.each == Each.THE_PLACE:
        return [one for one in wanted if one.is_the_place]
    # The affected place has calls of its own, and is not called twice.
    return [one for one in wanted if not (step.calls and one.is_the_place)]


def _owner(
    step: Step, organisation: Touched | None, organisations: Sequence[Touched], people: People
) -> UUID | None:
    place = next((one for one in organisations if one.is_the_place), None)
    match step.who:
        case Who.DUTY:
            return people.first(people.duty)
        case Who.PLACE_LEAD if place:
            return people.first(place.lead, place.deputy)
        case Who.EACH_LEAD if organisation:
            return people.first(organisation.lead, organisation.deputy)
        case Who.CITY_SUPERVISOR:
            return people.first_of_the_city()
    return people.first()


def next_owner(who: str, lead: UUID | None, deputy: UUID | None, people: People) -> UUID | None:
    """Who gets a step that its owner leaves: lead officer, deputy, then a supervisor.

    `lead` and `deputy` are of the organisation that the step is for, else of the affected place. A
    supervisor's step goes to another supervisor.
    """
    match who:
        case Who.SUPERVISOR:
            return people.first()
        case Who.CITY_SUPERVISOR:
            return people.first_of_the_city()
    return people.first(lead, deputy)


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Candidate(Generic[T]):
    """A protocol in force for a district, as nearness and urgency decide between several."""

    protocol: T
    kinds: Collection[str]
    needs_bias: bool
    depth: int  # how near to the district: -1 for the whole city's
    first_due: int  # minutes until its first step


def matching(
    candidates: Iterable[Candidate[T]], kinds: Collection[str], bias_grounds: Collection[str]
) -> list[T]:
    """Protocols that a concern starts, the nearest district's first, then the most urgent.

    An unknown bias is enough: at 23:00 a perception is all there is.
    """
    is_bias = any(ground != "none" for ground in bias_grounds)
    found = [
        one for one in candidates if not set(kinds).isdisjoint(one.kinds) and (is_bias or not one.needs_bias)
    ]
    return [one.protocol for one in sorted(found, key=lambda one: (-one.depth, one.first_due))]
