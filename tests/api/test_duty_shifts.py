"""Who is on duty, for alarm tools: account IDs, districts and hours, without names or phones."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actors import actor_for
from api.services.feeds import create_feed
from meetings.services.shifts import begin_shift
from tests.api.clients import Tool
from tests.api.test_feeds import entries
from tests.factories import make_district, make_officer

pytestmark = pytest.mark.django_db


def test_a_key_reads_who_is_on_duty_in_its_districts_at_a_moment() -> None:
    city = make_district()
    north, south, east = (make_district(parent=city) for _ in range(3))
    officer = make_officer(north, phone="+34612345678")
    shift = begin_shift(actor=actor_for(officer), districts=[south], reason="incident", hours=2)
    at = (timezone.now() + timedelta(minutes=1)).isoformat().replace("+00:00", "Z")
    later = (timezone.now() + timedelta(hours=3)).isoformat().replace("+00:00", "Z")
    tool = Tool(south, scopes=("concerns:read",))
    answer = tool.get(f"/duty-shifts/?at={at}")
    assert answer.status_code == 200
    assert answer.json()["results"] == [
        {
            "id": str(shift.pk),
            "user": str(officer.pk),
            "districts": [south.code],
            "starts_at": answer.json()["results"][0]["starts_at"],
            "ends_at": answer.json()["results"][0]["ends_at"],
            "ended_at": None,
        }
    ]
    assert "612" not in answer.content.decode()
    assert tool.get(f"/duty-shifts/?at={later}").json()["results"] == []
    assert Tool(east, scopes=("concerns:read",)).get("/duty-shifts/").json()["results"] == []
    assert Tool(south, scopes=("organisations:read",)).get("/duty-shifts/").status_code == 403


def test_ones_own_shifts_are_in_ones_calendar_by_the_codes_of_their_districts() -> None:
    city = make_district()
    north, south = make_district(parent=city), make_district("Hidden Row", parent=city)
    officer, colleague = make_officer(north), make_officer(north)
    begin_shift(actor=actor_for(officer), districts=[south], reason="incident", hours=2)
    [entry] = entries(create_feed(actor=actor_for(officer), with_subjects=True))
    assert entry["SUMMARY"] == f"On duty, {south.code}"
    assert entries(create_feed(actor=actor_for(colleague), with_subjects=True)) == []
