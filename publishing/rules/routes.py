"""Whether a way to report is shown: someone answered there, and not too long ago. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

ANSWERED: Final = "answered"
NOT_ANSWERED: Final = "not_answered"
WRONG: Final = "wrong"
#: Kinds that depend on someone in the district.
LOCAL: Final = frozenset({"reporting_centre", "pathway"})

HOLDS: Final = timedelta(days=180)
HOLDS_ELSEWHERE: Final = timedelta(days=365)
REMIND: Final = timedelta(days=30)  # before a test is too old


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What is known of a route's tests. `failed_on` is the first failure since the last answer."""

    is_local: bool
    is_emergency: bool = False
    tested_on: date | None = None
    result: str = ""
    answered_on: date | None = None
    failed_on: date | None = None

    @property
    def holds(self) -> timedelta:
        return HOLDS if self.is_local else HOLDS_ELSEWHERE

    @property
    def due_on(self) -> date | None:
        """When it has to be tested again. None: now."""
        return self.answered_on + self.holds - REMIND if self.answered_on else None


def works(tests: Answers, today: date) -> bool:
    """Whether the route is shown: a wrong number hides it at once, silence on two days, and an old test.

    An emergency number stays: to hide it would be worse than an old test.

    >>> works(Answers(is_local=True), date(2026, 11, 27))
    False
    """
    if has_failed(tests):
        return False
    if tests.is_emergency:
        return True
    return tests.answered_on is not None and today - tests.answered_on <= tests.holds


def has_failed(tests: Answers) -> bool:
    """Whether the last tests failed so that the route is hidden."""
    if tests.result == WRONG:
        return True
    if tests.result != NOT_ANSWERED or tests.failed_on is None or tests.tested_on is None:
        return False
    return tests.failed_on < tests.tested_on


def after(tests: Answers, day: date, result: str) -> tuple[date | None, date | None]:
    """`answered_on` and `failed_on` after one more test."""
    if result == ANSWERED:
        return day, None
    return tests.answered_on, tests.failed_on or day
