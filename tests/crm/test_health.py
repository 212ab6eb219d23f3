"""/healthz reports each part and stalled work quickly, whatever is down or hangs.

That it is well while all are alive, tests.crm.test_logs_of_a_busy_run asks of real processes.
"""

import os
import signal
import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.actors import actor_for
from accounts.models import QueuedMail, Role
from accounts.services.act_mails import mail_new_acts
from accounts.services.users import invite_user
from crm.heartbeat import BEAT, beat_once
from crm.progress import STANDS_AFTER
from crm.queues import QUEUES
from tests.audit.numbering import publish_all
from tests.factories import make_district, make_officer, make_organisation, make_user
from tests.plugins import services
from tests.plugins.mail import MailSink


def states(client: Client) -> tuple[int, dict[str, str]]:
    answer = client.get("/healthz")
    return answer.status_code, answer.json()


def test_without_worker_and_beat(client: Client, db: None) -> None:
    status, body = states(client)
    assert status == 503
    moving = dict.fromkeys(STANDS_AFTER, "up")
    kept = {"policies": "up", "encryption": "up"}
    alive = {"database": "up", "broker": "up", "worker": "down", "beat": "down"} | kept
    assert body == {"status": "down", **alive, **moving}


def test_redis_down_is_said_within_three_seconds(client: Client, db: None) -> None:
    services.valkey.stop()
    started = time.monotonic()
    status, body = states(client)
    assert time.monotonic() - started < 3
    assert status == 503
    assert (body["database"], body["broker"], body["worker"]) == ("up", "down", "down")


def test_database_down_is_said_within_three_seconds(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "host", "/nowhere")
    started = time.monotonic()
    status, body = states(client)
    assert time.monotonic() - started < 3
    assert status == 503
    assert (body["database"], body["broker"]) == ("down", "up")


@pytest.fixture
def hung_server() -> Iterator[int]:
    """Accept connections and never reply. Yields the port."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(64)
        yield server.getsockname()[1]


def test_a_database_that_hangs_is_said_within_two_seconds(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch, hung_server: int
) -> None:
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "host", "127.0.0.1")
    monkeypatch.setitem(connection.settings_dict, "PORT", hung_server)
    for _again in range(3):
        started = time.monotonic()
        status, body = states(client)
        assert time.monotonic() - started < 2
        assert (status, body["database"], body["trail"]) == (503, "down", "unknown")
        assert body["broker"] == "up"


def test_a_valkey_that_hangs_is_said_within_two_seconds(client: Client, db: None) -> None:
    process = services.valkey.process
    assert process is not None
    os.kill(process.pid, signal.SIGSTOP)
    try:
        for _again in range(3):
            started = time.monotonic()
            status, body = states(client)
            assert time.monotonic() - started < 2
            assert (status, body["database"], body["broker"]) == (503, "up", "down")
    finally:
        os.kill(process.pid, signal.SIGCONT)


def test_all_alive_and_nobody_numbers_the_trail_is_not_healthy(
    client: Client, committed_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stopped publisher is detected even if all processes are alive."""
    monkeypatch.setattr("crm.progress.STANDS_AFTER", {**STANDS_AFTER, "trail": 0.2, "seals": 0.2})
    make_organisation()
    publish_all()
    beat_once(*QUEUES, BEAT)
    time.sleep(0.3)
    status, body = states(client)
    assert (status, body["trail"], body["seals"]) == (503, "up", "down"), body
    make_organisation()
    beat_once(*QUEUES, BEAT)
    time.sleep(0.3)
    assert states(client)[1]["trail"] == "down"
    publish_all()
    assert states(client)[1]["trail"] == "up"


def mail_to_a_refused_mailbox(mail_sink: MailSink) -> None:
    """Ask a confirmer, whose mailbox refuses the email."""
    mail_sink.refused = {make_user(Role.CONFIRMER).email}
    administrator = actor_for(make_user(Role.ADMINISTRATOR))
    invite_user(actor=administrator, name="Sue", email="sue@city.example", role=Role.SUPERVISOR)
    assert mail_new_acts() == 0


def test_a_mailbox_that_refuses_is_said_and_nothing_is_restarted(
    client: Client, committed_db: None, mail_sink: MailSink
) -> None:
    publish_all()
    beat_once(*QUEUES, BEAT)
    assert states(client)[1]["mails"] == "up"
    mail_to_a_refused_mailbox(mail_sink)
    status, body = states(client)
    assert (status, body["mails"], body["status"]) == (200, "refused", "up"), body
    QueuedMail.objects.update(created_at=timezone.now() - timedelta(hours=1), lease_until=None)
    status, body = states(client)
    assert (status, body["mails"]) == (503, "down"), "no worker has looked for an hour"


@pytest.mark.parametrize("missing", QUEUES)
def test_each_queue_needs_a_worker(client: Client, db: None, missing: str) -> None:
    beat_once(BEAT, *QUEUES)
    assert states(client)[0] == 200
    with services.valkey.client() as valkey:
        valkey.flushall()
    beat_once(BEAT, *(name for name in QUEUES if name != missing))
    status, body = states(client)
    assert (status, body["worker"], body["beat"]) == (503, "down", "up")


def test_livez_needs_nothing(client: Client) -> None:
    assert client.get("/livez").content == b"alive\n"


@pytest.mark.parametrize("path", ["/healthz", "/livez"])
def test_only_reading(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405


@pytest.mark.parametrize("path", ["/livez", "/healthz"])
def test_who_is_signed_in_beside_it_is_not_looked_up(
    client: Client, db: None, django_assert_num_queries: Any, path: str
) -> None:
    """A browser sends its session cookie, but the session must not be read from the database."""
    client.force_login(make_officer(make_district()))
    with django_assert_num_queries(0):
        answer = client.get(path)
    assert not answer.cookies
