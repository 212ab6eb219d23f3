"""Steps of an incident with owners and due times, computed when it opens.

Moments are aware and in UTC. `zone` is needed for night hours.
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
# Steps that wait for the morning are due an hour after the quiet hours end.
MORNING: Final = timedelta(hours=1)


class Assignee(StrEnum):
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
    """A step of a protocol. If `calls` is set, an organisation is called or visited."""

    id: UUID
    assignee: str
    each: str
    due_minutes: int
    may_wait: bool
    calls: bool
    escalate_after_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class AffectedOrganisation:
    """An organisation affected by an incident. `wish` and `night_calls` are codes of `contacts`."""

    id: UUID
    lead: UUID | None = None
    deputy: UUID | None = None
    is_the_place: bool = False
    raised_concern: bool = False
    wish: str = "welcome"
    night_calls: str = "not_asked"

    @property
    def may_be_contacted(self) -> bool:
        return self.wish == "welcome" or (self.wish == "only_if_they_ask" and self.raised_concern)

    @property
    def may_be_called_at_night(self) -> bool:
        """Whether the organisation agreed to calls at any hour about such an incident."""
        return self.night_calls == "always" or (self.night_calls == "if_our_place" and self.is_the_place)


@dataclass(frozen=True, slots=True)
class People:
    """Staff who can own steps: active users who cover the district, the city's supervisors last."""

    duty: UUID | None
    supervisors: Sequence[UUID]
    city_supervisors: Sequence[UUID]
    present: Collection[UUID]  # officers and supervisors who can open the incident
    excluded: Collection[UUID] = ()
    away: Collection[UUID] = ()

    def first_able(self, *preferred: UUID | None) -> UUID | None:
        """Return the first of these users who can take a step, or else a supervisor (district, then city)."""
        present = [user_id for user_id in preferred if user_id is not None and user_id in self.present]
        return self._first_free([*present, *self.supervisors, *self.city_supervisors])

    def first_of_the_city(self) -> UUID | None:
        """Return a supervisor of the whole city, or else of the district."""
        return self._first_free([*self.city_supervisors, *self.supervisors])

    def _first_free(self, user_ids: Sequence[UUID]) -> UUID | None:
        """Return the first user who is not excluded; users who are away come last."""
        allowed = [user_id for user_id in user_ids if user_id not in self.excluded]
        return next(
            (user_id for user_id in allowed if user_id not in self.away), allowed[0] if allowed else None
        )


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A planned step of an incident. `owner_id` is None only in a city without supervisors."""

    step_id: UUID
    organisation_id: UUID | None
    owner_id: UUID | None
    due_at: datetime
    escalate_at: datetime | None


def plan_steps(
    steps: Iterable[Step],
    started_at: datetime,
    organisations: Sequence[AffectedOrganisation],
    people: People,
    zone: ZoneInfo,
) -> Iterator[PlannedStep]:
    """Yield the steps of an incident that started at `started_at`.

    An organisation that refused contact gets no call or visit.
    """
    for step in steps:
        for organisation in _organisations_for(step, organisations):
            due_at = due(step, started_at, organisation, zone)
            after = step.escalate_after_minutes
            yield PlannedStep(
                step_id=step.id,
                organisation_id=organisation.id if organisation else None,
                owner_id=_first_owner(step, organisation, organisations, people),
                due_at=due_at,
                escalate_at=due_at + timedelta(minutes=after) if after is not None else None,
            )


def due(
    step: Step, started_at: datetime, organisation: AffectedOrganisation | None, zone: ZoneInfo
) -> datetime:
    """Return a step's due time: after the quiet hours if it may wait, or if night calls are refused."""
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
    """Return the end of the quiet hours around `moment`, in UTC."""
    local = moment.astimezone(zone)
    day = local.date() + timedelta(days=1 if local.time() >= QUIET_FROM else 0)
    return datetime.combine(day, QUIET_UNTIL, tzinfo=zone).astimezone(UTC)


def after_quiet(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return `moment`, or an hour after the quiet hours if it is in them."""
    return quiet_ends(moment, zone) + MORNING if is_quiet(moment, zone) else moment


def _organisations_for(
    step: Step, organisations: Sequence[AffectedOrganisation]
) -> Sequence[AffectedOrganisation | None]:
    """Return the organisations that a step is done for, or [None] if it is done once."""
    if step.each == Each.ONCE:
        return [None]
    contactable = [organisation for organisation in organisations if organisation.may_be_contacted]
    if step.each == Each.THE_PLACE:
        return [organisation for organisation in contactable if organisation.is_the_place]
    # The affected place has calls of its own, and is not called twice.
    return [organisation for organisation in contactable if not (step.calls and organisation.is_the_place)]


def _first_owner(
    step: Step,
    organisation: AffectedOrganisation | None,
    organisations: Sequence[AffectedOrganisation],
    people: People,
) -> UUID | None:
    place = next((affected for affected in organisations if affected.is_the_place), None)
    match step.assignee:
        case Assignee.DUTY:
            return people.first_able(people.duty)
        case Assignee.PLACE_LEAD if place:
            return people.first_able(place.lead, place.deputy)
        case Assignee.EACH_LEAD if organisation:
            return people.first_able(organisation.lead, organisation.deputy)
        case Assignee.CITY_SUPERVISOR:
            return people.first_of_the_city()
    return people.first_able()


def next_owner(assignee: str, lead: UUID | None, deputy: UUID | None, people: People) -> UUID | None:
    """Return the next owner of a step whose owner leaves: lead officer, deputy, then a supervisor.

    `lead` and `deputy` are those of the step's organisation, or else of the affected place. A supervisor's
    step goes to another supervisor. `assignee` is the step's `Assignee`.
    """
    match assignee:
        case Assignee.SUPERVISOR:
            return people.first_able()
        case Assignee.CITY_SUPERVISOR:
            return people.first_of_the_city()
    return people.first_able(lead, deputy)


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Candidate(Generic[T]):
    """A protocol in force for a district, with the values that rank it among others."""

    protocol: T
    kinds: Collection[str]
    needs_bias: bool
    depth: int  # position in the district's lineage; the whole city's comes first
    first_due: int  # minutes until its first step


def matching_protocols(
    candidates: Iterable[Candidate[T]], kinds: Collection[str], bias_grounds: Collection[str]
) -> list[T]:
    """Return the protocols that a concern starts, the nearest district's first, then the most urgent.

    An unknown bias is enough, because at night there is often only a perception.
    """
    is_bias = any(ground != "none" for ground in bias_grounds)
    matching_candidates = [
        candidate
        for candidate in candidates
        if not set(kinds).isdisjoint(candidate.kinds) and (is_bias or not candidate.needs_bias)
    ]
    return [
        candidate.protocol
        for candidate in sorted(
            matching_candidates, key=lambda candidate: (-candidate.depth, candidate.first_due)
        )
    ]
