"""When an entry may draw on concerns with a bias ground, and from which day it is shown. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

WAITS: Final = timedelta(days=14)
SUMMARY: Final = 5  # concerns, so that none is told alone
SUMMARY_OVER: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Source:
    """A concern that an entry draws on."""

    received_on: date
    has_bias: bool


def needs_agreement(sources: Sequence[Source]) -> bool:
    """Whether the organisation that was hit must have agreed to the text.

    Without agreement, a concern with a bias ground is only part of a summary of at least five within a year.
    """
    if not any(one.has_bias for one in sources):
        return False
    days = [one.received_on for one in sources]
    return len(sources) < SUMMARY or max(days) - min(days) > SUMMARY_OVER


def not_before(sources: Sequence[Source]) -> date | None:
    """The first day on which the entry is shown: two weeks after the last concern with a bias ground."""
    days = [one.received_on for one in sources if one.has_bias]
    return max(days) + WAITS if days else None
