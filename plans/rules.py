"""What is due, done and late in a plan, and which days its figures are of. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Protocol

LONGEST_YEARS: Final = 6
SHORTEST_REASON: Final = 10  # characters
LATE_DAYS: Final = 7  # until the keeper of the plan is told, too

Days = tuple[date, date]  # half-open


class Dated(Protocol):
    """A milestone, as far as progress depends on it."""

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
    """Milestones by their number: `done` of the `due` ones, and how many were moved or dropped."""

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


def progress_of(milestones: Iterable[Dated], today: date) -> Progress:
    """Count milestones. A dropped one is not due, and one that is due later is not counted as done yet."""
    rows = list(milestones)
    kept = [row for row in rows if not row.is_dropped]
    due = [row for row in kept if row.due_on <= today]
    return Progress(
        done=sum(row.done_on is not None for row in due),
        due=len(due),
        moved=sum(row.due_on != row.first_due_on for row in kept),
        dropped=len(rows) - len(kept),
        total=len(rows),
    )


def is_late(row: Dated, today: date) -> bool:
    return row.done_on is None and not row.is_dropped and row.due_on < today


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or the month's last."""
    number = day.year * 12 + day.month - 1 + months
    first = date(number // 12, number % 12 + 1, 1)
    following = date((number + 1) // 12, (number + 1) % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), following - timedelta(days=1))


def next_review_on(adopted_on: date, last_held_on: date | None, months: int) -> date:
    return add_months(last_held_on or adopted_on, months)


def is_too_long(starts_on: date, ends_on: date) -> bool:
    return ends_on > add_months(starts_on, 12 * LONGEST_YEARS)


def quarter_before(day: date) -> Days:
    """The last whole quarter before a day."""
    first = date(day.year, day.month - (day.month - 1) % 3, 1)
    return add_months(first, -3), first


def quarters(since: date, until: date) -> list[Days]:
    """Quarters that begin in these days and end in them, oldest first."""
    first = date(since.year, since.month - (since.month - 1) % 3, 1)
    if first < since:
        first = add_months(first, 3)
    found = []
    while (following := add_months(first, 3)) <= until:
        found.append((first, following))
        first = following
    return found
