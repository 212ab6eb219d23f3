"""Tension and debrief: supervisors judge, and no one changes it afterwards."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse

from accounts.models import PendingAct, Role, User
from accounts.services.acts import confirm_act
from audit.models import Action, Event
from crm.variable_checks import scale
from incidents.models import Incident
from incidents.services.exclusions import request_exclusion
from lib.days import city_today
from tests.factories import (
    make_actor,
    make_district,
    make_officer,
    make_organisation,
    make_supervisor,
    make_user,
)
from tests.incidents.making import Night

pytestmark = pytest.mark.django_db

TENSION: dict[str, Any] = {"level": "3", "trend": "rising", "experienced": "Parents ask about the school run"}
VOICES = {"voices-TOTAL_FORMS": "2", "voices-INITIAL_FORMS": "0"}
VOICES |= {"actions-TOTAL_FORMS": "1", "actions-INITIAL_FORMS": "0"}


@pytest.fixture
def night() -> Night:
    return Night()


def page(name: str, incident: Incident) -> str:
    return reverse(f"incident_{name}", args=[incident.pk])


def signed_in(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def test_tension_is_assessed_with_somebody_or_a_reason(client: Client, night: Night) -> None:
    incident = night.incident()
    address = page("tension", incident)
    form = signed_in(client, night.supervisor).get(address).text
    assert "Al-Noor" in form and "never about a group" in form and "checked" not in form.split("<form")[1]
    for label in ("Organisations consulted", "Why no one was consulted"):  # one of the two is needed
        assert "(optional)" not in form.split(label)[1].split("</l")[0], label
    hidden = make_organisation(make_district())
    for wrong in ({}, {"level": "7"}, {"trend": "x"}, {"consulted": hidden.pk}):
        assert client.post(address, TENSION | wrong).status_code == 422, wrong
    assert not incident.assessments.exists()
    assert client.post(address, TENSION | {"look_for": "1", "find": "burial"}).status_code == 200
    saved = client.post(address, TENSION | {"consulted": [night.place.pk, night.other.pk]})
    assert saved.status_code == 302
    later = {"level": "1", "trend": "falling", "not_consulted_reason": "Nobody answered the phone"}
    assert "Parents ask about the school run" in client.get(address).text
    assert client.post(address, later).status_code == 302
    assert list(incident.assessments.order_by("number").values_list("level", flat=True)) == [3, 1]


def test_a_national_scale_is_shown_beside_ours(client: Client, night: Night, settings: Any) -> None:
    incident = night.incident()
    settings.TENSION_SCALE = scale("TENSION_SCALE", ["1", " 2-3", "4-5", "6"])
    signed_in(client, night.supervisor)
    form = client.get(page("tension", incident)).text
    assert "uneasy (2-3)" in form
    said = TENSION | {"not_consulted_reason": "Too late"}
    assert (
        client.post(page("tension", incident), said | {"look_again_at": "2020-01-01T10:00"}).status_code
        == 422
    )
    assert client.post(page("tension", incident), said).status_code == 302
    assert "(4-5)" in client.get(f"/incidents/{incident.pk}/").text
    with pytest.raises(ImproperlyConfigured, match="4 names"):
        scale("TENSION_SCALE", ["1", "2"])


def test_words_about_a_person_are_asked_about(client: Client, night: Night) -> None:
    incident = night.incident()
    signed_in(client, night.supervisor)
    said = TENSION | {"not_consulted_reason": "Too late", "experienced": "She is a Muslim, her son is ill"}
    assert client.post(page("tension", incident), said).status_code == 422
    assert client.post(page("tension", incident), said | {"keep_reason": "safety"}).status_code == 302
    assert Event.objects.filter(action=Action.KEEP, object_ids=[incident.pk]).count() == 1


@pytest.mark.parametrize("field", ["experienced", "measures", "not_consulted_reason"])
def test_a_phone_number_in_an_assessment_is_asked_about(client: Client, night: Night, field: str) -> None:
    incident = night.incident()
    said = TENSION | {"not_consulted_reason": "Too late"} | {field: "The imam has 0904 555 0199"}
    signed_in(client, night.supervisor)
    refused = client.post(page("tension", incident), said)
    assert refused.status_code == 422 and "This reads as a phone number" in refused.text
    assert client.post(page("tension", incident), said | {"keep_reason": "organisation"}).status_code == 302


def test_a_debrief_is_signed_once_and_read_by_all_who_see_the_incident(client: Client, night: Night) -> None:
    incident, address = night.incident(), ""
    address = page("debrief", incident)
    assert "Attack on a community site" in signed_in(client, night.supervisor).get(address).text
    data = VOICES | {
        "held_on": city_today(),
        "keep": "The order in which we called",
        "actions-0-title": "Ask for night numbers",
        "actions-0-owner": night.lead.pk,
        "actions-0-due_on": city_today(),
        "voices-0-organisation": night.place.pk,
        "voices-0-in_time": "yes",
        "voices-0-next_time": "Come on foot",
        "voices-1-in_time": "no",
    }
    wrong: list[dict[str, Any]] = [
        {"held_on": ""},
        {"held_on": "2100-01-01"},
        {"keep": "Too short"},
        {"actions-0-title": ""},
        {"actions-0-title": "", "no_action_reason": "Too short"},
        {"actions-0-due_on": "2020-01-01"},
        {"actions-0-owner": make_user(Role.ADMINISTRATOR).pk},
        {"voices-0-in_time": "maybe"},
        {"voices-0-organisation": make_organisation(make_district()).pk},
        {"step": "waive", "waived_reason": "Too short"},
    ]
    for fields in wrong:
        assert client.post(address, data | fields).status_code == 422, fields
    assert client.post(address, data).status_code == 302
    assert client.post(address, data).status_code == 422  # a second one
    action = incident.debrief.actions.get()
    assert (action.title, action.owner) == ("Ask for night numbers", night.lead)
    assert list(action.organisations.all()) == [night.place] and action.concern
    said = signed_in(client, night.duty).get(address).text
    assert (
        "Ask for night numbers" in said
        and "Come on foot" in said
        and "Not named" in said
        and "Sign debrief" not in said
    )
    assert client.post(address, data).status_code == 403


def test_an_action_goes_to_who_works_there_and_its_absence_is_said_at_its_field(
    client: Client, night: Night
) -> None:
    incident, elsewhere = night.incident(), make_officer(make_district(), name="Ana Elsewhere")
    address = page("debrief", incident)
    form = signed_in(client, night.supervisor).get(address).text
    assert f'value="{city_today()}"' in form, "held today, unless another day is chosen"
    assert night.lead.name in form and elsewhere.name not in form
    data = VOICES | {"held_on": city_today(), "keep": "The order in which we called"}
    refused = client.post(address, data).text
    assert "Enter an action" in refused.split('id="id_actions-0-title"')[0].split("<form")[-1] or (
        'id="id_actions-0-title_error"' in refused
    )
    action = {"actions-0-title": "Ask for numbers", "actions-0-due_on": city_today()}
    assert client.post(address, data | action | {"actions-0-owner": elsewhere.pk}).status_code == 422
    assert client.post(address, data | action | {"actions-0-owner": night.duty.pk}).status_code == 302
    shown = signed_in(client, night.duty).get(f"/follow-ups/{incident.debrief.actions.get().pk}/").text
    assert "Attack on a community site, Al-Noor" in shown
    assert 'form="chosen"' not in client.get(f"/incidents/{incident.pk}/").text, "one box, which says done"


def test_why_there_is_no_debrief_is_recorded(client: Client, night: Night) -> None:
    incident = night.incident()
    data = {"step": "waive", "waived_reason": "The organisation asked us not to hold one"}
    signed_in(client, night.supervisor).post(page("debrief", incident), data)
    incident.refresh_from_db()
    assert not incident.debrief.is_held


@pytest.mark.parametrize("name", ["tension", "debrief"])
def test_who_sees_the_pages(client: Client, night: Night, name: str) -> None:
    incident = night.incident()
    address = page(name, incident)
    second = make_supervisor(night.district)
    assert signed_in(client, night.supervisor).get(address).status_code == 200
    assert signed_in(client, night.duty).get(address).status_code == 403
    assert signed_in(client, make_officer(make_district())).get(address).status_code == 404
    assert signed_in(client, make_user(Role.ADMINISTRATOR)).get(address).status_code == 404
    asked = request_exclusion(actor=night.actor(), incident_id=incident.pk, user_id=second.pk)
    act = PendingAct.objects.get(subject=asked.pk)
    confirm_act(actor=make_actor(role="confirmer"), act_id=act.pk)
    assert signed_in(client, second).get(address).status_code == 404
