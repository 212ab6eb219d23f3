"""A client that changes a single occurrence detaches it from its series, as on the pages."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.actors import SYSTEM
from districts.models import District
from lib.days import city_today
from meetings.models import FollowUp, Meeting
from meetings.services.follow_up_series import (
    edit_one_of_follow_up_series,
    make_next_follow_ups,
    start_follow_up_series,
)
from meetings.services.meeting_series import edit_one_of_series, start_series
from meetings.services.series import ALL, LATER
from tests.api.clients import Tool
from tests.factories import make_district, make_officer, make_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def north() -> District:
    return make_district("North")


def patch(tool: Tool, path: str, **body: Any) -> None:
    """Send a PATCH with the current version."""
    answer = tool.patch(path, body, if_match=tool.get(path)["ETag"])
    assert answer.status_code == 200, answer.content


def meetings(north: District) -> list[Meeting]:
    """Plan a meeting every two weeks from tomorrow."""
    first = start_series(
        actor=SYSTEM,
        pattern="fortnightly",
        subject="Partnership",
        kind="partnership_meeting",
        starts_at=timezone.now() + timedelta(days=1),
        duration_minutes=60,
        district=north,
        officers=[make_officer(north)],
    )
    return list(Meeting.objects.filter(series=first.series).order_by("series_on"))


def subjects() -> list[str]:
    return list(Meeting.objects.order_by("series_on").values_list("subject", flat=True))


@pytest.mark.parametrize("through", [{}, {"status": "planned"}])
def test_a_meeting_that_a_tool_changes_is_passed_by_when_the_others_change(
    north: District, through: dict[str, str]
) -> None:
    first, second, *_rest = meetings(north)
    patch(Tool(north), f"/meetings/{second.pk}/", subject="Special", **through)
    edit_one_of_series(actor=SYSTEM, meeting_id=first.pk, scope=ALL, subject="New")
    assert subjects()[:4] == ["New", "Special", "New", "New"]


def test_a_cancelled_meeting_that_a_tool_plans_anew_departs_by_what_it_changes(north: District) -> None:
    first, second, third, *_rest = meetings(north)
    tool = Tool(north)
    for one, other in ((second, "Special"), (third, None)):
        patch(tool, f"/meetings/{one.pk}/", status="cancelled")
        patch(tool, f"/meetings/{one.pk}/", status="planned", **({"subject": other} if other else {}))
    edit_one_of_series(actor=SYSTEM, meeting_id=first.pk, scope=ALL, subject="New")
    assert subjects()[:4] == ["New", "Special", "New", "New"]


def test_what_a_tool_calls_a_meeting_is_no_difference(north: District) -> None:
    first, second, *_rest = meetings(north)
    tool = Tool(north)
    called = [{"source": tool.key.source, "id": "17"}]
    patch(tool, f"/meetings/{second.pk}/", external_ids=called, subject=second.subject)
    edit_one_of_series(actor=SYSTEM, meeting_id=first.pk, scope=ALL, subject="New")
    assert set(subjects()) == {"New"}
    assert tool.get(f"/meetings/{second.pk}/").json()["external_ids"] == called


def promised(north: District) -> FollowUp:
    """Make a weekly follow-up from tomorrow, and return the second occurrence."""
    start_follow_up_series(
        actor=SYSTEM,
        pattern="weekly",
        title="Call them",
        owner=make_officer(north),
        due_on=city_today() + timedelta(days=1),
        organisations=[make_organisation(north)],
    )
    make_next_follow_ups(city_today() + timedelta(days=1))
    return FollowUp.objects.latest("due_on")


def test_a_promise_that_a_tool_changes_is_not_what_the_next_are_like(north: District) -> None:
    second = promised(north)
    patch(Tool(north), f"/follow-ups/{second.pk}/", title="Write", status="done")
    make_next_follow_ups(second.due_on)
    assert [row.title for row in FollowUp.objects.order_by("due_on")] == ["Call them", "Write", "Call them"]


def test_a_promise_that_a_tool_keeps_is_still_what_the_next_are_like(north: District) -> None:
    second = promised(north)
    edit_one_of_follow_up_series(actor=SYSTEM, follow_up_id=second.pk, scope=LATER, title="Write")
    tool = Tool(north)
    kept = {
        "status": "done",
        "result": "They know.",
        "external_ids": [{"source": tool.key.source, "id": "1"}],
    }
    patch(tool, f"/follow-ups/{second.pk}/", title="Write", **kept)
    make_next_follow_ups(second.due_on)
    assert [row.title for row in FollowUp.objects.order_by("due_on")] == ["Call them", "Write", "Write"]
    assert not FollowUp.objects.filter(departs=True).exists()
