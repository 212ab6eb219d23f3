"""The broker: malformed messages are discarded and the rest goes on, and a full server says what it lacks."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from kombu.entity import Queue
from redis.exceptions import OutOfMemoryError, ResponseError
from structlog.testing import capture_logs

from crm import processes
from crm.celery import app
from crm.embedded.valkey import Valkey
from crm.health import lacking
from tests.plugins import services


def _envelope(**changed: Any) -> str:
    body = base64.b64encode(b"[[], {}, {}]").decode()
    properties = {"delivery_tag": "1", "delivery_info": {}, "body_encoding": "base64"}
    whole = {"body": body, "properties": properties, "headers": {"id": "1", "task": "audit.publish"}}
    return json.dumps(whole | changed)


MALFORMED = (
    "not JSON",
    b"\xff\xfe",
    "[]",
    "{}",
    _envelope(properties={}),
    _envelope(headers=None),
    _envelope(headers={"task": ["a list"], "id": "1"}),
    _envelope(headers={"task": "audit.publish"}),
    _envelope(body="%%%"),
    _envelope(body=base64.b64encode(b"[1, 2, 3]").decode()),
    _envelope(body=None),
)


def test_a_malformed_message_is_discarded_with_a_log_line_and_the_next_is_read(committed_db: None) -> None:
    received: list[str] = []
    with services.valkey.client() as client, app.connection_for_read() as connection:
        client.delete("work")
        for one in MALFORMED:
            client.lpush("work", one)
        app.send_task("audit.publish", queue="work")

        def receive(message: Any) -> None:
            received.append(message.headers["task"])
            message.ack()

        queue = Queue("work")  # type: ignore[no-untyped-call]  # kombu brings no types
        with capture_logs() as logs, connection.Consumer([queue], on_message=receive):
            while not received:
                connection.drain_events(timeout=10)
        assert client.llen("work") == 0
    assert received == ["audit.publish"]
    discarded = [one for one in logs if one["event"] == "broker_message_discarded"]
    assert len(discarded) == len(MALFORMED)


def test_a_full_server_refuses_writes_keeps_what_it_has_and_says_what_it_lacks(tmp_path: Path) -> None:
    server = Valkey(tmp_path, durable=False)
    server.start()
    try:
        with server.client() as client:
            limits = client.config_get("maxmemory", "maxmemory-policy")
            assert limits == {"maxmemory": str(256 << 20), "maxmemory-policy": processes.POLICY}
            client.lpush("work", "kept")
            client.config_set("maxmemory", 1)
            with pytest.raises(OutOfMemoryError) as refused:
                client.lpush("work", "more")
            assert (client.llen("work"), lacking(refused.value)) == (1, "memory_full")
    finally:
        server.stop()
    assert lacking(ResponseError("MISCONF Errors writing to the AOF file")) == "disk_full"
    assert lacking(ResponseError("unknown command")) == ""
