"""Days of reminders to supervisors about public pages. Pure."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from publishing.rules.routes import WARN, Answers
from reminders.rules import AHEAD, LOOKBACK

ENTRY_TO_APPROVE: Final = "entry_to_approve"
REGISTRATION_WAITING: Final = "registration_waiting"
ROUTE_TEST_DUE: Final = "route_test_due"
LISTING_REVIEW: Final = "listing_review"
_ENTRY_WAITS: Final = timedelta(days=2)
_REGISTRATION_WAITS: Final = (timedelta(days=3), timedelta(days=10))
_WEEK: Final = timedelta(days=7)


def entry_reminders(written_on: date) -> Iterator[tuple[str, date]]:
    yield ENTRY_TO_APPROVE, written_on + _ENTRY_WAITS


def registration_reminders(confirmed_on: date) -> Iterator[tuple[str, date]]:
    yield from ((REGISTRATION_WAITING, confirmed_on + waits) for waits in _REGISTRATION_WAITS)


def listing_reminders(review_on: date) -> Iterator[tuple[str, date]]:
    yield LISTING_REVIEW, review_on


def route_reminders(answers: Answers, made_on: date, today: date) -> Iterator[tuple[str, date]]:
    """Yield two days before the last answer is too old, that day, and each week after it."""
    day = answers.expires_on or made_on
    if answers.expires_on:
        warnings = (day - before for before in WARN)
        yield from ((ROUTE_TEST_DUE, warning) for warning in warnings if warning >= today - LOOKBACK)
    late = max(0, (today - LOOKBACK - day) // _WEEK)
    day += late * _WEEK
    while day <= today + AHEAD:
        yield ROUTE_TEST_DUE, day
        day += _WEEK
