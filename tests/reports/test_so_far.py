"""A current period ends now: figures, pages, files and the API say so, and the future is not counted."""

import csv
import io
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.actors import SYSTEM
from lib.days import city_day, city_today
from meetings.models import Concern
from reports.figures.remarks import remarks_on_figures
from reports.figures.scorecard import Line, read_table
from reports.indicators import activity, cadence, contact_wanted, coverage, data_health, overdue, recency
from reports.indicators.catalogue import REPORTS
from reports.queries.periods import Period, PeriodInFuture, quarter_of
from reports.queries.questions import By, Question, ask
from tests.api.clients import Tool
from tests.examples import examples
from tests.factories import make_actor, make_district, make_meeting, make_organisation, make_supervisor
from tests.reports import test_organisations_recomputed as by_python
from tests.reports.city import at, follow, make_city, make_concern, make_promise, old
from tests.reports.northgate import City, read
from tests.reports.test_export_reports import export
from tests.reports.test_organisations_recomputed import city as ground  # noqa: F401 (a fixture)

pytestmark = pytest.mark.django_db

A_DAY = timedelta(days=1)


def running(past: int = 30, to_come: int = 60) -> Period:
    """Return a period of which `past` days have passed, including today."""
    return Period(city_today() - timedelta(days=past - 1), city_today() + timedelta(days=to_come + 1))


# --- Calculated by hand -------------------------------------------------------------------------------


def test_days_since_last_met_are_days_up_to_today() -> None:
    north = make_district()
    for days in (3, 24, 25):
        make_meeting(north, old(make_organisation(north)), starts_at=at(city_today() - timedelta(days=days)))
    [row] = recency.REPORT.rows(ask(make_actor(north), [running()]))
    assert (row.n, row.median_days, row.p90_days) == (3, 25, 26)


def test_who_was_met_in_time_is_not_called_late_because_the_quarter_ends_later() -> None:
    _city, north, _south, actor = make_city()
    in_time, late = (old(make_organisation(north, cadence_days=30)) for _number in range(2))
    for one in (in_time, late):
        one.periods.update(cadence_days=30)
    make_meeting(north, in_time, starts_at=at(city_today() - timedelta(days=24)))
    make_meeting(north, late, starts_at=at(city_today() - timedelta(days=31)))
    question = ask(actor, [running()], districts=[north.code])
    [row] = cadence.REPORT.rows(question)
    assert (row.n, row.of) == (1, 2)
    assert follow(cadence.REPORT.drill(row, question), actor) == {in_time.pk}
    assert follow(cadence.REPORT.drill(row, question, "rest"), actor) == {late.pk}


def test_wanted_is_what_the_days_that_have_passed_ask_for() -> None:
    north = make_district()
    one = old(make_organisation(north, cadence_days=30))
    one.periods.update(cadence_days=30)
    make_meeting(north, one, starts_at=at(city_today() - timedelta(days=5)))
    [row] = contact_wanted.REPORT.rows(ask(make_actor(north), [running(past=30)]))
    assert (row.n, row.of) == (1, 1)


def test_a_review_that_is_due_next_month_is_not_late_today() -> None:
    north = make_district()
    for days in (-1, 1):
        old(make_organisation(north, review_on=city_today() + timedelta(days=days)))
    [row] = data_health.REPORT.rows(ask(make_actor(north), [running()]))
    assert row.organisations_late == 1


def test_what_is_cancelled_for_another_day_of_the_quarter_was_not_to_take_place_yet() -> None:
    _city, north, _south, actor = make_city()
    for days in (-2, 5):
        when = at(city_today() + timedelta(days=days))
        make_meeting(north, starts_at=when, status="cancelled", outcomes=[])
    question = ask(actor, [running()], districts=[north.code])
    [row] = activity.REPORT.rows(question)
    assert (row.n, row.of, row.cancelled, row.days) == (0, 1, 1, 30)
    assert len(follow(activity.REPORT.drill(row, question, "cancelled"), actor)) == 1


def test_a_promise_is_overdue_by_the_days_up_to_today() -> None:
    _city, north, _south, actor = make_city()
    late = make_promise(old(make_organisation(north)), due_on=city_today() - timedelta(days=3))
    make_promise(old(make_organisation(north)), due_on=city_today() + timedelta(days=3))
    question = ask(actor, [running()], districts=[north.code])
    [row] = overdue.REPORT.rows(question)
    assert (row.n, row.of, row.days_1_7) == (1, 2, 1)
    assert follow(overdue.REPORT.drill(row, question), actor) == {late.pk}


def test_on_its_last_day_and_after_it_a_period_is_whole() -> None:
    today = city_today()
    for period in (Period(today - A_DAY, today), Period(today - A_DAY, today + A_DAY)):
        assert period.so_far(today) == period
        assert not period.runs(today)
    longer = Period(today, today + 2 * A_DAY)
    assert (longer.so_far(today), longer.runs(today)) == (Period(today, today + A_DAY), True)


