"""Rules of ways to report: whether each is shown, and what its button dials. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from phonenumbers import shortnumberinfo

from contacts.rules.phones import one_phone, plain_number

ANSWERED: Final = "answered"
NOT_ANSWERED: Final = "not_answered"
WRONG: Final = "wrong"
#: Kinds that depend on someone in the district.
LOCAL: Final = frozenset({"reporting_centre", "pathway"})

HOLDS: Final = timedelta(days=180)
HOLDS_ELSEWHERE: Final = timedelta(days=365)
SHORT: Final = range(3, 7)  # digits of a number such as 112 or 116 006
WARN: Final = (timedelta(days=60), timedelta(days=14))  # before a test is too old


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Summary of a route's tests. `failed_on` is the first failure since the last answer."""

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
    def expires_on(self) -> date | None:
        """Return the day after which the last answer is too old. None without an answer."""
        return self.answered_on + self.holds if self.answered_on else None


def dialled(phone: str, region: str) -> str:
    """Return what a button dials for one number as it was typed; empty for anything else.

    A number with the code of a country is dialled as such, any other as it is written there.

    >>> dialled("+44 (0)20 7946 0604", "ES"), dialled("900 100 200", "ES"), dialled("116 006", "ES")
    ('+442079460604', '900100200', '116006')
    >>> dialled("016 (24 h) / 116 006", "ES")
    ''
    """
    typed = plain_number(phone)
    digits = "".join(filter(str.isdigit, typed))
    if len(digits) in SHORT and not set(typed) - set("0123456789 .-"):
        return digits
    number = one_phone(typed, region) or ""
    return number if typed.startswith(("+", "00")) or not number else digits


def is_emergency_number(number: str, region: str) -> bool:
    """Whether the number is an emergency number, which needs no test."""
    return bool(shortnumberinfo.is_emergency_number(number, region))


def works(tests: Answers) -> bool:
    """Whether the route is shown: once someone has answered, until a wrong number or silence on two days.

    An old test hides nothing. A page without any way to report is worse than a page that says when each way
    was last tested (`not_tested_since`). An emergency number needs no test.

    >>> works(Answers(is_local=True))
    False
    """
    if has_failed(tests):
        return False
    if tests.is_emergency:
        return True
    return tests.answered_on is not None


def not_tested_since(tests: Answers, today: date) -> date | None:
    """Return the day of the last answer if it is too old on `today`.

    >>> not_tested_since(Answers(is_local=True, answered_on=date(2026, 1, 1)), date(2026, 11, 27))
    datetime.date(2026, 1, 1)
    """
    expires_on = tests.expires_on
    is_old = expires_on is not None and not tests.is_emergency and today > expires_on
    return tests.answered_on if is_old else None


def has_failed(tests: Answers) -> bool:
    """Whether the last tests failed so that the route is hidden."""
    if tests.result == WRONG:
        return True
    if tests.result != NOT_ANSWERED or tests.failed_on is None or tests.tested_on is None:
        return False
    return tests.failed_on < tests.tested_on


def result_after(tests: Answers, result: str) -> str:
    """Return the result that counts after one more test: a wrong number stays wrong until someone answers."""
    return WRONG if tests.result == WRONG and result != ANSWERED else result


def dates_after(tests: Answers, day: date, result: str) -> tuple[date | None, date | None]:
    """Return `answered_on` and `failed_on` after one more test."""
    if result == ANSWERED:
        return day, None
    return tests.answered_on, tests.failed_on or day
