"""Cards of an incident: organisations and places to call, with all calls so far."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from accounts.actors import Actor
from contacts.models import Organisation
from incidents.codes import Proof, Result
from incidents.models import (
    Incident,
    IncidentStep,
    Reassurance,
)
from incidents.rules.hours import is_quiet
from incidents.rules.steps import AffectedOrganisation, Each
from lib.days import city_zone
from meetings.models import Concern
from meetings.queries.calls import Call, Calls, calls_about

REPORTS: Final = 3  # concerns of one incident whose organisations are looked up
CALLS: Final = (Proof.REASSURANCE, Proof.VISIT)


@dataclass(frozen=True, slots=True)
class Calling:
    """A user who is calling an organisation, or the affected place (no `organisation_id`), now."""

    organisation_id: UUID | None
    user_id: UUID
    name: str
    since: datetime


@dataclass(slots=True)
class Card:
    """An affected organisation: its contact details, the steps possible now, and all calls so far."""

    call: Call
    may_be_contacted: bool
    is_for_the_morning: bool  # “do not call at night”, and it is night
    is_asleep: bool  # it is night, and they did not agree to night calls about this incident
    incident_id: UUID | None = None
    steps: list[IncidentStep] = field(default_factory=list)
    tries: list[Reassurance] = field(default_factory=list)  # also of incidents that were merged into this one
    calling: Calling | None = None

    @property
    def organisation(self) -> Organisation:
        return self.call.organisation

    @property
    def last_try(self) -> Reassurance | None:
        return self.tries[-1] if self.tries else None

    @property
    def settling_try(self) -> Reassurance | None:
        """The latest call or visit that reached them or that they declined, not later ones in vain."""
        return _settling(self.tries)

    @property
    def state(self) -> Reassurance | None:
        """The call or visit that the card shows: the settling one, or else the latest."""
        return self.settling_try or self.last_try

    @property
    def is_settled(self) -> bool:
        return self.settling_try is not None

    @property
    def call_step(self) -> IncidentStep | None:
        """The first open call or visit."""
        return next((step for step in self.steps if step.step.proof in CALLS), None)

    @property
    def waits(self) -> bool:
        """Whether it is night, and no call to the organisation is due before the morning."""
        calls = [step for step in self.steps if step.step.proof in CALLS]
        may_wait = all(step.step.may_wait for step in calls)
        return not self.call.is_the_place and (self.is_for_the_morning or (self.is_asleep and may_wait))

    @property
    def can_be_visited(self) -> bool:
        """Whether a visit is the next step, because calls are done or were in vain."""
        is_due = any(step.step.proof == Proof.VISIT for step in self.steps)
        is_visit_next = self.needs_visit or (self.is_settled and is_due)
        return is_visit_next and self.may_be_contacted and not (self.is_for_the_morning or self.waits)

    @property
    def lacks_answer(self) -> bool:
        """Whether the organisation was reached in this incident, and its answer is not recorded yet."""
        return _lacks_answer(self.settling_try, self.incident_id)

    @property
    def needs_visit(self) -> bool:
        """Whether two or more calls were in vain."""
        return len(self.tries) > 1 and not self.is_settled


@dataclass(slots=True)
class OtherPlace:
    """The affected place that is no organisation: all calls so far, and who is calling now."""

    tries: list[Reassurance] = field(default_factory=list)
    calling: Calling | None = None
    incident_id: UUID | None = None

    @property
    def state(self) -> Reassurance | None:
        """The call or visit that the page shows, as on a card."""
        return _settling(self.tries) or (self.tries[-1] if self.tries else None)

    @property
    def is_settled(self) -> bool:
        return _settling(self.tries) is not None

    @property
    def lacks_answer(self) -> bool:
        """Whether the place was reached in this incident, and its answer is not recorded yet."""
        return _lacks_answer(_settling(self.tries), self.incident_id)


def _settling(tries: Sequence[Reassurance]) -> Reassurance | None:
    settling = [row for row in tries if row.result in (Result.REACHED, Result.DECLINED)]
    return settling[-1] if settling else None


def _lacks_answer(row: Reassurance | None, incident_id: UUID | None) -> bool:
    if row is None or row.result != Result.REACHED or row.incident_id != incident_id:
        return False
    return not (row.needs or row.told or row.call_again_on)


def reached_before(row: Reassurance) -> Reassurance | None:
    """Return the latest call or visit before `row` that reached the same organisation, or None."""
    other_tries = Reassurance.objects.filter(
        incident=row.incident_id, organisation=row.organisation_id, result=Result.REACHED, at__lte=row.at
    )
    return other_tries.exclude(pk=row.pk).select_related("by").order_by("-at", "pk").first()


def calling_of(row: Mapping[str, str]) -> Calling:
    organisation_id = UUID(row["organisation"]) if row["organisation"] else None
    return Calling(organisation_id, UUID(row["user"]), row["name"], datetime.fromisoformat(row["at"]))


def ids_of_merged(incident: Any) -> Sequence[UUID]:
    merged_ids: Sequence[UUID] = incident.merged_ids
    return merged_ids


def calls_the_place(step: IncidentStep) -> bool:
    """Whether the step is the call to the affected place, which is shown at any hour."""
    return step.step.each == Each.THE_PLACE and step.step.proof == Proof.REASSURANCE


def can_wait(card: Card | None) -> bool:
    return card is not None and card.waits


def calls_to_make(
    actor: Actor,
    incident: Incident,
    concerns: Sequence[Concern],
    steps: Sequence[Any],
    *,
    first_organisation_id: UUID | None,
    at_most: int,
) -> Iterator[tuple[Concern, Calls]]:
    """Yield calls about each of the first concerns, and to the organisations with an open step.

    In districts that the incident was widened to, users see its steps but not its concerns.
    """
    step_organisation_ids = {step.organisation_id for step in steps if step.organisation_id}
    place = next((step.organisation_id for step in steps if step.step.each == Each.THE_PLACE), None)
    unknown_concern = Concern(district=incident.district, site_organisation_id=place)
    for number, concern in enumerate(concerns[:REPORTS] or [unknown_concern]):
        yield (
            concern,
            calls_about(
                actor,
                concern,
                extra_organisation_ids=() if number else step_organisation_ids,
                first_organisation_id=first_organisation_id,
                at_most=at_most,
            ),
        )


def card_of(call: Call, concern: Concern, *, is_night: bool) -> Card:
    """Return the card of an organisation to call about a concern, without steps and calls."""
    organisation = call.organisation
    affected = AffectedOrganisation(
        organisation.pk,
        is_the_place=call.is_the_place,
        raised_concern=organisation.pk == concern.raised_by_organisation_id,
        is_only_near=call.is_only_near,
        wish=organisation.contact_wish,
        night_calls=organisation.night_calls,
    )
    return Card(
        call,
        may_be_contacted=affected.may_be_contacted,
        is_for_the_morning=is_night and affected.refuses_night_calls,
        is_asleep=is_night and not affected.may_be_called_at_night,
    )


def cards_by_organisation(
    incident: Incident,
    calls: Mapping[Concern, Calls],
    steps: Sequence[Any],
    moment: datetime,
    other_place: OtherPlace,
) -> dict[UUID | None, Card]:
    """Return cards by organisation: the affected place first, then in the order of `calls`.

    Calls to a place that is no organisation are added to `other_place`.
    """
    night = is_quiet(moment, city_zone())
    cards: dict[UUID | None, Card] = {}
    for concern, calls_about_it in calls.items():
        for call in calls_about_it.touched:
            card = card_of(call, concern, is_night=night)
            card.incident_id = incident.pk
            cards.setdefault(call.organisation.pk, card)
    for step in steps:
        if step.organisation_id in cards:
            cards[step.organisation_id].steps.append(step)
    tries = Reassurance.objects.filter(incident__in=[incident.pk, *ids_of_merged(incident)])
    for row in tries.select_related("by").order_by("at", "pk"):
        if row.organisation_id in cards:
            row.organisation = cards[row.organisation_id].organisation
            cards[row.organisation_id].tries.append(row)
        elif row.organisation_id is None:
            other_place.tries.append(row)
    return dict(sorted(cards.items(), key=lambda item: not item[1].call.is_the_place))
