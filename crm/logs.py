"""Logs: one JSON line for each, whoever writes it, without personal data.

Django's settings name `formatter`; importing this module sets structlog up to the same form.
"""

import re
from collections.abc import MutableMapping
from typing import Any

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import Processor

_FEED = re.compile(r"/feeds/[^/\s?]+")


def without_query(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Cut what was searched for off the request's address: it may be a person's name."""
    if isinstance(event.get("request"), str):
        event["request"] = event["request"].partition("?")[0]
    return event


def without_secrets(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The address of a calendar subscription is its secret."""
    for name, value in event.items():
        if isinstance(value, str) and "/feeds/" in value:
            event[name] = _FEED.sub("/feeds/…", value)
    return event


SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
    without_query,
    without_secrets,
]

structlog.configure(
    processors=[structlog.stdlib.filter_by_level, *SHARED, ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)


def formatter() -> ProcessorFormatter:
    return ProcessorFormatter(
        foreign_pre_chain=SHARED,
        processors=[ProcessorFormatter.remove_processors_meta, structlog.processors.JSONRenderer()],
    )
