"""Whether a plan keeps its own days: milestones done on time and reviews held. Per plan, never per owner."""

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
from plans.reading.comparison import Numbers, numbers
from plans.rules import Dated, add_months
from reports.queries.periods import Period, month_of
from reports.rules.intervals import LEAST, Interval, wilson

MILESTONES_ON_TIME: Final = "milestones-on-time"
PLAN_REVIEWED: Final = "plan-reviewed"


@dataclass(frozen=True, slots=True)
class Figure:
    """`n` of `of` in `period`. `moved` and `dropped` say how many milestones of `of` were."""

    slug: str
    period: Period
    n: int
    of: int
    moved: int = 0
    dropped: int = 0

    @property
    def interval(self) -> Interval | None:
        """None for few, as of every share."""
        return wilson(self.n, self.of) if self.of >= LEAST else None

    @property
    def label(self) -> str:
        if self.slug == PLAN_REVIEWED:
            return _("Reviews held on time")
        return _("Milestones done on time")

    @property
    def stated(self) -> Numbers | None:
        """In words; none if nothing was due."""
        if not self.of:
            return None
        found = numbers(Unit.SHARE, self.n, self.of, self.n / self.of, self.period)
        return replace(found, period=self.period.span)

    @property
    def nothing_due(self) -> str:
        if self.slug == PLAN_REVIEWED:
            return _("No review has been due yet.")
        return _("No milestone has been due yet.")


# --- Counting. Pure ---------------------------------------------------------------------------------------


def milestones_on_time(milestones: Iterable[Dated], period: Period) -> Figure:
    """Of those that were first due in a period, how many were done by that day, wherever they moved since.

    A dropped milestone stays in the whole: what was adopted is measured.
    """
    due = [one for one in milestones if period.since <= one.first_due_on < period.until]
    return Figure(
        MILESTONES_ON_TIME,
        period,
        n=sum(one.done_on is not None and one.done_on <= one.first_due_on for one in due),
        of=len(due),
        moved=sum(one.due_on != one.first_due_on and not one.is_dropped for one in due),
        dropped=sum(one.is_dropped for one in due),
    )


def plan_reviewed(adopted_on: date, held: Iterable[date], months: int, period: Period, today: date) -> Figure:
    """Of the reviews that were due in a period, how many were held by the end of the month of that day."""
    days = reviews_due(adopted_on, held, months, today)
    due = [was_held for day, was_held in days if period.since <= day < period.until]
    return Figure(PLAN_REVIEWED, period, n=sum(due), of=len(due))


def reviews_due(
    adopted_on: date, held: Iterable[date], months: int, today: date
) -> Iterator[tuple[date, bool]]:
    """Each day up to `today` on which a review was due, and whether it was held by the end of its month.

    The next one is due `months` after the one before was held, or was due if it was not held. A review whose
    month goes on is not due yet unless it was held.
    """
    waiting = sorted(day for day in held if day >= adopted_on)
    since = adopted_on
    while (due := add_months(since, months)) <= today:
        month_ends = month_of(due).until
        if waiting and waiting[0] < month_ends:
            since = waiting.pop(0)
            yield due, True
            continue
        if month_ends > today:
            return
        yield due, False
        following = month_of(add_months(due, months)).since
        since = waiting.pop(0) if waiting and waiting[0] < following else due


# --- Reading ----------------------------------------------------------------------------------------------

_MILESTONES: Final = Milestone.objects.filter(action__goal__plan=OuterRef("pk")).order_by("due_on", "pk")
_HELD: Final = PlanReview.objects.signed().filter(plan=OuterRef("pk")).order_by("held_on", "pk")
#: All days of a plan that its figures are counted from, inside the statement that reads the plan.
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
    held=ArraySubquery(_HELD.values("held_on")),
)


@dataclass(frozen=True, slots=True)
class MilestoneDays:
    """The days of a milestone, as `DAYS` has them."""

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
    """Plans that an actor sees, each with `days` for `figures_in`. No further statement."""
    return rows.annotate(days=DAYS)


def figures_in(days: Mapping[str, Any], today: date) -> list[Figure]:
    """Both figures of a plan in its days so far. None of a draft, or of a plan that has not begun.

    A closed plan counts up to the day on which it was closed.
    """
    if days["status"] == PlanStatus.DRAFT:
        return []
    last = date.fromisoformat(days["closed_on"]) if days["status"] == PlanStatus.CLOSED else today
    starts_on, ends_on = (date.fromisoformat(days[name]) for name in ("starts_on", "ends_on"))
    if starts_on > last:
        return []
    period = Period(starts_on, min(ends_on, last + timedelta(days=1)))
    held = [date.fromisoformat(day) for day in days["held"]]
    adopted_on = date.fromisoformat(days["adopted_on"])
    return [
        milestones_on_time(map(MilestoneDays.read, days["milestones"]), period),
        plan_reviewed(adopted_on, held, days["review_months"], period, last),
    ]
