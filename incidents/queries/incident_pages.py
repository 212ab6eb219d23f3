"""What the pages of incidents show: the next step, whom to call, and everything that happened."""

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
from incidents.rules.steps import Each, Touched, is_quiet
from lib.days import city_zone
from meetings.codes import ConcernStatus
from meetings.models import Concern
from meetings.queries.calls import AT_MOST, Call, calls_about

ROWS: Final = 10
LATER: Final = timedelta(days=1)
ALL_CALLS: Final = 500  # cards on a page that shows them all
REPORTS: Final = 3  # concerns of one incident whose organisations are looked up
_LAST: Final = datetime.max.replace(tzinfo=UTC)
_MOVED: Final = ("at", "by", "before", "after")  # of a StepHandover
CALLS: Final = (Proof.REASSURANCE, Proof.VISIT)
_ASSESSED: Final = ("experienced", "evidenced", "potential", "measures")  # texts of an assessment


@dataclass(slots=True)
class Card:
    """An organisation of an incident: how it is reached, what may be done now, and every try so far."""

    call: Call
    may_be_contacted: bool
    is_for_the_morning: bool  # “do not call at night”, and it is night
    is_asleep: bool  # it is night, and they did not agree to be called about this incident
    steps: list[IncidentStep] = field(default_factory=list)
    tries: list[Reassurance] = field(default_factory=list)

    @property
    def organisation(self) -> Organisation:
        return self.call.organisation

    @property
    def last(self) -> Reassurance | None:
        return self.tries[-1] if self.tries else None

    @property
    def is_settled(self) -> bool:
        return any(row.result in (Result.REACHED, Result.DECLINED) for row in self.tries)

    @property
    def can_wait(self) -> bool:
        """Whether it is night there, and nothing that is open for them has to happen before the morning."""
        calls = [step for step in self.steps if step.step.proof in CALLS]
        return (
            self.is_asleep
            and not self.is_settled
            and bool(calls)
            and all(step.step.may_wait for step in calls)
        )

    @property
    def can_be_visited(self) -> bool:
        """Whether a visit is what is left to do; before that, calls are."""
        is_due = any(step.step.proof == Proof.VISIT for step in self.steps)
        wanted = self.should_go_there or (self.is_settled and is_due)
        return wanted and self.may_be_contacted and not self.is_for_the_morning

    @property
    def says_nothing_yet(self) -> bool:
        """Whether what they said is still to be recorded: the second tap after Reached."""
        row = self.last
        return bool(row and row.result == Result.REACHED and not (row.needs or row.told or row.call_again_on))

    @property
    def should_go_there(self) -> bool:
        """After two vain tries."""
        return len(self.tries) > 1 and not self.is_settled


@dataclass(frozen=True, slots=True)
class Moved:
    """Steps that changed hands at once; names of colleagues, empty for no one or the system."""

    before: str
    after: str
    was_taken: bool  # by its new owner
    was_passed: bool  # by its old owner
    steps: list[IncidentStep]


@dataclass(frozen=True, slots=True)
class Happened:
    """A line of the timeline: exactly one of these is set."""

    at: datetime
    concern: Concern | None = None
    reassurance: Reassurance | None = None
    step: IncidentStep | None = None
    assessment: TensionAssessment | None = None
    moved: Moved | None = None


