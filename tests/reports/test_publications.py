"""Files for publication contain nothing from which a small number could be calculated."""

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
from lib.days import city_today
from reports.exports.asked import Asked, Audience
from reports.exports.publications import why_inside
from reports.periods import quarter_of
from tests.exchange.test_export_lists import WHY, sure
from tests.factories import make_district, make_organisation, make_supervisor
from tests.reports.city import at, make_concern, old
from tests.reports.test_export_reports import ASKED, City, export, table, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.long]

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
    """Check that publication is rejected with the reason on the pages, while internal use is allowed."""
    shown = page.get(f"/reports/export/?{query}").content.decode()
    assert "are not published" in shown
    answer = publish(page, query)
    assert answer.status_code == 422, query
    assert "small numbers" in answer.content.decode()
    assert not Job.objects.filter(parameters__audience="public").exists()
    assert inside(page, query).status_code == 302, query


def test_rows_that_are_one_each_are_not_published(city: City, page: Client) -> None:
    """Six hidden rows with a total of six would each be one."""
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
    for title in (
        "Concerns answered within 72 hours",
        "Reassurance offered within 24",
        "Concerns reported back",
    ):
        assert title in whole
        assert title not in published
    assert "Organisations met" in published
    if extension != "csv":
        assert "Concerns and reassurance are not published" in published
        assert "without communities, concerns or reassurance" in published


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


# --- Whole districts, whole periods, and no small numbers ------------------------------------------------


def stays_inside(page: Client, query: str, said: str) -> None:
    """Check that the form gives the reason, and that internal use works.

    A whole district's quarter may be published.
    """
    assert said in page.get(f"/reports/export/?{query}").content.decode()
    answer = publish(page, query)
    assert answer.status_code == 422, query
    assert said in answer.content.decode()
    assert not Job.objects.filter(parameters__audience="public").exists()
    assert inside(page, query).status_code == 302, query
    whole = District.objects.get(name="Northgate").code
    allowed = f"{query.partition('&')[0]}&district={whole}&{ASKED}"
    assert publish(page, allowed).status_code == 302


@pytest.mark.parametrize("slug", ["scorecard", "coverage", "data-health"])
def test_a_part_alone_is_not_published(city: City, page: Client, slug: str) -> None:
    stays_inside(page, f"report={slug}&district={city.market.code}&{ASKED}", "Parts of a district are not")


def test_a_part_of_a_part_is_not_published_where_what_is_between_is_not_in_use(
    city: City, page: Client
) -> None:
    below = make_district("Mill Ponds", parent=city.market)
    District.objects.filter(pk=city.market.pk).update(is_active=False)
    stays_inside(page, f"report=coverage&district={below.code}&{ASKED}", "Parts of a district are not")


@pytest.mark.parametrize(
    "dates",
    ["from=2024-07-01&to=2024-09-30", "from=2024-08-01&to=2024-11-01", "period=2024-09", "period=90d"],
)
def test_dates_that_are_no_whole_quarter_or_year_are_not_published(
    city: City, page: Client, dates: str
) -> None:
    for slug in ("data-health", "scorecard"):
        Job.objects.all().delete()
        stays_inside(
            page, f"report={slug}&district={city.north.code}&{dates}", "Only whole quarters and years"
        )


def test_a_quarter_that_is_not_over_is_not_published(city: City, page: Client) -> None:
    running = quarter_of(city_today())
    dates = f"from={running.since}&to={running.until}"
    stays_inside(
        page,
        f"report=coverage&district={city.north.code}&{dates}",
        "You can only publish a period that is over",
    )


def test_a_quarter_is_over_once_its_last_day_is(city: City) -> None:
    quarter = quarter_of(date(2024, 7, 1))
    asked = Asked("coverage", city.north.code, quarter, quarter.previous(), audience=Audience.PUBLIC)
    for today, is_made in ((date(2024, 9, 30), False), (date(2024, 10, 1), True)):
        assert (why_inside(asked, today) == "") is is_made


