"""What the site shows of public plans. Plans are above this room: `crm.wiring` names how they are read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from lib.wired import Wired


@dataclass(frozen=True, slots=True)
class PublicMilestone:
    """`first_due_on` is the day that was adopted. `marked_on` is set if it is later than `done_on`."""

    title: str
    due_on: date
    first_due_on: date
    done_on: date | None
    is_dropped: bool
    marked_on: date | None = None

    @property
    def is_moved(self) -> bool:
        return not self.is_dropped and self.due_on != self.first_due_on


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
class PublicChange:
    """A change after the adoption: `kind` is a code of plans.codes.ChangeKind."""

    changed_on: date
    kind: str
    title: str
    was: str
    was_on: date | None
    now_on: date | None


@dataclass(frozen=True, slots=True)
class PublicPlan:
    """A plan in the language it is written in. `ended_on` is the day on which it was closed or ran out."""

    title: str
    summary: str
    language: str
    starts_on: date
    ends_on: date  # the day after its last
    adopted_on: date | None
    adopted_by: str
    goals: Sequence[PublicGoal]
    changes: Sequence[PublicChange] = ()  # the newest first
    added: int = 0  # milestones
    ended_on: date | None = None

    @property
    def milestones(self) -> list[PublicMilestone]:
        return [one for goal in self.goals for action in goal.actions for one in action.milestones]

    @property
    def dropped(self) -> int:
        return sum(one.is_dropped for one in self.milestones)

    @property
    def moved(self) -> int:
        return sum(one.is_moved for one in self.milestones)

    def milestones_by(self, today: date) -> tuple[int, int]:
        """How many are due by a day, or are of a plan that has ended, and how many of these are done."""
        kept = (one for one in self.milestones if not one.is_dropped)
        due = [one for one in kept if self.ended_on or one.due_on <= today]
        return len(due), sum(one.done_on is not None for one in due)


Read = Callable[[Sequence[UUID], Callable[..., bool]], Sequence[PublicPlan]]
READERS: Final = Wired[Read]("publishing.site.plans.READERS")


def plans_of(district_ids: Sequence[UUID], is_protected: Callable[..., bool]) -> Sequence[PublicPlan]:
    """Plans of these districts. `is_protected` says whether a text has a protected name or address."""
    return [plan for read in READERS for plan in read(district_ids, is_protected)]
