"""Deprecated parts of the API: the headers `Deprecation` (RFC 9745) and `Sunset` (RFC 8594).

To deprecate an operation or a parameter, add it to ENDING and to docs/api/changelog.md. The document then
marks it, and each response through it has the headers (tests/api/test_lifecycle.py).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from django.conf import settings
from django.utils.http import http_date

#: Deprecated operations work for at least this long (docs/api/guide.md).
AT_LEAST: Final = timedelta(days=365)
BASE: Final = "api/v1/"
CHANGES: Final = "/developer/#changes-of-the-api"


@dataclass(frozen=True, slots=True)
class Ending:
    """A deprecated operation, by HTTP method and route as in api.urls, or one query parameter of it.

    `instead` is a sentence for the document that names the replacement.
    """

    method: str
    route: str
    deprecated_on: date
    sunset_on: date
    instead: str
    parameter: str = ""

    def headers(self) -> dict[str, str]:
        since, until = (_midnight(day) for day in (self.deprecated_on, self.sunset_on))
        page = f"<{settings.SITE_URL}{CHANGES}>"
        return {
            "Deprecation": f"@{since}",
            "Sunset": http_date(until),
            "Link": f'{page}; rel="deprecation"; type="text/html", {page}; rel="sunset"; type="text/html"',
        }


ENDING: list[Ending] = []


def endings_of(method: str, route: str) -> list[Ending]:
    """Return the endings of the operation at a route of the whole site."""
    return [
        ending
        for ending in ENDING
        if ending.method == method and route.strip("/") == f"{BASE}{ending.route}".strip("/")
    ]


def headers_for(method: str, route: str, parameters: Collection[str]) -> dict[str, str]:
    """Return the headers for a request that used a deprecated part: those of the earliest sunset, or none."""
    used_endings = [
        ending
        for ending in endings_of(method, route)
        if not ending.parameter or ending.parameter in parameters
    ]
    return min(used_endings, key=lambda one: one.sunset_on).headers() if used_endings else {}


def _midnight(day: date) -> int:
    return int(datetime.combine(day, time.min, tzinfo=UTC).timestamp())
