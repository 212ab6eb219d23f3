"""A series with some cancelled meetings."""

from datetime import timedelta

import pytest

from lib.days import city_today
from meetings.services.meeting_series import cancel_series, extend_all_series, restore_series
from meetings.services.meetings import cancel_meeting
from meetings.services.series import LATER
from tests.factories import make_actor, make_district
from tests.meetings.test_series import of, start

pytestmark = pytest.mark.django_db


def test_this_and_later_are_cancelled_and_brought_back() -> None:
    north = make_district()
    actor = make_actor(north)
    rows = of(start(actor, city_today() + timedelta(days=1), "fortnightly", district=north))
    cancelled = cancel_series(actor=actor, meeting_id=rows[2].pk, scope=LATER)
    assert len(cancelled) == len(rows) - 2
    assert [row.status for row in of(rows[0])][:3] == ["planned", "planned", "cancelled"]
    assert extend_all_series(city_today() + timedelta(days=30)) == 0
    restore_series(actor=actor, cancelled=cancelled)
    assert {row.status for row in of(rows[0])} == {"planned"}
    assert extend_all_series(city_today() + timedelta(days=14)) == 1


def test_cancelling_one_leaves_the_series_alone() -> None:
    north = make_district()
    actor = make_actor(north)
    rows = of(start(actor, city_today() + timedelta(days=1), "fortnightly", district=north))
    cancel_meeting(actor=actor, meeting_id=rows[0].pk)
    assert {row.status for row in of(rows[0])[1:]} == {"planned"}
