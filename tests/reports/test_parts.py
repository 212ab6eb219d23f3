"""The parts of a district add up to its total on pages, in files and in the API; exceptions are labelled."""

import csv
import io
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from districts.models import District
from reports.figures.parts import IN_SEVERAL, rows_of
from reports.indicators.catalogue import REPORTS
from reports.queries.periods import Period
from reports.queries.questions import IN_NO_PART, Question, ask
from reviews.services.freezing import freeze_review
from tests.api.clients import Tool
from tests.factories import make_district, make_meeting, make_organisation, make_supervisor
from tests.reports.city import (
    QUARTER,
    at,
    close_incident,
    make_concern,
    make_incident,
    make_promise,
    make_step,
    make_takeaway,
    old,
)
from tests.reports.test_export_reports import export

pytestmark = pytest.mark.django_db

JULY = date(2024, 7, 10)
ASKED = "period=2024-Q3"


class Split:
    """A district with two parts and a closed one.

    Each part, and the district itself, has rows of every type.
    """

    def __init__(self) -> None:
        self.north = make_district("Northgate")
        self.parts = [make_district(name, parent=self.north) for name in ("Market", "Ponds")]
        self.closed = make_district("Old", parent=self.north, is_active=False)
        self.supervisor = make_supervisor(self.north)
        homes = [self.north, *self.parts, self.closed]
        rows = [old(make_organisation(home, cadence_days=30)) for home in homes]
        for row, home in zip(rows, homes, strict=True):
            row.periods.update(cadence_days=30)
            held = make_meeting(home, row, starts_at=at(JULY), level="inform")
            make_takeaway(held, JULY)
            make_concern(home, at(JULY), bias_grounds=["anti_roma"], status="closed", closed_at=at(JULY, 15))
            told = make_promise(row, due_on=JULY, done_at=at(JULY))
            told.organisation_links.update(reported_back_on=JULY)
            incident = make_incident(home, at(JULY))
            make_step(incident, "the_place", row, due=timedelta(hours=1))
            close_incident(incident, at(JULY, 15))
        make_promise(*rows, due_on=JULY)  # in all four

    def question(self) -> Question:
        codes = [row.code for row in (self.north, *self.parts)]
        from accounts.actors import actor_for

        asked = ask(actor_for(self.supervisor), [QUARTER], districts=codes)
        return Question(asked.periods, asked.districts, rest_of=self.north)


@pytest.fixture
def split() -> Split:
    return Split()


@pytest.mark.parametrize("slug", REPORTS)
def test_parts_and_the_rest_add_up_to_the_whole(split: Split, slug: str) -> None:
    rows = {row.group: row for row in rows_of(REPORTS[slug], split.question())}
    whole = rows.pop(split.north.code)
    assert whole.of > 0
    assert (sum(row.n for row in rows.values()), sum(row.of for row in rows.values())) == pytest.approx(
        (whole.n, whole.of)
    )
    assert rows[IN_NO_PART].of > 0
    assert (IN_SEVERAL in rows) == (slug in ("follow-ups", "overdue"))


@pytest.mark.parametrize("slug", REPORTS)
def test_what_is_in_no_part_in_one_period_has_a_row_in_each(split: Split, slug: str) -> None:
    before, later = QUARTER.previous(), Period(date(2024, 10, 1), date(2025, 1, 1))
    question = replace(split.question(), periods=(QUARTER, before, later))
    rows = rows_of(REPORTS[slug], question)
    for period in question.periods:
        counted = {row.group: row for row in rows if row.period == period}
        whole = counted.pop(split.north.code)
        assert {IN_NO_PART} <= set(counted)
        assert (
            sum(row.n for row in counted.values()),
            sum(row.of for row in counted.values()),
        ) == pytest.approx((whole.n, whole.of))
    assert len({frozenset(row.group for row in rows if row.period == one) for one in question.periods}) == 1


