"""The pages of reports: readers, districts, texts and links."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.translation import override, trans_real

from accounts.actors import actor_for
from accounts.models import Role
from audit.models import Action, Event
from districts.services.districts import expect_community
from lib.days import city_today
from pages.reports.period_form import name_of, period_named
from pages.templatetags.reports import _method, method
from reports.indicators.catalogue import REPORTS
from reports.management.commands.write_method import PAGE
from reports.management.commands.write_method import method_page as text_of_method
from reports.queries.periods import Period, month_of, quarter_of, year_of
from reports.queries.questions import By
from reports.queries.statuses import final_on
from reports.services.keeping import keep_period
from tests.factories import (
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
    make_supervisor,
    make_user,
)
from tests.markup import joined
from tests.reports.northgate import ASKED, QUARTER, City, noon, read

pytestmark = pytest.mark.django_db

HISTORY = "/reports/?history=true"
PAGES = ("/reports/", "/reports/coverage/", "/reports/blind-spots/", "/reports/compare/", "/reports/map/")


@pytest.fixture
def city() -> City:
    return City()


def figures_of(answer: Any, slug: str) -> list[Any]:
    return [one for one in answer.context["figures"] if one.report.slug == slug]


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SUPERVISOR, Role.PRIVACY_OFFICER])
def test_who_reads_the_rows_reads_the_figures(client: Client, city: City, role: str) -> None:
    user = make_user(role, *([] if role == Role.PRIVACY_OFFICER else [city.north]))
    for page in PAGES:
        answer = read(client, user, page)
        assert answer.status_code == 200
        assert "Northgate" in answer.content.decode() or "Mill Ponds" in answer.content.decode()


def test_an_administrator_reads_none(client: Client, city: City) -> None:
    administrator = make_user(Role.ADMINISTRATOR)
    assert {read(client, administrator, page).status_code for page in PAGES} == {403}


def test_who_covers_nothing_is_told_whom_to_ask(client: Client) -> None:
    officer = make_officer()
    for page in PAGES:
        answer = read(client, officer, page)
        assert answer.status_code == 200
        assert "You do not cover any districts yet" in answer.content.decode()


def test_a_report_that_is_not_there_is_not_found(client: Client, city: City) -> None:
    assert read(client, city.supervisor, "/reports/officers/").status_code == 404


@pytest.mark.parametrize("page", ["/reports/", "/reports/coverage/"])
def test_another_district_is_not_there(client: Client, city: City, page: str) -> None:
    other = read(client, city.supervisor, f"{page}?district={city.south.code}")
    nowhere = client.get(f"{page}?district=nowhere")
    assert (other.status_code, nowhere.status_code) == (404, 404)
    assert "Southbank" not in other.content.decode()
    assert client.get(f"{page}?district={city.ponds.code}").status_code == 200


@pytest.mark.parametrize("page", ["/reports/blind-spots/", "/reports/compare/", "/reports/map/"])
def test_parts_of_another_district_are_not_offered(client: Client, city: City, page: str) -> None:
    make_district("Ferry Road", parent=city.south)
    answer = read(client, city.supervisor, f"{page}?within={city.south.code}")
    assert answer.status_code == 404
    assert "Ferry Road" not in answer.content.decode()
    assert "Southbank" not in answer.content.decode()


def test_parts_stand_further_in_than_their_whole_but_not_where_one_is_chosen(
    client: Client, city: City
) -> None:
    def offered(user: Any, address: str) -> list[str]:
        html = read(client, user, address).content.decode()
        return re.findall(r"<option[^>]*>([^<]+ \([^<]+\))</option>", html)

    north, market, ponds = (f"{one.name} ({one.code})" for one in (city.north, city.market, city.ponds))
    assert offered(city.supervisor, "/reports/") == [north, f"– {market}", f"– {ponds}"]
    chosen = offered(city.supervisor, f"/reports/coverage/?district={city.ponds.code}")
    assert chosen == [north, f"– {market}", ponds]
    assert offered(make_officer(city.ponds), "/reports/") == [ponds], "its whole is not offered"


def test_the_period_stays_on_the_way_to_blind_spots_and_back(client: Client, city: City) -> None:
    for page in ("/reports/", "/reports/blind-spots/"):
        html = read(client, city.supervisor, f"{page}?{ASKED}").content.decode()
        for other in ("/reports/", "/reports/blind-spots/", "/reports/compare/"):
            [query] = re.findall(rf'<li><a href="{other}\?([^"]+)"', joined(html).split('class="tabs"')[1])
            assert ASKED in query, (page, other)
            assert client.get(f"{other}?{query}".replace("&amp;", "&")).context["period"] == QUARTER
    for page in ("/districts/", f"/districts/{city.ponds.code}/"):
        html = read(client, city.supervisor, f"{page}?{ASKED}").content.decode()
        [query] = re.findall(r'<li><a href="/reports/map/\?([^"]+)"', joined(html))
        assert client.get(f"/reports/map/?{query}".replace("&amp;", "&")).context["period"] == QUARTER


def test_a_word_from_another_district_is_in_no_figure_and_no_chart(client: Client, city: City) -> None:
    make_meeting(None, make_organisation(city.south, name="Canary"), starts_at=noon(date(2024, 8, 1)))
    expect_community(
        actor=actor_for(make_supervisor(city.south)),
        district_id=city.south.pk,
        focus="sikh",
        evidence="Canary",
    )
    for page in PAGES:
        text = read(client, city.supervisor, f"{page}?{ASKED}").content.decode()
        assert "Canary" not in text
        assert "Southbank" not in text
        assert "Sikh" not in text, page
    seen = read(client, make_user(Role.PRIVACY_OFFICER), "/reports/blind-spots/").content.decode()
    assert "Sikh" in seen


def test_a_figure_says_n_of_n_and_what_it_was_before(client: Client, city: City) -> None:
    answer = read(client, city.supervisor, f"/reports/?{ASKED}&district={city.north.code}")
    [figure] = figures_of(answer, "coverage")
    assert (figure.line.text, figure.of, figure.line.text_before) == ("3 of 4", "", "0 of 4")
    assert figure.line.change == "too few to compare"
    assert answer.context["period"] == QUARTER
    assert answer.context["before"] == QUARTER.previous()


def test_partners_count_when_asked_for(client: Client, city: City) -> None:
    answer = read(client, city.supervisor, f"/reports/?{ASKED}&all_kinds=true")
    assert figures_of(answer, "coverage")[0].line.text == "3 of 5"


def test_the_same_time_last_year_can_be_compared_with(client: Client, city: City) -> None:
    answer = read(client, city.supervisor, f"/reports/?{ASKED}&compare=last_year")
    assert answer.context["before"] == Period(date(2023, 7, 1), date(2023, 10, 1))
    assert figures_of(answer, "coverage")[0].line.text_before == "n/a"


def test_nothing_to_count_is_not_nought(client: Client) -> None:
    district = make_district("Empty")
    answer = read(client, make_supervisor(district), "/reports/")
    [figure] = figures_of(answer, "coverage")
    assert (figure.line.text, figure.url) == ("n/a", "")


def test_a_figure_opens_as_many_rows_as_it_counts(client: Client, city: City) -> None:
    for slug in REPORTS:
        answer = read(client, city.supervisor, f"/reports/{slug}/?{ASKED}&district={city.north.code}")
        for figure in (answer.context["whole"], *answer.context["figures"]):
            if figure.url:
                assert client.get(figure.url).context["page"].count == figure.row.n, slug
            if figure.rest_url:
                left = figure.row.of - figure.row.n
                assert client.get(figure.rest_url).context["page"].count == left, slug


def test_the_forgotten_are_one_click_from_the_figure(client: Client, city: City) -> None:
    answer = read(client, city.supervisor, f"/reports/?{ASKED}")
    rows = client.get(figures_of(answer, "coverage")[0].rest_url).context["page"].rows
    assert [row.label for row in rows] == ["Forgotten"]


@pytest.mark.parametrize("way", list(By))
def test_a_report_can_be_read_by_each_of_its_ways(client: Client, city: City, way: By) -> None:
    for slug in [slug for slug, report in REPORTS.items() if way in report.ways]:
        answer = read(client, city.supervisor, f"/reports/{slug}/?{ASKED}&by={way}")
        assert answer.status_code == 200
        text = answer.content.decode()
        assert str(REPORTS[slug].title) in text
        assert f"/api/v1/reports/{slug}/?from=2024-07-01&amp;to=2024-10-01&amp;by={way}" in text


def test_a_report_by_community_says_that_rows_overlap(client: Client, city: City) -> None:
    answer = read(client, city.supervisor, f"/reports/coverage/?{ASKED}&by=focus")
    said = {figure.name: figure.line.text for figure in answer.context["figures"]}
    assert said == {"Women": "1 of 1", "Young people": "1 of 1"}
    assert "do not add up" in answer.content.decode()


def test_every_indicator_says_how_it_is_counted(client: Client, city: City) -> None:
    text = read(client, city.supervisor, "/reports/").content.decode()
    for report in REPORTS.values():
        assert f'href="/reports/{report.slug}/' in text
        for words in (report.formula, report.population, report.not_said, report.source):
            assert str(words).replace("'", "&#x27;") in text


def test_a_period_that_cannot_be_is_refused_kindly(client: Client, city: City) -> None:
    refused = {
        "period=2024-Q9": "Choose an option from the list.",
        "period=free": "Choose a date.",
        "from=2024-03-01&to=2024-02-01": "The end of the period must be after its start.",
        "from=2024-03-01&to=2024-03-01": "The end of the period must be after its start.",
        "from=2024-02-30&to=2024-03-01": "Enter a valid date",
        "from=0001-01-01&to=2024-03-01": "Choose a date.",
        "from=1950-01-01&to=2024-03-01": "A period can be up to 3 years.",
    }
    for page in PAGES:
        for asked, message in refused.items():
            answer = read(client, city.supervisor, f"{page}?{asked}")
            assert answer.status_code == 422, (page, asked)
            assert message in answer.content.decode(), (page, asked)


def test_free_dates_are_days_of_the_city_and_half_open(client: Client, city: City) -> None:
    for page in PAGES:
        answer = read(client, city.supervisor, f"{page}?from=2024-08-05&to=2024-08-06")
        assert answer.context["period"] == Period(date(2024, 8, 5), date(2024, 8, 6))


def test_a_day_that_last_year_had_not_is_compared_with_the_day_before(client: Client, city: City) -> None:
    answer = read(client, city.supervisor, "/reports/?from=2024-02-29&to=2024-03-01&compare=last_year")
    assert answer.status_code == 200


def test_repeated_parameters_go_to_one_address(client: Client, city: City) -> None:
    answer = read(client, city.supervisor, f"/reports/?period=2024-Q3&district={city.north.code}&from=&to=")
    assert answer.status_code == 302
    assert answer["Location"] == f"/reports/?period=2024-Q3&district={city.north.code}"


def test_a_period_that_is_not_over_says_so(client: Client, city: City) -> None:
    today = city_today()
    this = f"from={today - timedelta(days=3)}&to={today + timedelta(days=3)}"
    said = date_format(today, "j M")
    for page in ("", "coverage/", "compare/", "map/", "blind-spots/", "contact-wanted/organisations/"):
        shown = read(client, city.supervisor, f"/reports/{page}?{this}").content.decode()
        assert f"So far, to {said}: this period is not over yet" in shown, page
    for page in ("/reports/", "/reports/coverage/"):
        assert "not over yet" not in client.get(f"{page}?period=90d").content.decode()


def test_districts_stand_in_their_own_order_however_their_figures_are(client: Client, city: City) -> None:
    answer = read(client, city.supervisor, f"/reports/compare/?{ASKED}")
    assert [name for _code, name, _chart in answer.context["charts"]] == ["Market", "Mill Ponds"]
    coverage = next(figures for report, figures in answer.context["indicators"] if report.slug == "coverage")
    assert [figure.line.text for figure in coverage] == ["2 of 2", "1 of 2"]


def test_districts_are_compared_on_one_scale(client: Client, city: City) -> None:
    charts = read(client, city.supervisor, f"/reports/compare/?{ASKED}&indicator=activity").context["charts"]
    ends = [re.findall(r">([\d.,]+)</text>", chart) for _code, _name, chart in charts]
    assert ends[0] == ends[1] != []


def test_the_map_says_each_figure_and_needs_no_colour(client: Client, city: City) -> None:
    answer = read(client, city.supervisor, f"/reports/map/?{ASKED}&indicator=activity")
    text = answer.content.decode()
    areas = {area.figure.name: area for area in answer.context["shading"].areas}
    assert set(areas) == {"Market", "Mill Ponds"}
    for name, area in areas.items():
        assert f"<title>{name}: {area.figure.line.text}, {area.figure.of}</title>" in text
    assert max(area.step for area in areas.values()) == 4
    assert 'fill="url(#hatch-4)"' in text


def test_the_map_shows_a_share_of_few_as_counts_without_a_shade(client: Client, city: City) -> None:
    answer = read(client, city.supervisor, f"/reports/map/?{ASKED}")
    text = answer.content.decode()
    assert "<title>Market: 2 of 2</title>" in text
    assert "<title>Mill Ponds: 1 of 2</title>" in text
    assert {area.step for area in answer.context["shading"].areas} == {0}


def test_without_boundaries_the_table_stands_alone(client: Client) -> None:
    district = make_district("Plain")
    answer = read(client, make_supervisor(district), "/reports/map/")
    assert answer.status_code == 200
    assert "there is no map" in answer.content.decode()


def test_the_api_call_of_a_report_answers_the_same_figures(client: Client, city: City) -> None:
    shown = read(client, city.supervisor, f"/reports/coverage/?{ASKED}&compare=last_year&all_kinds=true")
    call = shown.context["call"].url.partition("/api/")[2]
    answer = client.get(f"/api/{call}").json()
    assert answer["compared_with"] == {"from": "2023-07-01", "to": "2023-10-01"}
    rows = {row["district"]: (row["n"], row["of"]) for row in answer["rows"]}
    figures = (shown.context["whole"], *shown.context["figures"])
    assert rows == {figure.line.group: (figure.row.n, figure.row.of) for figure in figures}
    assert len(rows) == 3


def test_who_looked_at_which_figures_is_remembered(client: Client, city: City) -> None:
    for page, names in (
        ("/reports/", sorted(REPORTS)),
        (HISTORY, sorted(REPORTS)),
        ("/reports/coverage/", ["coverage"]),
        ("/reports/blind-spots/", ["blind-spots"]),
        ("/reports/compare/", sorted(REPORTS)),
        ("/reports/map/?indicator=level", ["level"]),
    ):
        read(client, city.supervisor, page)
        event = Event.objects.filter(object_type="report").latest("at")
        assert sorted(event.field_names) == names
        assert set(event.district_ids) <= {city.north.pk, city.market.pk, city.ponds.pk}
        assert (event.action, event.actor_id) == (Action.VIEW, city.supervisor.pk)


def test_there_is_no_figure_of_an_officer(client: Client, city: City) -> None:
    officer = make_officer(city.north, name="Quentin Quine")
    make_organisation(city.north, lead_officer=officer)
    for page in PAGES:
        assert "Quine" not in read(client, city.supervisor, page).content.decode()


@pytest.mark.parametrize("page", [*PAGES, HISTORY, "/reports/coverage/?by=focus"])
def test_a_page_asks_as_often_for_many_rows_as_for_one(
    client: Client, city: City, django_assert_num_queries: Any, page: str
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.force_login(city.supervisor)
    client.get(page)  # warms up caches
    with CaptureQueriesContext(connection) as few:
        client.get(page)
    for number in range(6):
        part = make_district(f"Part {number}", parent=city.north)
        one = make_organisation(part, kind="lgbt_organisation")
        held = timezone.now() - timedelta(days=number * 40)
        make_meeting(None, one, starts_at=held, created_at=held, updated_at=held)
    client.get(page)
    with CaptureQueriesContext(connection) as many:
        client.get(page)
    assert len(many) == len(few)


@pytest.mark.parametrize("page", ["/reports/coverage/", "/reports/blind-spots/", "/reports/map/"])
def test_a_page_of_one_report_asks_at_most_fourteen_times(
    client: Client, city: City, django_assert_max_num_queries: Any, page: str
) -> None:
    client.force_login(city.supervisor)
    with django_assert_max_num_queries(14):
        client.get(page)


def test_the_scorecard_asks_once_for_all_that_count_the_same(
    client: Client, city: City, django_assert_max_num_queries: Any
) -> None:
    client.force_login(city.supervisor)
    # Without `history`, one statement more asks whether the trend is kept.
    for page, htmx, statements in (("/reports/", False, 15), (HISTORY, False, 14), (HISTORY, True, 14)):
        with django_assert_max_num_queries(statements):
            client.get(page, headers={"HX-Request": "true"} if htmx else {})


def test_a_kept_trend_is_on_the_first_page_and_costs_fewer_statements(
    client: Client, city: City, django_assert_max_num_queries: Any
) -> None:
    for period in QUARTER.run_up(12):
        keep_period(period, final_on(period))
    client.force_login(city.supervisor)
    with django_assert_max_num_queries(14):
        first = client.get(f"/reports/?{ASKED}")
    assert 'hx-trigger="load"' not in first.content.decode()
    [figure] = figures_of(first, "coverage")
    assert (len(figure.line.run_up), figure.line.row.vintage) == (12, 1)


def test_twelve_periods_come_once_the_page_is_there(client: Client, city: City) -> None:
    first = read(client, city.supervisor, f"/reports/?{ASKED}")
    [figure] = figures_of(first, "coverage")
    assert set(figure.line.table.question.periods) == {QUARTER, QUARTER.previous()}
    later = client.get(f"{HISTORY}&{ASKED}", headers={"HX-Request": "true"}).content.decode()
    assert "<h1" not in later
    shown = client.get(f"{HISTORY}&{ASKED}").content.decode()
    assert 'hx-trigger="load"' in first.content.decode()
    assert 'hx-trigger="load"' not in shown
    for slug in REPORTS:
        assert re.search(rf'<div id="history-{slug}">\s*</div>', first.content.decode())
        drawn = later.partition(f'<div id="history-{slug}" hx-swap-oob="true">')[2].partition("</div>")[0]
        assert drawn.strip().startswith(("<svg", f'<a href="/reports/{slug}/?'))
        assert re.sub(r"\s+", "", f'<div id="history-{slug}">{drawn}</div>') in re.sub(r"\s+", "", shown)


def test_another_district_has_no_history_either(client: Client, city: City) -> None:
    client.force_login(city.supervisor)
    asked = f"{HISTORY}&district={city.south.code}"
    assert client.get(asked, headers={"HX-Request": "true"}).status_code == 404


def test_periods_have_names_that_are_read_again() -> None:
    today = city_today()
    for period in (month_of(today), quarter_of(today), year_of(today), QUARTER.back(9)):
        assert period_named(name_of(period), today) == period
    assert name_of(Period(date(2024, 1, 2), date(2024, 2, 2))) == "free"
    for wrong in ("", "2024-13", "2024-Q5", "0000", "9999-01", "x", "2024-Q3-1"):
        assert period_named(wrong, today) is None


def test_a_table_keeps_its_headings_on_every_sheet() -> None:
    style = open(str(finders.find("pages/app.css")), encoding="utf-8").read()  # noqa: SIM115, PTH123 (short)
    assert "thead { display: table-header-group; }" in style.partition("@media print")[2]


def test_how_figures_are_counted_is_said_in_each_readers_language(monkeypatch: pytest.MonkeyPatch) -> None:
    spanish: Any = trans_real.translation("es")
    monkeypatch.setitem(spanish._catalog._catalogs[0], "Does not show", "No muestra")
    _method.cache_clear()

    said = {}
    for language in ("en-gb", "es", "en-gb"):
        with override(language):
            said[language] = {report.slug: method(report) for report in REPORTS.values()}
    _method.cache_clear()

    assert all(
        "<dt>Does not show</dt>" in text and "No muestra" not in text for text in said["en-gb"].values()
    )
    assert all("<dt>No muestra</dt>" in text for text in said["es"].values())
    assert all(escape(str(REPORTS[slug].formula)) in text for slug, text in said["en-gb"].items())
    assert len(set(said["en-gb"].values())) == len(REPORTS)


def test_the_method_of_each_indicator_is_open_to_everybody_who_signs_in(client: Client) -> None:
    text = read(client, make_user(Role.ADMINISTRATOR), "/reports/method/").content.decode()
    for slug, report in REPORTS.items():
        assert f'id="{slug}"' in text
        assert escape(str(report.question)) in text
        assert len(report.example) == 6, slug
        assert 0 < sum(case.is_counted for case in report.example) < 6
        assert report.sql.startswith("WITH")
        assert report.version == len(report.history) >= 1
    assert client.get("/reports/method/").status_code == 200
    assert Client().get("/reports/method/").status_code == 302


def test_the_documentation_has_the_same_method() -> None:
    assert PAGE.read_text() == text_of_method(), "run `python3 dev.py manage write_method`"
