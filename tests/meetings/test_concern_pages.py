"""The pages of concerns: log, whom to call, list, edit, history."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from pytest_django import Settings

from accounts.actors import SYSTEM
from accounts.models import Role, User
from audit.models import Action, Event
from contacts.models import Organisation
from lib.days import city_today
from meetings.models import Concern, FollowUp
from meetings.services.concerns import edit_concern
from meetings.services.concerns import log_concern as log
from meetings.services.follow_ups import create_follow_up
from tests.factories import (
    make_contact,
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
    make_user,
)
from tests.markup import joined

pytestmark = pytest.mark.django_db


def speaking_for(focus: str, district: Any, **fields: Any) -> Organisation:
    said = {"focus": focus, "declared_by": "Coordinator", "declared_on": city_today()}
    return make_organisation(district, focuses=[said], **fields)


def signed_in(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def page(name: str, concern: Concern) -> str:
    return reverse(name, args=[concern.pk])


def undo(client: Client, response: Any) -> None:
    """Press the last Undo, because messages of earlier requests may still be shown."""
    paths = re.findall(r'action="(/undo/[^"]+)"', response.content.decode())
    client.post(paths[-1])


def test_logged_with_one_choice_and_honest_defaults(client: Client) -> None:
    north = make_district()
    officer = make_officer(north)
    response = signed_in(client, officer).post("/concerns/log/", {"kinds": ["rumour"]}, follow=True)
    concern = Concern.objects.get()
    assert response.redirect_chain == [(page("concern", concern), 302)]
    assert concern.district == north
    assert concern.bias_grounds == ["unknown"]
    assert concern.affected_focuses == []
    assert concern.occurred_on is None
    assert abs(timezone.now() - concern.received_at) < timedelta(minutes=1)


def test_the_page_after_says_whom_to_call_and_who_is_told(client: Client) -> None:
    north = make_district()
    lead = make_officer(north, name="Anna Saar")
    mosque = make_organisation(north, name="Islamic Centre", lead_officer=lead, phone="+34912345678")
    women = speaking_for("muslim", north, name="Muslim women’s circle", phone="+34912345679")
    imam = make_contact(north, mosque, phone="+34912345670", given_name="Hassan", family_name="Private")
    imam.affiliations.update(is_primary=True, role_title="imam")
    data = {
        "kinds": ["graffiti_symbol"],
        "site_organisation": mosque.pk,
        "bias_grounds": ["unknown", "anti_muslim"],
    }
    officer = make_officer(north)
    html = signed_in(client, officer).post("/concerns/log/", data, follow=True).content.decode()
    assert Concern.objects.get().affected_focuses == ["muslim"]
    for number in ("+34912345678", "+34912345679", "+34912345670"):
        assert f'href="tel:{number}"' in html
    assert html.index("Islamic Centre</a></h3>") < html.index("Muslim women’s circle</a>")
    assert "Main contact: imam" in html
    assert "Hassan" not in html
    assert "Lead officer Anna Saar" in html
    assert "pending</span>" in joined(html)
    event = Event.objects.get(actor_id=officer.pk, action=Action.VIEW, object_type="concern")
    assert {mosque.pk, women.pk, imam.pk} <= set(event.object_ids)


def test_choosing_a_bias_suggests_the_communities_and_judges_nothing(client: Client) -> None:
    north = make_district()
    data = {"bias_grounds": ["unknown", "anti_roma"], "communities_for": "unknown", "suggest": "1"}
    response = signed_in(client, make_officer(north)).post("/concerns/log/", data)
    html = response.content.decode()
    assert response.status_code == 200
    assert re.search(r'value="roma"[^>]*checked', html)
    assert not re.search(r'value="unknown"[^>]*checked', html)
    assert "things need changing" not in html
    assert not Concern.objects.exists()


def test_the_suggestion_can_be_refused(client: Client) -> None:
    north = make_district()
    data = {"kinds": ["other"], "bias_grounds": ["anti_roma"], "communities_for": "anti_roma"}
    signed_in(client, make_officer(north)).post("/concerns/log/", data)
    assert Concern.objects.get().affected_focuses == []


def test_the_district_is_that_of_the_organisation_or_is_asked(client: Client) -> None:
    north, south = make_district(), make_district()
    signed_in(client, make_officer(north, south))
    asked = client.post("/concerns/log/", {"kinds": ["other"], "facts": "Kept"})
    assert asked.status_code == 422
    assert "Choose a district." in asked.content.decode()
    assert "Kept" in asked.content.decode()
    client.post("/concerns/log/", {"kinds": ["other"], "site_organisation": make_organisation(south).pk})
    assert Concern.objects.get().district == south


def test_what_is_missing_or_not_seen_is_said(client: Client) -> None:
    signed_in(client, make_officer(make_district()))
    assert client.post("/concerns/log/", {"facts": "x"}).status_code == 422
    hidden = {"kinds": ["other"], "site_organisation": make_organisation().pk}
    assert client.post("/concerns/log/", hidden).status_code == 422
    assert not Concern.objects.exists()


def test_a_concern_of_a_meeting_and_of_an_organisation(client: Client) -> None:
    north = make_district()
    organisation = make_organisation(north)
    meeting = make_meeting(north, organisation, outcomes=["information_shared"])
    address = f"/concerns/log/?organisation={organisation.pk}&meeting={meeting.pk}"
    html = signed_in(client, make_officer(north)).get(address).content.decode()
    assert re.search(rf'value="{organisation.pk}"[^>]*checked', html)
    client.post(address, {"kinds": ["other"], "site_organisation": organisation.pk})
    meeting.refresh_from_db()
    assert Concern.objects.get().meeting == meeting
    assert "concern_raised" in meeting.outcomes
    assert client.get(f"/concerns/log/?meeting={make_meeting().pk}").status_code == 404


@pytest.mark.parametrize("role", [Role.PRIVACY_OFFICER, Role.ADMINISTRATOR])
def test_who_does_not_write_logs_nothing(client: Client, role: str) -> None:
    signed_in(client, make_user(role))
    assert client.get("/concerns/log/").status_code == 403
    assert client.post("/concerns/log/", {"kinds": ["other"]}).status_code == 403


def test_complaints_about_the_police_have_their_own_body(client: Client, settings: Settings) -> None:
    settings.COMPLAINTS_BODY_NAME = "Õiguskantsler"
    html = signed_in(client, make_officer(make_district())).get("/concerns/log/").content.decode()
    assert "Õiguskantsler" in html
    assert "Do not name victims or suspects." in html


def test_the_list_is_filtered_and_in_the_trail(client: Client, django_assert_max_num_queries: Any) -> None:
    north = make_district()
    officer = make_officer(north)
    organisation = make_organisation(north, name="Põhjala kool")
    biased = log(
        actor=SYSTEM,
        kinds=["threat"],
        district=north,
        bias_grounds=["anti_roma"],
        site_organisation=organisation,
    )
    log(actor=SYSTEM, kinds=["rumour"], district=north)
    log(actor=SYSTEM, kinds=["bullying"], district=make_district())
    signed_in(client, officer)
    with django_assert_max_num_queries(14):
        html = client.get("/concerns/").content.decode()
    assert "Threat, Põhjala kool" in joined(html)
    assert "Rumour about an event" in html
    assert "Bullying</a>" not in joined(html)
    client.get("/concerns/?bias=true")
    ids = Event.objects.filter(actor_id=officer.pk, action=Action.LIST).order_by("-at")[0].object_ids
    assert set(ids) == {biased.pk, organisation.pk}
    assert client.get("/concerns/?status=lost").status_code == 422
    assert signed_in(client, make_user(Role.ADMINISTRATOR)).get("/concerns/").status_code == 403


def test_a_concern_costs_a_fixed_number_of_statements(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    north = make_district()
    officer = make_officer(north)
    for _number in range(5):
        speaking_for("roma", north, lead_officer=officer)
    concern = log(actor=SYSTEM, kinds=["other"], district=north, bias_grounds=["anti_roma"])
    for _number in range(5):
        create_follow_up(
            actor=SYSTEM,
            title="Call",
            owner=officer,
            due_on=city_today(),
            concern=concern,
            organisations=[make_organisation(north)],
        )
    signed_in(client, officer)
    with django_assert_max_num_queries(14):
        assert client.get(page("concern", concern)).status_code == 200


@pytest.mark.parametrize("name", ["concern", "concern_edit"])
def test_who_sees_a_concern(client: Client, name: str) -> None:
    concern = log(actor=SYSTEM, kinds=["other"], district=(north := make_district()))
    address = page(name, concern)
    assert signed_in(client, make_officer(north)).get(address).status_code == 200
    assert signed_in(client, make_officer(make_district())).get(address).status_code == 404
    assert signed_in(client, make_user(Role.ADMINISTRATOR, north)).get(address).status_code == 404
    privacy = signed_in(client, make_user(Role.PRIVACY_OFFICER)).get(address)
    assert privacy.status_code == (200 if name == "concern" else 403)


def test_what_is_hidden_is_left_out_and_kept_by_a_change(client: Client) -> None:
    north = make_district()
    hidden = make_organisation(name="Hidden house")
    concern = log(actor=SYSTEM, kinds=["other"], district=north, site_organisation=hidden)
    signed_in(client, make_officer(north))
    assert "Hidden house" not in client.get(page("concern", concern)).content.decode()
    data = edited(concern)
    assert "Hidden house" not in client.get(page("concern_edit", concern)).content.decode()
    assert client.post(page("concern_edit", concern), data | {"place": "Door"}).status_code == 302
    concern.refresh_from_db()
    assert (concern.site_organisation, concern.place) == (hidden, "Door")


def edited(concern: Concern, **fields: Any) -> dict[str, Any]:
    return {
        "version": concern.version,
        "kinds": concern.kinds,
        "bias_grounds": concern.bias_grounds,
        "affected_focuses": concern.affected_focuses,
        "received_at": f"{timezone.localtime(concern.received_at):%Y-%m-%dT%H:%M}",
        "district": concern.district_id,
    } | fields


def test_two_who_write_see_both_texts(client: Client) -> None:
    north = make_district()
    concern = log(actor=SYSTEM, kinds=["other"], district=north)
    edit_concern(actor=SYSTEM, concern_id=concern.pk, facts="Their facts")
    signed_in(client, make_officer(north))
    conflict = client.post(page("concern_edit", concern), edited(concern, facts="My facts"))
    assert conflict.status_code == 409
    assert "Their facts" in conflict.content.decode()
    assert "My facts" in conflict.content.decode()
    again = client.post(page("concern_edit", concern), edited(concern, facts="My facts", version=2))
    assert again.status_code == 302
    received_at = concern.received_at
    concern.refresh_from_db()
    assert concern.received_at == received_at


def test_bad_input_is_said(client: Client) -> None:
    north = make_district()
    concern = log(actor=SYSTEM, kinds=["other"], district=north)
    signed_in(client, make_officer(north))
    tomorrow = city_today() + timedelta(days=1)
    wrong: list[dict[str, Any]] = [
        {"kinds": []},
        {"kinds": ["x"]},
        {"occurred_on": tomorrow},
        {"received_at": "soon"},
    ]
    for fields in wrong:
        response = client.post(page("concern_edit", concern), edited(concern, **fields))
        assert response.status_code == 422, fields
    assert client.post(page("concern_status", concern), {"step": "x"}).status_code == 404
    assert client.post(page("concern_reassurance", concern), {"answer": "x"}).status_code == 404


def test_reassured_answered_told_closed_each_undone(client: Client) -> None:
    north = make_district()
    concern = log(actor=SYSTEM, kinds=["other"], district=north)
    signed_in(client, make_officer(north))
    steps: list[tuple[str, dict[str, str], str, object]] = [
        ("concern_reassurance", {}, "reassurance_offered_at", None),
        ("concern_status", {"step": "answered"}, "status", "open"),
        ("concern_status", {"step": "told"}, "reported_back_on", None),
        ("concern_status", {"step": "closed"}, "status", "answered"),
    ]
    for name, data, field, before in steps:
        response = client.post(page(name, concern), data, follow=True)
        concern.refresh_from_db()
        assert getattr(concern, field) != before
        undo(client, response)
        concern.refresh_from_db()
        assert getattr(concern, field) == before
        client.post(page(name, concern), data)
    client.post(page("concern_reassurance", concern), {"answer": "declined"})
    client.post(page("concern_status", concern), {"step": "reopened"})
    concern.refresh_from_db()
    assert (concern.reassurance_answer, concern.status) == ("declined", "answered")


def test_a_promise_belongs_to_its_concern(client: Client) -> None:
    north = make_district()
    officer, organisation = make_officer(north), make_organisation(north)
    concern = log(actor=SYSTEM, kinds=["other"], district=north, site_organisation=organisation)
    data = {
        "title": "Patrol at prayer time",
        "kind": "reassurance_patrol",
        "when": "today",
        "owner": officer.pk,
        "organisations": [organisation.pk],
    }
    response = signed_in(client, officer).post(f"/follow-ups/new/?concern={concern.pk}", data, follow=True)
    assert FollowUp.objects.get().concern == concern
    assert "Patrol at prayer time" in response.content.decode()


def test_a_conflict_does_not_name_what_is_hidden(client: Client) -> None:
    north = make_district()
    ours, hidden = make_organisation(north), make_organisation(name="Hidden house")
    concern = log(actor=SYSTEM, kinds=["other"], district=north, site_organisation=hidden)
    edit_concern(actor=SYSTEM, concern_id=concern.pk, facts="Their facts")
    signed_in(client, make_officer(north))
    chosen = edited(concern, facts="My facts", site_organisation=ours.pk)
    conflict = client.post(page("concern_edit", concern), chosen)
    assert conflict.status_code == 409
    assert "Hidden house" not in conflict.content.decode()


def test_the_day_they_were_told_is_shown_as_that_day(client: Client) -> None:
    north = make_district()
    received = timezone.now() - timedelta(days=60)
    told = city_today() - timedelta(days=50)
    row = Concern.objects.create(
        district=north, kinds=["threat"], received_at=received, reported_back_on=told, status="open"
    )
    html = signed_in(client, make_officer(north)).get(page("concern", row)).content.decode()
    step = html.split("Reported back</h3>")[1].split("</li>")[0]
    assert date_format(told, "j M") in step
    assert "00:00" not in step
