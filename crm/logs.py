"""Log format: one JSON line per entry, for all loggers, without personal data.

Django's settings and gunicorn's (crm.serving) use `formatter`. Importing this module configures structlog for
the same format.
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

#: Maximum number of characters of a value, so that input from a client is short before it is searched.
MOST = 4_000
#: Maximum number of characters of a traceback, which contains only our own text.
MOST_LINES_OF_CODE = 200_000

_TOKEN = re.compile(r"[^\s\"']+")
# Calendar feed tokens, password reset links and undo tokens: all longer than an ID (36).
_SECRET = re.compile(r"(?<=/)(?!/)[A-Za-z0-9_:.=~-]{37,}(?=[/\s\"']|$)")
_FEED = re.compile(r"(?<=/feeds/)[^/\s\"']+")


def without_secrets(_: Any, __: str, line: Line) -> Line:
    """Remove query strings and secrets (such as reset links) from all text values."""
    for name, value in line.items():
        if isinstance(value, str):
            short = _cut(value, MOST_LINES_OF_CODE if name == "exception" else MOST)
            # All three begin at a slash.
            line[name] = (
                _FEED.sub("…", _SECRET.sub("…", _TOKEN.sub(_without_query, short))) if "/" in short else short
            )
    return line


def _cut(text: str, limit: int) -> str:
    """Shorten the text at a separator.

    A secret that is cut in the middle may be too short to be recognised.
    """
    if len(text) <= limit:
        return text
    cut_at = max(text.rfind(sign, 0, limit) for sign in "/ \n")
    return f"{text[: cut_at + 1]}…"


def _without_query(token: re.Match[str]) -> str:
    """Return the address without its query string, which may contain a person's name."""
    text = token[0]
    path = text.find("/")
    query_start = text.find("?", path) if path >= 0 else -1
    return text[:query_start] if query_start >= 0 else text


def without_messages(_: Any, __: str, line: Line) -> Line:
    """Replace an exception by its location and types, because its message may quote a row or a form."""
    if error := _error(line.pop("exc_info", None)):
        line["exception"] = describe(error)
    return line


def without_results(_: Any, __: str, line: Line) -> Line:
    """Keep only the name and ID of a task from Celery's line, not its result or error."""
    arguments = line.pop("positional_args", None)
    if line.get("logger") == "celery.app.trace" and isinstance(arguments, dict):
        line["event"] = (
            f"Task {arguments.get('name')}[{arguments.get('id')}] {arguments.get('description', 'succeeded')}"
        )
    return line


def describe(error: BaseException) -> str:
    """Describe an exception and its causes by traceback lines, types and SQLSTATE, without messages.

    Messages may contain personal data.
    """
    parts: list[str] = []
    seen_ids: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen_ids:
        seen_ids.add(id(current))
        code = getattr(current, "sqlstate", None)
        name = f"{type(current).__module__}.{type(current).__qualname__}".removeprefix("builtins.")
        frames = "".join(traceback.format_tb(current.__traceback__))
        parts.append(f"{frames}{name}{f' ({code})' if code else ''}")
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\nthen\n".join(reversed(parts))


def _error(exc_info: Any) -> BaseException | None:
    if isinstance(exc_info, BaseException):
        return exc_info
    error_info = (
        exc_info if isinstance(exc_info, tuple) else sys.exc_info() if exc_info else (None, None, None)
    )
    return error_info[1] if isinstance(error_info[1], BaseException) else None


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
