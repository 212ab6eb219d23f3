"""Write the steps of an incident: add, assign, pass on and settle them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from accounts.actors import Actor
from incidents.codes import StepStatus
from incidents.models import Incident, IncidentStep, StepHandover
from incidents.queries.step_plans import affected_organisations, concerns_of, nearest, people_of, plan
from incidents.rules.steps import AffectedOrganisation, next_owner


def add_steps(actor: Actor, incident: Incident, chosen: Collection[UUID] = ()) -> list[IncidentStep]:
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
    planned = plan(incident, with_steps, people_of(incident))
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

    An actor who takes a step gets no message.
    """
    handover = StepHandover(
        step=step, at=at, by_id=_user_id(actor), before_id=step.owner_id, after_id=owner_id
    )
    step.owner_id, step.given_at = owner_id, None if owner_id == actor.id else at
    return handover


def _user_id(actor: Actor) -> UUID | None:
    return actor.id if actor.kind == "user" else None


def pass_on(
    actor: Actor, incident: Incident, steps: Iterable[IncidentStep], *, leaving: UUID | None = None
) -> list[IncidentStep]:
    """Give open steps to their next owners, but not to `leaving`, and return the steps that moved.

    If affected else is away, a step stays with an owner who can still work on it.
    """
    people = people_of(incident)
    excluded = set(people.excluded)
    if leaving:
        people = replace(people, excluded={*excluded, leaving})
    place = next(
        (concern.site_organisation for concern in concerns_of(incident) if concern.site_organisation), None
    )
    passed_on_at, moved, handovers = timezone.now(), [], []
    for step in steps:
        organisation = step.organisation or place
        lead, deputy = (
            (organisation.lead_officer_id, organisation.deputy_officer_id) if organisation else (None, None)
        )
        owner_id = next_owner(step.step.given_to, lead, deputy, people)
        must_go = step.owner_id in excluded or step.owner_id not in people.present
        is_better = owner_id is not None and owner_id not in people.away
        if owner_id != step.owner_id and (is_better or must_go):
            handovers.append(give_step(actor, step, owner_id, passed_on_at))
            moved.append(step)
    StepHandover.objects.bulk_create(handovers)
    IncidentStep.objects.bulk_update(moved, ["owner", "given_at"], batch_size=200)
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
