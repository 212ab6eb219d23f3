"""The map with its table, and the page of a district."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from audit.models import Action, Event
from contacts.models import Organisation
from districts.models import District, ExpectedCommunity
from lib.days import city_today, day_starts_at
from meetings.models import FollowUp, FollowUpOrganisation
from meetings.services.last_met import recount_last_met
from tests.districts.squares import polygon
from tests.factories import (
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
    make_supervisor,
    make_user,
)
from tests.markup import joined

pytestmark = pytest.mark.django_db


def multi(**where: float) -> dict[str, Any]:
    return {"type": "MultiPolygon", "coordinates": [polygon(**where)["coordinates"]]}


def promise(owner: Any, *organisations: Organisation, days: int) -> FollowUp:
    due = city_today() + timedelta(days=days)
    row = FollowUp.objects.create(title="Call back", owner=owner, due_on=due, first_due_on=due)
    for organisation in organisations:
        FollowUpOrganisation.objects.create(follow_up=row, organisation=organisation)
    return row


@pytest.fixture
def city() -> District:
    return make_district("Alderport")


@pytest.fixture
def north(city: District) -> District:
    return make_district("North", parent=city, boundary=multi(south=40.5))


@pytest.fixture
def south(city: District) -> District:
    return make_district("South", parent=city, boundary=multi(south=40.4))


def cells(page: str, name: str) -> list[str]:
    """Return the cells of a table row without markup."""
    row = next(part for part in joined(page).split("<tr") if f">{name}<" in part and "<td" in part)
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td.*?</td>", row, re.DOTALL)]


def test_the_map_links_the_districts_covered_and_names_the_others(
    client: Client, north: District, south: District
) -> None:
    officer = make_officer(north)
    make_organisation(north)
    make_organisation(south)
    client.force_login(officer)
    page = client.get("/districts/").content.decode()
    assert page.count("<svg viewBox") == 1
    assert "Darker" not in page, "what is darker by day is lighter by night"
    assert [f'class="area {step}" x=' in page for step in ("t0", "t1", "t2", "t3", "t4")] == [True] * 5
    assert f'<a href="/districts/{north.code}/"><title>North: 0 of 1 organisation met' in joined(page)
    assert "<g><title>South: not one of your districts</title>" in joined(page)
    assert cells(page, "North") == ["1", "0 of 1", "0", "0"]
    assert f'href="/districts/{south.code}/">South<' in page.split("Other districts <")[1]


def test_a_district_counts_all_that_lies_in_it_once(client: Client, city: District, north: District) -> None:
    quarter, other = make_district("Quarter", parent=north), make_district("Other", parent=north)
    officer = make_officer(city)
    first, second = make_organisation(quarter), make_organisation(other)
    make_organisation(other, status="closed")
    Organisation.objects.filter(pk=first.pk).update(last_met_at=timezone.now() - timedelta(days=80))
    Organisation.objects.filter(pk=second.pk).update(last_met_at=timezone.now() - timedelta(days=100))
    promise(officer, first, second, days=-1)
    promise(officer, first, days=3)
    done = promise(officer, first, days=-5)
    FollowUp.objects.filter(pk=done.pk).update(status="done", completed_at=timezone.now())
    client.force_login(officer)
    page = client.get(f"/districts/{north.code}/").content.decode()
    assert "1 of 2 organisations met in the last 90 days." in page
    assert "2 open follow-ups" in page
    assert "1 overdue" in page
    assert cells(page, "Quarter") == ["1", "1 of 1", "2", "1"]
    assert cells(page, "Other") == ["1", "0 of 1", "1", "1"]


def test_neighbourhoods_of_ones_own_stand_below_the_map(
    client: Client, north: District, south: District
) -> None:
    client.force_login(make_officer(make_district("Quarter", parent=north)))
    page = client.get("/districts/").content.decode()
    assert "Your neighbourhoods" in page
    assert cells(page, "Quarter") == ["0", "—", "0", "0"]


def test_who_covers_the_city_sees_figures_of_every_district(
    client: Client, city: District, north: District, south: District
) -> None:
    client.force_login(make_supervisor(city))
    page = client.get("/districts/").content.decode()
    assert "Your neighbourhoods" not in page
    assert "Other districts <" not in page
    assert cells(page, "South") == ["0", "—", "0", "0"]


@pytest.mark.parametrize("path", ["/districts/", "/districts/{code}/"])
def test_pages_cost_the_same_whatever_there_is(
    client: Client, city: District, path: str, django_assert_max_num_queries: Any
) -> None:
    officer = make_supervisor(city)
    for number in range(8):
        part = make_district(parent=city, boundary=multi(west=number / 100))
        make_organisation(part, lead_officer=officer)
        make_organisation(part)
        ExpectedCommunity.objects.create(district=part, focus="roma", evidence="Census")
    ExpectedCommunity.objects.create(district=city, focus="sikh", evidence="Census")
    client.force_login(officer)
    with django_assert_max_num_queries(17):  # one for the menu of districts
        assert client.get(path.format(code=city.code)).status_code == 200


def test_the_profile_names_whom_to_see_and_says_so_in_the_trail(client: Client, north: District) -> None:
    officer = make_officer(north)
    never = make_organisation(north, name="Never Met")
    late = make_organisation(north, name="Late One", cadence_days=30)
    recent = make_organisation(north, name="Recent One", cadence_days=30)
    today = city_today()
    Organisation.objects.filter(pk=late.pk).update(
        last_met_at=timezone.now() - timedelta(days=60), meet_by=today - timedelta(days=30)
    )
    Organisation.objects.filter(pk=recent.pk).update(
        last_met_at=timezone.now(), meet_by=today + timedelta(days=30)
    )
    client.force_login(officer)
    page = client.get(f"/districts/{north.code}/").content.decode()
    assert page.index("Late One") < page.index("Never Met")
    assert "Recent One" not in page
    assert officer.name in page
    event = Event.objects.get(action=Action.VIEW)
    assert (event.object_type, event.district_ids) == ("organisation", [north.pk])
    assert event.object_ids == [late.pk, never.pk]


def test_who_does_not_cover_a_district_sees_whose_it_is_and_nothing_else(
    client: Client, north: District, south: District
) -> None:
    colleague = make_supervisor(south, name="Sue South")
    make_organisation(south, name="Canary of the South")
    ExpectedCommunity.objects.create(district=south, focus="roma", evidence="Canary census")
    make_meeting(south)
    client.force_login(make_officer(north))
    page = client.get(f"/districts/{south.code}/").content.decode()
    assert "Sue South" in page
    assert colleague.email in page
    assert "Canary" not in page
    assert "Communities known to live here" not in page
    assert not Event.objects.filter(action=Action.VIEW).exists()


def test_administrators_see_the_ground_without_figures(client: Client, north: District) -> None:
    make_organisation(north, name="Canary")
    ExpectedCommunity.objects.create(district=north, focus="roma", evidence="Canary census")
    client.force_login(make_user("administrator", north))
    for path in ("/districts/", f"/districts/{north.code}/"):
        page = client.get(path).content.decode()
        assert "North" in page
        assert "Canary" not in page
        assert "organisations met" not in page


def test_privacy_officers_see_every_district_and_change_none(client: Client, north: District) -> None:
    ExpectedCommunity.objects.create(district=north, focus="roma", evidence="Census")
    client.force_login(make_user("privacy_officer"))
    page = client.get(f"/districts/{north.code}/").content.decode()
    assert "Communities known to live here" in page
    assert "Add a community" not in page
    assert "Log<" not in page


@pytest.mark.parametrize("code", ["NONE", "a%00b", "%F0%9F%98%80", "x" * 21, "a%20b", ".."])
def test_a_district_that_is_not_there_is_404(client: Client, code: str) -> None:
    client.force_login(make_officer())
    assert client.get(f"/districts/{code}/").status_code == 404


def test_a_supervisor_notes_a_community_and_takes_it_back(client: Client, north: District) -> None:
    supervisor = make_supervisor(north)
    client.force_login(supervisor)
    typed = {"focus": "women", "evidence": "Register of the city", "source_url": "city.example/register"}
    answer = client.post(f"/districts/{north.code}/expected/", typed, follow=True)
    page = answer.content.decode()
    assert "Register of the city" in page
    assert "No organisation represents them yet" in page
    make_organisation(north, kind="womens_organisation")
    assert "1 organisation, never met" in client.get(f"/districts/{north.code}/").content.decode()
    row = ExpectedCommunity.objects.get()
    assert row.source_url == "https://city.example/register"
    page = client.post(f"/expected-communities/{row.pk}/remove/", follow=True).content.decode()
    assert not ExpectedCommunity.objects.exists()
    undo = page.split('action="/undo/')[1].split('"')[0]
    client.post(f"/undo/{undo}")
    assert ExpectedCommunity.objects.get().evidence == "Register of the city"


def test_an_expectation_without_evidence_is_422_and_keeps_what_was_typed(
    client: Client, north: District
) -> None:
    client.force_login(make_supervisor(north))
    answer = client.post(
        f"/districts/{north.code}/expected/", {"focus": "roma", "source_url": "https://x.example"}
    )
    assert answer.status_code == 422
    assert 'value="https://x.example"' in answer.content.decode()
    typed = {"focus": "roma", "evidence": "Census"}
    client.post(f"/districts/{north.code}/expected/", typed)
    assert client.post(f"/districts/{north.code}/expected/", typed).status_code == 422


@pytest.mark.parametrize("role", ["officer", "privacy_officer", "administrator"])
def test_other_roles_may_not_note_communities(client: Client, north: District, role: str) -> None:
    client.force_login(make_user(role, north))
    for typed in ({}, {"focus": "roma", "evidence": "Census"}):
        assert client.post(f"/districts/{north.code}/expected/", typed).status_code == 403
    assert not ExpectedCommunity.objects.exists()


def test_an_expectation_elsewhere_is_not_there(client: Client, north: District, south: District) -> None:
    row = ExpectedCommunity.objects.create(district=south, focus="roma", evidence="Census")
    client.force_login(make_supervisor(north))
    assert client.post(f"/expected-communities/{row.pk}/remove/").status_code == 404
    assert client.post(f"/expected-communities/{uuid4()}/remove/").status_code == 404
    client.force_login(make_officer(south))
    assert client.post(f"/expected-communities/{row.pk}/remove/").status_code == 403


def test_without_districts_the_page_says_what_to_do(client: Client) -> None:
    client.force_login(make_user("administrator"))
    page = client.get("/districts/").content.decode()
    assert "No districts yet" in page
    assert "/settings/districts/import/" in page


def test_who_is_counted_is_the_same_on_the_districts_page_its_map_and_the_scorecard(
    client: Client, north: District
) -> None:
    for kind in ("ngo", "ngo", "school", "culture_sport"):
        make_meeting(north, make_organisation(north, kind=kind))
    for days, kind in ((89, "ngo"), (90, "ngo"), (400, "school")):
        make_meeting(
            north,
            make_organisation(north, kind=kind),
            starts_at=day_starts_at(city_today() - timedelta(days=days)),
        )
    recount_last_met()
    client.force_login(make_supervisor(north))
    page = client.get(f"/districts/{north.code}/")
    card = client.get(f"/reports/?district={north.code}&period=90d")
    [met] = [one for one in card.context["figures"] if one.report.slug == "coverage"]
    figures = page.context["here"].figures
    assert (figures.met, figures.organisations) == (met.row.n, met.row.of) == (3, 4)
    assert "3 of 4 organisations met" in page.content.decode()
    assert "not counted here or in the scorecard" in page.content.decode()
    listed = client.get(f"/districts/{north.code}/").context["here"]
    assert listed.shade == "t4"
    assert "status=active&amp;counted=true" in client.get("/districts/").content.decode()
