"""A change of a series locks the series before its meetings, so that two changes cannot deadlock."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lib.days import city_today
from meetings.models import Meeting
from meetings.services.meeting_series import cancel_series, edit_one_of_series, restore_series
from meetings.services.series import ALL, LATER
from tests.factories import make_actor, make_district
from tests.meetings.test_series import of, start

pytestmark = pytest.mark.django_db


def locked(change: Callable[[], Any]) -> list[str]:
    """Return the tables whose rows are locked, in order."""
    with CaptureQueriesContext(connection) as statements:
        change()
    taking = [
        one["sql"] for one in statements if "FOR UPDATE" in one["sql"] or one["sql"].startswith("UPDATE")
    ]
    return [sql.split('"')[1] for sql in taking]


def test_the_series_comes_first() -> None:
    north = make_district()
    actor = make_actor(north)
    row: Meeting = of(start(actor, city_today() + timedelta(days=1), "weekly", district=north))[1]
    given: Any = {"actor": actor, "meeting_id": row.pk}
    cancelled = cancel_series(**given, scope=LATER)
    for change in (
        lambda: restore_series(actor=actor, cancelled=cancelled),
        lambda: edit_one_of_series(**given, scope=ALL, place="The hall"),
        lambda: cancel_series(**given, scope=LATER),
    ):
        assert locked(change)[0] == "meetings_series"
