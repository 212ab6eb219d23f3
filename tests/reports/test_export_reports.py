"""Reports as files: typed, complete for internal use, small numbers hidden otherwise, no other districts."""

import csv
import io
import re
from datetime import date, datetime

import pytest
from django.test import Client
from openpyxl import load_workbook
from pypdf import PdfReader

from accounts.actors import actor_for
from accounts.models import Role, User
from audit.models import Action, Event
from contacts.models import Organisation, OrganisationPeriod
from districts.services.districts import expect_community
from jobs.models import Job, JobFile
from jobs.services import printing
from jobs.services.running import run_next
from reports.indicators.catalogue import REPORTS
from reports.queries.statuses import final_on
from reports.services.keeping import keep_period
from reports.services.recounting import recount_period
from tests.api.clients import Tool
from tests.exchange.test_export_lists import WHY, sure
from tests.factories import make_district, make_meeting, make_organisation, make_supervisor, make_user
from tests.reports.city import QUARTER, at, make_promise, old
from tests.tagged import assert_accessible

pytestmark = pytest.mark.django_db

CANARY = "Kanarienvogel"
ASKED = "period=2024-Q3"


class City:
    """A district with many women's organisations and two Roma organisations."""

    def __init__(self) -> None:
        self.north = make_district("Northgate")
        self.market = make_district("Market", parent=self.north)
        self.south = make_district(CANARY)
        self.supervisor = make_supervisor(self.north)
        kinds = {"womens_organisation": (32, 16), "youth_organisation": (12, 6), "lgbt_organisation": (2, 1)}
        made = [
            Organisation(kind=kind, name=f"{kind} {number}", home_district=self.market)
            for kind, (of, _n) in kinds.items()
            for number in range(of)
        ]
        Organisation.objects.bulk_create(made)
        since = at(date(2020, 1, 1))
        OrganisationPeriod.objects.bulk_create(
            OrganisationPeriod(
                organisation=one, since=since, status="active", kind=one.kind, home_district=self.market
            )
            for one in made
        )
        met = [one for one in made if int(one.name.split()[1]) < kinds[one.kind][1]]
        make_meeting(self.market, *met, starts_at=at(date(2024, 8, 1)))
        old(make_organisation(self.south, kind="ngo", name=CANARY))
        expect_community(
            actor=actor_for(self.supervisor), district_id=self.north.pk, focus="sikh", evidence=CANARY
        )


@pytest.fixture
def city() -> City:
    return City()


def export(user: User, query: str, extension: str) -> bytes:
    client = sure(user)
    given = {"format": extension, **WHY}
    answer = client.post(f"/reports/export/?{query}", given)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    assert run_next()
    job = Job.objects.latest("created_at")
    assert job.status == "done", (job.error, job.message)
    content: bytes = client.get(f"/jobs/{job.pk}/files/{JobFile.objects.get(job=job).pk}/").getvalue()
    return content


