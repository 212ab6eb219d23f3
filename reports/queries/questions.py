"""Questions about figures: the periods, the districts and the grouping."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.queries.prepared import Prepared
from contacts.codes import NOT_COUNTED
from districts.models import District, DistrictQuerySet
from lib.days import city_day
from lib.prepared import PlaceholderDay
from reports.policies import can_read_reports
from reports.queries.periods import Period

# The code of a row for records in `Question.rest_of` that are in none of its parts.
IN_NO_PART: Final = ""
TOGETHER: Final = "*"  # the code of a row for all districts, which no district has
OWN: Final = "="  # begins the code of a row for a district's own area (reports.queries.statements)


class By(StrEnum):
    """Grouping of a figure: a row for each district, community or kind of organisation."""

    DISTRICT = "district"
    FOCUS = "focus"
    KIND = "kind"


class ByEach(StrEnum):
    """Grouping of kept figures: a row for each district and each community or kind in it, `N1 roma`."""

    FOCUS = "focus_of_each"
    KIND = "kind_of_each"


Grouping = By | ByEach


@dataclass(frozen=True, slots=True)
class Question:
    """Periods, districts and a grouping, with one row for each period and group.

    A district includes all districts in it.

    By focus and by kind, all districts are counted together, each organisation once. `all_kinds` also counts
    partners and culture_sport. `rest_of` is the district that the others are parts of: records in none of
    these have a row of their own (reports.figures.parts). `is_together`: one row for all districts, each
    record once. A running period ends at `as_of`, the moment of the question.
    """

    periods: tuple[Period, ...]
    districts: tuple[District, ...]
    by: By = By.DISTRICT
    all_kinds: bool = False
    rest_of: District | None = None
    is_together: bool = False
    as_of: datetime = field(default_factory=timezone.now, compare=False)
    today: date = field(init=False, compare=False)  # the city's day at `as_of`

    def __post_init__(self) -> None:
        object.__setattr__(self, "today", city_day(self.as_of))

    @property
    def recorded_since(self) -> date | None:
        """Return the first day of recorded history, if a period begins before it."""
        days = [row.recorded_since for row in self.districts if row.recorded_since]
        since = min((period.since for period in self.periods), default=date.max)
        return max((day for day in days if since < day), default=None)

    def so_far(self, period: Period) -> Period:
        """Return the part of a period that is counted."""
        return period.so_far(self.today)

    @property
    def parameters(self) -> dict[str, Any]:
        """Return the SQL parameters of `reports.queries.statements`."""
        counted_periods = [self.so_far(period) for period in self.periods]
        roots = [(district.code, district.pk) for district in self.districts]
        if self.rest_of:
            roots.append((IN_NO_PART, self.rest_of.pk))
        return {
            "numbers": list(range(len(self.periods))),
            "since": [period.starts_at for period in counted_periods],
            "until": [period.ends_at for period in counted_periods],
            "since_on": [period.since for period in counted_periods],
            "until_on": [period.until for period in counted_periods],
            "ends_on": [period.until for period in self.periods],
            "now": self.as_of,
            "today": self.today,
            "codes": [TOGETHER if self.is_together else code for code, _root in roots],
            "roots": [root for _code, root in roots],
            "parts": [district.pk for district in self.districts if district != self.rest_of],
            "zone": settings.TIME_ZONE,
            "not_counted": [] if self.all_kinds else sorted(kind.value for kind in NOT_COUNTED),
        }


def _covered(actor: Actor, codes: frozenset[str]) -> DistrictQuerySet:
    since, until = PlaceholderDay("since"), PlaceholderDay("until")
    covered = District.objects.covered_by(actor).in_use(since, until).in_order()
    return covered.filter(code__in=sorted(codes)) if codes else covered


_COVERED: Final = Prepared(_covered)


def ask(
    actor: Actor,
    periods: Iterable[Period],
    *,
    districts: Iterable[str] = (),
    by: By = By.DISTRICT,
    all_kinds: bool = False,
) -> Question:
    """Build a question about the districts with these codes, or about all districts of the actor.

    Only districts in use in one of the periods have figures: a redrawn district until it was redrawn, and its
    successor since.

    Figures are the same for every reader. The actor decides only which districts are allowed. Raises
    PermissionDenied if the actor cannot read reports or does not cover a district, and PeriodInFuture.
    """
    if not can_read_reports(actor):
        raise PermissionDenied(_("You do not have access to reports."))
    periods = tuple(periods)
    since = min((period.since for period in periods), default=date.min)
    until = max((period.until for period in periods), default=date.max)
    codes = frozenset(districts)
    covered_districts = tuple(_COVERED.fetch(actor, codes, since=since, until=until))
    if len(covered_districts) < len(codes):
        raise PermissionDenied(_("You do not have access to the figures of this district."))
    question = Question(periods, covered_districts, by, all_kinds)
    for period in question.periods:
        question.so_far(period)
    return question