def test_nothing_is_counted_of_a_period_that_has_not_begun() -> None:
    future = Period(city_today() + A_DAY, city_today() + 8 * A_DAY)
    with pytest.raises(PeriodInFuture):
        ask(make_actor(make_district()), [future])
    with pytest.raises(PeriodInFuture):
        coverage.REPORT.rows(Question((future,), (make_district(),)))


# --- Comparisons --------------------------------------------------------------------------------------


def lines_of(now: Period, before: Period) -> dict[str, Line]:
    _city, north, _south, actor = make_city()
    for number in range(6):
        one = old(make_organisation(north, cadence_days=30))
        one.periods.update(cadence_days=30)
        when = before.since if number else now.since
        make_meeting(north, one, starts_at=at(when), initiated_by="community", level="inform")
    question = ask(actor, [now, before], districts=[north.code])
    return {slug: Line(read_table(one, question), north.code, now, before) for slug, one in REPORTS.items()}


def test_only_a_state_is_compared_with_a_whole_period() -> None:
    now = running()
    lines = lines_of(now, Period(now.since - 90 * A_DAY, now.since))
    states = {"recency", "cadence", "overdue", "continuity", "data-health"}
    assert {slug for slug, line in lines.items() if line.is_comparable} == states
    met = lines["coverage"]
    assert (met.change, met.is_worse, met.is_better) == ("not yet comparable", False, False)
    assert {remark.line.report.slug for remark in remarks_on_figures(lines.values())} <= states


def test_a_whole_period_is_compared_with_a_whole_one() -> None:
    now = quarter_of(date(2024, 7, 1))
    lines = lines_of(now, now.previous())
    assert all(line.is_comparable for line in lines.values())
    assert lines["activity"].change == "−0.3 a week"


def test_the_last_point_of_a_chart_is_hollow_while_its_period_runs() -> None:
    now = running()
    before = Period(now.since - 90 * A_DAY, now.since)
    line = lines_of(now, before)["coverage"]
    marks = Line(line.table, line.group, now, before, (before, now)).marks
    assert [mark.is_hollow for mark in marks] == [False, True]
    assert marks[-1].text == "1 of 6 so far"


@pytest.mark.parametrize(("slug", "hours"), [("concerns", 72), ("reassurance", 24)])
def test_concerns_whose_time_is_not_over_are_not_compared_as_missed(
    client: Client, slug: str, hours: int
) -> None:
    _city, north, _south, actor = make_city()
    now = Period(city_today() - 20 * A_DAY, city_today() + A_DAY)
    before = now.previous()
    bias, then = {"bias_grounds": ["anti_roma"]}, at(before.since)
    for _number in range(30):
        make_concern(north, then, status="answered", answered_at=then, reassurance_offered_at=then, **bias)
        make_concern(north, timezone.now() - timedelta(hours=1), **bias)

    def line() -> Line:
        question = ask(actor, [now, before], districts=[north.code])
        return Line(read_table(REPORTS[slug], question), north.code, now, before, (before, now))

    waiting = line()
    row: Any = waiting.row
    assert (row.n, row.of, row.in_time) == (0, 0, 30)
    assert (waiting.change, waiting.is_worse) == ("", False)
    assert remarks_on_figures([waiting]) == []
    asked = f"from={now.since}&to={now.until}"
    tool = Tool(north)
    [said] = tool.get(f"/reports/{slug}/?{asked}").json()["rows"]
    assert (said["n"], said["of"], said["in_time"], said["ratio"]) == (0, 0, 30, None)
    page = read(client, make_supervisor(north), f"/reports/{slug}/?{asked}").content.decode()
    assert f"Still within {hours} hours" in page
    Concern.objects.filter(answered_at=None).update(received_at=at(now.since))
    missed = line()
    assert (missed.change, missed.is_worse) == ("−100 points", True)
    assert [remark.line.report.slug for remark in remarks_on_figures([missed])] == [slug]


# --- Pages, files and API -----------------------------------------------------------------------------


@pytest.fixture
def city() -> City:
    return City()


def test_pages_say_up_to_when_and_compare_nothing_yet(client: Client, city: City) -> None:
    asked = f"from={running().since}&to={running().until}"
    said = f"so far, to {date_format(city_today(), 'j M')}"
    shown = read(client, city.supervisor, f"/reports/?{asked}").content.decode()
    assert said in shown
    assert "not yet comparable" not in shown, "the scorecard leaves the change out"
    assert "Before:" not in figure_in(shown, "coverage")
    assert "judged" not in figure_in(shown, "coverage")
    assert "Before:" in figure_in(shown, "recency"), "a state is compared"
    own = client.get(f"/reports/coverage/?{asked}").content.decode()
    assert said in own
    assert "not yet comparable" in own
    whole = client.get("/reports/?period=2024-Q3").content.decode()
    assert "so far" not in whole
    assert "Before:" in figure_in(whole, "coverage")


def figure_in(scorecard: str, slug: str) -> str:
    """Return the part of the first screen with this figure."""
    [part] = [part for part in scorecard.split("<li>") if f'<h2><a href="/reports/{slug}/?' in part]
    return part.split("</li>")[0]