def test_figures_are_out_of_reach_once_their_district_is_lost(city: City) -> None:
    assert export(city.supervisor, f"report=coverage&district={city.north.code}", "csv")
    job = Job.objects.latest("created_at")
    address = f"/jobs/{job.pk}/files/{JobFile.objects.get(job=job).pk}/"
    client = sure(city.supervisor)
    city.supervisor.districts.remove(city.north)
    assert client.get(address).status_code == 404
    city.supervisor.districts.add(city.north)
    assert client.get(address).status_code == 200


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def text_of(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def test_a_report_as_csv_and_xlsx_has_numbers_and_says_how_they_are_made(city: City) -> None:
    rows = table(export(city.supervisor, f"report=coverage&by=kind&{ASKED}", "csv"))
    quarter = [row for row in rows if row["from"] == QUARTER.since.isoformat()]
    by_kind = {row["kind"]: row for row in quarter}
    assert (by_kind["womens_organisation"]["n"], by_kind["womens_organisation"]["of"]) == ("16", "32")
    assert by_kind["lgbt_organisation"]["n"] == "1", "inside, nothing is hidden"
    assert (by_kind[""]["n"], by_kind[""]["of"]) == ("23", "46"), "the district itself has no kind"
    book = load_workbook(io.BytesIO(export(city.supervisor, f"report=coverage&by=kind&{ASKED}", "xlsx")))
    figures, over_time, by_season, data, about = book.worksheets
    assert data.max_row == len(rows) + 1
    assert [cell.value for cell in data[1]] == list(rows[0])
    assert [cell.value for cell in by_season[1]] == ["Quarter", "2022", "2023", "2024"]
    assert by_season["D4"].value == "50%, 23 of 46"
    heading = [cell.value for cell in figures[1]]
    women = next(row for row in figures.iter_rows(min_row=2) if row[0].value == "Women’s organisation")
    cells = dict(zip(heading, women, strict=True))
    assert (cells["Met"].value, cells["Organisations"].value) == (16, 32)
    assert cells["Percentage"].value == pytest.approx(16 / 32)
    assert cells["Percentage"].number_format == "0.0%"
    assert cells["Q2 2024"].value == 0
    assert cells["95% interval"].value is None, "a full count"
    young = next(row for row in figures.iter_rows(min_row=2) if row[0].value == "Youth organisation")
    assert dict(zip(heading, young, strict=True))["Percentage"].value == "fewer than 30: counts only"
    assert over_time.max_row == 13
    assert over_time["B13"].is_date
    said = {row[0]: row[1] for row in about.iter_rows(values_only=True) if row[0]}
    assert str(said["Formula"]).startswith("Organisations met at least once")
    assert said["Period"] == f"{QUARTER} (1 Jul 2024 to 30 Sep 2024)"
    assert (said["Created by"], said["Reason"]) == (city.supervisor.name, "To prepare a meeting or an event")
    left, _fetched = Event.objects.filter(action=Action.EXPORT).order_by("-pk")[:2][::-1]
    assert (left.object_type, left.district_ids) == ("report", [city.north.pk])
    assert left.field_names == ["by kind", "coverage"]


def test_the_scorecard_has_every_indicator_and_what_nobody_can_divide_is_not_zero(city: City) -> None:
    rows = table(export(city.supervisor, f"report=scorecard&{ASKED}", "csv"))
    quarter = {row["indicator"]: row for row in rows if row["from"] == QUARTER.since.isoformat()}
    assert set(quarter) == set(REPORTS)
    assert len(rows) == len(REPORTS) * 12
    assert quarter["coverage"]["n"] == "23"
    assert not [cell for row in rows for cell in row.values() if cell.startswith("'")]
    book = load_workbook(io.BytesIO(export(city.supervisor, f"report=scorecard&{ASKED}", "xlsx")))
    assert len(book.worksheets) == 3
    assert book.worksheets[0].max_row == len(REPORTS) + 1
    by_name = {row[0]: row for row in book.worksheets[0].iter_rows(values_only=True)}
    assert by_name["Indicator"][7] == "Change"
    assert (by_name["Organisations met"][7], by_name["Meetings held"][7]) == (50, 0.1)
    assert "n/a" in {row[4] for row in by_name.values()}


def test_a_row_of_data_says_what_it_is_and_how_it_was_counted(city: City) -> None:
    """A statistician needs no page and no other file: status, moment, interval, unit, version and vintage."""
    keep_period(QUARTER, final_on(QUARTER))
    make_promise(Organisation.objects.filter(home_district=city.market)[0], due_on=QUARTER.since)
    recount_period(QUARTER)
    rows = table(export(city.supervisor, f"report=scorecard&{ASKED}", "csv"))
    quarter = {row["indicator"]: row for row in rows if row["from"] == QUARTER.since.isoformat()}
    met = quarter["coverage"]
    assert (met["unit"], met["value"], met["value_status"]) == ("ratio", "0.5", "available")
    assert (met["status"], met["vintage"], met["kept_reason"]) == ("final", "1", "final")
    assert datetime.fromisoformat(met["as_of"]) == datetime.fromisoformat(met["kept_at"])
    assert (met["to"], met["counted_to"]) == (QUARTER.until.isoformat(),) * 2
    assert met["definition_version"] == str(REPORTS["coverage"].version)
    assert (met["interval_low"], met["interval_high"]) == ("", ""), "a full count"
    assert met["marking"].startswith("Confidential.")
    few, nothing = quarter["follow-ups"], quarter["loop-closed"]
    assert (few["n"], few["of"], few["value"], few["value_status"]) == ("0", "1", "", "too_few")
    assert (few["status"], few["vintage"]) == ("revised", "2")
    assert (few["first_published_n"], few["first_published_of"]) == ("0", "0")
    assert (nothing["of"], nothing["value"], nothing["value_status"]) == ("0", "", "nothing_to_count")
    assert quarter["level"]["value_status"] == "distribution"
    before = {row["status"] for row in rows if row["to"] == QUARTER.since.isoformat()}
    assert before == {"counted_today"}, "nothing was kept of it"


@pytest.mark.parametrize("by", ["district", "kind", "focus"])
def test_a_file_and_a_call_have_the_same_names_and_numbers(city: City, by: str) -> None:
    keep_period(QUARTER, final_on(QUARTER))
    asked = f"from={QUARTER.since}&to={QUARTER.until}&by={by}&district={city.north.code}"
    answer = Tool(city.north).get(f"/reports/coverage/?{asked}", accept="text/csv").content.decode()
    called = {row[by]: row for row in csv.DictReader(io.StringIO(answer, newline=""))}
    rows = table(export(city.supervisor, f"report=coverage&by={by}&{ASKED}", "csv"))
    rows = [row for row in rows if row["from"] == QUARTER.since.isoformat() and row[by] in called]
    assert len(rows) == len(called)
    moments = ("as_of", "kept_at")
    for row in rows:
        one = called[row[by]]
        shared = row.keys() & one.keys()
        assert shared >= one.keys() - {"rows_url"}
        assert {name: row[name] for name in shared if name not in moments} == {
            name: one[name] for name in shared if name not in moments
        }
        assert all(_moment(row[name]) == _moment(one[name]) for name in moments)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(microsecond=0)


BESIDE = "Additional figures"


@pytest.fixture
def promised(city: City) -> City:
    """Create four follow-ups, one cancelled and two moved; 13 organisations were never met."""
    met = Organisation.objects.filter(home_district=city.market).order_by("name")[0]
    day = date(2024, 8, 1)
    make_promise(met, due_on=day, done_at=at(day))
    make_promise(met, due_on=day, status="cancelled", cancel_reason="They moved away")
    for _number in range(2):
        make_promise(met, due_on=date(2024, 9, 1), first_due_on=day, done_at=at(date(2024, 8, 20)))
    return city


def test_what_the_page_states_beside_a_figure_is_in_the_scorecards_files(promised: City) -> None:
    user, query = promised.supervisor, f"report=scorecard&{ASKED}"
    moved = "Done late: 2 · Due date moved: 2 · Cancelled: 1"
    html = sure(user).get(f"/reports/?{ASKED}").content.decode()
    page = " ".join(re.sub("<[^>]*>", "", html).split())
    assert moved.replace(" ·", "") in page, "on the first screen each stands apart"
    assert "· nothing agreed: 46" in page
    figures, _data, _about = load_workbook(io.BytesIO(export(user, query, "xlsx"))).worksheets
    heading, *cells = figures.iter_rows(values_only=True)
    rows = {row[0]: dict(zip(heading, row, strict=True)) for row in cells}
    assert heading[8:] == (BESIDE, "District", "Period")
    assert rows["Follow-ups done on time"]["Period"] == "Quarter 3 of 2024"
    assert rows["Follow-ups done on time"][BESIDE] == moved
    assert rows["Met at the agreed frequency"][BESIDE] == "Nothing agreed: 46"
    assert "never met: 23" in str(rows["Days since last met"][BESIDE])
    assert rows["Organisations met"][BESIDE] is None, "it has nothing beside it"
    paper = " ".join(" ".join(text_of(export(user, query, "pdf"))).split())
    for stated in (moved, "Nothing agreed: 46", "never met: 23"):
        assert stated in paper
    assert BESIDE not in paper, "it stands under its figure"


def test_what_the_page_states_beside_a_figure_is_in_a_reports_own_files(promised: City) -> None:
    rows = table(export(promised.supervisor, f"report=follow-ups&{ASKED}", "csv"))
    since, code = QUARTER.since.isoformat(), promised.north.code
    [north] = [row for row in rows if (row["from"], row["district"]) == (since, code)]
    assert (north["late"], north["moved"], north["cancelled"]) == ("2", "2", "1")
    paper = " ".join(text_of(export(promised.supervisor, f"report=follow-ups&{ASKED}", "pdf")))
    assert "Due date moved" in " ".join(paper.split())


def test_a_fall_is_a_number_below_nought(city: City) -> None:
    content = export(city.supervisor, "report=scorecard&period=2024-Q4", "xlsx")
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    [met] = [row for row in sheet.iter_rows(values_only=True) if row[0] == "Organisations met"]
    assert met[7] == -50
    pages = text_of(export(city.supervisor, "report=scorecard&period=2024-Q4", "pdf"))
    assert "−50 points" in " ".join(pages)
    assert "Q3 2024" in pages[0]


def test_free_dates_are_said_once(city: City) -> None:
    pages = text_of(export(city.supervisor, "report=coverage&from=2024-07-02&to=2024-09-01", "pdf"))
    assert "2 Jul 2024 to 31 Aug 2024" in pages[0]
    assert "(2 Jul 2024" not in pages[0]


@pytest.mark.parametrize("slug", ["scorecard", "coverage"])
def test_a_pdf_is_marked_on_each_page_and_shows_nothing_of_elsewhere(city: City, slug: str) -> None:
    content = export(city.supervisor, f"report={slug}&{ASKED}", "pdf")
    title = {"scorecard": "Scorecard", "coverage": "Organisations met"}[slug]
    pages = assert_accessible(content, title=f"{title}, Northgate, {QUARTER}").pages
    for page in pages:
        assert f"Confidential. For City council. Created by {city.supervisor.name}" in page
        assert f"Northgate, {QUARTER}" in page
    whole = " ".join(pages)
    assert CANARY not in whole
    assert "Sikh" not in whole, "what is expected to live here is on screen only"
    assert "23 of 46" in whole or ("23" in whole and "46" in whole)
    box = PdfReader(io.BytesIO(content)).pages[0].mediabox
    assert (round(box.width), round(box.height)) == (595, 842)


def test_only_supervisors_who_say_why_of_their_own_districts(city: City) -> None:
    address = f"/reports/export/?report=coverage&{ASKED}"
    given = {"format": "csv"}
    page = sure(city.supervisor)
    assert "/reports/export/?report=coverage" in page.get(f"/reports/coverage/?{ASKED}").content.decode()
    assert "/reports/export/?report=scorecard" in page.get(f"/reports/?{ASKED}").content.decode()
    assert page.get(address).status_code == 200
    assert page.post(address, given).status_code == 422
    assert page.post(address, given | {"reason": "other", "other": ""}).status_code == 422
    assert page.get(f"{address}&district={city.south.code}").status_code == 404
    assert page.get("/reports/export/?report=gossip").status_code == 404
    assert page.get("/reports/export/?report=coverage&period=soon").status_code == 422
    for role in (Role.OFFICER, Role.PRIVACY_OFFICER, Role.ADMINISTRATOR):
        other = sure(make_user(role, city.north))
        assert other.post(address, given | WHY).status_code == 403
        if role != Role.ADMINISTRATOR:
            assert "/reports/export/" not in other.get(f"/reports/coverage/?{ASKED}").content.decode()
    hurried = Client()
    hurried.force_login(city.supervisor)
    assert hurried.post(address, given | WHY)["Location"].startswith("/accounts/reauthenticate/")
    assert not Job.objects.exists()


def test_whoever_covers_the_district_no_more_gets_no_file(city: City) -> None:
    page = sure(city.supervisor)
    page.post(f"/reports/export/?report=coverage&{ASKED}", {"format": "csv", **WHY})
    city.supervisor.districts.set([city.south])
    run_next()
    job = Job.objects.get()
    assert job.status == "failed"
    assert not JobFile.objects.exists()


def test_where_pango_is_missing_the_page_says_so(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.exports.views.can_write_pdf", lambda: False)
    html = sure(city.supervisor).get(f"/reports/export/?report=coverage&{ASKED}").content.decode()
    assert "Pango" in html
    assert 'value="pdf"' not in html
    assert printing.can_write_pdf()
