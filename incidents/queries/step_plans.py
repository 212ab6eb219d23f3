"""The steps that an incident needs, from its protocol, its organisations and its staff."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BooleanField,
    Case,
    Exists,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    UUIDField,
    Value,
    When,
)
from django.db.models.functions import JSONObject
from django.utils import timezone

from accounts.models import Role, ShiftDistrict, User
from accounts.queries.duty import OnDuty
from accounts.rules import WRITES
from audit.models import Action, Event
from contacts.models import Organisation
from districts.models import District
from incidents.codes import Proof
from incidents.models import Incident, IncidentConcern, IncidentStep, Protocol
from incidents.rules.duty import Assignee, Calendar, Officer, People, Shift, Supervisor
from incidents.rules.steps import (
    AffectedOrganisation,
    PlannedStep,
    ReportedPlace,
    Step,
    has_place_besides,
    plan_steps,
)
from lib.days import city_zone
from meetings.models import Concern
from meetings.queries.calls import is_near, matches_concern

_FURTHER: Final = 100  # levels of districts, which no city has
AT_MOST: Final = 60  # organisations; if more are affected, a supervisor chooses


def plan(
    incident: Incident, organisations: Collection[AffectedOrganisation], people: People
) -> list[PlannedStep]:
    steps, concerns = steps_of(incident.protocol), concerns_of(incident)
    return list(
        plan_steps(
            steps,
            incident.started_at,
            list(organisations),
            people,
            city_calendar(),
            given_at=timezone.now(),
            kinds={kind for concern in concerns for kind in concern.kinds},
            has_other_place=has_other_place(concerns),
        )
    )


def has_other_place(concerns: Iterable[Concern]) -> bool:
    """Whether one of the affected places of these concerns is no organisation."""
    return has_place_besides(
        ReportedPlace(concern.site_organisation_id is not None, concern.place_kind, concern.kinds)
        for concern in concerns
    )


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
            only_for=step.only_for,
        )
        for step in protocol.steps.order_by("position")
    ]


def concerns_of(incident: Incident) -> list[Concern]:
    rows = Concern.objects.filter(incident_link__incident=incident)
    return list(rows.select_related("district", "site_organisation").order_by("received_at", "pk"))


def places_of(incident_ids: Collection[UUID]) -> dict[UUID, AffectedOrganisation]:
    """Return the affected place of the first report that has one, by incident, with its lead officers."""
    links = IncidentConcern.objects.filter(
        incident__in=incident_ids, concern__site_organisation__isnull=False
    ).select_related("concern__site_organisation")
    places = {}
    for link in links.order_by("-concern__received_at", "-concern_id"):
        if place := with_leads(link.concern.site_organisation):
            places[link.incident_id] = place
    return places


def with_leads(organisation: Organisation | None) -> AffectedOrganisation | None:
    """Return an organisation with its lead and deputy officers, for the order of owners."""
    if organisation is None:
        return None
    return AffectedOrganisation(organisation.pk, organisation.lead_officer_id, organisation.deputy_officer_id)


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
    """Return active organisations affected by concerns, in their districts and `also_in`.

    Affected places come first, then organisations near them.
    """
    affected: dict[UUID, AffectedOrganisation] = {}
    widened = list(also_in)
    for concern in concerns:
        matches = Q(matches_concern(concern, *widened)) | Q(pk=concern.raised_by_organisation_id)
        near = is_near(concern)
        organisations = Organisation.objects.active().filter(matches | near).order_by("folded", "pk")
        rows: Any = organisations.annotate(is_affected=_is(matches), is_near=_is(near))
        place, raised_by = concern.site_organisation_id, concern.raised_by_organisation_id
        for row in sorted(rows, key=lambda row: row.pk != place):
            earlier = affected.get(row.pk)
            affected[row.pk] = AffectedOrganisation(
                id=row.pk,
                lead=row.lead_officer_id,
                deputy=row.deputy_officer_id,
                is_the_place=row.pk == place or bool(earlier and earlier.is_the_place),
                raised_concern=row.pk == raised_by or bool(earlier and earlier.raised_concern),
                is_near=row.is_near or bool(earlier and earlier.is_near),
                is_only_near=not row.is_affected and (earlier is None or earlier.is_only_near),
                wish=row.contact_wish,
                night_calls=row.night_calls,
            )
    return sorted(
        affected.values(),
        key=lambda organisation: (not organisation.is_the_place, not organisation.is_near),
    )


def _is(condition: Q) -> Any:
    return Case(When(condition, then=True), default=False, output_field=BooleanField())


def city_calendar() -> Calendar:
    """Return the city's working hours (DAYS_OFF)."""
    return Calendar(city_zone(), settings.WEEKDAYS_OFF, settings.DATES_OFF)


