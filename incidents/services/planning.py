"""The steps of an incident as rows: who gets which by when, from its protocol and whom it touches."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Role, User
from accounts.rules import WRITES
from contacts.models import Organisation
from districts.models import District
from incidents.codes import Proof, StepStatus
from incidents.models import Incident, IncidentStep, Protocol, StepHandover
from incidents.rules.steps import People, Planned, Step, Touched, next_owner, plan_steps
from lib.days import city_today, city_zone
from meetings.models import Concern
from meetings.whom_to_call import is_touched_by

AT_MOST: Final = 60  # organisations; of more, the supervisor chooses


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


def plan(incident: Incident, organisations: Collection[Touched], people: People) -> list[Planned]:
    steps = steps_of(incident.protocol)
    return list(plan_steps(steps, incident.started_at, list(organisations), people, city_zone()))


def steps_of(protocol: Protocol) -> list[Step]:
    return [
        Step(
            id=step.pk,
            who=step.given_to,
            each=step.each,
            due_minutes=step.due_minutes,
            may_wait=step.may_wait,
            calls=step.proof in (Proof.REASSURANCE, Proof.VISIT),
            escalate_after_minutes=step.escalate_after_minutes,
        )
        for step in protocol.steps.order_by("position")
    ]


def concerns_of(incident: Incident) -> list[Concern]:
    rows = Concern.objects.filter(incident_link__incident=incident)
    return list(rows.select_related("district", "site_organisation").order_by("received_at", "pk"))


def nearest(everyone: Sequence[Touched], also: Collection[UUID | None] = ()) -> list[Touched]:
    """The first AT_MOST of these organisations, and those in `also`."""
    return [*everyone[:AT_MOST], *(one for one in everyone[AT_MOST:] if one.id in also)]


def everyone_touched(incident: Incident) -> list[Touched]:
    """Active organisations that an incident is about wherever it is seen, the affected places first.

    As the system sees them: an actor is later shown those it may see.
    """
    return touched_by(concerns_of(incident), incident.also_in.all())


def touched_by(concerns: Iterable[Concern], also_in: Iterable[District] = ()) -> list[Touched]:
    """As `everyone_touched`."""
    found: dict[UUID, Touched] = {}
    widened = list(also_in)
    for concern in concerns:
        about = Q(is_touched_by(concern, *widened)) | Q(pk=concern.raised_by_organisation_id)
        rows = Organisation.objects.active().filter(about).order_by("folded", "pk")
        place, raised_by = concern.site_organisation_id, concern.raised_by_organisation_id
        for row in sorted(rows, key=lambda row: row.pk != place):
            known = found.get(row.pk)
            found[row.pk] = Touched(
                id=row.pk,
                lead=row.lead_officer_id,
                deputy=row.deputy_officer_id,
                is_the_place=row.pk == place or bool(known and known.is_the_place),
                asked=row.pk == raised_by or bool(known and known.asked),
                wish=row.contact_wish,
                night_calls=row.night_calls,
            )
    return sorted(found.values(), key=lambda one: not one.is_the_place)


def people_of(incident: Incident) -> People:
    """Who can own steps of an incident."""
    districts = [incident.district, *incident.also_in.all()]
    excluded = set(incident.excluded.values_list("pk", flat=True))
    return people_in(districts, incident.duty_id, excluded)


def people_in(districts: Iterable[District], duty: UUID | None, excluded: Collection[UUID] = ()) -> People:
    """Active officers and supervisors who work in one of these districts now, and who is on duty."""
    first, *others = districts
    staff = User.objects.active().with_role(*WRITES)
    here = list(staff.working_in(first).in_order().values_list("pk", "role"))
    present = {pk for pk, _role in here}
    for district in others:
        present.update(staff.working_in(district).values_list("pk", flat=True))
    root = District.objects.get(pk=first.lineage[0])
    city = staff.with_role(Role.SUPERVISOR).covering(root).in_order()
    return People(
        duty=duty,
        supervisors=[pk for pk, role in here if role == Role.SUPERVISOR],
        city_supervisors=list(city.values_list("pk", flat=True)),
        present=present,
        excluded=excluded,
        away=set(staff.away_on(city_today()).values_list("pk", flat=True)),
    )
