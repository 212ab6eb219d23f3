"""The steps of an incident as rows: who gets which by when, from its protocol and whom it touches."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from accounts.actors import Actor
from incidents.codes import StepStatus
from incidents.models import Incident, IncidentStep, StepHandover
from incidents.queries.step_plans import concerns_of, everyone_touched, nearest, people_of, plan
from incidents.rules.steps import Touched, next_owner


def add_steps(actor: Actor, incident: Incident, chosen: Collection[UUID] = ()) -> list[IncidentStep]:
    """Write the steps that an incident lacks, and return them. Steps that exist stay as they are.

    Of more than AT_MOST organisations only those `chosen` get steps besides the nearest. Owners are told of
    their steps, but nobody of what they began themselves.
    """
    now = timezone.now()
    there = set(incident.steps.values_list("step", "organisation"))
    called = {organisation for _step, organisation in there}
    everyone = everyone_touched(incident)
    touched = nearest(everyone, {*called, *chosen})
    _count(incident, everyone, touched, called)
    planned = plan(incident, touched, people_of(incident))
    missing = [one for one in planned if (one.step_id, one.organisation_id) not in there]
    return IncidentStep.objects.bulk_create(
        IncidentStep(
            incident=incident,
            step_id=one.step_id,
            organisation_id=one.organisation_id,
            owner_id=one.owner_id,
            given_at=None if one.owner_id == actor.id else now,
            due_at=one.due_at,
            escalate_at=one.escalate_at,
        )
        for one in missing
    )


def _count(
    incident: Incident,
    everyone: Sequence[Touched],
    touched: Sequence[Touched],
    called: Collection[UUID | None],
) -> None:
    """Count whom nobody is to contact (not those who got steps before they said so), and who is left out."""
    left_out = sum(one.may_be_contacted for one in everyone) - sum(one.may_be_contacted for one in touched)
    if incident.left_out != left_out:
        incident.left_out = left_out
        incident.save(update_fields=["left_out"])
    refused = [one for one in touched if not one.may_be_contacted and one.id not in called]
    place_refused = any(one.is_the_place for one in refused)
    if (incident.refused, incident.place_refused) != (len(refused), place_refused):
        incident.refused, incident.place_refused = len(refused), place_refused
        incident.save(update_fields=["refused", "place_refused"])


def give_step(actor: Actor, step: IncidentStep, owner_id: UUID | None, at: datetime) -> StepHandover:
    """Change the owner of a step, and return the handover. The caller saves both.

    Whoever takes a step over needs no message.
    """
    handover = StepHandover(step=step, at=at, by_id=_user(actor), before_id=step.owner_id, after_id=owner_id)
    step.owner_id, step.given_at = owner_id, None if owner_id == actor.id else at
    return handover


def _user(actor: Actor) -> UUID | None:
    return actor.id if actor.kind == "user" else None


def pass_on(
    actor: Actor, incident: Incident, steps: Iterable[IncidentStep], *, leaving: UUID | None = None
) -> list[IncidentStep]:
    """Give open steps to the next in turn, but not to `leaving`, and return those that moved.

    What nobody else who is here can take stays with an owner who can still work on it.
    """
    people = people_of(incident)
    excluded = set(people.excluded)
    if leaving:
        people = replace(people, excluded={*excluded, leaving})
    place = next((one.site_organisation for one in concerns_of(incident) if one.site_organisation), None)
    now, moved, handovers = timezone.now(), [], []
    for step in steps:
        about = step.organisation or place
        lead, deputy = (about.lead_officer_id, about.deputy_officer_id) if about else (None, None)
        owner_id = next_owner(step.step.given_to, lead, deputy, people)
        must_go = step.owner_id in excluded or step.owner_id not in people.present
        is_better = owner_id is not None and owner_id not in people.away
        if owner_id != step.owner_id and (is_better or must_go):
            handovers.append(give_step(actor, step, owner_id, now))
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
    """Mark steps, whose incident the caller holds, as done or not needed since `at` (now)."""
    now, found = timezone.now(), list(steps)
    for step in found:
        step.status, step.note, step.done_by_id = status, note, actor.id
        step.done_at, step.recorded_at = at or now, now
    written = ["status", "note", "done_by", "done_at", "recorded_at"]
    IncidentStep.objects.bulk_update(found, written, batch_size=200)