@dataclass(frozen=True, slots=True)
class Together:
    """A step that is due for several organisations at once: their names by the name of each owner."""

    step: IncidentStep
    owners: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class IncidentPage:
    """`hidden` counts the open steps of organisations that the reader does not see."""

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
    def soon(self) -> Sequence[IncidentStep]:
        return [step for step in self.steps if step.due_at < self.later_from]

    @property
    def later(self) -> Sequence[IncidentStep]:
        return [step for step in self.steps if step.due_at >= self.later_from]

    @property
    def together(self) -> list[Together]:
        """The open steps, the same step for several organisations once."""
        found: dict[tuple[Any, datetime], Together] = {}
        for step in self.steps:
            one = found.setdefault((step.step, step.due_at), Together(step, {}))
            names = one.owners.setdefault(step.owner.name if step.owner else "", [])
            if step.organisation:
                names.append(step.organisation.name)
        return list(found.values())

    def hide_protected_names(self) -> None:
        """For a page that is printed: organisations with a protected location are not named in its rows."""
        of_cards: list[Any] = [*self.cards, *(one for card in self.cards for one in card.tries)]
        rows = [*of_cards, *self.steps, *self.settled]
        for organisation in (
            *(row.organisation for row in rows),
            *(concern.site_organisation for concern in self.concerns),
        ):
            if organisation and organisation.has_protected_location:
                organisation.name = _("a place whose location is protected")

    def hide_protected_texts(self, incident: Incident, is_protected: Callable[..., bool]) -> None:
        """For a page that is printed: a text that names a protected place or its address is left out."""
        printed: list[tuple[Any, Sequence[str]]] = [(incident, ["words"])]
        printed += [(row, ["note"]) for row in (*self.steps, *self.settled)]
        printed += [(row, _ASSESSED) for row in self.assessments]
        for row, names in printed:
            for name in names:
                if is_protected(getattr(row, name)):
                    setattr(row, name, _("not printed, because it names a protected location"))

    @property
    def without_card(self) -> int:
        """How many organisations have an open step and no card: they are on the page with all calls."""
        cards = {card.organisation.pk for card in self.cards}
        return len({step.organisation_id for step in self.steps if step.organisation_id} - cards)

    @property
    def has_open_concerns(self) -> bool:
        return any(one.status != ConcernStatus.CLOSED for one in self.concerns)

    @property
    def timeline(self) -> list[Happened]:
        """Newest first; a call that settles a step is told once, as the call."""
        rows = [Happened(one.received_at, concern=one) for one in self.concerns]
        rows += [Happened(one.at, reassurance=one) for card in self.cards for one in card.tries]
        rows += [Happened(one.as_of, assessment=one) for one in self.assessments]
        rows += [
            Happened(one.done_at, step=one)
            for one in self.settled
            if one.done_at and one.step.proof not in (*CALLS, Proof.ASSESSMENT)
        ]
        rows += _moved([*self.steps, *self.settled])
        return sorted(rows, key=lambda row: row.at, reverse=True)

    @property
    def object_ids(self) -> Iterator[UUID]:
        """What the page shows, for the activity log."""
        for card in self.cards:
            yield from card.call.object_ids
        for step in (*self.steps, *self.settled):
            if step.organisation_id:
                yield step.organisation_id
        yield from (concern.pk for concern in self.concerns)


def with_incident(rows: Any, actor: Actor) -> Any:
    """Concerns, each with `incident_seen`: the ID of its incident, if the actor sees it."""
    found = Incident.objects.visible_to(actor).filter(concern_links__concern=OuterRef("pk"))
    return rows.annotate(incident_seen=Subquery(found.values("pk")[:1]))


def incident_page(
    actor: Actor, incident: Incident, now: datetime, *, all_calls: bool = False
) -> IncidentPage:
    """All that a page shows of an incident that the actor sees; the same statements however much it is.

    Without `all_calls` only the first organisations have a card, and always the one of the next step.
    """
    concerns = list(
        Concern.objects.visible_to(actor)
        .filter(incident_link__incident=incident)
        .with_site(actor)
        .select_related("district", "site_organisation")
        .order_by("received_at", "pk")
    )
    steps = _steps_seen(actor, incident)
    shown = [step for step in steps if step.organisation_id is None or step.sees_organisation]
    is_open = [step for step in shown if step.is_open]
    todo = _next(actor, is_open)
    first = todo.organisation_id if todo else None
    calls = _calls(
        actor, incident, concerns, is_open, first=first, at_most=ALL_CALLS if all_calls else AT_MOST
    )
    cards = _cards(incident, calls, is_open, now)
    return IncidentPage(
        concerns=concerns,
        cards=list(cards.values()),
        steps=is_open,
        settled=[step for step in shown if not step.is_open],
        assessments=list(incident.assessments.select_related("made_by").order_by("-number")),
        hidden=sum(step.is_open for step in steps) - len(is_open),
        later_from=now + LATER,
        next=todo,
        next_card=cards.get(first) if first else None,
    )


