"""Each task uses its own queue, queues stay short, and beat continues when the time of day jumps."""

import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from celery import Celery

from crm.celery import app
from crm.heartbeat import STUCK_SECONDS, HeartbeatScheduler, Movement
from crm.queues import QUEUES, NoQueue, route, tasks
from lib.waking import ENOUGH, wake
from reminders.services.reminders import SEND_DUE
from tests.plugins import services


@pytest.fixture(scope="module", autouse=True)
def loaded() -> None:
    app.loader.import_default_modules()


def waiting(queue: str) -> list[dict[str, Any]]:
    with services.valkey.client() as client:
        return [json.loads(one) for one in client.lrange(queue, 0, -1)]


def test_every_task_has_a_queue_and_a_limit() -> None:
    ours = {name for name in app.tasks if not name.startswith("celery.")}
    assert ours == set(tasks())
    for name, kept in tasks().items():
        assert kept.queue in QUEUES
        assert app.tasks[name].time_limit == kept.seconds > 0
    assert {kept.queue for kept in tasks().values()} == set(QUEUES)


def test_a_task_without_a_queue_is_refused() -> None:
    with pytest.raises(NoQueue, match="has no queue"):
        route("contacts.made_up")
    with pytest.raises(NoQueue):
        app.send_task("contacts.made_up")
    assert route("celery.backend_cleanup") is None


def test_mail_hooks_and_long_work_never_wait_with_the_trail() -> None:
    assert {name for name, kept in tasks().items() if kept.queue == "trail"} == {
        "audit.publish",
        "audit.seal",
        "privacy.write_ledger",
        "reviews.sign_statements",
    }
    for name in tasks():
        assert wake(name)
    for queue in QUEUES:
        found = {message["headers"]["task"] for message in waiting(queue)}
        assert found == {name for name, kept in tasks().items() if kept.queue == queue}


def test_no_message_expires() -> None:
    """An expiring message would be dropped if the worker's clock were ahead of beat's."""
    HeartbeatScheduler(app=app, lazy=False).tick()
    messages = [message for queue in QUEUES for message in waiting(queue)]
    assert len(messages) == len(app.conf.beat_schedule)
    assert {message["headers"]["expires"] for message in messages} == {None}


def test_a_queue_that_nobody_serves_stays_short() -> None:
    assert [wake(SEND_DUE) for _ in range(ENOUGH + 30)].count(True) == ENOUGH
    assert len(waiting("mail")) == ENOUGH
    assert wake("audit.publish"), "another queue is another matter"
    assert wake("reminders.refresh_of_user", "0198c0de-0000-7000-8000-000000000000")


@pytest.fixture
def scheduler() -> Iterator[HeartbeatScheduler]:
    before = app.conf.beat_schedule
    app.conf.beat_schedule = {"number the trail": {"task": "audit.publish", "schedule": 0.2}}
    yield HeartbeatScheduler(app=app, lazy=False)
    app.conf.beat_schedule = before


@pytest.mark.parametrize("jumps", [[-1], [24, -24], [24 * 365], [-24 * 365, 24 * 365]])
def test_beat_goes_on_when_its_clock_is_set(
    jumps: list[int], scheduler: HeartbeatScheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, passed = Celery.now, 1000.0
    monkeypatch.setattr("crm.heartbeat.time", SimpleNamespace(monotonic=lambda: passed))
    passed += scheduler.tick()
    seen = len(waiting("trail"))
    assert seen == 1
    hours = 0
    for jump in jumps:
        hours += jump
        shift = timedelta(hours=hours)

        def shifted(self: Celery, shift: timedelta = shift) -> datetime:
            moment: datetime = real(self)
            return moment + shift

        monkeypatch.setattr(Celery, "now", shifted)
        until = passed + 1.1
        while passed < until:
            passed += min(0.05, scheduler.tick())
        assert seen + 5 <= len(waiting("trail")) <= seen + 6
        seen = len(waiting("trail"))


def test_a_poll_that_found_its_queue_full_is_tried_again_soon(scheduler: HeartbeatScheduler) -> None:
    for _ in range(ENOUGH):
        wake("audit.publish")
    scheduler.tick()
    assert len(waiting("trail")) == ENOUGH
    with services.valkey.client() as client:
        client.flushall()
    time.sleep(0.25)
    scheduler.tick()
    assert len(waiting("trail")) == 1


def test_a_worker_moves_unless_a_task_waits_beside_a_free_process(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two, three = object(), object(), object()
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    movement = Movement(processes=2)
    assert movement.look([], [])
    assert movement.look([one], []), "it has only just come"
    now += STUCK_SECONDS + 1
    assert not movement.look([one], [])
    assert not movement.look([one, two], [two]), "others may go on: it hangs all the same"
    assert movement.look([one], [one]), "begun: its time limit looks after it"
    now += STUCK_SECONDS + 1
    assert movement.look([one, two, three], [one, two]), "no process is free"
    now += STUCK_SECONDS + 1
    assert movement.look([three], []), "it has not waited since one was free"
