"""What the site shows of public plans. Plans are above this room, and register how they are read.

planned.register(public_plans)
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from lib.registry import add_once


@dataclass(frozen=True, slots=True)
class PublicMilestone:
    title: str
    due_on: date
    done_on: date | None


@dataclass(frozen=True, slots=True)
class PublicAction:
    """`partners` are names of organisations that agreed to be named."""

    title: str
    status: str
    milestones: Sequence[PublicMilestone]
    partners: Sequence[str]


@dataclass(frozen=True, slots=True)
class PublicGoal:
    title: str
    actions: Sequence[PublicAction]


@dataclass(frozen=True, slots=True)
class PublicPlan:
    """An adopted plan in the language it is written in."""

    title: str
    summary: str
    language: str
    starts_on: date
    ends_on: date  # the day after its last
    adopted_on: date | None
    adopted_by: str
    goals: Sequence[PublicGoal]

    def milestones_by(self, today: date) -> tuple[int, int]:
        """How many are due by a day, and how many of these are done."""
        rows = (one for goal in self.goals for action in goal.actions for one in action.milestones)
        due = [one for one in rows if one.due_on <= today]
        return len(due), sum(one.done_on is not None for one in due)


Read = Callable[[Sequence[UUID], Callable[..., bool]], Sequence[PublicPlan]]
_READ: Final[list[Read]] = []


def register(read: Read) -> None:
    add_once(_READ, read)


def plans_of(district_ids: Sequence[UUID], is_protected: Callable[..., bool]) -> Sequence[PublicPlan]:
    """Plans of these districts. `is_protected` says whether a text has a protected name or address."""
    return [plan for read in _READ for plan in read(district_ids, is_protected)]
