"""Whoever writes to Valkey runs no code in our processes: the cache and the queues carry JSON alone."""

import pickle
from pathlib import Path
from typing import Any, Final

import pytest
import redis
from django.core.cache import cache
from django.test import Client
from kombu import messaging
from kombu.exceptions import ContentDisallowed
from pytest_django import Settings

from audit.services.witnesses import FAILURES, tell_witnesses
from audit.tasks import SEAL_FAILURES
from crm.celery import app
from crm.health import ask_workers
from crm.heartbeat import BEAT, WORKER, beat_once
from crm.queues import QUEUES
from crm.tasks import TOLD
from lib.counting import count
from tests.factories import make_officer

READ: Final = (
    *(f"heartbeat:{name}" for name in (*QUEUES, BEAT, WORKER)),
    *(f"mail:witness:{name}" for name in ("email", "url", "file")),
    *(FAILURES, SEAL_FAILURES, TOLD),
)
TOKEN: Final = "only-for-metrics"


class Touch:
    """A pickle that writes a file when it is read."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return Path.touch, (self.file,)


def use_all_readers(client: Client) -> None:
    """Read what processes read: health, metrics, limits of sign-ins, witnesses."""
    assert client.get("/healthz").status_code in (200, 503)
    assert client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    sent = {"login": "officer@city.example", "password": "not-this-one"}
    assert client.post("/accounts/login/", sent).status_code in (200, 422)
    tell_witnesses()


def test_a_pickle_under_any_key_that_is_read_runs_nothing(
    client: Client, db: None, settings: Settings, valkey_server: redis.Redis, tmp_path: Path
) -> None:
    settings.METRICS_TOKEN = TOKEN
    make_officer(email="officer@city.example")
    use_all_readers(client)
    planted = pickle.dumps(Touch(tmp_path / "executed"))
    with redis.Redis.from_url(settings.REDIS_CACHE_URL) as cached:
        keys = {*cached.scan_iter(), *(cache.make_key(name).encode() for name in READ)}
        assert len(keys) > len(READ), "signing in has counters of its own"
        for key in keys:
            cached.set(key, planted)
    use_all_readers(client)
    for name in READ:
        assert cache.get(name, "absent") == "absent"
    assert not (tmp_path / "executed").exists()
    pickle.loads(planted)  # noqa: S301 (proves that what was planted acts)
    assert (tmp_path / "executed").exists()


def test_a_planted_value_counts_as_absent_and_a_heartbeat_beside_it_as_alive(
    valkey_server: redis.Redis, settings: Settings
) -> None:
    beat_once(BEAT, *QUEUES)
    assert ask_workers() == {"worker": "up", "beat": "up"}
    with redis.Redis.from_url(settings.REDIS_CACHE_URL) as cached:
        for planted in (pickle.dumps(True), b"[" * 100_000, b"9" * 100_000, b"\xff"):
            cached.set("crm:2:heartbeat:mail", planted)
            assert ask_workers() == {"worker": "down", "beat": "up"}
            assert cache.get("heartbeat:mail") is None


def test_values_come_back_as_json_has_them_and_others_are_refused(valkey_server: redis.Redis) -> None:
    for value in (True, None, 7, 1.5, "text", ["ä", {"n": 1}]):
        cache.set("web:value", value)
        assert cache.get("web:value", "absent") == value
    assert count("web:counted", 60) == 1
    assert cache.get("web:counted") == 1
    with pytest.raises(TypeError):
        cache.set("web:value", object())


def test_a_task_in_pickle_is_refused_and_one_in_json_is_taken(
    valkey_server: redis.Redis, tmp_path: Path
) -> None:
    with app.connection_for_write() as broker, broker.channel() as channel:
        queue = app.amqp.queues["mail"](channel)
        consumer = app.amqp.TaskConsumer(channel, queues=[queue])
        producer: Any = messaging.Producer(channel)  # type: ignore[no-untyped-call]  # kombu has no types
        for serializer in ("json", "pickle"):
            body: Any = {} if serializer == "json" else Touch(tmp_path / "executed")
            producer.publish(body, routing_key="mail", serializer=serializer)
        taken = queue.get(accept=consumer.accept)
        assert taken is not None and taken.payload == {}
        refused = queue.get(accept=consumer.accept)
        with pytest.raises(ContentDisallowed):
            refused.payload  # noqa: B018 (read like a worker does)
    assert not (tmp_path / "executed").exists()
    assert app.conf.result_accept_content == ["json"]
