"""What may leave for publication: nothing from which a small number could be worked out."""

import io
from datetime import date
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from accounts.actors import SYSTEM
from districts.models import District
from districts.services import edit_district
from jobs.models import Job, JobFile
from jobs.running import run_next
from tests.contacts.test_export_lists import WHY, sure
from tests.reports.city import at, make_concern
from tests.reports.test_export_reports import ASKED, City, export, text_of

pytestmark = pytest.mark.django_db

ANYWHERE = ("concerns", "loop-closed", "reassurance")


@pytest.fixture
def city() -> City:
    return City()


@pytest.fixture
def page(city: City) -> Client:
    return sure(city.supervisor)


def publish(page: Client, query: str) -> Any:
    return page.post(f"/reports/export/?{query}", {"format": "csv", "audience": "public", **WHY})


def inside(page: Client, query: str) -> Any:
    return page.post(f"/reports/export/?{query}", {"format": "csv", "audience": "internal", **WHY})


def is_refused(page: Client, query: str) -> None:
    """For publication, with the reason, on the page before and after; the same inside is made."""
    shown = page.get(f"/reports/export/?{query}").content.decode()
    assert "are not published" in shown or "nothing is published" in shown
    answer = publish(page, query)
    assert answer.status_code == 422, query
    assert "small numbers" in answer.content.decode()
    assert not Job.objects.filter(parameters__audience="public").exists()
    assert inside(page, query).status_code == 302, query


def test_rows_that_are_one_each_are_not_published(city: City, page: Client) -> None:
    """Six rows that are hidden of a total of six were one each."""
    for slug in ("coverage", "continuity", "data-health", "activity", "follow-ups", "concerns"):
        is_refused(page, f"report={slug}&by=kind&{ASKED}")


def test_the_total_one_table_hides_and_another_has_is_of_no_table_with_hidden_rows(
    city: City, page: Client
) -> None:
    answer = publish(page, f"report=coverage&by=district&{ASKED}")
    assert answer.status_code == 302, "whole districts are published"
    Job.objects.update(parameters={})
    for by in ("focus", "kind"):
        is_refused(page, f"report=coverage&by={by}&{ASKED}")


def test_a_part_cannot_be_taken_from_its_whole(city: City, page: Client) -> None:
    is_refused(page, f"report=coverage&by=focus&district={city.north.code}&{ASKED}")
    two_days = "from=2024-10-01&to=2024-10-02"
    is_refused(page, f"report=coverage&by=focus&district={city.market.code}&{two_days}")


def test_another_code_of_a_district_opens_no_second_split(city: City, page: Client) -> None:
    for code in (city.north.code, "NEW"):
        version = District.objects.get(pk=city.north.pk).version
        edit_district(actor=SYSTEM, district_id=city.north.pk, version=version, code=code)
        is_refused(page, f"report=coverage&by=focus&district={code}&{ASKED}")
        is_refused(page, f"report=coverage&by=kind&district={code}&{ASKED}")


@pytest.mark.parametrize("slug", ANYWHERE)
def test_a_single_bias_concern_of_a_neighbourhood_is_not_published(
    city: City, page: Client, slug: str
) -> None:
    for by in ("district", "kind", "focus"):
        is_refused(page, f"report={slug}&by={by}&district={city.market.code}&{ASKED}")


@pytest.mark.parametrize("extension", ["csv", "xlsx", "pdf"])
def test_a_published_scorecard_has_no_concerns_and_says_so(city: City, extension: str) -> None:
    for _number in range(6):
        make_concern(city.market, at(date(2024, 8, 1)), bias_grounds=["anti_roma"])
    query = f"report=scorecard&{ASKED}"
    whole, published = (said(export(city.supervisor, query, extension, to)) for to in ("internal", "public"))
    for title in ("Concerns answered within 72 hours", "Reassurance offered within 24", "told the end of"):
        assert title in whole
        assert title not in published
    assert "Organisations met" in published
    if extension != "csv":
        assert "Concerns and reassurance are not published" in published
        assert "nothing on communities" in published


@pytest.mark.parametrize("asked", [{"by": "focus"}, {"by": "kind"}, {"report": "reassurance"}])
def test_what_was_asked_for_before_it_was_switched_off_is_not_made(city: City, asked: dict[str, str]) -> None:
    kept = {"report": "coverage", "audience": "public", "by": "district", "all_kinds": False}
    kept |= {"district": city.north.code, "before_since": "2024-04-01", "before_until": "2024-07-01"}
    kept |= {"since": "2024-07-01", "until": "2024-10-01", "format": "csv", "purpose": "x"}
    for more in (asked, {}):
        Job.objects.create(kind="export_report", started_by=city.supervisor.pk, parameters=kept | more)
        assert run_next()
    refused, made = Job.objects.order_by("pk")
    assert (refused.status, made.status) == ("failed", "done")
    assert "published" in refused.message
    assert set(JobFile.objects.values_list("job", flat=True)) == {made.pk}


def said(content: bytes) -> str:
    if content.startswith(b"%PDF"):
        return " ".join(" ".join(text_of(content)).split())
    if content.startswith(b"PK"):
        sheets = load_workbook(io.BytesIO(content)).worksheets
        return " ".join(
            str(cell) for one in sheets for row in one.iter_rows(values_only=True) for cell in row
        )
    return content.decode("utf-8-sig")
