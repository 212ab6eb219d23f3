"""Figures of a plan: milestones done on time and reviews held on time. Per plan, never per owner."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from plans.codes import PlanStatus, Unit
from plans.models import Milestone, PlanReview
from plans.models.plan import PlanQuerySet
from plans.reading.comparison import NumbersInWords, numbers_in_words
from plans.rules import MilestoneDates, add_months
from reports.queries.periods import Period, month_of
from reports.rules.intervals import LEAST, Interval, wilson

MILESTONES_ON_TIME: Final = "milestones-on-time"
PLAN_REVIEWED: Final = "plan-reviewed"


@dataclass(frozen=True, slots=True)
class Figure:
    """A share `n` of `of` in `period`. `moved` and `dropped` count milestones of `of`."""

    slug: str
    period: Period
    n: int
    of: int
    moved: int = 0
    dropped: int = 0

    @property
    def interval(self) -> Interval | None:
        """Confidence interval; None if `of` is small, as for all shares."""
        return wilson(self.n, self.of) if self.of >= LEAST else None

    @property
    def label(self) -> str:
        if self.slug == PLAN_REVIEWED:
            return _("Reviews held on time")
        return _("Milestones done on time")

    @property
    def stated(self) -> NumbersInWords | None:
        """The figure in words; None if nothing was due."""
        if not self.of:
            return None
        share = numbers_in_words(Unit.SHARE, self.n, self.of, self.n / self.of, self.period)
        return replace(share, period=self.period.span)

    @property
    def nothing_due(self) -> str:
        if self.slug == PLAN_REVIEWED:
            return _("No review has been due yet.")
        return _("No milestone has been due yet.")


# --- Counting. Pure ---------------------------------------------------------------------------------------


def milestones_on_time(milestones: Iterable[MilestoneDates], period: Period) -> Figure:
    """Return how many of the milestones first due in a period were done by that original day.

    A dropped milestone counts as not done, because the figure measures the adopted plan.
    """
    due = [milestone for milestone in milestones if period.since <= milestone.first_due_on < period.until]
    return Figure(
        MILESTONES_ON_TIME,
        period,
        n=sum(
            milestone.done_on is not None and milestone.done_on <= milestone.first_due_on for milestone in due
        ),
        of=len(due),
        moved=sum(
            milestone.due_on != milestone.first_due_on and not milestone.is_dropped for milestone in due
        ),
        dropped=sum(milestone.is_dropped for milestone in due),
    )


def plan_reviewed(adopted_on: date, held: Iterable[date], months: int, period: Period, today: date) -> Figure:
    """Return how many of the reviews due in a period were held by the end of the month of their day."""
    days = reviews_due(adopted_on, held, months, today)
    due = [was_held for day, was_held in days if period.since <= day < period.until]
    return Figure(PLAN_REVIEWED, period, n=sum(due), of=len(due))


def reviews_due(
    adopted_on: date, held: Iterable[date], months: int, today: date
) -> Iterator[tuple[date, bool]]:
    """Yield each due day of a review up to `today`, and whether it was held by the end of that month.

    A review is due `months` after the last one was held, or after its due day if it was not held. A review is
    yielded only after its month, or when it was held.
    """
    unmatched_days = sorted(day for day in held if day >= adopted_on)
    since = adopted_on
    while (due := add_months(since, months)) <= today:
        month_ends = month_of(due).until
        if unmatched_days and unmatched_days[0] < month_ends:
            since = unmatched_days.pop(0)
            yield due, True
            continue
        if month_ends > today:
            return
        yield due, False
        following = month_of(add_months(due, months)).since
        since = unmatched_days.pop(0) if unmatched_days and unmatched_days[0] < following else due


# --- Reading ----------------------------------------------------------------------------------------------

_MILESTONES: Final = Milestone.objects.filter(action__goal__plan=OuterRef("pk")).order_by("due_on", "pk")
_HELD_REVIEWS: Final = PlanReview.objects.signed().filter(plan=OuterRef("pk")).order_by("held_on", "pk")
#: All days that the figures of a plan need, as part of the statement that reads the plan.
DAYS: Final = JSONObject(
    status="status",
    starts_on="starts_on",
    ends_on="ends_on",
    adopted_on="adopted_on",
    closed_on="closed_on",
    review_months="review_months",
    updated_at="updated_at",
    milestones=ArraySubquery(
        _MILESTONES.values(
            row=JSONObject(
                due_on="due_on", first_due_on="first_due_on", done_on="done_on", dropped_on="dropped_on"
            )
        )
    ),
    held=ArraySubquery(_HELD_REVIEWS.values("held_on")),
)


@dataclass(frozen=True, slots=True)
class MilestoneDays:
    """The days of a milestone, read from `DAYS`."""

    due_on: date
    first_due_on: date
    done_on: date | None
    is_dropped: bool

    @classmethod
    def read(cls, row: Mapping[str, str | None]) -> Self:
        return cls(
            due_on=date.fromisoformat(row["due_on"] or ""),
            first_due_on=date.fromisoformat(row["first_due_on"] or ""),
            done_on=date.fromisoformat(row["done_on"]) if row["done_on"] else None,
            is_dropped=row["dropped_on"] is not None,
        )


def with_days(rows: PlanQuerySet) -> Any:
    """Annotate plans with `days` for `figures_in`, without another statement."""
    return rows.annotate(days=DAYS)


def figures_in(days: Mapping[str, Any], today: date) -> list[Figure]:
    """Return both figures of a plan up to `today`; empty for a draft, or a plan that has not begun.

    A closed plan counts up to the day on which it was closed.
    """
    if days["status"] == PlanStatus.DRAFT:
        return []
    last_day = date.fromisoformat(days["closed_on"]) if days["status"] == PlanStatus.CLOSED else today
    starts_on, ends_on = (date.fromisoformat(days[name]) for name in ("starts_on", "ends_on"))
    if starts_on > last_day:
        return []
    period = Period(starts_on, min(ends_on, last_day + timedelta(days=1)))
    held = [date.fromisoformat(day) for day in days["held"]]
    adopted_on = date.fromisoformat(days["adopted_on"])
    return [
        milestones_on_time(map(MilestoneDays.read, days["milestones"]), period),
        plan_reviewed(adopted_on, held, days["review_months"], period, last_day),
    ]
