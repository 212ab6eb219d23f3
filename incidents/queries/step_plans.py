"""The steps that an incident needs, from its protocol, its organisations and its staff."""

from collections.abc import Collection, Iterable, Sequence
from typing import Final
from uuid import UUID

from django.db.models import Q

from accounts.models import Role, User
from accounts.rules import WRITES
from contacts.models import Organisation
from districts.models import District
from incidents.codes import Proof
from incidents.models import Incident, Protocol
from incidents.rules.steps import People, Planned, Step, Touched, plan_steps
from lib.days import city_today, city_zone
from meetings.models import Concern
from meetings.queries.calls import matches_concern

AT_MOST: Final = 60  # organisations; of more, the supervisor chooses


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
        about = Q(matches_concern(concern, *widened)) | Q(pk=concern.raised_by_organisation_id)
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
