"""What counts: substantive meetings, late promises, bias."""

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

# Outcomes in which nothing was heard, agreed or reported back.
NOT_SUBSTANTIVE: Final = frozenset({INFORMATION_SHARED, NO_CHANGE, DECLINED, RELATIONSHIP_PAUSED})

# How soon a concern is to be answered, and reassurance offered where bias may be behind it.
ANSWER_WITHIN: Final = timedelta(hours=72)
REASSURE_WITHIN: Final = timedelta(hours=24)


def is_substantive(*, status: str, present: bool, outcomes: Collection[str]) -> bool:
    """Whether a meeting counts for an organisation: held, it was there, and something came of it."""
    return status == "held" and present and not NOT_SUBSTANTIVE.issuperset(outcomes)


def with_outcome(outcomes: Sequence[str], outcome: str, *, status: str) -> list[str]:
    """What came of a meeting once a promise is of it, or a concern: of one that was held, and once."""
    return [*outcomes, *([outcome] if status == "held" and outcome not in outcomes else [])]


def is_overdue(*, status: str, due_on: date, today: date) -> bool:
    """Whether a promise is late; the day it is due is not late."""
    return status in {"open", "in_progress"} and due_on < today


def is_bias_concern(bias_grounds: Collection[str]) -> bool:
    """Whether a concern has a bias ground other than unknown and none."""
    return any(ground not in {UNKNOWN, NONE} for ground in bias_grounds)
