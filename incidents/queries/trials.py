"""What a protocol would ask of whom, for an event that has not happened. Nothing is written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.actors import Actor
from accounts.models import User
from contacts.models import Organisation
from districts.models import District
from incidents.models import Protocol, ProtocolStep
from incidents.queries.step_plans import nearest, people_in, steps_of, touched_by
from incidents.rules.steps import plan_steps
from lib.days import city_zone
from meetings.models import Concern
from meetings.rules.communities import communities_of


@dataclass(frozen=True, slots=True)
class Tried:
    """A step somebody would get; `owner` is None if nobody would."""

    step: ProtocolStep
    organisation: Organisation | None
    owner: User | None
    due_at: datetime
    escalate_at: datetime | None


@dataclass(frozen=True, slots=True)
class Trial:
    """`hidden` counts the steps for organisations that the actor does not see."""

    steps: Sequence[Tried]
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
    """The steps of an incident under `protocol`, logged by the actor; the same statements however many."""
    concern = Concern(
        district=district, site_organisation=site, affected_focuses=communities_of(bias_grounds)
    )
    people = people_in([district], duty=actor.id)
    touched = nearest(touched_by([concern]))
    planned = list(plan_steps(steps_of(protocol), started_at, touched, people, city_zone()))
    steps = {step.pk: step for step in protocol.steps.all()}
    owners = User.objects.in_bulk({one.owner_id for one in planned if one.owner_id})
    wanted = [one.organisation_id for one in planned if one.organisation_id]
    seen: dict[UUID, Organisation] = Organisation.objects.visible_to(actor).in_bulk(wanted)
    shown = [one for one in planned if one.organisation_id is None or one.organisation_id in seen]
    tried = [
        Tried(
            step=steps[one.step_id],
            organisation=seen.get(one.organisation_id) if one.organisation_id else None,
            owner=owners.get(one.owner_id) if one.owner_id else None,
            due_at=one.due_at,
            escalate_at=one.escalate_at,
        )
        for one in shown
    ]
    return Trial(sorted(tried, key=lambda one: (one.due_at, one.step.position)), len(planned) - len(shown))
