"""Pure rules of plans: progress of milestones, quarters, and reminders."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import product
from typing import Final, Protocol

from lib.city_files import fingerprint_of as fingerprint_of
from reminders.rules import Occurrence, Recipient, each_channel, nine_oclock

LONGEST_YEARS: Final = 6
SHORTEST_REASON: Final = 10  # characters
LATE_DAYS: Final = 7  # until the keeper of the plan gets a reminder, too

Days = tuple[date, date]  # half-open


class MilestoneDates(Protocol):
    """The days of a milestone that progress depends on."""

    @property
    def due_on(self) -> date: ...
    @property
    def first_due_on(self) -> date: ...
    @property
    def done_on(self) -> date | None: ...
    @property
    def is_dropped(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Progress:
    """Numbers of milestones. `done` counts those of `due` only."""

    done: int = 0
    due: int = 0
    moved: int = 0
    dropped: int = 0
    total: int = 0

    def __add__(self, other: "Progress") -> "Progress":
        return Progress(
            self.done + other.done,
            self.due + other.due,
            self.moved + other.moved,
            self.dropped + other.dropped,
            self.total + other.total,
        )

    @property
    def late(self) -> int:
        return self.due - self.done


def progress_of(milestones: Iterable[MilestoneDates], today: date) -> Progress:
    """Count milestones. A dropped one is not due, and a done one counts only from its due day on."""
    rows = list(milestones)
    valid_milestones = [row for row in rows if not row.is_dropped]
    due_milestones = [row for row in valid_milestones if row.due_on <= today]
    return Progress(
        done=sum(row.done_on is not None for row in due_milestones),
        due=len(due_milestones),
        moved=sum(row.due_on != row.first_due_on for row in valid_milestones),
        dropped=len(rows) - len(valid_milestones),
        total=len(rows),
    )


def is_late(row: MilestoneDates, today: date) -> bool:
    return row.done_on is None and not row.is_dropped and row.due_on < today


def add_months(day: date, months: int) -> date:
    """Return the same day of a later month, or its last day."""
    number = day.year * 12 + day.month - 1 + months
    month_start = date(number // 12, number % 12 + 1, 1)
    next_month_start = date((number + 1) // 12, (number + 1) % 12 + 1, 1)
    return min(month_start + timedelta(days=day.day - 1), next_month_start - timedelta(days=1))


def next_review_on(adopted_on: date, last_held_on: date | None, months: int) -> date:
    return add_months(last_held_on or adopted_on, months)


def is_too_long(starts_on: date, ends_on: date) -> bool:
    return ends_on > add_months(starts_on, 12 * LONGEST_YEARS)


def quarter_before(day: date) -> Days:
    """Return the last whole quarter before a day."""
    quarter_start = date(day.year, day.month - (day.month - 1) % 3, 1)
    return add_months(quarter_start, -3), quarter_start


def quarters(since: date, until: date) -> list[Days]:
    """Return the whole quarters between two days, oldest first."""
    quarter_start = date(since.year, since.month - (since.month - 1) % 3, 1)
    if quarter_start < since:
        quarter_start = add_months(quarter_start, 3)
    whole_quarters = []
    while (next_quarter_start := add_months(quarter_start, 3)) <= until:
        whole_quarters.append((quarter_start, next_quarter_start))
        quarter_start = next_quarter_start
    return whole_quarters


# --- Reminders --------------------------------------------------------------------------------------------

MILESTONE_DUE: Final = "milestone_due"
MILESTONE_LATE_KEEPER: Final = "milestone_late_keeper"
REVIEW_DUE: Final = "review_due"
VALUE_DUE: Final = "value_due"
_OWNER_DAYS: Final = (-1, 0, 1)  # the day before, the day, and once it is late
_REVIEW_DAYS: Final = (-30, -7)


def plan_reminders(
    *,
    due: Mapping[Recipient | None, Collection[date]],
    keepers: Collection[Recipient],
    review_on: date | None,
    values_on: Collection[date],
    now: datetime,
) -> Iterator[Occurrence]:
    """Yield reminders at 09:00: due milestones to owners; late milestones, reviews and values to keepers.

    `due` has the days by owner. Under None it has those of actions without an owner, which only keepers get.
    Each person gets at most one message for each rule and day. A missed target causes no reminder, because
    figures are discussed in a review.
    """
    for owner, days in due.items():
        if owner is None:
            continue
        for day in sorted({day + timedelta(days=n) for day in days for n in _OWNER_DAYS}):
            yield from each_channel(MILESTONE_DUE, owner, nine_oclock(day, owner.zone), now=now)
    late = {day + timedelta(days=LATE_DAYS) for days in due.values() for day in days}
    reviews = {review_on + timedelta(days=n) for n in _REVIEW_DAYS} if review_on else set()
    rules = {MILESTONE_LATE_KEEPER: late, REVIEW_DUE: reviews, VALUE_DUE: {*values_on}}
    for keeper, (rule, days_of_rule) in product(keepers, rules.items()):
        for day in sorted(days_of_rule):
            yield from each_channel(rule, keeper, nine_oclock(day, keeper.zone), now=now)
