"""The transport of Celery over Valkey: a message that no task sent is discarded with a log line.

Kombu would raise an error for it, which ends the worker and its task. A message can be malformed if it was
written with the password of a queue, or by another program on the same server.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

import structlog
from kombu.transport import TRANSPORT_ALIASES, redis

log = structlog.get_logger(__name__)


class Malformed(ValueError):
    """A message that Celery did not write."""


def check_message(message: object) -> None:
    """Raise Malformed unless a message has an envelope, the name of a task and a body."""
    envelope = _mapping(message, "envelope")
    properties = _mapping(envelope.get("properties"), "properties")
    _mapping(properties.get("delivery_info"), "delivery_info")
    headers = _mapping(envelope.get("headers"), "headers")
    texts = {
        "delivery_tag": properties.get("delivery_tag"),
        "id": headers.get("id"),
        "task": headers.get("task"),
    }
    if wrong := [name for name, value in texts.items() if not isinstance(value, str)]:
        raise Malformed(", ".join(wrong))
    try:
        body = json.loads(base64.b64decode(str(envelope.get("body")), validate=True))
    except (binascii.Error, ValueError) as problem:
        raise Malformed("body") from problem
    if not isinstance(body, list) or [type(part) for part in body] != [list, dict, dict]:
        raise Malformed("body")


def _mapping(value: object, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Malformed(name)
    return value


class Channel(redis.Channel):
    def _brpop_read(self, **options: Any) -> Any:
        try:
            return super()._brpop_read(**options)  # type: ignore[no-untyped-call]  # kombu brings no types
        except (json.JSONDecodeError, UnicodeDecodeError) as problem:  # it has left its queue
            log.error("broker_message_discarded", reason=type(problem).__name__)
            return True


class Transport(redis.Transport):
    Channel = Channel

    def _deliver(self, message: Any, queue: str) -> None:
        try:
            check_message(message)
        except Malformed as problem:
            log.error("broker_message_discarded", queue=queue, reason=str(problem))
            return
        super()._deliver(message, queue)  # type: ignore[no-untyped-call]  # kombu brings no types


def use_transport() -> None:
    """Let Celery use this transport for addresses that begin with `redis`."""
    TRANSPORT_ALIASES["redis"] = "crm.broker:Transport"
