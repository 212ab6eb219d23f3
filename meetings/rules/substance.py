"""Definitions for figures: substantive meetings, overdue follow-ups, bias concerns."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Final

INFORMATION_SHARED: Final = "information_shared"
CONCERN_RAISED: Final = "concern_raised"
ACTION_AGREED: Final = "action_agreed"
NO_CHANGE: Final = "no_change"
DECLINED: Final = "declined"
RELATIONSHIP_PAUSED: Final = "relationship_paused"
UNKNOWN: Final = "unknown"
NONE: Final = "none"

#: Field names of an event that only refreshes the date of the last meeting.
LAST_MET_FIELDS: Final = ["last_met_at"]

# Outcomes without new information from the organisation, an agreement or a report.
NOT_SUBSTANTIVE: Final = frozenset({INFORMATION_SHARED, NO_CHANGE, DECLINED, RELATIONSHIP_PAUSED})

# Time limits for answering a concern, and for offering reassurance after a bias concern.
ANSWER_WITHIN: Final = timedelta(hours=72)
REASSURE_WITHIN: Final = timedelta(hours=24)


def is_substantive(*, status: str, present: bool, outcomes: Collection[str]) -> bool:
    """Whether a meeting counts for an organisation: held, attended by it, and with a substantive outcome."""
    return status == "held" and present and not NOT_SUBSTANTIVE.issuperset(outcomes)


def with_outcome(outcomes: Sequence[str], outcome: str, *, status: str) -> list[str]:
    """Return the outcomes with `outcome` added once, if the meeting was held."""
    return [*outcomes, *([outcome] if status == "held" and outcome not in outcomes else [])]


def is_overdue(*, status: str, due_on: date, today: date) -> bool:
    """Whether a follow-up is overdue. On its due day it is not."""
    return status in {"open", "in_progress"} and due_on < today


def is_bias_concern(bias_grounds: Collection[str]) -> bool:
    """Whether a concern has bias grounds other than unknown and none."""
    return any(ground not in {UNKNOWN, NONE} for ground in bias_grounds)