def is_unseen(step: IncidentStep) -> bool:
    """Whether a step was given to an owner who has not seen it, and could not wait for the morning."""
    given_at = step.given_at
    return (
        step.seen_at is None
        and step.owner_id is not None
        and given_at is not None
        and city_calendar().is_urgent(step.due_at, given_at)
    )


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The lineages of an incident's districts, its own first, who is excluded from it, and who opened it."""

    lineages: Sequence[Sequence[UUID]]
    excluded_ids: Collection[UUID]
    opened_by: UUID | None

    @property
    def district_ids(self) -> set[UUID]:
        """The districts of the incident, with all above them."""
        return {pk for lineage in self.lineages for pk in lineage}


def people_of(incident: Incident, logged_by: UUID | None = None) -> People:
    """Return the staff who can own steps of an incident.

    `logged_by` is who opened it. If it is None, that is read from the activity log.
    """
    return people_of_each([incident], logged_by)[incident.pk]


def people_of_each(
    incidents: Sequence[Incident],
    logged_by: UUID | None = None,
    surroundings: Mapping[UUID, Surroundings] | None = None,
) -> dict[UUID, People]:
    """Return the staff who can own steps, by incident. The number of SQL statements is constant."""
    around = surroundings_of(incidents) if surroundings is None else surroundings
    staff = _Staff.of_districts({pk for place in around.values() for pk in place.district_ids})
    return {
        incident_id: staff.people_in(place.lineages, logged_by or place.opened_by, place.excluded_ids)
        for incident_id, place in around.items()
    }


def surroundings_of(incidents: Sequence[Incident]) -> dict[UUID, Surroundings]:
    """Return what decides who can own steps, by incident, in one statement."""
    also_in = Incident.also_in.through.objects.filter(incident=OuterRef("pk")).order_by("pk")
    excluded = Incident.excluded.through.objects.filter(incident=OuterRef("pk"))
    rows: Any = Incident.objects.filter(pk__in=[incident.pk for incident in incidents]).annotate(
        also_in_lineages=ArraySubquery(also_in.values(row=JSONObject(lineage="district__lineage"))),
        excluded_ids=ArraySubquery(excluded.values("user_id")),
        opened_by=Subquery(_openings(OuterRef("pk")).values("actor_id")[:1]),
    )
    read = {row.pk: row for row in rows.only("pk")}
    return {
        incident.pk: Surroundings(
            [
                incident.district.lineage,
                *([UUID(pk) for pk in place["lineage"]] for place in read[incident.pk].also_in_lineages),
            ],
            read[incident.pk].excluded_ids,
            read[incident.pk].opened_by,
        )
        for incident in incidents
    }


def _openings(incident_id: Any) -> QuerySet[Event]:
    """Return the event with which a user opened an incident. Keys and the system are left out."""
    ids = Func(incident_id, template="ARRAY[%(expressions)s]", output_field=ArrayField(UUIDField()))
    events = Event.objects.filter(object_type="incident", action=Action.CREATE, actor_kind="user")
    return events.filter(object_ids__contains=ids).order_by("pk")


def people_in(district: District, logged_by: UUID | None) -> People:
    """Return the staff who could own steps of an incident in a district."""
    return _Staff.of_districts(district.lineage).people_in([district.lineage], logged_by, set())


def who_opened(incident: Incident) -> UUID | None:
    """Return the user who opened the incident; None if a key or the system did."""
    return _openings(Value(incident.pk, UUIDField())).values_list("actor_id", flat=True).first()


