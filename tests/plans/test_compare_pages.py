"""The pages of comparison: a file is shown whole before it leaves, and cities stand side by side."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.actors import actor_for
from accounts.models import Role
from audit.models import Event
from contacts.codes import NOT_COUNTED
from meetings.services.concerns import log_concern
from plans.models import City, CityFile, ComparisonFile, Indicator
from plans.services.cities import trust_city
from plans.services.comparison import sign_files
from tests.factories import make_district, make_officer, make_organisation, make_user
from tests.plans.comparing import Compared, bytes_of, file_of, use_city_key
from tests.plans.test_city_files import DOCUMENT, KEY
from tests.plans.test_plan_pages import page, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(settings: Settings, tmp_path: Path) -> Path:
    return use_city_key(settings, tmp_path)


def upload(client: Client, content: bytes) -> Any:
    return client.post(reverse("cities"), {"file": SimpleUploadedFile("plan.json", content)}, follow=True)


def test_a_file_is_shown_whole_confirmed_and_downloaded(key: Path) -> None:
    city = Compared(3, 30)
    client, address = signed_in(city.keeper), reverse("plan_files", args=[city.plan.pk])
    asked = {"period": "2026-07-01", "recipient": "Westmark", "contact": "plans@alderport.example"}
    shown = client.post(address, asked | {"preview": "1"})
    text = shown.content.decode()
    for said in (
        city.plan.title,
        "Train reporting centres",
        "Concerns answered in time",
        "hidden",
        "Q3 2026",
    ):
        assert said in text, said
    assert not ComparisonFile.objects.exists()
    digest = shown.context["form"]["digest"].value()
    assert client.post(address, asked | {"digest": digest}).status_code == 422
    client.post(address, asked | {"digest": digest, "names_nobody": "on"})
    row = ComparisonFile.objects.get()
    download = reverse("plan_file_download", args=[city.plan.pk, row.pk])
    assert "waits for its signature" in page(client, "plan_file", city.plan.pk, row.pk)
    assert "not signed yet" in client.get(download, follow=True).content.decode()
    sign_files()
    row.refresh_from_db()
    answer = client.get(download)
    assert answer.content == bytes_of(row) and "attachment" in answer["Content-Disposition"]
    assert Event.objects.filter(action="export", recipient__startswith="Westmark").count() == 2
    assert signed_in(city.owner).get(address).status_code == 403
    assert signed_in(city.owner).get(download).status_code == 403
    assert signed_in(make_officer(make_district())).get(download).status_code == 404


def test_cities_stand_side_by_side_and_say_why_not(key: Path) -> None:
    city = Compared()
    client = signed_in(city.keeper)
    same = {**DOCUMENT["context"], "kinds_left_out": sorted(kind.value for kind in NOT_COUNTED)}
    few = {**same, "months_of_data": 3, "response_limit_hours": 48}
    there = {"name": "Sunderholm", "country": "SE", "contact": ""}
    assert "Unverified" in upload(client, file_of(DOCUMENT, KEY, context=same)).content.decode()
    assert "not signed" in upload(client, file_of(DOCUMENT, city=there, context=few)).content.decode()
    text = page(client, "plan_compare", city.plan.pk)
    assert text.count("unverified") == text.count("no one has verified") == 2 and "comparable" not in text
    westmark = City.objects.get(name="Westmark")
    trust_city(actor=actor_for(make_user(Role.ADMINISTRATOR)), city_id=westmark.pk, key=westmark.key)
    text = page(client, "plan_compare", city.plan.pk)
    assert text.count("comparable") == 1
    assert "fewer than two quarters" in text and "within 48 hours" in text
    names = [text.rindex(name) for name in ("Alderport", "Westmark (NL)", "Sunderholm (SE)")]
    assert names == sorted(names), "what is not verified comes last"
    assert text.count("unverified") == 1
    came = CityFile.objects.get(is_signed=True)
    assert "unverified" in page(client, "cities")
    assert came.period.span in page(client, "cities"), "its last day, not the one after"
    whole = page(client, "city_file", came.city_id, came.pk)
    assert "Unverified" not in whole and "academic institution" in whole
    assert "31 Dec 2027" in whole and "1 Jan 2028" not in whole
    assert "32 of 41" in text and "78%" in text


def test_districts_stand_side_by_side_as_far_as_they_are_covered(key: Path) -> None:
    city = Compared()
    for _number in range(3):
        organisation = make_organisation(city.north)
        log_concern(actor=city.actor, kinds=["tension"], district=city.north, site_organisation=organisation)
    Indicator.objects.filter(pk=city.share.pk).update(slug="concerns")
    text = page(signed_in(city.keeper), "plan_compare", city.plan.pk)
    assert city.north.name in text and city.south.name in text
    seen = page(signed_in(city.owner), "plan_compare", city.plan.pk)
    assert (
        city.north.name in seen and f"{city.south.name}\n" not in seen.split("<h2", 1)[1].split("Cities")[0]
    )


def test_comparing_a_large_plan_costs_no_more(key: Path, django_assert_max_num_queries: Any) -> None:
    city = Compared()
    for slug in ("coverage", "cadence", "follow-ups", "loop-closed", "continuity", "data-health"):
        row = city.indicator(
            title=slug, source="book", slug=slug, measure="ratio", where_from="", frequency_months=None
        )
        assert row.slug == slug
    client = signed_in(city.keeper)
    upload(client, file_of(DOCUMENT, KEY))
    page(client, "plan_compare", city.plan.pk)
    with django_assert_max_num_queries(20):
        page(client, "plan_compare", city.plan.pk)


def test_an_administrator_trusts_a_city_after_the_call(key: Path) -> None:
    city = Compared()
    supervisor, admin = signed_in(city.keeper), signed_in(make_user(Role.ADMINISTRATOR))
    upload(supervisor, file_of(DOCUMENT, KEY))
    row = City.objects.get()
    address = reverse("city", args=[row.pk])
    assert row.fingerprint in page(admin, "city", row.pk)
    assert supervisor.post(address, {"key": row.key}).status_code == 403
    admin.post(address, {"key": row.key, "note": "Compared with the equality office"})
    assert "verified" in page(supervisor, "cities") and "unverified" not in page(supervisor, "cities")
    admin.post(reverse("city_remove", args=[row.pk]))
    assert City.objects.exists()
    for name in ("city_distrust", "city_remove"):
        assert supervisor.post(reverse(name, args=[row.pk])).status_code == 403
        admin.post(reverse(name, args=[row.pk]))
    assert not City.objects.exists()
    assert signed_in(city.owner).post(reverse("cities")).status_code == 403
