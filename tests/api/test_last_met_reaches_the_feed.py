"""The change feed reports a new last meeting of an organisation, although nobody edited the organisation."""

from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from accounts.actors import SYSTEM
from audit.models import Change
from contacts.models import Organisation
from meetings.services.held_meetings import log_meeting
from meetings.services.meetings import cancel_meeting, edit_meeting, erase_meetings
from tests.api.copies import Copy
from tests.factories import make_district, make_organisation


@pytest.fixture(autouse=True)
def committed(committed_db: None) -> None:
    """Commit and number the rows."""


def log(*organisations: Organisation, days: int = 1, **fields: Any) -> Any:
    given: dict[str, Any] = {
        "subject": "A chat",
        "kind": "visit",
        "starts_at": timezone.now() - timedelta(days=days),
        "district": make_district(),
        "outcomes": ["concern_raised"],
        "organisations": [{"organisation": one} for one in organisations],
    }
    return log_meeting(actor=SYSTEM, **(given | fields))


def told_of(copy: Copy) -> list[tuple[str, str, int]]:
    return [(row["id"], row["op"], row["version"]) for row in copy.follow() if row["type"] == "organisations"]


def last_met(copy: Copy, organisation: Organisation) -> datetime | None:
    text = copy.tool.get(f"/organisations/{organisation.pk}/").json()["last_met_at"]
    return datetime.fromisoformat(text) if text else None


def test_each_way_to_change_it_is_told_where_the_organisation_is_seen() -> None:
    north, also, south = make_district(), make_district(), make_district()
    school = make_organisation(north, also_in=[also])
    seeing, blind = [Copy(north), Copy(also)], Copy(south)

    def check(met_at: datetime | None) -> None:
        for copy in seeing:
            assert told_of(copy) == [(str(school.pk), "updated", 1)]
            assert last_met(copy, school) == met_at
        assert told_of(blind) == []

    first = log(school, days=9)
    check(first.starts_at)
    [event] = [row.event for row in Change.objects.filter(object_id=school.pk) if row.op == "updated"]
    assert (event.action, event.field_names, event.actor_kind) == ("update", ["last_met_at"], "system")
    second = log(school, days=2)
    check(second.starts_at)
    earlier = second.starts_at - timedelta(days=1)
    edit_meeting(actor=SYSTEM, meeting_id=second.pk, starts_at=earlier)
    check(earlier)
    cancel_meeting(actor=SYSTEM, meeting_id=second.pk)
    check(first.starts_at)
    third = log(school)
    check(third.starts_at)
    with transaction.atomic():
        erase_meetings(SYSTEM, [third])
    check(first.starts_at)


def test_what_leaves_it_as_it_is_is_not_told() -> None:
    north = make_district()
    school, absent = make_organisation(north), make_organisation(north)
    meeting = log(school)
    copy = Copy(north)
    log(school, days=20)
    log(school, days=0, outcomes=["no_change"])
    log(absent, organisations=[{"organisation": absent, "present": False}])
    edit_meeting(actor=SYSTEM, meeting_id=meeting.pk, subject="Another")
    assert told_of(copy) == []


def test_it_is_told_once_in_a_transaction() -> None:
    north = make_district()
    school = make_organisation(north)
    copy = Copy(north)
    with transaction.atomic():
        for days in (9, 8, 7):
            meeting = log(school, days=days)
    assert len(told_of(copy)) == 1
    assert last_met(copy, school) == meeting.starts_at


def test_a_summary_that_is_put_right_is_told() -> None:
    north = make_district()
    school, right = make_organisation(north), make_organisation(north)
    log(school, right)
    copy = Copy(north)
    Organisation.objects.filter(pk=school.pk).update(last_met_at=None)
    call_command("recount", "--fix", stdout=StringIO())
    assert told_of(copy) == [(str(school.pk), "updated", 1)]


def test_a_key_that_logs_a_meeting_learns_of_it_as_of_something_new() -> None:
    north = make_district()
    school = make_organisation(north)
    copy = Copy(north)
    body = {
        "subject": "A chat",
        "kind": "visit",
        "status": "held",
        "starts_at": timezone.now().isoformat(),
        "duration_minutes": 15,
        "district": north.code,
        "organisations": [{"organisation": str(school.pk), "present": True}],
        "outcomes": ["concern_raised"],
    }
    assert copy.tool.post("/meetings/", body).status_code == 201
    assert {row["type"]: row["by_this_key"] for row in copy.follow()} == {
        "meetings": True,
        "organisations": False,
    }
