"""Queries for the pages of incidents: the next step, calls, and the timeline."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Prefetch, QuerySet, Subquery, prefetch_related_objects
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.queries.prepared import Prepared
from contacts.models import Organisation
from incidents.codes import Proof, Result
from incidents.models import Incident, IncidentStep, Reassurance, StepHandover, TensionAssessment
from incidents.models.incident import places_seen
from incidents.rules.steps import AffectedOrganisation, Each, is_quiet
from lib.days import city_zone
from meetings.codes import ConcernStatus
from meetings.models import Concern
from meetings.queries.calls import AT_MOST, Call, calls_about

ROWS: Final = 10
LATER: Final = timedelta(days=1)
ALL_CALLS: Final = 500  # cards on a page that shows them all
REPORTS: Final = 3  # concerns of one incident whose organisations are looked up
_FAR_FUTURE: Final = datetime.max.replace(tzinfo=UTC)
_HANDOVER_FIELDS: Final = ("at", "by", "before", "after")  # of a StepHandover
CALLS: Final = (Proof.REASSURANCE, Proof.VISIT)
_ASSESSED: Final = ("experienced", "evidenced", "potential", "measures")  # texts of an assessment


@dataclass(slots=True)
class Card:
    """An affected organisation: its contact details, the steps possible now, and all calls so far."""

    call: Call
    may_be_contacted: bool
    is_for_the_morning: bool  # “do not call at night”, and it is night
    is_asleep: bool  # it is night, and they did not agree to night calls about this incident
    steps: list[IncidentStep] = field(default_factory=list)
    tries: list[Reassurance] = field(default_factory=list)

    @property
    def organisation(self) -> Organisation:
        return self.call.organisation

    @property
    def last_try(self) -> Reassurance | None:
        return self.tries[-1] if self.tries else None

    @property
    def is_settled(self) -> bool:
        return any(row.result in (Result.REACHED, Result.DECLINED) for row in self.tries)

    @property
    def can_wait(self) -> bool:
        """Whether it is night, and all open calls to the organisation may wait for the morning."""
        calls = [step for step in self.steps if step.step.proof in CALLS]
        return (
            self.is_asleep
            and not self.is_settled
            and bool(calls)
            and all(step.step.may_wait for step in calls)
        )

    @property
    def can_be_visited(self) -> bool:
        """Whether a visit is the next step, because calls are done or were in vain."""
        is_due = any(step.step.proof == Proof.VISIT for step in self.steps)
        is_visit_next = self.needs_visit or (self.is_settled and is_due)
        return is_visit_next and self.may_be_contacted and not self.is_for_the_morning

    @property
    def lacks_answer(self) -> bool:
        """Whether the organisation was reached, and its answer is not recorded yet."""
        row = self.last_try
        return bool(row and row.result == Result.REACHED and not (row.needs or row.told or row.call_again_on))

    @property
    def needs_visit(self) -> bool:
        """Whether two or more calls were in vain."""
        return len(self.tries) > 1 and not self.is_settled


@dataclass(frozen=True, slots=True)
class Handover:
    """Steps handed over at one time. `before` and `after` are names, empty for no one or the system."""

    before: str
    after: str
    was_taken: bool  # by its new owner
    was_passed: bool  # by its old owner
    steps: list[IncidentStep]


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """A line of the timeline. Exactly one of the optional fields is set."""

    at: datetime
    concern: Concern | None = None
    reassurance: Reassurance | None = None
    step: IncidentStep | None = None
    assessment: TensionAssessment | None = None
    moved: Handover | None = None


@dataclass(frozen=True, slots=True)
class GroupedStep:
    """A step due for several organisations at once. `owners` has their names by owner's name."""

    step: IncidentStep
    owners: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class IncidentPage:
    """Everything on an incident's page. `hidden` counts open steps of organisations that are not visible."""

    concerns: Sequence[Concern]
    cards: Sequence[Card]
    steps: Sequence[IncidentStep]  # open, by time
    settled: Sequence[IncidentStep]
    assessments: Sequence[TensionAssessment]  # the latest first
    hidden: int
    later_from: datetime  # steps due since then can wait below the others
    next: IncidentStep | None
    next_card: Card | None

    @property
    def due_soon(self) -> Sequence[IncidentStep]:
        return [step for step in self.steps if step.due_at < self.later_from]

    @property
    def due_later(self) -> Sequence[IncidentStep]:
        return [step for step in self.steps if step.due_at >= self.later_from]

    @property
    def grouped_steps(self) -> list[GroupedStep]:
        """Open steps, with one entry for a step of several organisations."""
        grouped: dict[tuple[Any, datetime], GroupedStep] = {}
        for step in self.steps:
            group = grouped.setdefault((step.step, step.due_at), GroupedStep(step, {}))
            names = group.owners.setdefault(step.owner.name if step.owner else "", [])
            if step.organisation:
                names.append(step.organisation.name)
        return list(grouped.values())

    def hide_protected_names(self) -> None:
        """Replace names of organisations with a protected location, for a printed page."""
        of_cards: list[Any] = [
            *self.cards,
            *(reassurance for card in self.cards for reassurance in card.tries),
        ]
        rows = [*of_cards, *self.steps, *self.settled]
        for organisation in (
            *(row.organisation for row in rows),
            *(concern.site_organisation for concern in self.concerns),
        ):
            if organisation and organisation.has_protected_location:
                organisation.name = _("a place whose location is protected")

    def hide_protected_texts(self, incident: Incident, is_protected: Callable[..., bool]) -> None:
        """Replace texts that name a protected place or its address, for a printed page."""
        printed: list[tuple[Any, Sequence[str]]] = [(incident, ["words"])]
        printed += [(row, ["note"]) for row in (*self.steps, *self.settled)]
        printed += [(row, _ASSESSED) for row in self.assessments]
        for row, names in printed:
            for name in names:
                if is_protected(getattr(row, name)):
                    setattr(row, name, _("not printed, because it names a protected location"))

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
            for card in self.cards
            for reassurance in card.tries
        ]
        rows += [TimelineEntry(assessment.as_of, assessment=assessment) for assessment in self.assessments]
        rows += [
            TimelineEntry(step.done_at, step=step)
            for step in self.settled
            if step.done_at and step.step.proof not in (*CALLS, Proof.ASSESSMENT)
        ]
        rows += _handover_lines([*self.steps, *self.settled])
        return sorted(rows, key=lambda row: row.at, reverse=True)

    @property
    def object_ids(self) -> Iterator[UUID]:
        """IDs of the rows on the page, for the activity log."""
        for card in self.cards:
            yield from card.call.object_ids
        for step in (*self.steps, *self.settled):
            if step.organisation_id:
                yield step.organisation_id
        yield from (concern.pk for concern in self.concerns)


