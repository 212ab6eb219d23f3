"""Rows that connect two districts: references across, shared rows, and officers on duty."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.actors import Actor
from accounts.models import DutyShift, Role, ShiftDistrict, User
from contacts.models import Contact, Organisation
from contacts.services.private_channels import set_organisation_private_channel, set_private_channel
from districts.models import District
from meetings.models import Concern, FollowUp, Meeting
from publishing.models import (
    CouncilPaper,
    PublicEntry,
    Registration,
    Release,
    ReleaseGrid,
    ReportingRoute,
)
from tests.architecture import canaries
from tests.factories import make_contact, make_district, make_meeting, make_organisation, make_user

Rows = Mapping[str, Any]


def release(by: User) -> dict[str, UUID]:
    """Create a release with its paper, and a grid that waits for another person. Return their IDs."""
    since = date(2026, 1, 1)
    document: dict[str, Any] = {"hidden": {}, "tables": [], "left_out": []}
    made = Release.objects.create(
        number=1, quarter_since=since, released_on=since, released_by=by, document=document, counted=[]
    )
    grid = ReleaseGrid.objects.create(since=since, level=2, splits={"coverage": "kind"}, proposed_by=by)
    paper = CouncilPaper.objects.create(release=made, version=1, figures=[], pdf=b"", made_by=by)
    return {"release_grid": grid.pk, "paper": paper.pk}


def tell(district: District, officer: User) -> dict[str, UUID]:
    """Create a drafted entry, a way to report and a registration of a district. Return their IDs."""
    entry = PublicEntry.objects.create(
        district=district, language="en", said="Lamps", did="Repaired", month="2026-01", written_by=officer
    )
    route = ReportingRoute.objects.create(
        district=district, name="Desk", kind="police_desk", phone="112", language="en", is_public=True
    )
    registration = Registration.objects.create(
        district=district, name="Choir", kind="ngo", language="en", state="confirmed",
        person_email="chair@choir.example", confirmed_at=timezone.now(),
    )  # fmt: skip
    return {"public_entry": entry.pk, "public_route": route.pk, "registration": registration.pk}


def on_duty(city: District, districts: Mapping[str, District], rows: Mapping[str, Any]) -> dict[str, str]:
    """Put officers of both districts on duty in a third one, and one of the third on duty in both.

    Return the names of the first by home district. The shift in a district is among its `rows`.
    """
    elsewhere, now = make_district("Eastgate", parent=city), timezone.now()
    names = {}
    for name, district in districts.items():
        officer = make_user(Role.OFFICER, district, name=f"Night duty of {name}")
        ends = now + timedelta(hours=8)
        shift = DutyShift.objects.create(user=officer, reason="night_duty", starts_at=now, ends_at=ends)
        ShiftDistrict.objects.create(shift=shift, district=elsewhere, since=now, added_by=officer)
        names[name] = officer.name
        visitor = make_user(Role.OFFICER, elsewhere, name=f"Visitor of {name}")
        visit = DutyShift.objects.create(user=visitor, reason="night_duty", starts_at=now, ends_at=ends)
        opened = ShiftDistrict.objects.create(shift=visit, district=district, since=now, added_by=visitor)
        rows[name].update(shift=visit.pk, shift_district=opened.pk)
    return names


def entangle(everything: Mapping[str, Rows]) -> None:
    """Create references from the north to rows it cannot see, and the other way round."""
    north, south = everything["north"], everything["south"]
    words = canaries.words_of("south")
    for meeting in Meeting.objects.filter(pk__in=[north["meeting"], north["meeting_held"]]):
        meeting.organisation_links.create(organisation_id=south["organisation"], present=True)
        meeting.contact_links.create(contact_id=south["contact"], attendance="invited")
    for promise in FollowUp.objects.filter(pk__in=[north["follow_up"], north["follow_up_done"]]):
        promise.organisation_links.create(organisation_id=south["organisation"])
    hidden = {
        "contact_id": south["contact"],
        "meeting_id": south["meeting"],
        "concern_id": south["concern"],
    }
    FollowUp.objects.filter(pk__in=[north["follow_up"], north["follow_up_done"]]).update(**hidden)
    named = {"raised_by_organisation_id": south["organisation"], "meeting_id": south["meeting_held"]}
    Concern.objects.filter(pk=north["concern"]).update(**named)
    person = Contact.objects.get(pk=north["contact"])
    person.affiliations.create(organisation_id=south["organisation"], role_title=words)

    seen = {"contact_id": north["contact"], "meeting_id": north["meeting_held"]}
    promises = [south["follow_up"], south["follow_up_done"], south["follow_up_repeated"]]
    FollowUp.objects.filter(pk__in=promises).update(concern_id=north["concern"], **seen)
    Meeting.objects.get(pk=south["meeting_held"]).contact_links.create(
        contact_id=north["contact"], attendance="attended"
    )
    Concern.objects.filter(pk=south["concern"]).update(
        site_organisation_id=north["organisation"], meeting_id=north["meeting_held"]
    )


def share(everything: Mapping[str, Rows], actor: Actor) -> dict[str, Any]:
    """Create rows of the south that the north can see but not edit. They have no canaries.

    The organisation is also active in the north. Its other rows stay in the south.
    """
    north, south = everything["north"], everything["south"]
    there = south["district"]
    visiting = make_organisation(there, name="Both sides", also_in=[north["district"]])
    twin = Organisation.objects.get(pk=north["organisation_twin"])
    contact = make_contact(there, visiting)
    set_private_channel(actor=actor, contact_id=contact.pk, email="own@both.example")
    set_organisation_private_channel(actor=actor, organisation_id=visiting.pk, address="Both lanes 1")
    meeting = make_meeting(
        there, twin, status="planned", outcomes=[], starts_at=timezone.now() + timedelta(days=1)
    )
    for hidden in Meeting.objects.filter(pk__in=[south["meeting"], south["meeting_held"]]):
        hidden.organisation_links.create(organisation=visiting, present=True)
    for promise in FollowUp.objects.filter(pk__in=[south["follow_up"], south["follow_up_done"]]):
        promise.organisation_links.create(organisation=visiting)
    Concern.objects.filter(pk=south["concern"]).update(raised_by_organisation=visiting)
    return {
        **south,
        "organisation": visiting.pk,
        "organisation_twin": twin.pk,
        "contact": contact.pk,
        "role": contact.affiliations.get().pk,
        "meeting": meeting.pk,
        "meeting_due": meeting.pk,
        "meeting_held": make_meeting(there, twin).pk,
        "workshop": make_meeting(there, twin, kind="mutual_learning_workshop").pk,
    }
