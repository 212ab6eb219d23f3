"""Real workers and beats on real servers, killed again and again: no reminder is lost or doubled."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.utils import timezone

from accounts.models import User
from lib.fold import fold
from meetings.models import FollowUp, Reminder
from meetings.reminders import top_up
from tests.factories import make_district, make_officer
from tests.plugins import services
from tests.plugins.workers import celery_process, wait_until

PROMISES = 200
KILLS = 3
CHILDREN = 2  # of a worker: each may have one message under way when it is killed


class SlowSink:
    """Takes its time before its "250", so that workers die while they wait for it."""

    def __init__(self) -> None:
        self.message_ids: list[str] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.message_ids.append(str(message_from_bytes(envelope.original_content or b"")["Message-ID"]))
        await asyncio.sleep(0.02)
        return "250 kept"


@pytest.fixture
def slow_sink(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowSink]:
    sink = SlowSink()
    port = services.free_port()
    monkeypatch.setattr(services, "SMTP_PORT", port)
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    yield sink
    controller.stop()


def promise_for_today() -> None:
    """To officers for whom it is afternoon: each is reminded at once, by e-mail and on the site."""
    offset = 14 - timezone.now().hour
    zone = f"Etc/GMT{-offset:+d}" if offset else "Etc/GMT"
    district = make_district()
    owners = [make_officer(district, time_zone=zone) for _number in range(10)]
    today = timezone.now().astimezone(ZoneInfo(zone)).date()
    FollowUp.objects.bulk_create(
        FollowUp(
            title=f"Promise {number}",
            owner=owners[number % len(owners)],
            due_on=today,
            first_due_on=today,
            folded=fold(f"Promise {number}"),
        )
        for number in range(PROMISES)
    )
    top_up()


def let_leases_run_out() -> None:
    """Two minutes go by."""
    Reminder.objects.waiting().filter(lease_until__isnull=False).update(lease_until=timezone.now())


def test_workers_killed_redis_flushed_beat_twice(committed_db: None, slow_sink: SlowSink) -> None:
    promise_for_today()
    due = Reminder.objects.filter(occurrence__lte=timezone.now())
    assert due.count() == 2 * PROMISES
    with celery_process("beat", "--loglevel", "error"), celery_process("beat", "--loglevel", "error"):
        for kill in range(1, KILLS + 1):
            with celery_process("worker", "--concurrency", str(CHILDREN), "--loglevel", "error") as worker:
                some = kill * PROMISES // (KILLS + 1)
                wait_until(lambda: len(slow_sink.message_ids) >= some, what=f"e-mail {some}")  # noqa: B023
                os.killpg(worker.pid, signal.SIGKILL)
            with services.valkey.client() as client:
                client.flushall()
            let_leases_run_out()
        assert due.waiting().exists()
        with celery_process("worker", "--concurrency", str(CHILDREN), "--loglevel", "error"):
            wait_until(lambda: not due.waiting().exists(), what="the rest")

    assert due.sent().count() == 2 * PROMISES
    expected = set(due.filter(channel="email").values_list("message_id", flat=True))
    received = Counter(slow_sink.message_ids)
    assert set(received) == expected
    assert max(received.values()) <= 2
    assert sum(received.values()) - PROMISES <= KILLS * CHILDREN  # the window before the "250"
    for user in User.objects.all():
        assert Reminder.objects.unread_by(user).count() == PROMISES // User.objects.count()
