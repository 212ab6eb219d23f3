"""Texts in versions, names of officers, failed tests of routes, and a listing as others read it."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.actors import actor_for
from accounts.services.users import edit_preferences
from districts.models import District
from lib.days import city_today
from meetings.models import FollowUp
from publishing.models import PublicDistrict, PublicText, ReportingRoute
from publishing.services.routes import record_test, write_route
from publishing.site.reading import read_site
from publishing.tasks import publish_site
from tests.contacts.pages import browse
from tests.factories import make_district, make_officer, make_organisation, make_supervisor
from tests.publishing.test_site import site
from tests.publishing.town import Town

pytestmark = pytest.mark.django_db

TEXTS = "/publishing/texts/"


def test_a_supervisor_of_the_whole_city_writes_the_next_version_of_a_text_and_all_staff_read_it() -> None:
    north = make_district()
    PublicDistrict.objects.create(district=north, is_on=True, languages=["en", "ar"])
    chief = browse(make_supervisor(north))
    new = f"{TEXTS}new/?text=imprint&language=ar"
    assert new.replace("&", "&amp;") in chief.get(TEXTS).content.decode()
    assert chief.post(new, {"text": "أولا"}).status_code == 302
    assert b'dir="auto"' in chief.get(new).content
    assert chief.post(new, {"text": "ثانيا", "revision": 1}).status_code == 302
    assert chief.post(new, {"text": "late", "revision": 1}).status_code in (409, 422)
    assert chief.post(new, {"text": "", "revision": 2}).status_code == 422
    assert [row.version for row in PublicText.objects.newest_first()] == [2, 1]
    read = browse(make_officer(north)).get(TEXTS).content.decode()
    assert "ثانيا" in read and "أولا" in read and new not in read
    assert chief.get(f"{TEXTS}new/?text=other&language=en").status_code == 404
    assert chief.post(f"{TEXTS}new/?text=imprint&language=xx_bogus/", {"text": "x"}).status_code == 422
    make_district()
    assert chief.get(new).status_code == 403  # not the whole city any more


def test_a_text_says_in_which_version_it_was_published() -> None:
    Town()
    publish_site()
    assert '"privacy_notice": 1' in site()["texts.json"]


def test_officers_are_named_as_they_want_while_they_want_and_only_where_the_district_does() -> None:
    north, south = make_district(), make_district()
    area = make_district(parent=north)
    for district, names in ((north, "first_names"), (south, "none")):
        PublicDistrict.objects.create(district=district, is_on=True, languages=["en"], officer_names=names)
    ana, ben = make_officer(area, south, name="Ana Torres"), make_officer(north, name="Ben Okafor")
    edit_preferences(actor=actor_for(ana), public_name="Ana")
    with pytest.raises(ValidationError, match="letters only"):
        edit_preferences(actor=actor_for(ben), public_name="ben@police.example")

    def named() -> dict[str, list[str]]:
        places = read_site(city_today(), city_today()).places
        return {place.district.code: list(place.officers) for place in places}

    assert named() == {north.code: ["Ana"], south.code: []}
    page = site()[f"en/{north.code}/index.html"]
    assert "Your officers: Ana" in page and "Torres" not in page
    form = browse(ana).get("/settings/").content.decode()
    assert 'name="public_name"' in form and 'value="Ana"' in form
    edit_preferences(actor=actor_for(ana), public_name="")
    assert named()[north.code] == []


@pytest.fixture
def centre() -> Any:
    north = make_district()
    lead = make_officer(north)
    organisation = make_organisation(north, name="Rainbow Centre", lead_officer=lead)
    return centre_of(north, organisation)


def centre_of(north: District, organisation: Any) -> ReportingRoute:
    return write_route(
        actor=actor_for(make_supervisor(north)), name="Centre desk", kind="reporting_centre", district=north,
        language="en", phone="900 100 200", organisation=organisation, agreed_to_tests=True, is_public=True,
    )  # fmt: skip


def test_the_first_failed_test_asks_the_lead_of_the_organisation_once(centre: ReportingRoute) -> None:
    tester = actor_for(make_officer(centre.district))
    for result in ("answered", "not_answered", "wrong"):
        record_test(actor=tester, route_id=centre.pk, result=result)
    asked, organisation = FollowUp.objects.get(), FollowUp.objects.get().organisation_links.get().organisation
    assert (organisation, asked.owner) == (centre.organisation, organisation.lead_officer)
    assert asked.title == "No one answered a test of “Centre desk”. Ask why."
    assert (asked.due_on - city_today()).days == 3
    for result in ("answered", "wrong"):
        record_test(actor=tester, route_id=centre.pk, result=result)
    assert FollowUp.objects.count() == 2


def test_a_failed_test_without_a_lead_asks_nobody() -> None:
    north = make_district()
    alone = centre_of(north, make_organisation(north))
    record_test(actor=actor_for(make_officer(north)), route_id=alone.pk, result="wrong")
    assert not FollowUp.objects.exists()


def test_a_listing_is_shown_as_other_systems_read_it() -> None:
    town = Town()
    above = browse(make_supervisor(town.north))
    where = f"/organisations/{town.choir.pk}/listing/"
    assert f"{where}hsds.json" in above.get(where).content.decode()
    shown = above.get(f"{where}hsds.json")
    assert shown["Content-Type"] == "application/json"
    found = shown.json()
    assert found["organization"]["name"] == "Choir of Quince"
    assert found["organization"]["description"] == "We sing on Mondays." and "phones" not in found
    assert str(town.choir.pk) not in shown.content.decode()
    assert browse(make_officer(town.north)).get(f"{where}hsds.json").status_code == 403
    assert browse(make_supervisor(town.south)).get(f"{where}hsds.json").status_code == 404
    other = make_organisation(town.north)
    assert above.get(f"/organisations/{other.pk}/listing/hsds.json").status_code == 404
