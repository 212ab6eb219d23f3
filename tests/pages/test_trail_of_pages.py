"""If an officer of two districts views a row, only the supervisor of the row's district sees the event."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actors import SYSTEM, actor_for
from accounts.models import User
from audit.models import Action, Event
from lib.days import city_today
from meetings.services.concerns import log_concern
from meetings.services.follow_ups import create_follow_up
from meetings.services.handover import hand_over, undo_handover
from privacy.queries.activity_log import events_visible_to
from tests.factories import (
    make_contact,
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
    make_supervisor,
)

pytestmark = pytest.mark.django_db


class Ground:
    """Two districts with one officer, who leads an organisation of the first.

    The officer has a follow-up with this organisation due today.
    """

    def __init__(self) -> None:
        self.north, self.south = make_district("North"), make_district("South")
        self.officer = make_officer(self.north, self.south)
        self.organisation = make_organisation(
            self.north, name="Al-Noor Mosque", phone="+442079460443", lead_officer=self.officer
        )
        self.contact = make_contact(
            self.north, self.organisation, family_name="Haddad", phone="+442079460444"
        )
        promised: dict[str, Any] = {"owner": self.officer, "due_on": city_today()}
        self.promise = create_follow_up(
            actor=SYSTEM, title="Call", organisations=[self.organisation], **promised
        )
        self.concern = log_concern(actor=SYSTEM, kinds=["hate_incident"], district=self.north)
        self.held = make_meeting(self.north, self.organisation, officers=[self.officer])
        tomorrow = timezone.now() + timedelta(days=1)
        planned: dict[str, Any] = {"status": "planned", "outcomes": [], "starts_at": tomorrow}
        self.planned = make_meeting(self.north, officers=[self.officer], **planned)

    def address(self, page: str) -> str:
        names = ("organisation", "contact", "promise", "concern", "held", "planned")
        return page.format(**{name: getattr(self, name).pk for name in names})

    def client_of(self, user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    def is_found_in_the_north_alone(self, event: Event) -> bool:
        north, south = (
            event in events_visible_to(actor_for(make_supervisor(one))) for one in (self.north, self.south)
        )
        return north and not south and event.district_ids == [self.north.pk]


@pytest.fixture
def ground() -> Ground:
    return Ground()


PAGES = (
    *("/", "/?scope=district", "/calendar/", "/calendar/?scope=district", "/notifications/"),
    *("/follow-ups/", "/follow-ups/{promise}/", "/follow-ups/selected/?row={promise}"),
    *(f"/follow-ups/{{promise}}/{part}/" for part in ("edit", "done", "cancel")),
    *("/follow-ups/new/", "/follow-ups/new/?organisation={organisation}&contact={contact}"),
    *("/concerns/", "/concerns/{concern}/", "/concerns/{concern}/edit/"),
    *("/concerns/log/", "/concerns/log/?organisation={organisation}", "/concerns/log/?meeting={held}"),
    *("/meetings/", "/meetings/{held}/", "/meetings/{held}/edit/", "/meetings/{planned}/hold/"),
    *("/meetings/new/", "/meetings/new/?organisation={organisation}"),
    *("/meetings/log/", "/meetings/log/?organisation={organisation}", "/meetings/log/?contact={contact}"),
    *("/meetings/log/assembly/", "/contacts/new/", "/organisations/{organisation}/brief/"),
)
LOOKUPS: dict[str, dict[str, str]] = {
    "/meetings/log/": {"act": "find", "q": "mosque"},
    "/meetings/log/assembly/": {"act": "find", "q": "mosque"},
    "/meetings/new/": {"act": "find", "q": "mosque"},
    "/meetings/{planned}/edit/": {"act": "find", "q": "mosque"},
    "/meetings/{planned}/hold/": {"act": "find", "q": "mosque"},
    "/concerns/log/": {"look_for": "1", "find": "mosque"},
    "/concerns/{concern}/edit/": {"look_for": "1", "find": "mosque"},
    "/follow-ups/new/": {"look_for": "1", "find": "mosque"},
    "/follow-ups/{promise}/edit/": {"look_for": "1", "find": "mosque"},
    "/organisations/new/similar/": {"name": "Al-Noor Mosque"},
    "/contacts/new/similar/": {"given_name": "Sam", "family_name": "Haddad", "phone": "020 7946 0444"},
}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_names_the_district_of_its_rows(page: str, ground: Ground) -> None:
    assert ground.client_of(ground.officer).get(ground.address(page)).status_code == 200
    event = Event.objects.latest("id")
    assert event.object_ids
    assert ground.is_found_in_the_north_alone(event)


@pytest.mark.parametrize("page", LOOKUPS)
def test_a_look_up_names_the_district_of_what_it_found(page: str, ground: Ground) -> None:
    make_organisation(ground.south, name="Harbour choir")
    answer = ground.client_of(ground.officer).post(ground.address(page), LOOKUPS[page])
    assert answer.status_code in (200, 422)
    event = Event.objects.latest("id")
    assert {ground.organisation.pk, ground.contact.pk} & set(event.object_ids)
    assert ground.is_found_in_the_north_alone(event)


@pytest.mark.parametrize("page", [page for page in LOOKUPS if "/edit/" in page or "/hold/" in page])
def test_what_is_looked_up_for_a_row_elsewhere_is_found_in_both_districts(page: str, ground: Ground) -> None:
    make_organisation(ground.south, name="Harbour choir")
    sent = {name: value.replace("mosque", "harbour") for name, value in LOOKUPS[page].items()}
    answer = ground.client_of(ground.officer).post(ground.address(page), sent)
    assert "Harbour choir" in answer.content.decode()
    event = Event.objects.latest("id")
    assert event.action == Action.SEARCH
    assert set(event.district_ids) == {ground.north.pk, ground.south.pk}


def test_what_the_log_offers_while_one_types_does_too(ground: Ground) -> None:
    client = ground.client_of(ground.officer)
    answer = client.get("/meetings/log/", {"q": "mosque"}, HTTP_HX_REQUEST="true")
    assert "Al-Noor" in answer.content.decode()
    assert ground.is_found_in_the_north_alone(Event.objects.latest("id"))


def test_a_promise_is_where_those_it_was_made_to_are_though_its_owner_does_not_see_them(
    ground: Ground,
) -> None:
    southerner = make_officer(ground.south)
    create_follow_up(
        actor=SYSTEM, title="Ring", owner=southerner, due_on=city_today(), organisations=[ground.organisation]
    )
    client = ground.client_of(southerner)
    for page in ("/", "/calendar/", "/follow-ups/", "/notifications/"):
        assert "Al-Noor" not in client.get(page).content.decode()
        assert ground.is_found_in_the_north_alone(Event.objects.latest("id")), page


def test_a_handover_names_the_districts_of_what_moves_and_goes_back(ground: Ground) -> None:
    supervisor, to = make_supervisor(ground.north), make_officer(ground.north, ground.south)
    client, actor = ground.client_of(supervisor), actor_for(supervisor)

    def newest() -> Event:
        return Event.objects.filter(object_type="handover").latest("id")

    assert client.get("/handover/").status_code == 200
    assert ground.is_found_in_the_north_alone(newest())
    made = hand_over(actor=actor, officer_id=ground.officer.pk, to_id=to.pk)
    assert ground.is_found_in_the_north_alone(newest())
    for reader in (supervisor, to):
        assert ground.client_of(reader).get(f"/handovers/{made.pk}/").status_code == 200
        assert {made.pk, ground.promise.pk} < set(newest().object_ids)
        assert ground.is_found_in_the_north_alone(newest())
    undo_handover(actor=actor, handover_id=made.pk)
    assert newest().action == Action.UPDATE
    assert ground.is_found_in_the_north_alone(newest())


def test_reading_the_trail_is_found_where_the_rows_are_that_it_leads_to(ground: Ground) -> None:
    client = ground.client_of(ground.officer)
    client.get(ground.address("/meetings/{held}/edit/"))
    client.get(f"/organisations/{ground.organisation.pk}/edit/")
    assert client.get("/privacy/trail/").status_code == 200
    event = Event.objects.latest("id")
    assert (event.object_type, event.object_ids) == ("event", [ground.organisation.pk])
    assert ground.is_found_in_the_north_alone(event)
