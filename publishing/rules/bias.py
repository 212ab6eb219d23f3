"""Rules for entries about concerns with a bias ground: agreement, and the first day. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

WAITS: Final = timedelta(days=14)
SUMMARY: Final = 5  # concerns, so that no single concern can be recognised
SUMMARY_OVER: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Source:
    """Concern that an entry is about."""

    received_on: date
    has_bias: bool
    site: UUID | None = None  # the organisation that was hit


def needs_agreement(sources: Sequence[Source]) -> bool:
    """Whether the organisation that was hit must agree to the text.

    Without agreement, an entry must summarise at least 5 concerns with a bias ground from one year, about
    more than one organisation.
    """
    bias_sources = [source for source in sources if source.has_bias]
    if not bias_sources:
        return False
    days = [source.received_on for source in bias_sources]
    is_summary = len(bias_sources) >= SUMMARY and max(days) - min(days) <= SUMMARY_OVER
    return not is_summary or len({source.site for source in bias_sources if source.site}) == 1


def not_before(sources: Sequence[Source]) -> date | None:
    """Return the first day of the entry: two weeks after the last concern with a bias ground, or None."""
    days = [source.received_on for source in sources if source.has_bias]
    return max(days) + WAITS if days else None
