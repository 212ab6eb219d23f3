"""Whether ways to report work, and registrations are decided in time: for each district, without a target.

Source: docs/method.md.
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
    """`n` of `of`."""

    n: int
    of: int


Figures = dict[str, Counted]

# --- Counting. Pure ---------------------------------------------------------------------------------------


def routes_working(routes: Iterable[Answers], today: date) -> Counted:
    """Of the ways to report that are meant to be public, those tested within 180 days, and answered then."""
    found = [
        one.result == ANSWERED and one.tested_on is not None and today - one.tested_on <= HOLDS
        for one in routes
    ]
    return Counted(sum(found), len(found))


def registrations_in_time(moments: Iterable[tuple[datetime, datetime | None]], now: datetime) -> Counted:
    """Of registrations that were confirmed, those decided within 14 days. One with time left does not count.

    `moments` are when each was confirmed, and when it was decided.
    """
    found = [
        decided_at is not None and decided_at - confirmed_at <= DECIDED_WITHIN
        for confirmed_at, decided_at in moments
        if decided_at is not None or now - confirmed_at > DECIDED_WITHIN
    ]
    return Counted(sum(found), len(found))


# --- Reading ----------------------------------------------------------------------------------------------


def public_figures(actor: Acting, routes: Iterable[ReportingRoute]) -> Callable[[District], Figures]:
    """Return what counts the figures of a district, of these routes and the registrations that one sees.

    Routes of no district are those of the city. One statement for all districts.
    """
    now = timezone.now()
    tests: dict[Any, list[Answers]] = defaultdict(list)
    for route in routes:
        if route.is_public:
            # A page shows those of its neighbourhoods. The whole city has only its own.
            lineage = route.district.lineage if route.district else [None]
            for district_id in lineage[1:] or lineage:
                tests[district_id].append(route.tests)
    moments: dict[Any, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    rows = Registration.objects.visible_to(actor).counted_since(now - PERIOD)
    for district_id, confirmed_at, decided_at in rows.values_list("district", "confirmed_at", "decided_at"):
        if confirmed_at:
            moments[district_id].append((confirmed_at, decided_at))

    def of(district: District) -> Figures:
        of_city = tests[None] if district.parent_id is None else []
        return {
            "routes": routes_working([*tests[district.pk], *of_city], city_day(now)),
            "registrations": registrations_in_time(moments[district.pk], now),
        }

    return of