def with_incident(rows: Any, actor: Actor) -> Any:
    """Add `incident_seen` to concerns: the ID of the incident, if the actor can see it."""
    incidents = Incident.objects.visible_to(actor).filter(concern_links__concern=OuterRef("pk"))
    return rows.annotate(incident_seen=Subquery(incidents.values("pk")[:1]))


def incident_page(
    actor: Actor, incident: Incident, moment: datetime, *, all_calls: bool = False
) -> IncidentPage:
    """Return everything for the page of an incident that the actor can see.

    The number of SQL statements is constant. Without `all_calls`, only the first organisations have a card,
    including that of the next step.
    """
    concerns = list(
        Concern.objects.visible_to(actor)
        .filter(incident_link__incident=incident)
        .with_site(actor)
        .select_related("district", "site_organisation")
        .order_by("received_at", "pk")
    )
    steps = _steps_with_visibility(actor, incident)
    visible_steps = [step for step in steps if step.organisation_id is None or step.sees_organisation]
    open_steps = [step for step in visible_steps if step.is_open]
    next_step = _next_step(actor, open_steps)
    next_organisation_id = next_step.organisation_id if next_step else None
    calls = _calls_to_make(
        actor,
        incident,
        concerns,
        open_steps,
        first_organisation_id=next_organisation_id,
        at_most=ALL_CALLS if all_calls else AT_MOST,
    )
    cards = _cards_by_organisation(incident, calls, open_steps, moment)
    return IncidentPage(
        concerns=concerns,
        cards=list(cards.values()),
        steps=open_steps,
        settled=[step for step in visible_steps if not step.is_open],
        assessments=list(incident.assessments.select_related("made_by").order_by("-number")),
        hidden=sum(step.is_open for step in steps) - len(open_steps),
        later_from=moment + LATER,
        next=next_step,
        next_card=cards.get(next_organisation_id) if next_organisation_id else None,
    )


def under_way(actor: Actor) -> list[Any]:
    """Return visible incidents under way with `next_step`: those with the actor's steps first, then by time.

    Staff who work in a district tonight, also with temporary access, find them here.
    """
    incidents: list[Any] = _UNDER_WAY.fetch(actor)
    if not incidents:
        return []
    steps = IncidentStep.objects.open().select_related("step").in_order()
    prefetch_related_objects(incidents, Prefetch("steps", steps, to_attr="open_steps"), places_seen(actor))
    for row in incidents:
        row.next_step = _next_step(actor, row.open_steps)
        row.is_own = any(step.owner_id == actor.id for step in row.open_steps)
    return sorted(
        incidents, key=lambda row: (not row.is_own, row.next_step.due_at if row.next_step else _FAR_FUTURE)
    )


