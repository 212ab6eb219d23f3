"""Each organisation with an open step can be called from the page: hidden concerns and long lists too."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from incidents.models import Incident
from incidents.queries import incident_pages
from incidents.services.decisions import widen_incident
from tests.factories import make_actor, make_district, make_officer, make_organisation
from tests.incidents.making import Night, zone_where_it_is

pytestmark = pytest.mark.django_db
MUSLIM = [{"focus": "muslim", "declared_by": "The board", "declared_on": "2026-01-05"}]


@pytest.fixture(autouse=True)
def by_day(settings: Settings) -> None:
    settings.TIME_ZONE = zone_where_it_is(12)


def page_of(client: Client, user: User, incident: Incident, query: str = "") -> str:
    client.force_login(user)
    return client.get(f"/incidents/{incident.pk}/{query}").text


def cards(page: str) -> list[str]:
    """The organisations to call, in the order of the page: the one with the buttons first."""
    first = page.partition('name="called" value="')[2].partition('"')[0]
    others = [part.split('"')[0].split("#")[0] for part in page.split('href="?call=')[1:]]
    return [first, *others]


def test_in_a_district_that_an_incident_was_widened_to_its_organisations_can_be_called(
    client: Client,
) -> None:
    night, north = Night(), make_district()
    lead = make_officer(north)
    there = make_organisation(north, name="Prayer room", focuses=MUSLIM, lead_officer=lead)
    elsewhere = make_officer(make_district())
    incident = night.incident()
    widen_incident(
        actor=make_actor(night.district, north, role="supervisor"),
        incident_id=incident.pk,
        district_id=north.pk,
    )
    page = page_of(client, lead, incident)
    assert "Al-Noor" not in page and set(cards(page)) == {str(there.pk)}
    assert "Call Prayer room" in " ".join(page.split()) and night.step(incident, "reassurance", there)
    called = {"called": there.pk, "result": "reached"}
    assert client.post(f"/incidents/{incident.pk}/calls/", called).status_code == 302
    client.force_login(elsewhere)
    assert client.post(f"/incidents/{incident.pk}/calls/", called).status_code == 404


def test_who_raised_a_concern_can_be_called_like_those_it_affects(client: Client) -> None:
    night = Night()
    raised = make_organisation(night.district, name="Neighbours")
    incident = night.incident(raised_by_organisation=raised)
    assert str(raised.pk) in cards(page_of(client, night.duty, incident))


def test_calls_beyond_the_first_are_one_tap_away_and_the_next_is_always_there(
    client: Client, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr(incident_pages, "AT_MOST", 2)
    night = Night()
    last = make_officer(night.district)
    rows = [
        make_organisation(night.district, name=name, focuses=MUSLIM, lead_officer=last)
        for name in ("Cee", "Dee")
    ]
    incident = night.incident()
    page = page_of(client, last, incident)
    assert cards(page)[0] == str(rows[0].pk), "the next step of the reader has its card"
    assert "Show 2 more organisations to call" in page
    with django_assert_max_num_queries(16):  # with who is on duty, and whether it may be withdrawn
        everything = client.get(f"/incidents/{incident.pk}/?calls=all").text
    assert set(cards(everything)) == {str(one.pk) for one in (night.place, night.other, *rows)}
    assert "more organisations to call" not in everything
    sent = {"called": rows[1].pk, "result": "no_answer", "all_calls": "1"}
    assert client.post(f"/incidents/{incident.pk}/calls/", sent)["Location"].endswith("/?calls=all")


def test_a_required_step_is_left_out_for_a_reason_on_the_page(client: Client) -> None:
    night = Night()
    incident = night.incident()
    page = page_of(client, night.duty, incident)
    assert "Why is this step not needed?" in page
    step = night.step(incident, "reassurance", night.place)
    sent = {"task": step.pk, "act": "not_needed"}
    path = f"/incidents/{incident.pk}/steps/"
    assert client.post(path, sent | {"note": "no"}).status_code == 422
    assert client.post(path, sent | {"note": "The place has closed"}).status_code == 302
    step.refresh_from_db()
    assert (step.status, step.note) == ("not_needed", "The place has closed")
