"""Public plans as the site shows them. `crm.wiring` names their readers, because plans are an app above."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from lib.wired import Wired


@dataclass(frozen=True, slots=True)
class PublicMilestone:
    """Milestone. `first_due_on` is the adopted day. `marked_on` is only set if it is later than `done_on`."""

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
    """Action. `partners` are names of organisations that agreed to be named."""

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
    """Change after the adoption. `kind` is a code of plans.codes.ChangeKind."""

    changed_on: date
    kind: str
    title: str
    was: str
    was_on: date | None
    now_on: date | None


@dataclass(frozen=True, slots=True)
class PublicPlan:
    """Plan in its own language. `ended_on` is the day on which it was closed or ran out."""

    title: str
    summary: str
    language: str
    starts_on: date
    ends_on: date  # the day after its last day
    adopted_on: date | None
    adopted_by: str
    goals: Sequence[PublicGoal]
    changes: Sequence[PublicChange] = ()  # the newest first
    added: int = 0  # milestones
    ended_on: date | None = None

    @property
    def milestones(self) -> list[PublicMilestone]:
        return [
            milestone for goal in self.goals for action in goal.actions for milestone in action.milestones
        ]

    @property
    def dropped(self) -> int:
        return sum(milestone.is_dropped for milestone in self.milestones)

    @property
    def moved(self) -> int:
        return sum(milestone.is_moved for milestone in self.milestones)

    def milestones_by(self, today: date) -> tuple[int, int]:
        """Return the numbers of milestones due by a day (all if the plan has ended), and of those done."""
        milestones = (milestone for milestone in self.milestones if not milestone.is_dropped)
        due = [milestone for milestone in milestones if self.ended_on or milestone.due_on <= today]
        return len(due), sum(milestone.done_on is not None for milestone in due)


Read = Callable[[Sequence[UUID], Callable[..., bool]], Sequence[PublicPlan]]
READERS: Final = Wired[Read]("publishing.site.plans.READERS")


def plans_of(district_ids: Sequence[UUID], is_protected: Callable[..., bool]) -> Sequence[PublicPlan]:
    """Return the plans of these districts. `is_protected` checks texts for protected names and addresses."""
    return [plan for read in READERS for plan in read(district_ids, is_protected)]