@dataclass(frozen=True, slots=True)
class _Staff:
    """Active officers and supervisors who work in some districts now, with their shifts."""

    members: Sequence[Any]  # users with `own_ids`, `duty_ids`, `on_duty_since` and `last_given_at`

    @classmethod
    def of_districts(cls, district_ids: Collection[UUID]) -> Self:
        """Read the staff of districts, which come with all districts above them."""
        opened = ShiftDistrict.objects.open_at(timezone.now()).filter(
            district_id__in=district_ids, shift__user=OuterRef("pk")
        )
        coverage = User.districts.through.objects.filter(user_id=OuterRef("pk"))
        is_here = Exists(coverage.filter(district_id__in=district_ids))
        given_steps = IncidentStep.objects.filter(owner=OuterRef("pk"), given_at__isnull=False)
        staff = User.objects.active().with_role(*WRITES).filter(is_here | Exists(opened))
        members = staff.annotate(
            own_ids=ArraySubquery(coverage.values("district_id")),
            duty_ids=ArraySubquery(opened.values("district_id")),
            on_duty_since=Subquery(opened.values("shift__starts_at")[:1]),
            last_given_at=Subquery(given_steps.order_by("-given_at").values("given_at")[:1]),
        )
        return cls(list(members))

    def people_in(
        self, lineages: Sequence[Sequence[UUID]], logged_by: UUID | None, excluded: Collection[UUID]
    ) -> People:
        """Return the staff of an incident whose districts have these lineages, its own first."""
        above = {pk for lineage in lineages for pk in lineage}
        on_duty = {row.pk for row in self.members if above.intersection(row.duty_ids)}
        present = [
            row
            for row in self.members
            if above.intersection(row.own_ids) or (row.pk in on_duty and row.role == Role.OFFICER)
        ]
        return People(
            logged_by=logged_by,
            present={row.pk for row in present},
            supervisors=[
                Supervisor(
                    user_id=row.pk,
                    distance=_distance(lineages, row.own_ids),
                    is_of_the_city=lineages[0][0] in row.own_ids,
                    last_given_at=row.last_given_at,
                )
                for row in present
                if row.role == Role.SUPERVISOR
            ],
            officers=[
                Officer(row.pk, _distance(lineages, row.own_ids), row.last_given_at)
                for row in present
                if row.role == Role.OFFICER and above.intersection(row.own_ids)
            ],
            shifts=[
                Shift(
                    row.pk,
                    row.role == Role.SUPERVISOR,
                    _distance(lineages, row.duty_ids),
                    row.on_duty_since,
                )
                for row in self.members
                if row.pk in on_duty
            ],
            excluded=excluded,
            away={row.pk for row in present if row.is_away},
        )


def ranks_of(user: str) -> dict[str, Any]:
    """Return expressions for `order_of_deciders`, about the supervisors in a field of rows."""
    given_steps = IncidentStep.objects.filter(owner=OuterRef(user), given_at__isnull=False)
    coverage = User.districts.through.objects.filter(user_id=OuterRef(user))
    return {
        "own_ids": ArraySubquery(coverage.values("district_id")),
        "last_given_at": Subquery(given_steps.order_by("-given_at").values("given_at")[:1]),
    }


def order_of_deciders(
    district: District, duty: Sequence[OnDuty], supervisors: Mapping[User, Mapping[str, Any]]
) -> list[UUID]:
    """Return supervisors, then officers on duty, in the order in which a step in a district goes to them.

    `supervisors` are colleagues who are not on duty, with the values of `ranks_of`. Without a supervisor on
    duty, they come first.
    """
    lineages = [district.lineage]
    on_duty: dict[User, Mapping[str, Any]] = {
        shift.user: {"own_ids": (), "last_given_at": None} for shift in duty if shift.role == Role.SUPERVISOR
    }
    colleagues = {shift.user for shift in duty} | supervisors.keys()
    people = People(
        logged_by=None,
        present={user.pk for user in colleagues},
        supervisors=[
            Supervisor(
                user_id=user.pk,
                distance=_distance(lineages, rank["own_ids"]),
                last_given_at=rank["last_given_at"],
            )
            for user, rank in {**on_duty, **supervisors}.items()
        ],
        shifts=[
            Shift(
                user_id=shift.user.pk,
                is_of_supervisor=shift.role == Role.SUPERVISOR,
                distance=_distance(lineages, shift.district_ids),
                since=shift.since,
            )
            for shift in duty
        ],
        away={user.pk for user in colleagues if user.is_away},
    )
    deciding = people.order(Assignee.SUPERVISOR)
    return list(dict.fromkeys([*deciding, *people.order(Assignee.DUTY)]))


def _distance(lineages: Sequence[Sequence[UUID]], covered_ids: Collection[UUID]) -> int:
    """Return how far covered districts are above those of an incident. Its own district comes first."""
    distances = [
        number * _FURTHER + distance
        for number, lineage in enumerate(lineages)
        for distance, pk in enumerate(reversed(lineage))
        if pk in covered_ids
    ]
    return min(distances, default=_FURTHER * _FURTHER)
