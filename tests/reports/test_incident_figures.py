"""Figures of incidents, calculated by hand: what counts, what stands apart, and what changes nothing."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from districts.models import District
from incidents.services.decisions import reopen_incident
from incidents.services.steps import mark_step
from lib.days import city_day, day_starts_at
from reports.figures.scorecard import read_table
from reports.indicators import debriefed, first_contact, reassured_in_time, steps_in_time
from reports.indicators.catalogue import REPORTS
from reports.queries.periods import Period
from reports.queries.questions import By, Question
from tests.factories import make_actor, make_district, make_organisation
from tests.reports.city import (
    QUARTER,
    at,
    close_incident,
    make_call,
    make_city,
    make_concern,
    make_incident,
    make_step,
)

pytestmark = pytest.mark.django_db

HOUR, INSTANT = timedelta(hours=1), timedelta(microseconds=1)
JULY = date(2024, 7, 10)
SLUGS = ("reassured-in-time", "first-contact", "steps-in-time", "debriefed")


def all_of(district: District) -> dict[str, Any]:
    question = Question((QUARTER,), (district,))
    return {slug: REPORTS[slug].rows(question) for slug in SLUGS}


def test_a_call_is_in_time_to_the_moment_and_who_declined_was_reached() -> None:
    north = make_district()
    incident = make_incident(north, at(JULY), refused=3)
    for result, after in (
        ("reached", HOUR),
        ("reached", HOUR + INSTANT),
        ("declined", HOUR / 2),
        ("left_message", HOUR / 2),
    ):
        called = make_organisation(north)
        make_step(incident, "each_organisation", called, due=HOUR)
        make_call(incident, called, result, after)
    for spared_after in (HOUR, HOUR + INSTANT):  # in time; and too late to count as not asked for
        marked = {"status": "not_needed", "done_at": at(JULY), "recorded_at": at(JULY) + spared_after}
        make_step(incident, "each_organisation", make_organisation(north), due=HOUR, **marked)
    elsewhere = make_incident(make_district(), at(JULY))
    make_step(elsewhere, "the_place", make_organisation(), due=HOUR)
    [row] = reassured_in_time.REPORT.rows(Question((QUARTER,), (north,)))
    assert (row.n, row.of, row.declined, row.later) == (2, 5, 1, 1)
    assert (row.not_needed, row.refused, row.in_time) == (1, 3, 0)


def test_an_organisation_is_asked_for_once_whatever_the_number_of_its_calls() -> None:
    north = make_district()
    incident, place = make_incident(north, at(JULY)), make_organisation(north)
    make_step(incident, "the_place", place, due=24 * HOUR)
    make_step(incident, "each_organisation", place, due=HOUR)
    make_call(incident, place, "reached", 2 * HOUR)
    [row] = reassured_in_time.REPORT.rows(Question((QUARTER,), (north,)))
    assert (row.n, row.of, row.later) == (0, 1, 1), "the earliest of its calls counts"


def test_minutes_to_the_place_are_those_of_some_incident() -> None:
    north = make_district()
    for minutes in (12, 45, 90, None):
        incident, place = make_incident(north, at(JULY)), make_organisation(north)
        make_step(incident, "the_place", place, due=HOUR)
        make_call(incident, place, "declined" if minutes is None else "no_answer", timedelta(minutes=5))
        if minutes is not None:
            make_call(incident, place, "reached", timedelta(minutes=minutes, seconds=59))
    make_step(make_incident(north, at(JULY), place_refused=True), "once", due=HOUR)
    [row] = first_contact.REPORT.rows(Question((QUARTER,), (north,)))
    assert (row.n, row.of, row.median_minutes, row.p90_minutes) == (3, 4, 45, 90)
    assert (row.place_declined, row.place_refused) == (1, 1)


def test_required_steps_count_where_they_were_due_and_in_the_quarter_in_which_they_were() -> None:
    north = make_district()
    before = make_incident(north, QUARTER.starts_at - HOUR)
    make_step(before, "once", due=HOUR - INSTANT)
    incident = make_incident(north, at(JULY))
    make_step(incident, "once", due=HOUR, done=HOUR, recorded_at=at(JULY) + 3 * HOUR)
    make_step(incident, "the_place", make_organisation(north), due=HOUR, done=HOUR + INSTANT)
    make_step(incident, "each_organisation", make_organisation(north), due=HOUR)  # not required
    at_the_start = make_incident(north, QUARTER.starts_at - HOUR)
    make_step(at_the_start, "once", due=HOUR)
    [row] = steps_in_time.REPORT.rows(Question((QUARTER,), (north,)))
    assert (row.n, row.of, row.late, row.not_done, row.entered_late) == (1, 3, 1, 1, 1)


def test_a_step_that_has_time_left_is_neither_done_nor_missed() -> None:
    north, now = make_district(), timezone.now()
    left_today = day_starts_at(city_day(now) + timedelta(days=1)) - now
    make_step(make_incident(north, now - HOUR / 4), "once", due=HOUR / 4 + min(HOUR / 4, left_today / 2))
    period = Period(now.date() - timedelta(days=2), now.date() + timedelta(days=9))
    question = Question((period,), (north,))
    [row] = steps_in_time.REPORT.rows(question)
    assert (row.n, row.of, row.in_time, row.not_done) == (0, 0, 1, 0)


def test_a_debrief_counts_if_it_was_signed_when_the_incident_was_closed() -> None:
    north = make_district()
    for debrief in (
        {"held_on": JULY, "voices": ["yes", "no", "unsure"]},
        {"waived_reason": "Nobody came"},
        {},
    ):
        close_incident(make_incident(north, at(JULY)), at(JULY, 15), **debrief)
    [row] = debriefed.REPORT.rows(Question((QUARTER,), (north,)))
    assert (row.n, row.of, row.waived) == (1, 3, 1)
    assert (row.voices, row.voices_in_time) == (3, 1)


def test_what_is_decided_now_changes_no_past_figure_and_what_is_entered_late_does() -> None:
    north = make_district()
    actor = make_actor(north, role="supervisor")
    incident = make_incident(north, at(JULY))
    make_step(incident, "once", due=HOUR)
    place = make_organisation(north)
    make_step(incident, "the_place", place, due=HOUR)
    closed = make_incident(north, at(JULY))
    close_incident(closed, at(JULY, 15), held_on=JULY)
    before = all_of(north)
    reopen_incident(actor=actor, incident_id=closed.pk)
    step = incident.steps.get(organisation=None)
    reason = "Done by the neighbouring force"
    mark_step(actor=actor, incident_id=incident.pk, step_id=step.pk, status="not_needed", note=reason)
    assert all_of(north) == before
    incident.reassurances.create(organisation=place, result="reached", at=at(JULY) + HOUR)
    after = all_of(north)
    assert [row.n for row in after["reassured-in-time"]] == [1], "what is learned late counts"


def test_by_kind_and_community_an_incident_counts_once_in_each_of_its_concerns() -> None:
    city, north, south, _actor = make_city()
    incident = make_incident(north, at(JULY))
    make_step(incident, "the_place", make_organisation(north), due=HOUR)
    for kinds in (["threat", "rumour"], ["threat"]):
        concern = make_concern(north, at(JULY), kinds=kinds, affected_focuses=["roma"])
        incident.concern_links.create(concern=concern)
    for by, groups in ((By.KIND, {"threat", "rumour"}), (By.FOCUS, {"roma"})):
        for districts in ((city,), (city, north, south)):
            rows = first_contact.REPORT.rows(Question((QUARTER,), districts, by=by))
            assert {(row.group, row.of) for row in rows} == {(group, 1) for group in groups}


def test_calls_of_one_incident_and_minutes_have_no_interval() -> None:
    north = make_district()
    incident = make_incident(north, at(JULY))
    for number in range(30):
        called = make_organisation(north)
        make_step(incident, "each_organisation", called, due=HOUR)
        if number < 20:
            make_call(incident, called, "reached", HOUR)
    question = Question((QUARTER,), (north,))
    row = read_table(reassured_in_time.REPORT, question).row(north.code, QUARTER)
    assert row is not None and (row.n, row.of) == (20, 30)
    assert reassured_in_time.REPORT.interval(row) is None
    minutes = read_table(first_contact.REPORT, question).row(north.code, QUARTER)
    assert first_contact.REPORT.interval(minutes) is None
