"""Deadline of a breach: 72 hours from the moment at which the police knew (GDPR, Article 33)."""

from datetime import datetime, timedelta
from typing import Final

TELL_AUTHORITY: Final = timedelta(hours=72)


def authority_by(aware_at: datetime) -> datetime:
    """Return the moment by which the authority must be told."""
    return aware_at + TELL_AUTHORITY


def hours_since(aware_at: datetime, now: datetime) -> int:
    """Return the whole hours since the police knew.

    >>> hours_since(datetime(2026, 1, 1), datetime(2026, 1, 2, 16, 59))
    40
    """
    return int((now - aware_at) // timedelta(hours=1))
