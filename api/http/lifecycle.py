"""What of the API ends, and when: the headers `Deprecation` (RFC 9745) and `Sunset` (RFC 8594).

To deprecate something, add it to ENDING and to docs/api/changelog.md. The document then says so, and so does
every answer that the caller gets through it (tests/api/test_lifecycle.py).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from django.conf import settings
from django.utils.http import http_date

#: What is deprecated works for at least this long (docs/api/guide.md).
AT_LEAST: Final = timedelta(days=365)
BASE: Final = "api/v1/"
CHANGES: Final = "/developer/#changes-of-the-api"


@dataclass(frozen=True, slots=True)
class Ending:
    """A deprecated operation, by HTTP method and route as in api.urls; or only a query parameter of it.

    `instead` is a sentence for the document that says what to use.
    """

    method: str
    route: str
    deprecated_on: date
    sunset_on: date
    instead: str
    parameter: str = ""

    def headers(self) -> dict[str, str]:
        since, until = (_midnight(day) for day in (self.deprecated_on, self.sunset_on))
        about = f"<{settings.SITE_URL}{CHANGES}>"
        return {
            "Deprecation": f"@{since}",
            "Sunset": http_date(until),
            "Link": f'{about}; rel="deprecation"; type="text/html", {about}; rel="sunset"; type="text/html"',
        }


ENDING: list[Ending] = []


def endings_of(method: str, route: str) -> list[Ending]:
    """What ends of the operation at a route of the whole site."""
    return [
        one for one in ENDING if one.method == method and route.strip("/") == f"{BASE}{one.route}".strip("/")
    ]


def headers_for(method: str, route: str, parameters: Collection[str]) -> dict[str, str]:
    """The headers of an answer that something deprecated gave: those of what ends first, or none."""
    used = [one for one in endings_of(method, route) if not one.parameter or one.parameter in parameters]
    return min(used, key=lambda one: one.sunset_on).headers() if used else {}


def _midnight(day: date) -> int:
    return int(datetime.combine(day, time.min, tzinfo=UTC).timestamp())
