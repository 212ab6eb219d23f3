"""The pages of a handover: from whom, to whom, preview, undo, briefs."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import Role, User
from audit.models import Action, Event
from contacts.models import Organisation
from lib.days import city_today
from meetings.models import Handover
from meetings.services.concerns import log_concern
from meetings.services.follow_ups import create_follow_up
from tests.factories import (
    make_contact,
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
    make_supervisor,
    make_user,
)

pytestmark = pytest.mark.django_db


class Desk:
    """A supervisor's district with an officer who left an organisation and a follow-up."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.district = make_district("North")
        self.gone = make_officer(self.district, name="Ben")
        self.anna = make_officer(self.district, name="Anna")
        self.carla = make_officer(self.district, name="Carla")
        self.supervisor = make_supervisor(self.district)
        self.organisation = make_organisation(
            self.district, name="Al-Noor Mosque", phone="+442079460443", lead_officer=self.gone
        )
        self.promise = create_follow_up(
            actor=SYSTEM,
            title="Bring the noise form",
            owner=self.anna,
            due_on=city_today() + timedelta(days=2),
            organisations=[self.organisation],
        )
        User.objects.filter(pk=self.gone.pk).update(is_active=False)
        client.force_login(self.supervisor)

    @property
    def page(self) -> str:
        return f"/handover/{self.gone.pk}/"

    def lead(self) -> User | None:
        return Organisation.objects.get(pk=self.organisation.pk).lead_officer

    def hand_over(self, **fields: Any) -> Any:
        """Choose Anna, preview the changes, and press the button on the page."""
        preview = self.client.post(self.page, {"step": "preview", "to": self.anna.pk, **fields})
        html = preview.content.decode()
        sent = dict(re.findall(r'type="hidden" name="([\w-]+)" value="([^"]+)"', html))
        sent.pop("csrfmiddlewaretoken", None)
        return self.client.post(self.page, {**sent, "step": "move"}, follow=True)


@pytest.fixture
def desk(client: Client) -> Desk:
    return Desk(client)


def test_the_list_of_organisations_offers_those_left_behind(desk: Desk) -> None:
    html = desk.client.get("/organisations/").content.decode()
    assert "1 organisation has a lead officer who has left." in html
    assert 'href="/handover/"' in html
    desk.client.force_login(desk.anna)
    html = desk.client.get("/organisations/").content.decode()
    assert "who has left" not in html
    assert 'href="/handover/"' not in html


def test_the_path_from_the_list_to_the_briefs_is_five_clicks(desk: Desk) -> None:
    listed = desk.client.get("/handover/")  # 1: Hand over
    assert desk.page in listed.content.decode()
    chosen = desk.client.get(desk.page)  # 2: Ben
    assert f'name="to" value="{desk.anna.pk}"' in chosen.content.decode()
    preview = desk.client.post(desk.page, {"step": "preview", "to": desk.anna.pk})  # 3: Anna
    assert "To Anna" in preview.content.decode()
    assert desk.lead() == desk.gone
    made = desk.hand_over()  # 4: Hand it over
    assert desk.lead() == desk.anna
    briefs = re.search(r'href="(/handovers/[^"]+/briefs/)"', made.content.decode())
    assert briefs
    assert "Al-Noor Mosque" in desk.client.get(briefs[1]).content.decode()  # 5: Briefs to print


def test_an_organisation_may_go_to_somebody_else(desk: Desk) -> None:
    desk.hand_over(**{f"organisation-{desk.organisation.pk}": str(desk.carla.pk)})
    assert desk.lead() == desk.carla


def test_it_can_be_undone_from_the_message(desk: Desk) -> None:
    html = desk.hand_over().content.decode()
    path = re.search(r'action="(/undo/[^"]+)"', html)
    assert path
    answer = desk.client.post(path[1], follow=True)
    assert "Undone." in answer.content.decode()
    assert desk.lead() == desk.gone


