"""JSON with orjson: timestamps as RFC 3339 in UTC, dates and IDs as text. CSV for figures."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rest_framework.renderers import BaseRenderer

from api.rules import to_json


class JSONRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None
    render_style = "binary"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        if data is None:
            return b""
        return data if isinstance(data, bytes) else to_json(data)


def to_csv(lines: Iterable[Sequence[Any]]) -> bytes:
    """Write CSV (RFC 4180) in UTF-8, with values as in JSON and null as an empty field."""
    text = io.StringIO()
    csv.writer(text).writerows([_as_text(value) for value in line] for line in lines)
    return text.getvalue().encode()


def _as_text(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    return to_json(value).decode().strip('"')


class CSVRenderer(BaseRenderer):
    """For responses not written with `to_csv`, such as to OPTIONS: one line per member."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"
    render_style = "binary"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        return to_csv((data or {}).items())
