"""Logs: one JSON line for each, whoever writes it, without personal data.

Django's settings and gunicorn's (crm.serving) name `formatter`; importing this module sets structlog up
to the same form.
"""

import re
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import Processor

Line = MutableMapping[str, Any]

#: Letters of one value; what a caller sends is no longer than this when it is looked through.
MOST = 4_000
#: Of a traceback, which is our own.
MOST_LINES_OF_CODE = 200_000

_TOKEN = re.compile(r"[^\s\"']+")
# A calendar's address, a link to a new password, the way back of an undo: longer than any id (36).
_SECRET = re.compile(r"(?<=/)(?!/)[A-Za-z0-9_:.=~-]{37,}(?=[/\s\"']|$)")
_FEED = re.compile(r"(?<=/feeds/)[^/\s\"']+")


def without_secrets(_: Any, __: str, line: Line) -> Line:
    """Cut off addresses what was asked, and what opens something by itself."""
    for name, value in line.items():
        if isinstance(value, str):
            short = _cut(value, MOST_LINES_OF_CODE if name == "exception" else MOST)
            line[name] = _FEED.sub("…", _SECRET.sub("…", _TOKEN.sub(_without_query, short)))
    return line


def _cut(text: str, most: int) -> str:
    """At most so many letters, and no part of a secret that would then be too short to be known as one."""
    if len(text) <= most:
        return text
    whole = max(text.rfind(sign, 0, most) for sign in "/ \n")
    return f"{text[: whole + 1]}…"


def _without_query(token: re.Match[str]) -> str:
    """An address without what was asked there, which may be a person's name."""
    text = token[0]
    path = text.find("/")
    asked = text.find("?", path) if path >= 0 else -1
    return text[:asked] if asked >= 0 else text


def without_messages(_: Any, __: str, line: Line) -> Line:
    """Say where it went wrong and what kind of error it was: its message may quote a row or a form."""
    if error := _error(line.pop("exc_info", None)):
        line["exception"] = describe(error)
    return line


def without_results(_: Any, __: str, line: Line) -> Line:
    """Of a task Celery writes what it answered or raised: name and id are enough."""
    told = line.pop("positional_args", None)
    if line.get("logger") == "celery.app.trace" and isinstance(told, dict):
        line["event"] = f"Task {told.get('name')}[{told.get('id')}] {told.get('description', 'succeeded')}"
    return line


def describe(error: BaseException) -> str:
    """The lines of code that led there and the types, of its causes too; the database's code, no message."""
    parts: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        code = getattr(current, "sqlstate", None)
        name = f"{type(current).__module__}.{type(current).__qualname__}".removeprefix("builtins.")
        frames = "".join(traceback.format_tb(current.__traceback__))
        parts.append(f"{frames}{name}{f' ({code})' if code else ''}")
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\nthen\n".join(reversed(parts))


def _error(given: Any) -> BaseException | None:
    if isinstance(given, BaseException):
        return given
    found = given if isinstance(given, tuple) else sys.exc_info() if given else (None, None, None)
    return found[1] if isinstance(found[1], BaseException) else None


SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    without_results,
    without_messages,
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
        pass_foreign_args=True,
        processors=[ProcessorFormatter.remove_processors_meta, structlog.processors.JSONRenderer()],
    )