PAGES = ("", "coverage/", "compare/", "map/", "blind-spots/", "contact-wanted/organisations/", "export/")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_refuses_a_period_that_lies_in_the_future(client: Client, city: City, page: str) -> None:
    tomorrow, year = city_today() + A_DAY, city_today().year + 2
    report = "&report=coverage" if page == "export/" else ""
    if page == "export/":
        client = sure(city.supervisor)
    for asked in (f"from={tomorrow}&to={tomorrow + A_DAY}", f"period={year}", f"period={year}-Q2"):
        assert read_as(client, city, f"/reports/{page}?{asked}{report}").status_code == 422, asked
    assert read_as(client, city, f"/reports/{page}?period=2024-Q3{report}").status_code == 200


def read_as(client: Client, city: City, address: str) -> Any:
    return client.get(address) if "export" in address else read(client, city.supervisor, address)


def sure(user: Any) -> Client:
    from tests.exchange.test_export_lists import sure as signed_in

    return signed_in(user)


@pytest.mark.parametrize("report", ["scorecard", "coverage"])
def test_files_say_up_to_when(city: City, report: str) -> None:
    asked = f"report={report}&from={running().since}&to={running().until}"
    rows = list(csv.DictReader(io.StringIO(export(city.supervisor, asked, "csv").decode("utf-8-sig"))))
    now = [row for row in rows if row["status"] == "running"]
    tomorrow = (city_today() + timedelta(days=1)).isoformat()
    assert running().until.isoformat() in {row["to"] for row in now}
    assert {row["counted_to"] for row in now} == {tomorrow}
    assert all(row["to"] == row["counted_to"] for row in rows if row not in now)


def test_a_pdf_says_up_to_when_and_compares_nothing_yet(city: City) -> None:
    from tests.reports.test_export_reports import text_of

    asked = f"report=scorecard&from={running().since}&to={running().until}"
    paper = " ".join(" ".join(text_of(export(city.supervisor, asked, "pdf"))).split())
    assert f"so far, to {date_format(city_today(), 'j M')}" in paper
    assert "not yet comparable" in paper


def test_a_call_says_up_to_when_and_whether_it_can_be_compared() -> None:
    north = make_district()
    tool = Tool(north)
    period = running()
    asked = f"from={period.since}&to={period.until}&compare=previous"
    body = tool.get(f"/reports/coverage/?{asked}").json()
    assert (body["counted_to"], body["comparable"]) == ((city_today() + A_DAY).isoformat(), False)
    assert city_day(datetime.fromisoformat(body["as_of"])) == city_today()
    assert tool.get(f"/reports/recency/?{asked}").json()["comparable"] is True
    whole = tool.get("/reports/coverage/?from=2024-07-01&to=2024-10-01&compare=previous").json()
    assert (whole["counted_to"], whole["comparable"]) == ("2024-10-01", True)


def test_a_call_is_refused_the_future_by_a_code_of_its_own() -> None:
    tool = Tool(make_district())
    tomorrow = city_today() + A_DAY
    for slug in ("coverage", "recency", "activity"):
        answer = tool.get(f"/reports/{slug}/?from={tomorrow}&to={tomorrow + A_DAY}")
        assert (answer.status_code, answer.json()["code"]) == (400, "period_in_future")
        assert answer.json()["errors"][0]["parameter"] == "from"
        assert tool.get(f"/reports/{slug}/?from={tomorrow - A_DAY}&to={tomorrow}").status_code == 200


# --- Compared with Python, at any moment --------------------------------------------------------------


@settings(
    max_examples=examples(10), deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)
@given(
    book=st.lists(by_python.ORGANISATIONS, min_size=1, max_size=8),
    meetings=st.lists(by_python.MEETINGS, max_size=12),
    by=st.sampled_from(By),
    clock=st.integers(0, 130 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes)),
)
def test_at_any_moment_figures_are_what_python_counts_to_that_day(
    ground: Any,  # noqa: F811
    book: list[Any],
    meetings: list[Any],
    by: By,
    clock: timedelta,
) -> None:
    districts, _officers = ground
    as_of = at(date(2024, 7, 1), 0) + clock
    day = city_day(as_of)
    asked = tuple(period for period in by_python.PERIODS if period.since <= day)
    counted = [Period(period.since, min(period.until, day + A_DAY)) for period in asked]
    with transaction.atomic():
        known = by_python.write(book, meetings, *ground)
        question = Question(asked, tuple(districts[:2]), by, as_of=as_of)
        for period, so_far in zip(asked, counted, strict=True):
            expected = by_python.recomputed(known, Question((so_far,), question.districts, by))
            one = Question((period,), question.districts, by, as_of=as_of)
            for name, (report, columns) in by_python.COLUMNS.items():
                rows = {(row.group, so_far): row for row in report.rows(one)}
                said = {cell: tuple(getattr(row, column) for column in columns) for cell, row in rows.items()}
                assert said == expected[name], name
                for row in rows.values() if name in ("coverage", "recency") else ():
                    assert len(follow(report.drill(row, one), SYSTEM)) == row.n, name
        transaction.set_rollback(True)