def under_way(actor: Actor) -> list[Any]:
    """Incidents not closed, each with `next_step`: those with a step of the actor first, then the soonest.

    Whoever works in a district tonight, also with temporary access, has to find what is under way there.
    """
    found: list[Any] = _UNDER_WAY.fetch(actor)
    if not found:
        return []
    steps = IncidentStep.objects.open().select_related("step").in_order()
    prefetch_related_objects(found, Prefetch("steps", steps, to_attr="open_steps"), places_seen(actor))
    for row in found:
        row.next_step = _next(actor, row.open_steps)
        row.is_own = any(step.owner_id == actor.id for step in row.open_steps)
    return sorted(found, key=lambda row: (not row.is_own, row.next_step.due_at if row.next_step else _LAST))


def _under_way(actor: Actor) -> QuerySet[Incident]:
    own = IncidentStep.objects.open().filter(incident=OuterRef("pk"), owner=actor.id)
    rows = Incident.objects.visible_to(actor).under_way().select_related("protocol", "district")
    return rows.order_by(Exists(own).desc(), "-started_at", "pk")[:ROWS]


_UNDER_WAY: Final = Prepared(_under_way)


def _next(actor: Actor, steps: Sequence[IncidentStep]) -> IncidentStep | None:
    """The actor's own first open step, else the first that they could do, else anybody's."""
    own = [step for step in steps if actor.id is not None and step.owner_id == actor.id]
    able = [step for step in steps if actor.is_supervisor or not step.step.needs_decision]
    return next(iter(own or able or steps), None)


def _steps_seen(actor: Actor, incident: Incident) -> list[Any]:
    seen = Organisation.objects.visible_to(actor).filter(pk=OuterRef("organisation"))
    moved = StepHandover.objects.filter(step=OuterRef("pk")).values(
        row=JSONObject(
            **{name: name for name in _MOVED}, before_name="before__name", after_name="after__name"
        )
    )
    rows: QuerySet[Any] = incident.steps.select_related("step", "owner", "organisation", "done_by")
    return list(rows.annotate(sees_organisation=Exists(seen), moved=ArraySubquery(moved)).in_order())


def _moved(steps: Iterable[Any]) -> Iterator[Happened]:
    """A line for the steps that changed hands at the same moment, between the same two."""
    lines: dict[tuple[Any, ...], Moved] = {}
    for step in steps:
        for row in step.moved:
            by, before, after = row["by"], row["before"], row["after"]
            line = Moved(
                row["before_name"] or "",
                row["after_name"] or "",
                was_taken=by is not None and by == after,
                was_passed=by is not None and by == before,
                steps=[],
            )
            lines.setdefault(tuple(row[name] for name in _MOVED), line).steps.append(step)
    for (at, *_who), line in lines.items():
        yield Happened(datetime.fromisoformat(at), moved=line)


def _calls(
    actor: Actor,
    incident: Incident,
    concerns: Sequence[Concern],
    steps: Sequence[Any],
    *,
    first: UUID | None,
    at_most: int,
) -> Iterator[tuple[Call, Concern]]:
    """Whom the concerns touch, and every organisation with an open step.

    Where the incident was widened to, its concerns are not seen, but its steps are worked on.
    """
    also = {step.organisation_id for step in steps if step.organisation_id}
    place = next((step.organisation_id for step in steps if step.step.each == Each.THE_PLACE), None)
    unseen = Concern(district=incident.district, site_organisation_id=place)
    for number, concern in enumerate(concerns[:REPORTS] or [unseen]):
        for call in calls_about(
            actor,
            concern,
            extra_organisation_ids=() if number else also,
            first_organisation_id=first,
            at_most=at_most,
        ).touched:
            yield call, concern


def card_of(call: Call, concern: Concern, *, is_night: bool) -> Card:
    """The card of an organisation to call about a concern, without steps and tries."""
    one = call.organisation
    touched = Touched(
        one.pk,
        is_the_place=call.is_the_place,
        asked=one.pk == concern.raised_by_organisation_id,
        wish=one.contact_wish,
        night_calls=one.night_calls,
    )
    return Card(
        call,
        may_be_contacted=touched.may_be_contacted,
        is_for_the_morning=is_night and one.night_calls == "never",
        is_asleep=is_night and not touched.may_be_called_at_night,
    )


def _cards(
    incident: Incident, calls: Iterable[tuple[Call, Concern]], steps: Sequence[Any], now: datetime
) -> dict[UUID, Card]:
    """By organisation: the affected place first, then as `whom_to_call` orders them."""
    night = is_quiet(now, city_zone())
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
