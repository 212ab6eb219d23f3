"""After a duty shift has ended, the officer sees the same as before, whatever was written meanwhile."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone

from accounts.actors import Actor, actor_for
from contacts.merging.services import merge_contacts, merge_organisations
from contacts.services.contacts import edit_contact
from contacts.services.organisations import create_organisation, edit_organisation
from meetings.services.concerns import edit_concern, log_concern
from meetings.services.follow_ups import create_follow_up, edit_follow_up
from meetings.services.meetings import edit_meeting
from meetings.services.shifts import begin_shift, end_shift
from tests.factories import (
    make_contact,
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
    make_supervisor,
)

pytestmark = pytest.mark.django_db


class Night:
    """An officer of the north on duty in the south, and one row of each type in both."""

    def __init__(self) -> None:
        city = make_district()
        self.north, self.south, self.east = (
            make_district(name, parent=city) for name in ("North", "South", "East")
        )
        self.market = make_district("Market", parent=self.south)
        self.officer = make_officer(self.north)
        self.ours, self.theirs = make_organisation(self.north), make_organisation(self.south)
        self.person, self.own = make_contact(self.south), make_contact(self.north)
        planned = {"status": "planned", "outcomes": [], "starts_at": timezone.now() + timedelta(days=2)}
        self.meeting = make_meeting(self.south, self.theirs, **planned)
        supervisor = make_supervisor(self.south)
        actor = actor_for(supervisor)
        self.promise = create_follow_up(
            actor=actor,
            title="Call",
            owner=supervisor,
            due_on=timezone.localdate(),
            organisations=[self.theirs],
        )
        self.concern = log_concern(actor=actor, kinds=["graffiti_symbol"], district=self.south)
        begin_shift(actor=self.actor, districts=[self.south], reason="night_duty", hours=2)

    @property
    def actor(self) -> Actor:
        return actor_for(self.officer)

    def seen_afterwards(self) -> list[Any]:
        end_shift(actor=self.actor)
        rows = (self.theirs, self.person, self.meeting, self.promise, self.concern)
        return [row for row in rows if type(row).objects.visible_to(self.actor).filter(pk=row.pk).exists()]


@pytest.fixture
def night() -> Night:
    return Night()


ATTEMPTS: dict[str, Callable[[Night], Any]] = {
    "organisation active in the north": lambda n: edit_organisation(
        actor=n.actor, organisation_id=n.theirs.pk, also_in=[n.north]
    ),
    "organisation moved north": lambda n: edit_organisation(
        actor=n.actor, organisation_id=n.theirs.pk, home_district=n.north
    ),
    "organisation active where a colleague works": lambda n: edit_organisation(
        actor=n.actor, organisation_id=n.theirs.pk, also_in=[n.east]
    ),
    "person moved north": lambda n: edit_contact(
        actor=n.actor, contact_id=n.person.pk, home_district=n.north
    ),
    "person speaks for one of ours": lambda n: edit_contact(
        actor=n.actor,
        contact_id=n.person.pk,
        affiliations=[{"organisation": n.ours, "role_title": "coordinator"}],
    ),
    "one of ours invited": lambda n: edit_meeting(
        actor=n.actor,
        meeting_id=n.meeting.pk,
        organisations=[{"organisation": n.theirs}, {"organisation": n.ours}],
    ),
    "meeting moved north": lambda n: edit_meeting(actor=n.actor, meeting_id=n.meeting.pk, district=n.north),
    "promised to one of ours": lambda n: edit_follow_up(
        actor=n.actor, follow_up_id=n.promise.pk, organisations=[n.theirs, n.ours]
    ),
    "concern moved north": lambda n: edit_concern(actor=n.actor, concern_id=n.concern.pk, district=n.north),
    "merged into one of ours": lambda n: merge_organisations(
        actor=n.actor, kept_id=n.ours.pk, versions={n.ours.pk: 1, n.theirs.pk: 1}
    ),
    "one of ours merged into it": lambda n: merge_organisations(
        actor=n.actor, kept_id=n.theirs.pk, versions={n.ours.pk: 1, n.theirs.pk: 1}
    ),
    "person merged into our own": lambda n: merge_contacts(
        actor=n.actor, kept_id=n.own.pk, versions={n.own.pk: 1, n.person.pk: 1}
    ),
}


@pytest.mark.parametrize("attempt", list(ATTEMPTS))
def test_no_write_of_the_night_shows_it_afterwards(night: Night, attempt: str) -> None:
    with pytest.raises(ValidationError, match="on duty here"):
        ATTEMPTS[attempt](night)
    assert night.seen_afterwards() == []


@pytest.mark.parametrize("attempt", list(ATTEMPTS))
def test_who_covers_both_may_do_the_same(night: Night, attempt: str) -> None:
    end_shift(actor=night.actor)
    night.officer.districts.add(night.south, night.east)
    ATTEMPTS[attempt](night)


def test_work_inside_the_opened_district_and_on_ones_own_goes_on(night: Night) -> None:
    edit_organisation(actor=night.actor, organisation_id=night.theirs.pk, also_in=[night.market])
    edit_organisation(actor=night.actor, organisation_id=night.theirs.pk, summary="Open at night")
    edit_contact(
        actor=night.actor,
        contact_id=night.person.pk,
        affiliations=[{"organisation": night.theirs, "role_title": "coordinator"}],
    )
    edit_organisation(actor=night.actor, organisation_id=night.ours.pk, also_in=[night.east])
    assert night.seen_afterwards() == []


def test_follow_ups_of_others_are_not_taken_over(night: Night) -> None:
    with pytest.raises(PermissionDenied):
        edit_follow_up(actor=night.actor, follow_up_id=night.promise.pk, owner=night.officer)
    assert night.seen_afterwards() == []


@pytest.mark.parametrize("part", ["lead_officer", "deputy_officer"])
def test_who_works_there_for_a_night_leads_nothing_there(part: str) -> None:
    night = Night()
    guest = make_officer(night.east)
    for officer in (night.officer, guest):
        with pytest.raises(ValidationError) as error:
            edit_organisation(actor=night.actor, organisation_id=night.theirs.pk, **{part: officer})
        assert list(error.value.message_dict) == [part]
        with pytest.raises(ValidationError):
            create_organisation(
                actor=night.actor, name="New", kind="ngo", home_district=night.market, **{part: officer}
            )
    night.theirs.refresh_from_db()
    assert getattr(night.theirs, part) is None
    there = make_officer(night.south)
    edit_organisation(actor=night.actor, organisation_id=night.theirs.pk, **{part: there})
    edit_organisation(actor=night.actor, organisation_id=night.ours.pk, **{part: night.officer})


def test_neither_a_page_nor_the_api_makes_somebody_lead_for_a_night(client: Client) -> None:
    night = Night()
    client.force_login(night.officer)
    page = client.get(f"/organisations/{night.theirs.pk}/edit/")
    typed = {name: value for name, value in page.context["form"].initial.items() if value is not None}
    typed |= {"lead_officer": str(night.officer.pk), "home_district": str(night.south.pk)}
    typed |= {f"focuses-{name}": "0" for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    answer = client.post(f"/organisations/{night.theirs.pk}/edit/", typed)
    assert answer.status_code == 422
    assert "lead_officer" in answer.context["form"].errors
    answer = client.patch(
        f"/api/v1/organisations/{night.theirs.pk}/",
        {"lead_officer": str(night.officer.pk), "version": night.theirs.version},
        content_type="application/json",
    )
    assert answer.status_code in (400, 403, 422)
    night.theirs.refresh_from_db()
    assert night.theirs.lead_officer is None
