"""Real workers and beats are killed again and again: no reminder is lost or sent twice."""

import asyncio
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import AbstractContextManager
from email import message_from_bytes
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.utils import timezone

from accounts.models import User
from crm.embedded.run import free_port
from lib.fold import fold
from meetings.models import FollowUp
from reminders.models import Reminder
from reminders.services.reminders import top_up
from reminders.services.sending import LEASE
from tests.factories import make_district, make_officer
from tests.plugins import services
from tests.plugins.workers import celery_process, kill, wait_until

PROMISES = 200
KILLS = 3
CHILDREN = 2  # per worker; each can have one message in transit when killed


class SlowSink:
    """An SMTP server that delays its "250", so that workers die while they wait."""

    def __init__(self) -> None:
        self.by_connection: defaultdict[Session, list[str]] = defaultdict(list)

    @property
    def message_ids(self) -> list[str]:
        return [one for received in list(self.by_connection.values()) for one in received]

    @property
    def passed(self) -> list[str]:
        """IDs of messages after which their sender went on to the next one."""
        return [one for received in list(self.by_connection.values()) for one in received[:-1]]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        message = message_from_bytes(envelope.original_content or b"")
        self.by_connection[session].append(str(message["Message-ID"]))
        await asyncio.sleep(0.02)
        return "250 kept"


@pytest.fixture
def slow_sink(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowSink]:
    sink = SlowSink()
    port = free_port()
    monkeypatch.setattr(services, "SMTP_PORT", port)
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    yield sink
    controller.stop()


def promise_for_today() -> None:
    """Make follow-ups for officers whose local time is afternoon.

    Each gets an email and an in-page reminder.
    """
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


def kill_and_wait(*pids: int) -> None:
    """Kill the processes and let their leases expire, as after 2 minutes."""
    kill(*pids)
    theirs = Reminder.objects.waiting().filter(lease_until__lt=timezone.now() + LEASE)
    theirs.update(lease_until=timezone.now())


def children_of(pid: int) -> list[int]:
    listed = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=True)
    return [int(line) for line in listed.stdout.split()]


@pytest.mark.thorough
@pytest.mark.long
def test_workers_killed_redis_flushed_beat_twice(committed_db: None, slow_sink: SlowSink) -> None:
    promise_for_today()
    due = Reminder.objects.filter(occurrence__lte=timezone.now())
    assert due.count() == 2 * PROMISES

    def wait_for(number: int) -> None:
        wait_until(lambda: len(slow_sink.message_ids) >= number, seconds=40, what=f"e-mail {number}")

    def worker() -> AbstractContextManager[subprocess.Popen[bytes]]:
        return celery_process("worker", "--concurrency", str(CHILDREN), "--loglevel", "error")

    with celery_process("beat", "--loglevel", "error"), celery_process("beat", "--loglevel", "error"):
        with worker() as first:
            wait_for(PROMISES // 5)
            kill_and_wait(*children_of(first.pid))
            wait_for(PROMISES // 5 * 2)
            kill_and_wait(*children_of(first.pid))
            wait_for(PROMISES // 5 * 3)
            kill_and_wait(first.pid, *children_of(first.pid))
        with services.valkey.client() as client:
            client.flushall()
        assert due.waiting().exists()
        with worker():
            # On a busy machine, a child can take a lease between the kill and the end of the leases.
            seconds = LEASE.seconds + 40
            wait_until(lambda: not due.waiting().exists(), seconds=seconds, what="the rest")

    assert due.sent().count() == 2 * PROMISES
    expected = set(due.filter(channel="email").values_list("message_id", flat=True))
    received = Counter(slow_sink.message_ids)
    assert set(received) == expected
    assert max(Counter(slow_sink.passed).values()) == 1
    assert received.total() - PROMISES <= KILLS * CHILDREN  # in transit when their sender was killed
    for user in User.objects.all():
        assert Reminder.objects.unread_by(user).count() == PROMISES // User.objects.count()