def _under_way(actor: Actor) -> QuerySet[Incident]:
    own_steps = IncidentStep.objects.open().filter(incident=OuterRef("pk"), owner=actor.id)
    rows = Incident.objects.visible_to(actor).under_way().select_related("protocol", "district")
    return rows.order_by(Exists(own_steps).desc(), "-started_at", "pk")[:ROWS]


_UNDER_WAY: Final = Prepared(_under_way)


def _next_step(actor: Actor, steps: Sequence[IncidentStep]) -> IncidentStep | None:
    """Return the actor's first open step, or else the first that they could do, or else the first."""
    own_steps = [step for step in steps if actor.id is not None and step.owner_id == actor.id]
    possible_steps = [step for step in steps if actor.is_supervisor or not step.step.needs_decision]
    return next(iter(own_steps or possible_steps or steps), None)


def _steps_with_visibility(actor: Actor, incident: Incident) -> list[Any]:
    visible = Organisation.objects.visible_to(actor).filter(pk=OuterRef("organisation"))
    handovers = StepHandover.objects.filter(step=OuterRef("pk")).values(
        row=JSONObject(
            **{name: name for name in _HANDOVER_FIELDS}, before_name="before__name", after_name="after__name"
        )
    )
    rows: QuerySet[Any] = incident.steps.select_related("step", "owner", "organisation", "done_by")
    return list(rows.annotate(sees_organisation=Exists(visible), moved=ArraySubquery(handovers)).in_order())


def _handover_lines(steps: Iterable[Any]) -> Iterator[TimelineEntry]:
    """Yield one timeline entry for steps handed over at the same time between the same two people."""
    lines: dict[tuple[Any, ...], Handover] = {}
    for step in steps:
        for row in step.moved:
            taken_by, before, after = row["by"], row["before"], row["after"]
            line = Handover(
                row["before_name"] or "",
                row["after_name"] or "",
                was_taken=taken_by is not None and taken_by == after,
                was_passed=taken_by is not None and taken_by == before,
                steps=[],
            )
            lines.setdefault(tuple(row[name] for name in _HANDOVER_FIELDS), line).steps.append(step)
    for (at, *_who), line in lines.items():
        yield TimelineEntry(datetime.fromisoformat(at), moved=line)


def _calls_to_make(
    actor: Actor,
    incident: Incident,
    concerns: Sequence[Concern],
    steps: Sequence[Any],
    *,
    first_organisation_id: UUID | None,
    at_most: int,
) -> Iterator[tuple[Call, Concern]]:
    """Yield calls to the organisations affected by the concerns, or with an open step.

    In districts that the incident was widened to, users see its steps but not its concerns.
    """
    step_organisation_ids = {step.organisation_id for step in steps if step.organisation_id}
    place = next((step.organisation_id for step in steps if step.step.each == Each.THE_PLACE), None)
    unknown_concern = Concern(district=incident.district, site_organisation_id=place)
    for number, concern in enumerate(concerns[:REPORTS] or [unknown_concern]):
        for call in calls_about(
            actor,
            concern,
            extra_organisation_ids=() if number else step_organisation_ids,
            first_organisation_id=first_organisation_id,
            at_most=at_most,
        ).touched:
            yield call, concern


def card_of(call: Call, concern: Concern, *, is_night: bool) -> Card:
    """Return the card of an organisation to call about a concern, without steps and calls."""
    organisation = call.organisation
    affected = AffectedOrganisation(
        organisation.pk,
        is_the_place=call.is_the_place,
        raised_concern=organisation.pk == concern.raised_by_organisation_id,
        wish=organisation.contact_wish,
        night_calls=organisation.night_calls,
    )
    return Card(
        call,
        may_be_contacted=affected.may_be_contacted,
        is_for_the_morning=is_night and organisation.night_calls == "never",
        is_asleep=is_night and not affected.may_be_called_at_night,
    )


def _cards_by_organisation(
    incident: Incident, calls: Iterable[tuple[Call, Concern]], steps: Sequence[Any], moment: datetime
) -> dict[UUID, Card]:
    """Return cards by organisation: the affected place first, then in the order of `calls`."""
    night = is_quiet(moment, city_zone())
    cards: dict[UUID, Card] = {}
    for call, concern in calls:
        cards.setdefault(call.organisation.pk, card_of(call, concern, is_night=night))
    for step in steps:
        if step.organisation_id in cards:
            cards[step.organisation_id].steps.append(step)
    for row in incident.reassurances.select_related("by").order_by("at", "pk"):
        if row.organisation_id in cards:
            row.organisation = cards[row.organisation_id].organisation
            cards[row.organisation_id].tries.append(row)
    return dict(sorted(cards.items(), key=lambda item: not item[1].call.is_the_place))
