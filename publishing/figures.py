"""Figures of public pages: ways to report that work, and registrations decided in time, for each district.

They have no target. docs/method.md defines them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.utils import timezone

from districts.models import District
from lib.acting import Acting
from lib.days import city_day
from publishing.models import Registration, ReportingRoute
from publishing.rules.routes import ANSWERED, HOLDS, Answers

DECIDED_WITHIN: Final = timedelta(days=14)
#: Accepted registrations are deleted 30 days after the decision, so a longer period would leave some out.
PERIOD: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Counted:
    """Figure: `n` out of `of`."""

    n: int
    of: int


Figures = dict[str, Counted]

# --- Counting. Pure ---------------------------------------------------------------------------------------


def routes_working(routes: Iterable[Answers], today: date) -> Counted:
    """Count the ways to report whose last test was answered and is at most 180 days old."""
    is_working = [
        route.result == ANSWERED and route.tested_on is not None and today - route.tested_on <= HOLDS
        for route in routes
    ]
    return Counted(sum(is_working), len(is_working))


def registrations_in_time(moments: Iterable[tuple[datetime, datetime | None]], now: datetime) -> Counted:
    """Count the confirmed registrations that were decided within 14 days. Those with time left are left out.

    `moments` are the times of confirmation and decision of each registration.
    """
    is_in_time = [
        decided_at is not None and decided_at - confirmed_at <= DECIDED_WITHIN
        for confirmed_at, decided_at in moments
        if decided_at is not None or now - confirmed_at > DECIDED_WITHIN
    ]
    return Counted(sum(is_in_time), len(is_in_time))


# --- Reading ----------------------------------------------------------------------------------------------


def public_figures(actor: Acting, routes: Iterable[ReportingRoute]) -> Callable[[District], Figures]:
    """Return a function with the figures of a district, from these routes and the visible registrations.

    A route without a district is one of the city. One statement reads the registrations of all districts.
    """
    read_at = timezone.now()
    tests: dict[Any, list[Answers]] = defaultdict(list)
    for route in routes:
        if route.is_public:
            # A district's page shows the routes of its neighbourhoods, the city's page only the city's own.
            lineage = route.district.lineage if route.district else [None]
            for district_id in lineage[1:] or lineage:
                tests[district_id].append(route.tests)
    moments: dict[Any, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    rows = Registration.objects.visible_to(actor).counted_since(read_at - PERIOD)
    for district_id, confirmed_at, decided_at in rows.values_list("district", "confirmed_at", "decided_at"):
        if confirmed_at:
            moments[district_id].append((confirmed_at, decided_at))

    def district_figures(district: District) -> Figures:
        city_routes = tests[None] if district.parent_id is None else []
        return {
            "routes": routes_working([*tests[district.pk], *city_routes], city_day(read_at)),
            "registrations": registrations_in_time(moments[district.pk], read_at),
        }

    return district_figures
