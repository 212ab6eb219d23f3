"""The page of an incident has all that the page of its concern had, and shows it to nobody else."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts.actors import SYSTEM
from accounts.models import Role
from audit.models import Event
from incidents.models import Incident
from incidents.services.decisions import widen_incident
from incidents.services.exclusions import exclude_user
from lib.days import city_today
from meetings.models import Concern
from meetings.services.concerns import edit_concern
from meetings.services.follow_ups import create_follow_up
from tests.factories import make_district, make_officer, make_organisation, make_user
from tests.incidents.making import Night
from tests.markup import joined, outside_folds

pytestmark = pytest.mark.django_db

FACTS = "Paint was thrown at the door."


@pytest.fixture
def night() -> Night:
    return Night(phone="+34910123456")


def opened(night: Night) -> tuple[Incident, Concern]:
    incident = night.incident()
    concern = Concern.objects.get()
    edit_concern(
        actor=SYSTEM, concern_id=concern.pk, facts=FACTS, place="Heron Street", case_reference="AP-7"
    )
    concern.refresh_from_db()
    return incident, concern


def page_of(client: Client, user: Any, path: str) -> str:
    client.force_login(user)
    return client.get(path, follow=True).text


def test_a_concern_of_an_incident_is_a_part_of_its_page(client: Client, night: Night) -> None:
    incident, concern = opened(night)
    make_organisation(night.district, name="Victim help", kind="victim_support", phone="+34617862339")
    create_follow_up(actor=SYSTEM, title="Walk past", owner=night.duty, due_on=city_today(), concern=concern)
    page = joined(page_of(client, night.duty, f"/concerns/{concern.pk}/"))
    path = f"/concerns/{concern.pk}/"
    texts = (FACTS, "Heron Street", "AP-7", "Anti-Muslim", "Victim help", "Walk past", "Notified immediately")
    for text in (*texts, night.supervisor.name, "Received", "What to offer"):
        assert text in page, text
    for address in (f"{path}edit/", f"{path}status/", f"/follow-ups/new/?concern={concern.pk}"):
        assert address in page, address
    assert '<details class="fold" id="concern" open' in page
    assert 'id="concern" open' not in page_of(client, night.duty, f"/incidents/{incident.pk}/")
    event = Event.objects.filter(actor_id=night.duty.pk, action="view").latest("at")
    assert event.object_type == "incident" and concern.pk in event.object_ids


def test_its_forms_keep_their_addresses_and_lead_back(client: Client, night: Night) -> None:
    incident, concern = opened(night)
    client.force_login(night.duty)
    path = f"/concerns/{concern.pk}/"
    page = client.post(f"{path}status/", {"step": "answered"}, follow=True)
    assert page.redirect_chain[-1][0].startswith(f"/incidents/{incident.pk}/?concern={concern.pk}")
    text = joined(page.text)
    assert "Concern marked as answered." in text and "Undo" in text
    unfolded = outside_folds(text)
    assert "Reported back?" in unfolded and 'value="told"' in unfolded, "never folded"
    told = client.post(f"{path}status/", {"step": "told"}, follow=True).text
    assert "Reported back?" not in told and "Reported back" in told
    assert client.get(f"{path}edit/").status_code == 200


def test_several_concerns_are_chosen_from_one_at_a_time(client: Client, night: Night) -> None:
    incident, _first = opened(night)
    second = night.log(kinds=["graffiti_symbol"], facts="On the wall.")
    incident.concern_links.create(concern=second)
    page = page_of(client, night.duty, f"/concerns/{second.pk}/")
    assert "On the wall." in page and FACTS not in page and "one of 2" in joined(page)
    assert FACTS in page_of(client, night.duty, f"/incidents/{incident.pk}/")
    other = f"/incidents/{incident.pk}/?concern={night.place.pk}"
    assert FACTS in page_of(client, night.duty, other), "an ID of something else"


def test_who_may_not_see_one_of_both_loses_and_gains_nothing(client: Client, night: Night) -> None:
    incident, concern = opened(night)
    elsewhere = make_district()
    supervisor = night.actor(night.supervisor)
    widen_incident(actor=supervisor, incident_id=incident.pk, district_id=elsewhere.pk)
    exclude_user(actor=supervisor, incident_id=incident.pk, user_id=night.lead.pk)
    own, together = f"/concerns/{concern.pk}/", f"/incidents/{incident.pk}/"
    client.force_login(night.lead)
    assert FACTS in client.get(own).text, "the concern opens as before"
    assert client.get(f"{own}edit/").status_code == 403 and client.get(together).status_code == 404
    client.force_login(make_officer(elsewhere))
    widened = client.get(f"{together}?concern={concern.pk}")
    assert widened.status_code == 200 and FACTS not in widened.text and 'id="concern"' not in widened.text
    assert client.get(own).status_code == 404
    privacy = page_of(client, make_user(Role.PRIVACY_OFFICER), own)
    assert FACTS in privacy and f"{own}edit/" not in privacy and f"{own}status/" not in privacy
    client.force_login(make_user(Role.ADMINISTRATOR, night.district))
    assert client.get(own).status_code == client.get(together).status_code == 404


def test_one_button_is_solid_and_what_is_urgent_is_not_folded(client: Client, night: Night) -> None:
    incident, _concern = opened(night)
    for user in (night.duty, night.lead, night.supervisor):
        page = page_of(client, user, f"/incidents/{incident.pk}/")
        solid = re.findall(r'class="button"', page.split("<main")[1].split("</main>")[0])
        assert len(solid) <= 1
        unfolded = outside_folds(page)
        assert "Police conduct may be involved" in unfolded and "What you may say" in unfolded
    assert 'class="button" href="tel:' in page_of(client, night.duty, f"/incidents/{incident.pk}/")
