"""Histories of follow-ups and concerns: pure rules, their rows, and what an upgrade reconstructs."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actors import SYSTEM
from meetings.models import Concern, FollowUp, FollowUpPeriod
from meetings.rules.histories import (
    ConcernState,
    FollowUpState,
    changed_to,
    first_completion,
    spans_of_concern,
    spans_of_follow_up,
)
from meetings.services.concerns import log_concern
from meetings.services.follow_ups import (
    cancel_follow_up,
    complete_follow_up,
    create_follow_up,
    edit_follow_up,
    reopen_follow_up,
)
from tests.factories import make_district, make_officer, renew_histories

DAY = timedelta(days=1)
START = datetime(2026, 9, 1, 9, tzinfo=UTC)
DUE = date(2026, 9, 10)
OPEN = FollowUpState("open", DUE, None)


def done(moment: datetime) -> FollowUpState:
    return FollowUpState("done", DUE, moment)


def test_what_is_entered_late_was_open_when_it_was_due() -> None:
    late = START + 40 * DAY
    assert spans_of_follow_up(OPEN, late, DUE)[0].since == datetime(2026, 9, 10, tzinfo=UTC)
    first, second = spans_of_follow_up(done(START + 12 * DAY), late, DUE)
    assert (first.state, first.until, second.until) == (OPEN, second.since, None)
    assert [one.state for one in spans_of_follow_up(done(START), late, DUE)] == [done(START)]


def test_a_state_begins_now_and_a_corrected_moment_where_it_says() -> None:
    history = spans_of_follow_up(OPEN, START, DUE)
    kept = changed_to(history, done(START + 5 * DAY), START + 5 * DAY)
    assert [(one.since, one.until) for one in kept] == [
        (START, START + 5 * DAY),
        (START + 5 * DAY, None),
    ]
    corrected = changed_to(kept, done(START + 3 * DAY), START + 9 * DAY)
    assert [one.since for one in corrected] == [START, START + 3 * DAY]
    moved = changed_to(history, FollowUpState("open", DUE + DAY, None), START + DAY)
    assert [one.since for one in moved] == [START, START + DAY]


def test_what_is_taken_back_in_ten_minutes_never_was() -> None:
    history = spans_of_follow_up(OPEN, START, DUE)
    cancelled = changed_to(history, FollowUpState("cancelled", DUE, None), START + DAY)
    minutes = timedelta(minutes=10)
    assert changed_to(cancelled, OPEN, START + DAY + minutes) == history
    assert len(changed_to(cancelled, OPEN, START + DAY + minutes + timedelta(seconds=1))) == 3


def test_done_again_within_seven_days_is_done_since_the_first_time() -> None:
    kept = changed_to(spans_of_follow_up(OPEN, START, DUE), done(START + DAY), START + DAY)
    reopened_at = START + 30 * DAY
    reopened = changed_to(kept, OPEN, reopened_at)
    assert first_completion(reopened, reopened_at + 7 * DAY) == START + DAY
    assert first_completion(reopened, reopened_at + 7 * DAY + timedelta(seconds=1)) is None
    assert changed_to(reopened, done(START + DAY), reopened_at + 2 * DAY) == kept


def test_a_concern_that_is_reopened_is_open_from_then_on() -> None:
    closed = ConcernState("closed", START + DAY, START + 2 * DAY)
    history = spans_of_concern(closed, START)
    assert [one.state.status for one in history] == ["open", "answered", "closed"]
    answered = changed_to(history, ConcernState("answered", START + DAY, None), START + 9 * DAY)
    assert [(one.since, one.state.status) for one in answered][-2:] == [
        (START + 2 * DAY, "closed"),
        (START + 9 * DAY, "answered"),
    ]


@pytest.mark.django_db
def test_the_writer_keeps_the_history_and_a_completion_undone_by_mistake() -> None:
    officer = make_officer(make_district())
    row = create_follow_up(actor=SYSTEM, title="x", due_on=DUE, owner=officer)
    complete_follow_up(actor=SYSTEM, follow_up_id=row.pk)
    first = timezone.now() - 20 * DAY
    FollowUp.objects.update(created_at=first - DAY, completed_at=first)
    renew_histories(FollowUp)
    reopen_follow_up(actor=SYSTEM, follow_up_id=row.pk)
    again = complete_follow_up(actor=SYSTEM, follow_up_id=row.pk)
    assert again.completed_at == first
    valid = row.periods.valid().order_by("since")
    assert [(one.status, one.until) for one in valid] == [("open", first), ("done", None)]
    assert [one.status for one in row.periods.exclude(superseded_at=None)] == ["open"]
    cancel_follow_up(actor=SYSTEM, follow_up_id=row.pk, reason="x")
    edit_follow_up(actor=SYSTEM, follow_up_id=row.pk, title="y")  # nothing that figures read
    assert row.periods.valid().count() == 3
    with pytest.raises(IntegrityError), transaction.atomic():
        FollowUpPeriod.objects.create(follow_up=row, since=first, status="open", due_on=DUE)


@pytest.mark.django_db
def test_a_history_that_lacks_its_rows_is_found_and_put_right() -> None:
    concern = log_concern(actor=SYSTEM, kinds=["threat"], district=make_district())
    create_follow_up(actor=SYSTEM, title="x", due_on=DUE, owner=make_officer())
    FollowUpPeriod.objects.all().delete()
    Concern.objects.update(status="closed", closed_at=timezone.now())
    with pytest.raises(CommandError, match="2 differences"):
        call_command("recount")
    call_command("recount", fix=True)
    assert FollowUpPeriod.objects.get().status == "open"
    assert [one.status for one in concern.periods.order_by("since")] == ["open", "closed"]
