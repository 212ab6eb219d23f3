"""Random changes of a series, compared with python-dateutil: no duplicates, no losses, no resurrections."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, Final

import pytest
from dateutil.rrule import rrulestr
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.actors import actor_for
from lib.days import city_today, city_zone, moment_at
from meetings.models import FollowUp, Meeting, Series
from meetings.rules import recurrence
from meetings.services.follow_up_series import (
    edit_one_of_follow_up_series,
    make_next_follow_ups,
    start_follow_up_series,
)
from meetings.services.follow_ups import complete_follow_up
from meetings.services.meeting_series import edit_one_of_series, extend_all_series, start_series
from meetings.services.meetings import cancel_meeting
from meetings.services.series import ALL, LATER, ONE
from tests.examples import examples
from tests.factories import make_actor, make_district, make_officer, make_organisation

pytestmark = pytest.mark.django_db

# Days in every season. Occurrences in the past are rejected.
FIRST: Final = st.integers(20, 400)
# Including an hour that is skipped in spring and repeated in autumn.
CLOCKS: Final = st.sampled_from([time(2, 30), time(10), time(23, 45)])
PATTERNS: Final = st.sampled_from(recurrence.PATTERNS)
MOVES: Final = st.tuples(
    st.sampled_from(["cancel", "place", ONE, LATER, ALL]),
    st.floats(0, 1, exclude_max=True),
    st.integers(-16, 16),
    CLOCKS,
    st.sampled_from([LATER, ALL]),
)
SOME: Final = settings(max_examples=examples(12), deadline=None, suppress_health_check=[HealthCheck.too_slow])


@contextmanager
def forgotten() -> Iterator[None]:
    """Delete everything, so that each example starts from nothing."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def named_by(series: Series) -> list[date]:
    """Return the days of a series up to its horizon, according to python-dateutil."""
    rule = rrulestr(f"RRULE:{series.rule}", dtstart=datetime.combine(series.first_on, time.min))
    return [
        day.date() for day in rule.between(rule[0], datetime.combine(series.made_until, time.min), inc=True)
    ]


def check_days(rows: list[Any]) -> None:
    """Check that each day of the rule has one row, and that each series starts where another one ends."""
    days = [row.series_on for row in rows]
    assert all(one < next_one for one, next_one in pairwise(days))
    for series in {row.series for row in rows}:
        assert [row.series_on for row in rows if row.series == series] == named_by(series)


@SOME
@given(PATTERNS, FIRST, CLOCKS, st.lists(MOVES, max_size=6))
def test_meetings_stay_on_the_days_and_at_the_time_that_their_rule_says(
    pattern: str, ahead: int, clock: time, moves: list[Any]
) -> None:
    with forgotten():
        district = make_district()
        actor = make_actor(district)
        first = city_today() + timedelta(days=ahead)
        until = first + timedelta(days=120 if pattern in {"weekly", "fortnightly"} else 400)
        start_series(
            actor=actor,
            pattern=pattern,
            subject="Partnership",
            kind="visit",
            starts_at=moment_at(first, clock),
            duration_minutes=30,
            district=district,
        )
        extend_all_series(until - recurrence.AHEAD)
        ids = list(Meeting.objects.order_by("series_on").values_list("pk", flat=True))
        clocks = dict.fromkeys(ids, clock)
        apart: dict[Any, datetime] = {}  # meetings cancelled or moved separately → new time
        cancelled = set()
        for what, where, days, new_clock, scope in moves:
            row = Meeting.objects.get(pk=ids[int(where * len(ids))])
            to = moment_at(row.starts_at.astimezone(city_zone()).date() + timedelta(days=days), new_clock)
            if what == "cancel":
                cancel_meeting(actor=actor, meeting_id=row.pk)
                apart[row.pk] = row.starts_at
                cancelled.add(row.pk)
            elif what == ONE:
                if row.pk not in cancelled and to != row.starts_at:
                    edit_one_of_series(actor=actor, meeting_id=row.pk, scope=ONE, starts_at=to)
                    apart[row.pk] = to
            else:
                changes: Any = {"place": f"Hall {days}"} if what == "place" else {"starts_at": to}
                chosen = scope if what == "place" else what
                try:
                    edit_one_of_series(actor=actor, meeting_id=row.pk, scope=chosen, **changes)
                except ValidationError:
                    continue
                if what != "place" and to != row.starts_at:
                    new_clock = to.astimezone(city_zone()).time()
                    row.refresh_from_db()
                    series_ids = Meeting.objects.filter(series=row.series_id).values_list("pk", flat=True)
                    clocks |= dict.fromkeys(set(series_ids) - apart.keys(), new_clock)
        extend_all_series(until)
        rows = list(Meeting.objects.select_related("series").order_by("series_on", "pk"))
        assert [row.pk for row in rows][: len(ids)] == ids
        check_days(rows)
        for row in rows:
            usual = clocks.get(row.pk, row.series.clock if row.series else None)
            assert row.status == ("cancelled" if row.pk in cancelled else "planned")
            assert row.series_on and usual
            assert row.starts_at == apart.get(row.pk, moment_at(row.series_on, usual))


@pytest.mark.thorough
@SOME
@given(PATTERNS, st.integers(0, 40), st.lists(MOVES, max_size=8))
def test_promises_come_on_the_days_that_their_rule_says(pattern: str, ahead: int, moves: list[Any]) -> None:
    with forgotten():
        district = make_district()
        owner = make_officer(district)
        actor = actor_for(owner)
        start_follow_up_series(
            actor=actor,
            pattern=pattern,
            title="Call",
            kind="call_back",
            owner=owner,
            due_on=city_today() + timedelta(days=ahead),
            organisations=[make_organisation(district)],
        )
        today = city_today()
        apart: dict[Any, date] = {}  # follow-ups done or moved separately → original due date
        for what, where, days, _clock, scope in moves:
            ids = list(FollowUp.objects.order_by("series_on").values_list("pk", flat=True))
            row = FollowUp.objects.get(pk=ids[int(where * len(ids))])
            if what == "cancel":
                complete_follow_up(actor=actor, follow_up_id=row.pk)
                today = max(today, row.due_on)
                apart.setdefault(row.pk, row.due_on)
            else:
                chosen = scope if what == "place" else what
                to = row.due_on if what == "place" else row.due_on + timedelta(days=days)
                changed = {"title": f"Call {days}", "due_on": to}
                try:
                    edit_one_of_follow_up_series(actor=actor, follow_up_id=row.pk, scope=chosen, **changed)
                except ValidationError:
                    continue
                row.refresh_from_db()
                if chosen == ONE and days:
                    apart[row.pk] = to
                elif chosen != ONE and row.due_on == row.series_on:
                    apart.pop(row.pk, None)
            make_next_follow_ups(today)
            after = FollowUp.objects.order_by("series_on").values_list("pk", flat=True)
            assert list(after)[: len(ids)] == ids
        make_next_follow_ups(today)
        rows: list[Any] = list(FollowUp.objects.select_related("series").order_by("series_on"))
        assert all(one.series_on < other.series_on for one, other in pairwise(rows))
        for row in rows:
            assert row.series_on in named_by(row.series)
            assert row.due_on == apart.get(row.pk, row.series_on)
        open_ahead = [row for row in rows if row.status == "open" and row.series_on > today]
        assert open_ahead or not Series.objects.to_continue().exists()
