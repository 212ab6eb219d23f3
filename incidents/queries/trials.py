"""Trials of protocols: the steps and owners for an imagined event. Nothing is written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.actors import Actor
from accounts.models import User
from contacts.models import Organisation
from districts.models import District
from incidents.models import Protocol, ProtocolStep
from incidents.queries.step_plans import affected_by, city_calendar, nearest, people_in, steps_of
from incidents.rules.steps import plan_steps
from meetings.models import Concern
from meetings.rules.communities import communities_of


@dataclass(frozen=True, slots=True)
class TrialStep:
    """A step of a trial. `owner` is None if no one would get the step."""

    step: ProtocolStep
    organisation: Organisation | None
    owner: User | None
    due_at: datetime
    escalate_at: datetime | None


@dataclass(frozen=True, slots=True)
class Trial:
    """The steps of a trial. `hidden` counts steps for organisations that the actor cannot see."""

    steps: Sequence[TrialStep]
    hidden: int


def try_protocol(
    actor: Actor,
    protocol: Protocol,
    *,
    district: District,
    started_at: datetime,
    site: Organisation | None = None,
    bias_grounds: Sequence[str] = (),
) -> Trial:
    """Return the steps of an imagined incident under `protocol`, logged by the actor.

    The number of SQL statements does not depend on the number of steps.
    """
    concern = Concern(
        district=district, site_organisation=site, affected_focuses=communities_of(bias_grounds)
    )
    people = people_in(district, logged_by=actor.id)
    affected = nearest(affected_by([concern]))
    planned = list(
        plan_steps(
            steps_of(protocol), started_at, affected, people, city_calendar(), has_other_place=site is None
        )
    )
    steps = {step.pk: step for step in protocol.steps.all()}
    owners = User.objects.in_bulk(
        {planned_step.owner_id for planned_step in planned if planned_step.owner_id}
    )
    organisation_ids = [
        planned_step.organisation_id for planned_step in planned if planned_step.organisation_id
    ]
    visible_organisations: dict[UUID, Organisation] = Organisation.objects.visible_to(actor).in_bulk(
        organisation_ids
    )
    visible_steps = [
        planned_step
        for planned_step in planned
        if planned_step.organisation_id is None or planned_step.organisation_id in visible_organisations
    ]
    trial_steps = [
        TrialStep(
            step=steps[planned_step.step_id],
            organisation=visible_organisations.get(planned_step.organisation_id)
            if planned_step.organisation_id
            else None,
            owner=owners.get(planned_step.owner_id) if planned_step.owner_id else None,
            due_at=planned_step.due_at,
            escalate_at=planned_step.escalate_at,
        )
        for planned_step in visible_steps
    ]
    return Trial(
        sorted(trial_steps, key=lambda trial_step: (trial_step.due_at, trial_step.step.position)),
        len(planned) - len(visible_steps),
    )
