"""Queries for the pages of incidents: the next step, calls, and the timeline."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from accounts.actors import Actor
from contacts.codes import Kind
from incidents.codes import Proof, StepStatus
from incidents.models import (
    Incident,
    IncidentStep,
    TensionAssessment,
)
from incidents.queries.cards import (
    CALLS,
    Card,
    OtherPlace,
    calling_of,
    calls_the_place,
    calls_to_make,
    can_wait,
    cards_by_organisation,
)
from incidents.queries.incident_changes import IncidentChange, changes_of_incident
from incidents.queries.steps_seen import StepRow, first_step_to_do, steps_with_visibility
from incidents.queries.timeline import TimelineEntry, handover_lines, withdrawal_lines
from incidents.rules.hours import is_quiet, quiet_ends
from lib.days import city_zone
from meetings.codes import ConcernStatus
from meetings.models import Concern
from meetings.queries.calls import AT_MOST, Call, Calls

LATER: Final = timedelta(days=1)
UNSEEN: Final = timedelta(minutes=10)  # after which the number of a step's owner is shown
ALL_CALLS: Final = 500  # cards on a page that shows them all
SUPPORTING: Final = 2  # rows of victim support


@dataclass(frozen=True, slots=True)
class IncidentPage:
    """Everything on an incident's page. `hidden` counts open steps of organisations that are not visible."""

    concerns: Sequence[Concern]
    cards: Sequence[Card]
    steps: Sequence[IncidentStep]  # open, by time
    settled: Sequence[IncidentStep]  # done or not needed: withdrawn steps are in no count of progress
    withdrawn: Sequence[IncidentStep]
    done_elsewhere: Sequence[IncidentStep]  # in incidents that were merged into this one
    assessments: Sequence[TensionAssessment]  # the latest first
    hidden: int
    is_night: bool
    later_from: datetime  # steps due since then wait below the others: from the morning, or from tomorrow
    next: IncidentStep | None
    next_card: Card | None
    calls_by_concern: Mapping[UUID, Calls] = field(default_factory=dict)  # of the first concerns
    other_place: OtherPlace = field(default_factory=OtherPlace)
    changes: Sequence[IncidentChange] = ()  # of the whole incident
    is_over: bool = False  # closed or withdrawn: there are no calls to make

    @property
    def case_reference(self) -> str:
        """The number of the case in the case system, or an empty text."""
        return next((concern.case_reference for concern in self.concerns if concern.case_reference), "")

    @property
    def is_about_other_place(self) -> bool:
        """Whether the next step is a call or visit to an affected place that is no organisation."""
        return bool(self.next and self.next.organisation_id is None and self.next.step.proof in CALLS)

    @property
    def now_cards(self) -> list[Card]:
        """Organisations to call now, apart from the next: at night only those that may be called at night.

        One that a colleague is calling is never folded.
        """
        return [card for card in self._open_cards if card.calling or not card.waits]

    @property
    def morning_cards(self) -> list[Card]:
        """Organisations that are called in the morning, because it is night."""
        return [card for card in self._open_cards if card.waits and not card.calling]

    @property
    def protected_cards(self) -> list[Card]:
        """Organisations that asked not to be called at night. Only danger to life overrides that."""
        return [card for card in self._open_cards if card.is_for_the_morning]

    @property
    def called_cards(self) -> list[Card]:
        return [card for card in self.cards if card.is_settled and card is not self.next_card]

    @property
    def called_place(self) -> OtherPlace | None:
        """The affected place that is no organisation, once reached, unless its visit is the next step."""
        place = self.other_place
        return place if place.is_settled and not self.is_about_other_place else None

    @property
    def number_called(self) -> int:
        return len(self.called_cards) + bool(self.called_place)

    @property
    def number_to_call(self) -> int:
        return len(self.cards) + bool(self.called_place)

    @property
    def refused_cards(self) -> list[Card]:
        return [card for card in self.cards if not (card.may_be_contacted or card.is_settled)]

    @property
    def _open_cards(self) -> Iterator[Card]:
        for card in () if self.is_over else self.cards:
            if card.may_be_contacted and not card.is_settled and card is not self.next_card:
                yield card

    @property
    def supporting(self) -> list[Call]:
        """Victim support for the people affected, the nearest first."""
        calls = next(iter(self.calls_by_concern.values()), None)
        helping = calls.helping if calls else []
        return [call for call in helping if call.organisation.kind == Kind.VICTIM_SUPPORT][:SUPPORTING]

    @property
    def decider(self) -> IncidentStep | None:
        """The first open step that only a supervisor can finish. Its owner decides, and `seen_at` is set."""
        deciding = [step for step in self.steps if step.owner and step.step.needs_decision]
        return next(iter(deciding), None)

    @property
    def soon(self) -> list[StepRow]:
        """Steps due before the morning, or by day until tomorrow: one row for each step of the protocol."""
        return self._step_rows(step for step in self.steps if step.due_at < self.later_from)

    @property
    def later(self) -> list[StepRow]:
        return self._step_rows(step for step in self.steps if step.due_at >= self.later_from)

    @property
    def number_of_steps(self) -> int:
        """Number of the protocol's steps in this incident, however many organisations they are for."""
        return len({step.step_id for step in (*self.settled, *self.steps)})

    @property
    def number_done(self) -> int:
        return self.number_of_steps - len({step.step_id for step in self.steps})

    @property
    def later_ids(self) -> set[UUID]:
        return {step.pk for step in self.steps if step.due_at >= self.later_from}

    @property
    def ids_of_forms(self) -> set[UUID]:
        """IDs of the steps and the organisation that the page has a form for, where a refusal is shown."""
        next_ids = {self.next_card.organisation.pk} if self.next_card else set()
        return {step.pk for step in self.steps} | next_ids

    def _step_rows(self, steps: Iterable[IncidentStep]) -> list[StepRow]:
        rows: dict[UUID, list[IncidentStep]] = {}
        for step in steps:
            is_call_too_late = self.is_over and step.step.proof in CALLS
            if step is not self.next and not is_call_too_late:
                rows.setdefault(step.step_id, []).append(step)
        done_counts = Counter(step.step_id for step in self.settled)
        counts = done_counts + Counter(step.step_id for step in self.steps)
        return [StepRow(steps[0].step, steps, done_counts[pk], counts[pk]) for pk, steps in rows.items()]

    @property
    def without_card(self) -> int:
        """Number of organisations with an open step and no card. The page with all calls shows them."""
        cards = {card.organisation.pk for card in self.cards}
        return len({step.organisation_id for step in self.steps if step.organisation_id} - cards)

    @property
    def has_open_concerns(self) -> bool:
        return any(concern.status != ConcernStatus.CLOSED for concern in self.concerns)

    @property
    def timeline(self) -> list[TimelineEntry]:
        """Entries of the timeline, newest first. A call that settles a step is one entry."""
        rows = [TimelineEntry(concern.received_at, concern=concern) for concern in self.concerns]
        rows += [
            TimelineEntry(reassurance.at, reassurance=reassurance)
            for tries in (*(card.tries for card in self.cards), self.other_place.tries)
            for reassurance in tries
        ]
        rows += [TimelineEntry(assessment.as_of, assessment=assessment) for assessment in self.assessments]
        rows += [
            TimelineEntry(step.done_at, step=step)
            for step in self._steps_once
            if step.done_at and step.step.proof not in (*CALLS, Proof.ASSESSMENT)
        ]
        rows += handover_lines([*self.steps, *self.settled])
        rows += withdrawal_lines(self.withdrawn)
        rows += [TimelineEntry(change.at, change=change) for change in self.changes]
        return sorted(rows, key=lambda row: row.at, reverse=True)

    @property
    def all_steps(self) -> list[IncidentStep]:
        return [*self.steps, *self.settled, *self.withdrawn, *self.done_elsewhere]

    @property
    def _steps_once(self) -> Iterator[IncidentStep]:
        """Settled steps. One that was settled because it was done in a merged incident is left out."""
        done_there = {(step.organisation_id, step.done_at) for step in self.done_elsewhere}
        yield from self.done_elsewhere
        yield from (step for step in self.settled if (step.organisation_id, step.done_at) not in done_there)

    @property
    def object_ids(self) -> Iterator[UUID]:
        """IDs of the rows on the page, for the activity log."""
        for card in self.cards:
            yield from card.call.object_ids
        for step in self.all_steps:
            if step.organisation_id:
                yield step.organisation_id
        yield from (concern.pk for concern in self.concerns)


