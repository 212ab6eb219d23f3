"""JSON by orjson: moments as RFC 3339 in UTC, days and ids as text."""

from collections.abc import Mapping
from typing import Any

import orjson
from rest_framework.renderers import BaseRenderer


def to_json(data: Any) -> bytes:
    """`data` as UTF-8 JSON; lazy translations become text."""
    return orjson.dumps(data, default=str)


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
