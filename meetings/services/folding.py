"""The folded text that meetings, promises and concerns are found by; nothing here saves."""

from lib.fold import fold
from meetings.models import Concern, FollowUp, Meeting


def fold_meeting(row: Meeting) -> None:
    """By subject and place: what was said there is not searched."""
    row.folded = fold(row.subject, row.place)


def fold_follow_up(row: FollowUp) -> None:
    row.folded = fold(row.title)


def fold_concern(row: Concern) -> None:
    row.folded = fold(row.place, row.case_reference, row.facts)
