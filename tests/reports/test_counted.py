"""Every number on the scorecard opens what it counts: as it was then, with what is different today."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from contacts.models import Organisation
from districts.models import District
from lib.days import city_today
from pages.reports.figures import Figure
from pages.reports.period_form import name_of
from reports.indicators.catalogue import REPORTS
from reports.queries.periods import quarter_of
from tests.factories import make_contact, make_district, make_meeting, make_officer, make_supervisor
from tests.incidents.making import zone_where_it_is
from tests.reports.city import (
    QUARTER,
    at,
    make_call,
    make_concern,
    make_incident,
    make_promise,
    make_step,
    make_takeaway,
)
from tests.reports.northgate import read
from tests.reports.portfolio import known, mixed, then

pytestmark = pytest.mark.django_db

ASKED = "period=2024-Q3"


def under_way(north: District) -> None:
    """Add what is only seen while a period runs, and what is beside the figures of the mixed district."""
    now, today = timezone.now(), city_today()
    bias = {"bias_grounds": ["anti_roma"]}
    make_concern(north, now - timedelta(minutes=9), **bias)
    one = known(north, review_on=QUARTER.since, cadence_days=30, lead_officer=make_officer(north))
    then(one, at(QUARTER.since), lead_officer=None)
    make_contact(north, one, review_on=QUARTER.since, created_at=at(QUARTER.since))
    make_promise(one, due_on=quarter_of(today).last_day, created_at=now)
    workshop = make_meeting(north, starts_at=at(QUARTER.since - timedelta(days=40)))
    make_takeaway(workshop, quarter_of(today).last_day, created_at=now)
    first = at(QUARTER.since)
    make_promise(one, due_on=QUARTER.since, status="cancelled", cancel_reason="They moved away")
    for days_late in (5, 20, 60):
        make_promise(one, due_on=QUARTER.until - timedelta(days=days_late))
    make_concern(north, first, created_at=first + timedelta(days=9), **bias)
    make_concern(
        north, first, reassurance_offered_at=first + timedelta(hours=1), reassurance_answer="declined", **bias
    )
    hour, past = timedelta(hours=1), make_incident(north, first, refused=2, place_refused=True)
    early = {"status": "not_needed", "done_at": first, "recorded_at": first}
    make_step(past, "once", due=hour, **early)
    make_step(past, "each_organisation", one, due=hour, **early)
    for number, (result, after) in enumerate((("declined", hour), ("reached", 3 * hour)), 2):
        called = make_incident(north, first + hour)
        make_step(called, "the_place", one, due=2 * hour, done=after)
        make_step(called, "once", due=hour, done=hour, recorded_at=first + 9 * hour)
        make_call(called, one, result, after)
        called.reassurances.update(recorded_at=first + number * 5 * hour)
    running = make_incident(north, now - hour / 9)
    make_step(running, "the_place", one, due=hour / 4)
    for fields in (
        {"status": "planned"},
        {"status": "not_reached"},
        {"initiated_by": "police", "level": "inform"},
        {"level": "involve"},
        {"level": "collaborate"},
        {"level": "empower"},
    ):
        make_meeting(north, one, starts_at=first, **fields)


@pytest.mark.thorough
def test_every_number_of_the_scorecard_opens_as_many_rows_as_it_states(
    client: Client, settings: Settings
) -> None:
    settings.TIME_ZONE = zone_where_it_is(12)  # a step that is not yet due is due today
    north = mixed()
    under_way(north)
    supervisor, opened = make_supervisor(north), set[str]()
    for period in (QUARTER, quarter_of(city_today())):
        answer = read(client, supervisor, f"/reports/?period={name_of(period)}")
        for figure in answer.context["figures"]:
            opened |= set(walk(client, figure))
    assert opened == {
        f"{slug} {name}"
        for slug, report in REPORTS.items()
        for name in ("n", "rest", *(column.name for column in report.own_columns))
        if name != "withdrawn"  # a number only: no list shows withdrawn incidents
    }


def walk(client: Client, figure: Figure) -> Any:
    """Follow each link of a figure, and yield the numbers that were compared."""
    report, row = figure.report, figure.row
    assert row is not None
    stated = [("n", row.n, figure.url)]
    stated.append(("rest", row.of - row.n, figure.rest_url))
    for column, cell in zip(report.own_columns, figure.columns, strict=True):
        number = cell.value
        if column.unit != "count":
            number = cell.value and row.n
        stated.append((column.name, number, cell.url))
    for name, number, url in stated:
        if not number:
            continue
        assert url, (report.slug, name)
        answer = client.get(url)
        assert answer.status_code == 200, url
        if "page" in answer.context:
            page = answer.context["page"]
            assert page.count == pytest.approx(number), url
            assert sum(thing.times for thing in page.rows) == pytest.approx(number), url
        else:
            total = answer.context["found"].total  # meetings held against agreed
            assert total.held == pytest.approx(row.n)
            assert total.wanted == pytest.approx(row.of)
        yield f"{report.slug} {name}"


def test_a_row_shows_what_was_so_then_and_what_is_so_today(client: Client) -> None:
    north = mixed()
    moved = Organisation.objects.get(name="Helpers")
    make_meeting(None, moved, starts_at=timezone.now() - timedelta(days=2))
    Organisation.objects.filter(pk=moved.pk).update(last_met_at=timezone.now() - timedelta(days=2))
    url = f"/reports/coverage/counted/?{ASKED}&district={north.code}&column=n"
    html = read(client, make_officer(north), url).content.decode()
    assert "30 Sep 2024" in html, "last met then"
    assert "Last met " in html, "and today"
    then(moved, QUARTER.ends_at, home_district=make_district("Elsewhere"))
    answer = client.get(url)
    assert answer.context["page"].count == 1, "the figure of then stays"
    assert "1 other record is in the figure." in answer.content.decode()
    assert "Helpers" not in answer.content.decode()


def test_people_are_listed_by_no_community_and_nothing_of_elsewhere(client: Client) -> None:
    north = mixed()
    officer = make_officer(north)
    here = f"{ASKED}&district={north.code}"
    assert (
        read(client, officer, f"/reports/coverage/counted/?{here}&column=rest&by=kind&group=ngo").status_code
        == 200
    )
    assert client.get(f"/reports/coverage/counted/?{here}&column=n&by=focus&group=roma").status_code == 200
    for refused in (
        f"activity/counted/?{here}&column=n&by=focus&group=roma",
        f"data-health/counted/?{here}&column=people_late&by=focus&group=roma",
        f"recency/counted/?{here}&column=median_days",
        f"coverage/counted/?{here}&column=lead_officer_id",
        f"coverage/counted/?{ASKED}&district={make_district().code}&column=n",
        f"officers/counted/?{here}&column=n",
    ):
        assert client.get(f"/reports/{refused}").status_code == 404, refused
