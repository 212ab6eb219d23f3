"""Steps of an incident with owners and due times, computed when it opens.

Moments are aware and in UTC. `zone` is needed for night hours.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Generic, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from incidents.rules.duty import Assignee, Calendar, People
from incidents.rules.hours import after_quiet


class Each(StrEnum):
    ONCE = "once"
    THE_PLACE = "the_place"
    EACH_ORGANISATION = "each_organisation"


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a protocol. If `calls` is set, an organisation is called or visited.

    If `only_for` has kinds of concern, other concerns do not need the step.
    """

    id: UUID
    assignee: str
    each: str
    due_minutes: int
    may_wait: bool
    calls: bool
    escalate_after_minutes: int | None = None
    only_for: Collection[str] = ()

    def is_needed_for(self, kinds: Collection[str]) -> bool:
        return not self.only_for or not set(kinds).isdisjoint(self.only_for)


@dataclass(frozen=True, slots=True)
class AffectedOrganisation:
    """An organisation affected by an incident. `wish` and `night_calls` are codes of `contacts`.

    One that is only near the affected place hears the agreed statement, and nothing else.
    """

    id: UUID
    lead: UUID | None = None
    deputy: UUID | None = None
    is_the_place: bool = False
    raised_concern: bool = False
    is_near: bool = False
    is_only_near: bool = False
    wish: str = "welcome"
    night_calls: str = "not_asked"

    @property
    def may_be_contacted(self) -> bool:
        return self.wish == "welcome" or (self.wish == "only_if_they_ask" and self.raised_concern)

    @property
    def may_be_called_at_night(self) -> bool:
        """Whether the organisation agreed to calls at any hour about such an incident."""
        return self.night_calls == "always" or (self.night_calls == "if_our_place" and self.is_the_place)

    @property
    def refuses_night_calls(self) -> bool:
        """Whether only danger to life allows a call at night. Near ones must have agreed to all calls."""
        return self.night_calls == "never" or (self.is_only_near and self.night_calls != "always")


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
    calendar: Calendar,
    *,
    given_at: datetime | None = None,
    kinds: Collection[str] | None = None,
    has_other_place: bool = False,
) -> Iterator[PlannedStep]:
    """Yield the steps of an incident that started at `started_at`, about concerns of `kinds` (None: of all).

    Those that are due before the morning after `given_at` (default: `started_at`) go to staff on duty. An
    organisation that refused contact gets no call or visit. With `has_other_place`, an affected place is no
    organisation: its steps have no organisation either.
    """
    place = next((affected for affected in organisations if affected.is_the_place), None)
    for step in steps:
        if kinds is not None and not step.is_needed_for(kinds):
            continue
        for organisation in _organisations_for(step, organisations, has_other_place):
            due_at = due(step, started_at, organisation, calendar.zone)
            is_urgent = calendar.is_urgent(due_at, given_at or started_at)
            owners = owners_in_order(step.assignee, organisation, place, people, is_urgent=is_urgent)
            after = step.escalate_after_minutes
            yield PlannedStep(
                step_id=step.id,
                organisation_id=organisation.id if organisation else None,
                owner_id=next(iter(owners), None),
                due_at=due_at,
                escalate_at=due_at + timedelta(minutes=after) if after is not None else None,
            )


def due(
    step: Step, started_at: datetime, organisation: AffectedOrganisation | None, zone: ZoneInfo
) -> datetime:
    """Return a step's due time: after the quiet hours if it may wait, or if night calls are refused."""
    at = started_at.astimezone(UTC) + timedelta(minutes=step.due_minutes)
    calls = organisation if step.calls else None
    if calls and calls.refuses_night_calls:
        return after_quiet(at, zone)
    waits = step.may_wait and not (calls and calls.may_be_called_at_night)
    return after_quiet(at, zone) if waits else at


@dataclass(frozen=True, slots=True)
class ReportedPlace:
    """The place of a report: whether an organisation is named, its `kind`, and what happened (`kinds`)."""

    is_organisation: bool
    kind: str
    kinds: Collection[str]

    @property
    def is_said(self) -> bool:
        """Whether the report says that the place is no organisation, and which kind of place it is."""
        return not self.is_organisation and self.kind not in ("", "organisation")

    @property
    def has_somebody(self) -> bool:
        """Whether someone could be called. Graffiti in the street has no one."""
        return set(self.kinds) != {"graffiti_symbol"} or self.kind not in ("", "public_place")


def has_place_besides(places: Iterable[ReportedPlace]) -> bool:
    """Whether an incident with these reports has an affected place that is no organisation.

    A report that does not say what its place is counts only if no report names an organisation.
    """
    reported = list(places)
    is_any_named = any(place.is_organisation for place in reported)
    return any(
        place.has_somebody and (place.is_said or not (place.is_organisation or is_any_named))
        for place in reported
    )


def _organisations_for(
    step: Step, organisations: Sequence[AffectedOrganisation], has_other_place: bool
) -> Sequence[AffectedOrganisation | None]:
    """Return the organisations that a step is done for. None stands for no organisation."""
    if step.each == Each.ONCE:
        return [None]
    contactable = [organisation for organisation in organisations if organisation.may_be_contacted]
    if step.each == Each.THE_PLACE:
        places = [organisation for organisation in contactable if organisation.is_the_place]
        return [*places, *([None] if has_other_place else [])]
    # The affected place has calls of its own. An organisation that is only near gets no report.
    return [
        organisation
        for organisation in contactable
        if not (organisation.is_the_place if step.calls else organisation.is_only_near)
    ]


def owners_in_order(
    assignee: str,
    organisation: AffectedOrganisation | None,
    place: AffectedOrganisation | None,
    people: People,
    *,
    is_urgent: bool,
) -> list[UUID]:
    """Return who takes a step for an organisation, or else for the affected place, the first first.

    A place that is no organisation has no lead officer, so its steps go to the staff on duty.
    """
    if assignee == Assignee.PLACE_LEAD and place is None and organisation is None:
        assignee = Assignee.DUTY
    leads = organisation or place
    lead, deputy = (leads.lead, leads.deputy) if leads else (None, None)
    return people.order(assignee, lead, deputy, is_urgent=is_urgent)


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