def test_a_call_that_compares_adds_up_in_both_periods(split: Split) -> None:
    make_concern(split.north, at(date(2024, 11, 5)), bias_grounds=["anti_roma"])
    codes = ",".join(row.code for row in (split.north, *split.parts))
    for since, until in (("2024-07-01", "2024-10-01"), ("2024-10-01", "2025-01-01")):
        asked = f"from={since}&to={until}&district={codes}&compare=previous&rest=true"
        body = Tool(split.north).get(f"/reports/concerns/?{asked}").json()
        whole, *parts = sorted(body["rows"], key=lambda row: row["district"] != split.north.code)
        for name in ("n", "of", "compared_n", "compared_of"):
            assert sum(row[name] for row in parts) == whole[name], (since, name)


def test_where_all_lies_in_one_part_there_is_no_row_more(split: Split) -> None:
    alone = make_district("Alone")
    part = make_district("Part", parent=alone)
    make_meeting(part, old(make_organisation(part)), starts_at=at(JULY))
    for report in REPORTS.values():
        rows = rows_of(report, Question((QUARTER,), (alone, part), rest_of=alone))
        assert {row.group for row in rows} == {alone.code, part.code}


def test_parts_of_parts_are_not_counted_twice(split: Split) -> None:
    inner = make_district("Inner", parent=split.parts[0])
    make_meeting(inner, old(make_organisation(inner)), starts_at=at(JULY))
    question = Question((QUARTER,), (split.north, *split.parts, inner), rest_of=split.north)
    for slug in ("coverage", "activity"):
        rows = {row.group: row for row in rows_of(REPORTS[slug], question)}
        assert IN_SEVERAL not in rows
        assert rows[IN_NO_PART].of == 2


def numbers(rows: list[dict[str, Any]], name: str, n: str, of: str) -> dict[str, tuple[float, float]]:
    return {row[name]: (float(row[n]), float(row[of])) for row in rows}


@pytest.mark.parametrize("slug", ["coverage", "follow-ups", "level", "activity"])
def test_what_is_in_no_part_and_what_was_before_open_their_rows(
    client: Client, split: Split, slug: str
) -> None:
    client.force_login(split.supervisor)
    page = client.get(f"/reports/{slug}/?{ASKED}&district={split.north.code}")
    [rest] = [figure for figure in page.context["figures"] if figure.name == "In no part"]
    opened = client.get(rest.url)
    assert (opened.context["page"].count, opened.context["page"].list_url) == (rest.row.n, "")
    assert "In no part" in opened.content.decode()
    for cell in [one for one in rest.columns if one.url]:
        assert client.get(cell.url).context["page"].count in (cell.value, rest.row.n)
    later = client.get(f"/reports/{slug}/?period=2024-Q4&district={split.north.code}")
    whole = later.context["whole"]
    assert client.get(whole.url_before).context["page"].count == whole.line.row_before.n > 0
    assert whole.url_before.replace("&", "&amp;") in later.content.decode()
    scorecard = client.get(f"/reports/?period=2024-Q4&district={split.north.code}").content.decode()
    assert whole.url_before.replace("&", "&amp;") in scorecard


def test_the_page_says_what_is_in_no_part_and_in_several(client: Client, split: Split) -> None:
    client.force_login(split.supervisor)
    page = client.get(f"/reports/follow-ups/?{ASKED}&district={split.north.code}")
    names = [figure.name for figure in page.context["figures"]]
    assert names == ["Market", "Ponds", "In no part", "In several parts"]
    whole, rows = page.context["whole"].row, [figure.row for figure in page.context["figures"]]
    assert (sum(row.n for row in rows), sum(row.of for row in rows)) == (whole.n, whole.of)
    assert all(figure.url or figure.rest_url for figure in page.context["figures"])
    assert "rest=true" in page.content.decode()


