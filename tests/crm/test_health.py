"""/healthz tells the state of all four parts, and soon, whatever is down."""

import time

import pytest
from django.db import connection
from django.test import Client

from tests.plugins import services


def states(client: Client) -> tuple[int, dict[str, str]]:
    answer = client.get("/healthz")
    return answer.status_code, answer.json()


def test_healthy_when_all_four_are_alive(
    client: Client, celery_worker_process: object, celery_beat_process: object
) -> None:
    status, body = states(client)
    assert (status, set(body.values())) == (200, {"up"}), body


def test_without_worker_and_beat(client: Client, db: None) -> None:
    status, body = states(client)
    assert status == 503
    assert body == {"status": "down", "database": "up", "broker": "up", "worker": "down", "beat": "down"}


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


def test_livez_needs_nothing(client: Client) -> None:
    assert client.get("/livez").content == b"alive\n"


@pytest.mark.parametrize("path", ["/healthz", "/livez"])
def test_only_reading(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
