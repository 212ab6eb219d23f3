"""Deadlines of data requests, as pure functions.

GDPR Art. 12(3): one month, and up to two more if the person is notified within the first. The directive (LED)
says "without undue delay". National law decides, so the days are a setting (uncertain: counsel checks).
"""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Final

from dateutil.relativedelta import relativedelta

GDPR: Final = "gdpr"
LED: Final = "led"
CLOSE: Final = 7  # days before the due day from which a request is shown as urgent


def due_on(received_on: date, regimes: Collection[str], led_days: int) -> date:
    """Return the last day to answer: the earliest deadline of the regimes.

    >>> due_on(date(2027, 1, 31), ["gdpr"], 30)
    datetime.date(2027, 2, 28)
    >>> due_on(date(2027, 1, 31), ["gdpr", "led"], 10)
    datetime.date(2027, 2, 10)
    """
    days = []
    if GDPR in regimes:
        days.append(received_on + relativedelta(months=1))
    if LED in regimes:
        days.append(received_on + timedelta(days=led_days))
    return min(days)


def longest_extension(received_on: date) -> date:
    """Return the last day that an extension can reach.

    >>> longest_extension(date(2026, 11, 30))
    datetime.date(2027, 2, 28)
    """
    return received_on + relativedelta(months=3)


def purge_on(answered_on: date) -> date:
    """Return the day on which the terms that the person stated are deleted.

    >>> purge_on(date(2026, 1, 1))
    datetime.date(2026, 4, 1)
    """
    return answered_on + timedelta(days=90)


def correct_by(asked_on: date) -> date:
    """Return the last day to correct the record of an organisation.

    >>> correct_by(date(2026, 1, 1))
    datetime.date(2026, 1, 31)
    """
    return asked_on + timedelta(days=30)
