"""Moments of reminders about requests, notices and breaches, as pure functions."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from reminders.rules import AHEAD, LOOKBACK

REQUEST: Final = "request"  # the subject
REQUEST_DUE: Final = "request_due"
REQUEST_LATE: Final = "request_late"
CORRECTION_DUE: Final = "correction_due"
IDENTITY_UNANSWERED: Final = "identity_unanswered"
NOTICE_UNANSWERED: Final = "notice_unanswered"
BREACH_HOURS: Final = "breach_hours"

DAYS_AFTER: Final = (7, 14, 21, 25)  # of the day on which a request was received
IDENTITY_DAYS: Final = 7
HOURS_AFTER: Final = (24, 48, 60, 70)  # of the moment when a breach was known


def of_request(received_on: date, last_day: date, today: date) -> Iterator[tuple[str, date]]:
    """Yield rule and day of reminders: some days after receipt, the last day, and each later day."""
    for days in DAYS_AFTER:
        if received_on + timedelta(days=days) < last_day:
            yield REQUEST_DUE, received_on + timedelta(days=days)
    yield REQUEST_DUE, last_day
    day = max(last_day + timedelta(days=1), today - LOOKBACK)
    while day <= today + AHEAD:
        yield REQUEST_LATE, day
        day += timedelta(days=1)


def of_correction(last_day: date, today: date) -> Iterator[tuple[str, date]]:
    """Yield rule and day of reminders: a week before the last day, on that day, and each later day."""
    yield CORRECTION_DUE, last_day - timedelta(days=7)
    day = max(last_day, today - LOOKBACK)
    while day <= max(last_day, today + AHEAD):
        yield CORRECTION_DUE, day
        day += timedelta(days=1)


def of_identity(asked_on: date) -> tuple[str, date]:
    return IDENTITY_UNANSWERED, asked_on + timedelta(days=IDENTITY_DAYS)


def of_notice(confirm_by: date) -> tuple[str, date]:
    """Return rule and day of a reminder: the day after the last day for an answer."""
    return NOTICE_UNANSWERED, confirm_by + timedelta(days=1)


def of_breach(aware_at: datetime) -> Iterator[tuple[str, datetime]]:
    for hours in HOURS_AFTER:
        yield BREACH_HOURS, aware_at + timedelta(hours=hours)
