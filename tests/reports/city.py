"""A small city for report figures: districts, moments of city time, and rows with a history."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F
from django.http import QueryDict
from django.utils import timezone

from accounts.actors import Actor, actor_for
from accounts.models import User
from contacts.models import Organisation
from districts.models import District
from incidents.models import Debrief, Incident, IncidentStep, Protocol
from lib.days import city_zone, day_starts_at
from meetings.filters.concerns import ConcernFilters
from meetings.filters.follow_ups import FollowUpFilters
from meetings.filters.meetings import MeetingFilters
from meetings.filters.organisations import OrganisationFilters
from meetings.models import Concern, FollowUp, FollowUpOrganisation, Meeting
from meetings.services.periods import begin_histories
from practices.models import Adoption, Practice
from publishing.models import PublicEntry
from reports.queries.definitions import Drill
from reports.queries.periods import Period
from tests.factories import make_district, make_officer

QUARTER = Period(date(2024, 7, 1), date(2024, 10, 1))
LISTS: dict[str, tuple[Any, Any]] = {
    "organisations": (OrganisationFilters, Organisation),
    "meetings": (MeetingFilters, Meeting),
    "follow-ups": (FollowUpFilters, FollowUp),
    "concerns": (ConcernFilters, Concern),
}


def at(day: date, hour: int = 12, minute: int = 0) -> datetime:
    """Return this time by the city's clock."""
    return datetime.combine(day, time(hour, minute), tzinfo=city_zone())


def old(organisation: Organisation) -> Organisation:
    """Backdate the organisation's current state to long before the periods of the report."""
    organisation.periods.update(since=at(date(2020, 1, 1)))
    return organisation


def make_promise(
    *organisations: Organisation,
    due_on: date,
    first_due_on: date | None = None,
    done_at: datetime | None = None,
    owner: User | None = None,
    **fields: Any,
) -> FollowUp:
    """Create a follow-up made a month before it was first due, open unless `done_at` or `status` is given."""
    first = first_due_on or due_on
    values: dict[str, Any] = {
        "title": "Call back",
        "kind": "call_back",
        "owner": owner or make_officer(),
        "status": "done" if done_at else "open",
        "created_at": day_starts_at(first - timedelta(days=30)),
    }
    follow_up = FollowUp.objects.create(
        due_on=due_on, first_due_on=first, completed_at=done_at, **(values | fields)
    )
    FollowUpOrganisation.objects.bulk_create(
        FollowUpOrganisation(follow_up=follow_up, organisation=organisation) for organisation in organisations
    )
    begin_histories([follow_up])
    follow_up.periods.update(entered_at=F("since"))
    return follow_up


def tell_the_district(follow_up: FollowUp, district: District, **fields: Any) -> PublicEntry:
    """Create an approved entry of “You said, we did” about what was promised."""
    values = {"said": "The lamps", "did": "Repaired", "month": "2024-09", "approved_at": timezone.now()}
    return PublicEntry.objects.create(
        district=district, follow_up=follow_up, language="en", **(values | fields)
    )


def make_takeaway(meeting: Meeting, due_on: date, tried_on: date | None = None, **fields: Any) -> FollowUp:
    """Create what was taken home a month before it was due, with a result if `tried_on` is given."""
    row = make_promise(due_on=due_on, meeting=meeting, kind="try_out", **fields)
    if tried_on:
        practice, _new = Practice.objects.get_or_create(
            code="visits", defaults={"phases": ["prevent"], "strands": ["victims"]}
        )
        said = {"came_of_it": "made_worse", "would_again": "no", "started_on": tried_on}
        Adoption.objects.create(
            practice=practice, district=meeting.district, follow_up=row, written_on=tried_on, **said
        )
    return row


def make_concern(district: District, received_at: datetime, **fields: Any) -> Concern:
    """Create a concern, by default entered at once, open and without a known bias."""
    values: dict[str, Any] = {"kinds": ["threat"], "created_at": received_at}
    concern = Concern.objects.create(district=district, received_at=received_at, **(values | fields))
    begin_histories([concern])
    return concern


def make_incident(district: District, started_at: datetime, **fields: Any) -> Incident:
    """Create an incident. Its protocol requires a call of the place and a tick, and has a call of others."""
    protocol, is_new = Protocol.objects.get_or_create(
        code="past", district=district, defaults={"name": "Past", "kinds": ["threat"]}
    )
    for position, each, proof in (
        (1, "the_place", "reassurance"),
        (2, "each_organisation", "reassurance"),
        (3, "once", "tick"),
    ):
        if is_new:
            protocol.steps.create(
                position=position,
                text=each,
                who="duty",
                each=each,
                proof=proof,
                due_minutes=60,
                required=each != "each_organisation",
            )
    values = {"started_at": started_at, "created_at": started_at, "updated_at": started_at}
    return Incident.objects.create(protocol=protocol, district=district, **(values | fields))


def make_step(
    incident: Incident, each: str, organisation: Organisation | None = None, *, due: timedelta, **fields: Any
) -> IncidentStep:
    """Add a step of an incident, due this long after it started; `done` after it started, if it was done."""
    if (done := fields.pop("done", None)) is not None:
        fields = {"status": "done", "done_at": incident.started_at + done} | fields
        fields.setdefault("recorded_at", fields["done_at"])
    return incident.steps.create(
        step=incident.protocol.steps.get(each=each),
        organisation=organisation,
        due_at=incident.started_at + due,
        **fields,
    )


def make_call(incident: Incident, organisation: Organisation, result: str, after: timedelta) -> None:
    """Add a try to reach an organisation, this long after the incident started and entered at once."""
    at = incident.started_at + after
    incident.reassurances.create(organisation=organisation, result=result, at=at, recorded_at=at)


def close_incident(incident: Incident, closed_at: datetime, **debrief: Any) -> None:
    """Close an incident, with the debrief if one is given; `voices` are answers of organisations."""
    incident.closings.create(closed_at=closed_at)
    Incident.objects.filter(pk=incident.pk).update(status="closed", closed_at=closed_at)
    if debrief:
        voices = debrief.pop("voices", ())
        row = Debrief.objects.create(incident=incident, signed_at=closed_at, **debrief)
        for answer in voices:
            row.voices.create(in_time=answer)


def follow(drill: Drill | None, actor: Actor) -> set[UUID]:
    """Return the IDs of the list behind a figure, as `actor` sees it."""
    assert drill is not None
    filterset, model = LISTS[drill.noun]
    given = QueryDict(mutable=True)
    given.update(dict(drill.parameters))
    filters = filterset(given, model.objects.visible_to(actor), actor=actor)
    assert filters.is_valid(), filters.form.errors
    assert set(drill.parameters) <= set(filterset.parameters())
    return {row.pk for row in filters.qs}


def make_city() -> tuple[District, District, District, Actor]:
    """Create a city, two districts in it, and an officer of the city."""
    city = make_district("City")
    north, south = make_district("North", parent=city), make_district("South", parent=city)
    return city, north, south, actor_for(make_officer(city))