@pytest.mark.parametrize("slug", ["follow-ups", "overdue"])
def test_what_is_in_several_parts_opens_what_they_count_too_often(
    client: Client, split: Split, slug: str
) -> None:
    make_promise(old(make_organisation(split.parts[0])), due_on=JULY)
    client.force_login(split.supervisor)
    page = client.get(f"/reports/{slug}/?{ASKED}&district={split.north.code}")
    [several] = [figure for figure in page.context["figures"] if figure.name == "In several parts"]
    urls = [(several.url, several.row.n), (several.rest_url, several.row.of - several.row.n)]
    opened = []
    for url, number in urls:
        if not url:
            assert not number
            continue
        shown = client.get(url)
        assert (shown.context["page"].count, len(shown.context["page"].rows)) == (number, 1)
        assert number == -2, "it lies in two parts and in none, and counts once"
        assert "In several parts" in shown.text and "-2" in shown.text
        opened.append(url)
    assert len(opened) == 1
    stranger = make_supervisor(split.parts[0])
    client.force_login(stranger)
    assert client.get(opened[0]).status_code == 404, "not of the whole district"


def test_contact_wanted_in_no_part_opens_its_organisations(client: Client, split: Split) -> None:
    client.force_login(split.supervisor)
    page = client.get(f"/reports/contact-wanted/?{ASKED}&district={split.north.code}&by=district")
    [rest] = [figure for figure in page.context["figures"] if figure.name == "In no part"]
    for url in (rest.url, rest.rest_url):
        found = client.get(url)
        total = found.context["found"].total
        assert (total.held, total.wanted) == pytest.approx((rest.row.n, rest.row.of))
        assert total.organisations == 2 and "In no part" in found.text
    [organisations] = [cell for cell in rest.columns if cell.value == 2]
    assert client.get(organisations.url).context["page"].count == 2


@pytest.mark.parametrize("slug", ["coverage", "follow-ups", "activity", "concerns"])
def test_a_file_adds_up(split: Split, slug: str) -> None:
    content = export(split.supervisor, f"report={slug}&{ASKED}&district={split.north.code}", "csv")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    quarter = [row for row in rows if row["from"] == "2024-07-01"]
    whole, *others = sorted(quarter, key=lambda row: row["district"] != split.north.code)
    assert [row["district_name"] or row["rest"] for row in others][:3] == ["Market", "Ponds", "no_part"]
    for name in ("n", "of"):
        assert sum(float(row[name]) for row in others) == float(whole[name])


def test_a_call_adds_up_where_it_asks_for_the_rest(split: Split) -> None:
    codes = ",".join(row.code for row in (split.north, *split.parts))
    asked = f"from=2024-07-01&to=2024-10-01&district={codes}"
    tool = Tool(split.north)
    body = tool.get(f"/reports/follow-ups/?{asked}&rest=true").json()
    rows = {row["rest"] or row["district"]: row for row in body["rows"]}
    whole = rows.pop(split.north.code)
    assert sum(row["of"] for row in rows.values()) == whole["of"]
    assert {"no_part", "several_parts"} <= set(rows)
    assert rows["no_part"]["district"] is None
    assert rows["no_part"]["rows_url"] is None
    assert all("rest" not in row for row in tool.get(f"/reports/follow-ups/?{asked}").json()["rows"])
    lines = tool.get(f"/reports/follow-ups/?{asked}&rest=true", accept="text/csv").content.decode()
    assert "several_parts" in lines
    for wrong in ("&by=kind", "&by=focus"):
        assert tool.get(f"/reports/follow-ups/?{asked}&rest=true{wrong}").status_code == 400
    beside = ",".join(row.code for row in split.parts)
    answer = tool.get(f"/reports/follow-ups/?from=2024-07-01&to=2024-10-01&district={beside}&rest=true")
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, "rest")


def test_a_frozen_audit_adds_up(split: Split) -> None:
    from accounts.actors import actor_for

    review = freeze_review(
        actor=actor_for(split.supervisor), district_id=split.north.pk, period=QUARTER, samples=1
    )
    rows = {row.name: row for row in review.figures.filter(slug="coverage", by="district")}
    assert set(rows) == {"Northgate", "Market", "Ponds", "In no part"}
    assert sum(row.of for name, row in rows.items() if name != "Northgate") == rows["Northgate"].of == 4
    assert rows["In no part"].ids is None
    assert District.objects.get(pk=split.north.pk).code == review.district_code
