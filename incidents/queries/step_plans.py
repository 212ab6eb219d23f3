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
from incidents.rules.steps import AffectedOrganisation, People, PlannedStep, Step, plan_steps
from lib.days import city_today, city_zone
from meetings.models import Concern
from meetings.queries.calls import matches_concern

AT_MOST: Final = 60  # organisations; if more are affected, a supervisor chooses


def plan(
    incident: Incident, organisations: Collection[AffectedOrganisation], people: People
) -> list[PlannedStep]:
    steps = steps_of(incident.protocol)
    return list(plan_steps(steps, incident.started_at, list(organisations), people, city_zone()))


def steps_of(protocol: Protocol) -> list[Step]:
    return [
        Step(
            id=step.pk,
            assignee=step.given_to,
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


def nearest(
    organisations: Sequence[AffectedOrganisation], also: Collection[UUID | None] = ()
) -> list[AffectedOrganisation]:
    """Return the first AT_MOST of these organisations, and those whose ID is in `also`."""
    return [
        *organisations[:AT_MOST],
        *(organisation for organisation in organisations[AT_MOST:] if organisation.id in also),
    ]


def affected_organisations(incident: Incident) -> list[AffectedOrganisation]:
    """Return active organisations affected by an incident in all its districts, affected places first.

    Visibility is not considered: pages later show an actor only visible organisations.
    """
    return affected_by(concerns_of(incident), incident.also_in.all())


def affected_by(concerns: Iterable[Concern], also_in: Iterable[District] = ()) -> list[AffectedOrganisation]:
    """Return active organisations affected by concerns, in their districts and `also_in`."""
    affected: dict[UUID, AffectedOrganisation] = {}
    widened = list(also_in)
    for concern in concerns:
        matches = Q(matches_concern(concern, *widened)) | Q(pk=concern.raised_by_organisation_id)
        rows = Organisation.objects.active().filter(matches).order_by("folded", "pk")
        place, raised_by = concern.site_organisation_id, concern.raised_by_organisation_id
        for row in sorted(rows, key=lambda row: row.pk != place):
            earlier = affected.get(row.pk)
            affected[row.pk] = AffectedOrganisation(
                id=row.pk,
                lead=row.lead_officer_id,
                deputy=row.deputy_officer_id,
                is_the_place=row.pk == place or bool(earlier and earlier.is_the_place),
                raised_concern=row.pk == raised_by or bool(earlier and earlier.raised_concern),
                wish=row.contact_wish,
                night_calls=row.night_calls,
            )
    return sorted(affected.values(), key=lambda organisation: not organisation.is_the_place)


def people_of(incident: Incident) -> People:
    """Return the staff who can own steps of an incident."""
    districts = [incident.district, *incident.also_in.all()]
    excluded = set(incident.excluded.values_list("pk", flat=True))
    return people_in(districts, incident.duty_id, excluded)


def people_in(districts: Iterable[District], duty: UUID | None, excluded: Collection[UUID] = ()) -> People:
    """Return active officers and supervisors who work in one of these districts now, with `duty` on duty."""
    first_district, *other_districts = districts
    staff = User.objects.active().with_role(*WRITES)
    staff_of_first = list(staff.working_in(first_district).in_order().values_list("pk", "role"))
    present = {pk for pk, _role in staff_of_first}
    for district in other_districts:
        present.update(staff.working_in(district).values_list("pk", flat=True))
    root = District.objects.get(pk=first_district.lineage[0])
    city = staff.with_role(Role.SUPERVISOR).covering(root).in_order()
    return People(
        duty=duty,
        supervisors=[pk for pk, role in staff_of_first if role == Role.SUPERVISOR],
        city_supervisors=list(city.values_list("pk", flat=True)),
        present=present,
        excluded=excluded,
        away=set(staff.away_on(city_today()).values_list("pk", flat=True)),
    )