def test_figures_of_all_kinds_are_not_published_beside_those_of_the_usual(city: City, page: Client) -> None:
    query = f"report=coverage&district={city.north.code}&all_kinds=true&{ASKED}"
    stays_inside(page, query, "Figures that include partners and clubs are not published")


def test_a_whole_year_is_published(city: City, page: Client) -> None:
    assert publish(page, f"report=coverage&district={city.north.code}&period=2023").status_code == 302


def test_the_district_stands_alone_without_its_parts(city: City) -> None:
    query = f"report=coverage&district={city.north.code}&{ASKED}"
    whole, published = (export(city.supervisor, query, "csv", to).decode() for to in ("internal", "public"))
    assert city.market.name in whole
    assert "Northgate" in published
    assert city.market.name not in published
    assert "part" not in published.lower()
    assert "23" in published


@pytest.mark.parametrize(
    ("slug", "heading"),
    [("data-health", "Contacts due for review"), ("continuity", "Changes of lead officer")],
)
@pytest.mark.parametrize("extension", ["csv", "pdf"])
def test_columns_of_single_people_are_not_published(
    city: City, slug: str, heading: str, extension: str
) -> None:
    query = f"report={slug}&district={city.north.code}&{ASKED}"
    whole, published = (said(export(city.supervisor, query, extension, to)) for to in ("internal", "public"))
    assert heading in whole
    assert heading not in published


@pytest.mark.parametrize("extension", ["csv", "xlsx", "pdf"])
@pytest.mark.parametrize("slug", ["coverage", "scorecard"])
def test_a_figure_of_fewer_than_five_is_left_out_and_the_file_says_so(slug: str, extension: str) -> None:
    north = make_district("Northgate")
    supervisor = make_supervisor(north)
    for _number in range(4):
        old(make_organisation(north))
    query = f"report={slug}&district={north.code}&{ASKED}"
    few = said(export(supervisor, query, extension, "public"))
    assert "fewer than 5" in few
    assert "fewer than 5" not in said(export(supervisor, query, extension))
    old(make_organisation(north))
    five = said(export(supervisor, query, extension, "public"))
    assert few.count("fewer than 5") > five.count("fewer than 5")
    if extension == "csv" and slug == "coverage":
        [row] = table(export(supervisor, query, "csv", "public"))
        assert (row["Met"], row["Organisations"]) == ("0", "5")


@pytest.mark.parametrize(
    "asked",
    [
        {"since": "2024-07-02"},
        {"before_since": "2024-04-02"},
        {"until": "2999-01-01", "since": "2998-10-01"},
        {"all_kinds": True},
        {"district": "market"},
    ],
)
def test_what_waits_in_the_queue_is_refused_too(city: City, asked: dict[str, Any]) -> None:
    kept = {"report": "coverage", "audience": "public", "by": "district", "all_kinds": False}
    kept |= {"district": city.north.code, "before_since": "2024-04-01", "before_until": "2024-07-01"}
    kept |= {"since": "2024-07-01", "until": "2024-10-01", "format": "csv", "purpose": "x"}
    if "district" in asked:
        asked = {"district": city.market.code}
    for more in (asked, asked | {"audience": "internal"}, {}):
        Job.objects.create(kind="export_report", started_by=city.supervisor.pk, parameters=kept | more)
        assert run_next()
    refused, within, whole = Job.objects.order_by("pk")
    if "until" in asked:
        assert refused.status == within.status == "failed", "a future has no file at all"
    else:
        assert (refused.status, within.status) == ("failed", "done")
        assert "published" in refused.message
    assert whole.status == "done"


def said(content: bytes) -> str:
    if content.startswith(b"%PDF"):
        return " ".join(" ".join(text_of(content)).split())
    if content.startswith(b"PK"):
        sheets = load_workbook(io.BytesIO(content)).worksheets
        return " ".join(
            str(cell) for one in sheets for row in one.iter_rows(values_only=True) for cell in row
        )
    return content.decode("utf-8-sig")
