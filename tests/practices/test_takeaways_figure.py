"""Takeaways tried, recomputed in Python from the rows alone."""

from datetime import date, timedelta
from typing import Any

import pytest

from contacts.models import Organisation
from districts.models import District
from lib.days import city_day, city_today
from meetings.models import FollowUp
from reports.indicators.takeaways_tried import REPORT
from reports.queries.periods import Period
from reports.queries.questions import Question
from tests.factories import make_district, make_meeting, make_organisation
from tests.reports.city import QUARTER, at, make_takeaway, old

pytestmark = pytest.mark.django_db

JULY = date(2024, 7, 10)
TAKEN = JULY - timedelta(days=30)  # as make_promise does


def by_hand(district: District, period: Period) -> tuple[int, int, int]:
    """n, of and those that still have time, without SQL of the reports."""
    due = [
        row
        for row in FollowUp.objects.filter(kind="try_out")
        if period.since <= row.first_due_on < period.until
    ]
    here = []
    for row in due:
        homes = {
            Organisation.objects.get(pk=link.organisation_id).home_district_id
            for link in row.organisation_links.all()
        }
        places = homes or {row.meeting.district_id if row.meeting else None}
        if district.pk in places and row.status != "cancelled":
            here.append(row)
    tried = [row for row in here if hasattr(row, "adoption")]
    taken = {row.pk: city_day(row.created_at) for row in here}
    soon = timedelta(days=180)
    in_time = [row for row in here if row not in tried and taken[row.pk] + soon >= city_today()]
    n = sum(row.adoption.written_on - taken[row.pk] <= soon for row in tried)
    return n, len(here) - len(in_time), len(in_time)


def test_a_takeaway_is_tried_within_180_days_in_the_district_of_its_workshop() -> None:
    north, south = make_district("Northgate"), make_district("Southbank")
    there = old(make_organisation(south))
    held = make_meeting(north, starts_at=at(TAKEN), kind="mutual_learning_workshop")
    for days in (90, 180, 181):
        make_takeaway(held, JULY, tried_on=TAKEN + timedelta(days=days))
    make_takeaway(held, JULY)
    make_takeaway(held, JULY, status="cancelled", cancel_reason="No one has time")
    make_takeaway(held, QUARTER.until)
    moved: dict[str, Any] = {"first_due_on": JULY}
    make_takeaway(held, QUARTER.until + timedelta(days=9), **moved)
    promised = make_takeaway(held, JULY, tried_on=JULY)
    promised.organisation_links.create(organisation=there)
    rows = REPORT.rows(Question((QUARTER,), (north, south)))
    said = {row.group: (row.n, row.of, row.in_time) for row in rows}
    assert said == {north.code: (2, 5, 0), south.code: (1, 1, 0)}
    assert said == {one.code: by_hand(one, QUARTER) for one in (north, south)}


def test_a_takeaway_of_today_still_has_time() -> None:
    north = make_district()
    held = make_meeting(north, starts_at=at(city_today() - timedelta(days=2)))
    make_takeaway(held, city_today(), created_at=at(city_today() - timedelta(days=1)))
    period = Period(city_today() - timedelta(days=30), city_today() + timedelta(days=30))
    [row] = REPORT.rows(Question((period,), (north,)))
    assert (row.n, row.of, row.in_time) == by_hand(north, period) == (0, 0, 1)