def incident_page(
    actor: Actor,
    incident: Incident,
    moment: datetime,
    *,
    all_calls: bool = False,
    chosen_id: UUID | None = None,
) -> IncidentPage:
    """Return everything for the page of an incident that the actor can see.

    The number of SQL statements is constant. Without `all_calls`, only the first organisations have a card,
    including that of the next step. `chosen_id` is the organisation whose card comes first, or else the one
    that the actor is calling, if the incident was read `with_state`.
    """
    concerns = list(
        Concern.objects.visible_to(actor)
        .filter(incident_link__incident=incident)
        .with_references(actor)
        .order_by("received_at", "pk")
    )
    is_night = is_quiet(moment, city_zone())
    later_from = quiet_ends(moment, city_zone()) if is_night else moment + LATER
    all_steps = steps_with_visibility(actor, incident)
    steps = [step for step in all_steps if step.incident_id == incident.pk]
    visible_steps = [step for step in steps if step.organisation_id is None or step.sees_organisation]
    open_steps = [step for step in visible_steps if step.is_open]
    callings = [calling_of(row) for row in vars(incident).get("callings", ())]
    own_call = next((calling for calling in callings if calling.user_id == actor.id), None)
    first_id = chosen_id or (own_call.organisation_id if own_call else None)
    due_soon = [
        step for step in open_steps if not is_night or step.due_at < later_from or calls_the_place(step)
    ]
    likely_next = first_step_to_do(actor, due_soon)
    calls = dict(
        calls_to_make(
            actor,
            incident,
            concerns,
            open_steps,
            first_organisation_id=first_id or (likely_next.organisation_id if likely_next else None),
            at_most=ALL_CALLS if all_calls else AT_MOST,
        )
    )
    other_place = OtherPlace(incident_id=incident.pk)
    cards = cards_by_organisation(incident, calls, open_steps, moment, other_place)
    for calling in callings:
        if calling.organisation_id in cards:
            cards[calling.organisation_id].calling = calling
        elif calling.organisation_id is None:
            other_place.calling = calling
    next_card = cards.get(first_id)
    if next_card is None:
        awake = [step for step in due_soon if not can_wait(cards.get(step.organisation_id))]
        next_step = first_step_to_do(actor, awake)
        next_card = cards.get(next_step.organisation_id) if next_step else None
    else:
        next_step = next(iter(next_card.steps), None)
    return IncidentPage(
        concerns=concerns,
        cards=list(cards.values()),
        steps=open_steps,
        settled=[step for step in visible_steps if step.status in (StepStatus.DONE, StepStatus.NOT_NEEDED)],
        withdrawn=[step for step in visible_steps if step.status == StepStatus.WITHDRAWN],
        done_elsewhere=[
            step
            for step in all_steps
            if step.incident_id != incident.pk and (step.organisation_id is None or step.sees_organisation)
        ],
        assessments=list(incident.assessments.select_related("made_by").order_by("-number")),
        hidden=sum(step.is_open for step in steps) - len(open_steps),
        is_night=is_night,
        later_from=later_from,
        next=next_step,
        next_card=next_card,
        calls_by_concern={concern.pk: calls_about_it for concern, calls_about_it in calls.items()},
        other_place=other_place,
        changes=changes_of_incident(incident),
        is_over=not incident.is_under_way,
    )
