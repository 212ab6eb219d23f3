"""What is due, done and late in a plan, and which days its figures are of. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import product
from typing import Final, Protocol

from lib.city_files import fingerprint_of as fingerprint_of
from reminders.rules import Occurrence, Recipient, each_channel, nine_oclock

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
    """At 09:00: open milestones to their owners (`due`), what is late, reviews and values to keepers.

    Milestones of actions that are assigned to no one stand under None: only keepers are told of them.

    One message a person and day, whatever the number of milestones. A target that is missed reminds no one:
    a figure is looked at in a review.
    """
    for owner, days in due.items():
        if owner is None:
            continue
        for day in sorted({day + timedelta(days=n) for day in days for n in _OWNER_DAYS}):
            yield from each_channel(MILESTONE_DUE, owner, nine_oclock(day, owner.zone), now=now)
    late = {day + timedelta(days=LATE_DAYS) for days in due.values() for day in days}
    reviews = {review_on + timedelta(days=n) for n in _REVIEW_DAYS} if review_on else set()
    rules = {MILESTONE_LATE_KEEPER: late, REVIEW_DUE: reviews, VALUE_DUE: {*values_on}}
    for keeper, (rule, found) in product(keepers, rules.items()):
        for day in sorted(found):
            yield from each_channel(rule, keeper, nine_oclock(day, keeper.zone), now=now)