def test_what_changed_under_ones_eyes_is_shown_again(desk: Desk) -> None:
    form = {"step": "move", "to": desk.anna.pk, "shown": "of-yesterday"}
    answer = desk.client.post(desk.page, form)
    assert answer.status_code == 409
    assert "Something changed" in answer.content.decode()
    assert desk.lead() == desk.gone


def test_nobody_chosen_is_said_and_keeps_the_rest(desk: Desk) -> None:
    answer = desk.client.post(desk.page, {"step": "preview", "to": "nobody"})
    assert answer.status_code == 422
    assert desk.lead() == desk.gone


def test_other_districts_and_other_roles(desk: Desk) -> None:
    made = desk.hand_over().redirect_chain[-1][0]
    other = make_supervisor(make_district())
    desk.client.force_login(other)
    for path in (desk.page, made, f"{made}briefs/", f"/organisations/{desk.organisation.pk}/brief/"):
        assert desk.client.get(path).status_code == 404, path
    assert desk.client.get("/handover/").status_code == 200
    desk.client.force_login(desk.carla)
    assert desk.client.get("/handover/").status_code == 403
    assert desk.client.post(desk.page, {"step": "move", "to": desk.carla.pk}).status_code == 403
    desk.client.force_login(make_user(Role.ADMINISTRATOR))
    assert desk.client.get("/handover/").status_code == 403
    assert desk.client.get(f"/organisations/{desk.organisation.pk}/brief/").status_code == 403


def test_who_took_over_sees_what_and_has_the_briefs(desk: Desk) -> None:
    made = desk.hand_over().redirect_chain[-1][0]
    desk.client.force_login(desk.anna)
    assert "Al-Noor Mosque" in desk.client.get(made).content.decode()
    assert "Al-Noor Mosque" in desk.client.get(f"{made}briefs/").content.decode()


def test_a_brief_says_whom_to_call_what_was_promised_and_keeps_facts_and_opinion_apart(desk: Desk) -> None:
    contact = make_contact(desk.district, desk.organisation, family_name="Haddad", phone="+441144960374")
    withdrawn = make_contact(desk.district, desk.organisation, family_name="Gone", withdrawn_on=city_today())
    for number in range(7):
        make_meeting(
            desk.district,
            desk.organisation,
            subject=f"Meeting {number}",
            starts_at=timezone.now() - timedelta(days=number + 1),
            facts="A lamp is out.",
            assessment="They are worried.",
        )
    make_meeting(desk.district, desk.organisation, subject="Not there", present=False)
    log_concern(actor=SYSTEM, kinds=["threat"], district=desk.district, site_organisation=desk.organisation)
    html = desk.client.get(f"/organisations/{desk.organisation.pk}/brief/").content.decode()
    for said in ("Haddad", "7946 0443", "Bring the noise form", "Threat"):
        assert said in html, said
    assert [number for number in range(7) if f"Meeting {number}" in html] == [0, 1, 2, 3, 4]
    assert "Not there" not in html
    assert withdrawn.family_name not in html
    facts, opinion = html.index("A lamp is out."), html.index("They are worried.")
    assert html.rindex("Facts", 0, facts) < facts < html.rindex("opinion", 0, opinion) < opinion
    event = Event.objects.filter(actor_id=desk.supervisor.pk, action=Action.VIEW).latest("at")
    assert {desk.organisation.pk, desk.promise.pk, contact.pk} <= set(event.object_ids)


def test_briefs_cost_the_same_for_many(desk: Desk, django_assert_max_num_queries: Any) -> None:
    others = [make_organisation(desk.district) for _ in range(6)]
    Organisation.objects.update(lead_officer=desk.gone)
    for organisation in others:
        make_meeting(desk.district, organisation)
        make_contact(desk.district, organisation)
    desk.hand_over()
    made = Handover.objects.get()
    for path in (f"/handovers/{made.pk}/", f"/handovers/{made.pk}/briefs/", desk.page, "/handover/"):
        with django_assert_max_num_queries(16):
            desk.client.get(path)
