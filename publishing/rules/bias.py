"""When an entry may draw on concerns with a bias ground, and from which day it is shown. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

WAITS: Final = timedelta(days=14)
SUMMARY: Final = 5  # concerns, so that none is told alone
SUMMARY_OVER: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Source:
    """A concern that an entry draws on."""

    received_on: date
    has_bias: bool
    site: UUID | None = None  # the organisation that was hit


def needs_agreement(sources: Sequence[Source]) -> bool:
    """Whether the organisation that was hit must have agreed to the text.

    Without agreement, a concern with a bias ground is only part of a summary of at least five such concerns
    within a year, not all about one organisation.
    """
    told = [one for one in sources if one.has_bias]
    if not told:
        return False
    days = [one.received_on for one in told]
    is_summary = len(told) >= SUMMARY and max(days) - min(days) <= SUMMARY_OVER
    return not is_summary or len({one.site for one in told if one.site}) == 1


def not_before(sources: Sequence[Source]) -> date | None:
    """The first day on which the entry is shown: two weeks after the last concern with a bias ground."""
    days = [one.received_on for one in sources if one.has_bias]
    return max(days) + WAITS if days else None
