"""Write the steps of an incident: add, assign, pass on and settle them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from accounts.actors import Actor
from incidents.codes import StepStatus
from incidents.models import Incident, IncidentStep, ShiftHandover, StepHandover
from incidents.queries.step_plans import (
    affected_organisations,
    city_calendar,
    nearest,
    people_of,
    places_of,
    plan,
    with_leads,
)
from incidents.rules.duty import People
from incidents.rules.steps import AffectedOrganisation, owners_in_order


def add_steps(
    actor: Actor, incident: Incident, chosen: Collection[UUID] = (), *, logged_by: UUID | None = None
) -> list[IncidentStep]:
    """Write the missing steps of an incident and return them. Existing steps stay unchanged.

    If more than AT_MOST organisations are affected, only the nearest and the `chosen` ones get steps. Owners
    are notified, unless the owner is the actor.
    """
    given_at = timezone.now()
    existing = set(incident.steps.values_list("step", "organisation"))
    called = {organisation for _step, organisation in existing}
    affected = affected_organisations(incident)
    with_steps = nearest(affected, {*called, *chosen})
    _store_counts(incident, affected, with_steps, called)
    planned = plan(incident, with_steps, people_of(incident, logged_by))
    missing = [
        planned_step
        for planned_step in planned
        if (planned_step.step_id, planned_step.organisation_id) not in existing
    ]
    return IncidentStep.objects.bulk_create(
        IncidentStep(
            incident=incident,
            step_id=planned_step.step_id,
            organisation_id=planned_step.organisation_id,
            owner_id=planned_step.owner_id,
            given_at=None if planned_step.owner_id == actor.id else given_at,
            seen_at=given_at if planned_step.owner_id and planned_step.owner_id == actor.id else None,
            due_at=planned_step.due_at,
            escalate_at=planned_step.escalate_at,
        )
        for planned_step in missing
    )


def _store_counts(
    incident: Incident,
    affected: Sequence[AffectedOrganisation],
    with_steps: Sequence[AffectedOrganisation],
    called: Collection[UUID | None],
) -> None:
    """Store how many affected organisations refused contact, and how many have no steps.

    Organisations that got steps before they refused do not count.
    """
    contactable = [organisation for organisation in affected if organisation.may_be_contacted]
    left_out = len(contactable) - sum(organisation.may_be_contacted for organisation in with_steps)
    if incident.left_out != left_out:
        incident.left_out = left_out
        incident.save(update_fields=["left_out"])
    refused = [
        organisation
        for organisation in with_steps
        if not organisation.may_be_contacted and organisation.id not in called
    ]
    place_refused = any(organisation.is_the_place for organisation in refused)
    if (incident.refused, incident.place_refused) != (len(refused), place_refused):
        incident.refused, incident.place_refused = len(refused), place_refused
        incident.save(update_fields=["refused", "place_refused"])


def give_step(actor: Actor, step: IncidentStep, owner_id: UUID | None, at: datetime) -> StepHandover:
    """Change the owner of a step, and return the handover. The caller saves both.

    An actor who takes a step gets no message, and has seen it.
    """
    handover = StepHandover(
        step=step, at=at, by_id=_user_id(actor), before_id=step.owner_id, after_id=owner_id
    )
    is_taken = owner_id is not None and owner_id == actor.id
    step.owner_id, step.given_at, step.seen_at = owner_id, None if is_taken else at, at if is_taken else None
    return handover


def _user_id(actor: Actor) -> UUID | None:
    return actor.id if actor.kind == "user" else None


def pass_on(
    actor: Actor, incident: Incident, steps: Iterable[IncidentStep], *, leaving: UUID | None = None
) -> list[IncidentStep]:
    """Give open steps to their next owners, but not to `leaving`, and return the steps that moved.

    Without `leaving`, the handovers name no one: the order of duty moved the steps.
    """
    owners = next_owners(incident, steps, leaving=leaving)
    return give_steps(actor, owners, is_asked=leaving is not None)


def next_owners(
    incident: Incident,
    steps: Iterable[IncidentStep],
    *,
    leaving: UUID | None = None,
    to: UUID | None = None,
    people: People | None = None,
    place: AffectedOrganisation | None = None,
) -> list[tuple[IncidentStep, UUID | None]]:
    """Return steps with their next owners: `to`, if they can take the step, or else the next in order.

    Steps that stay are left out: if everyone else is away, a step stays with an owner who can work on it.
    With `people`, the caller also gives the affected place, if it is an organisation.
    """
    moment = timezone.now()
    if people is None:
        people, place = people_of(incident), places_of([incident.pk]).get(incident.pk)
    excluded = set(people.excluded)
    if leaving:
        people = replace(people, excluded={*excluded, leaving})
    calendar, owners = city_calendar(), []
    for step in steps:
        order = owners_in_order(
            step.step.given_to,
            with_leads(step.organisation),
            place,
            people,
            is_urgent=calendar.is_urgent(step.due_at, moment),
        )
        owner_id = to if to and _can_take(to, step, people) else next(iter(order), None)
        must_go = step.owner_id in excluded or step.owner_id not in people.present
        is_better = owner_id is not None and owner_id not in people.away
        if owner_id != step.owner_id and (is_better or must_go):
            owners.append((step, owner_id))
    return owners


def _can_take(user_id: UUID, step: IncidentStep, people: People) -> bool:
    """Whether a user can take a step over: they can open the incident, and decide if the step needs it."""
    deciding = {supervisor.user_id for supervisor in people.supervisors}
    is_able = user_id in people.present and user_id not in people.excluded
    return is_able and (user_id in deciding or not step.step.needs_decision)


def give_steps(
    actor: Actor,
    owners: Iterable[tuple[IncidentStep, UUID | None]],
    *,
    shift_handover: ShiftHandover | None = None,
    is_asked: bool = True,
) -> list[IncidentStep]:
    """Give steps to new owners, and return the steps. The caller has locked their incidents.

    Unless the actor asked for it, the handovers name no one.
    """
    given_at, moved, handovers = timezone.now(), [], []
    for step, owner_id in owners:
        handover = give_step(actor, step, owner_id, given_at)
        handover.shift_handover = shift_handover
        if not is_asked:
            handover.by_id = None
        handovers.append(handover)
        moved.append(step)
    StepHandover.objects.bulk_create(handovers)
    IncidentStep.objects.bulk_update(moved, ["owner", "given_at", "seen_at"], batch_size=200)
    return moved


def settle_steps(
    actor: Actor,
    steps: Iterable[IncidentStep],
    status: str = StepStatus.DONE,
    *,
    note: str = "",
    at: datetime | None = None,
) -> None:
    """Mark steps as done or not needed at `at` (default: now). The caller has locked the incident."""
    recorded_at, settled = timezone.now(), list(steps)
    for step in settled:
        step.status, step.note, step.done_by_id = status, note, actor.id
        step.done_at, step.recorded_at = at or recorded_at, recorded_at
    written = ["status", "note", "done_by", "done_at", "recorded_at"]
    IncidentStep.objects.bulk_update(settled, written, batch_size=200)


def reopen_steps(steps: Iterable[IncidentStep]) -> None:
    """Make steps open again. The caller has locked the incident."""
    reopened = list(steps)
    for step in reopened:
        step.status, step.note = StepStatus.OPEN, ""
        step.done_at = step.recorded_at = step.done_by = None
    written = ["status", "note", "done_by", "done_at", "recorded_at"]
    IncidentStep.objects.bulk_update(reopened, written, batch_size=200)
