"""The timeline of an incident."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from incidents.models import (
    IncidentStep,
    Reassurance,
    TensionAssessment,
)
from incidents.queries.incident_changes import IncidentChange
from meetings.models import Concern

HANDOVER_FIELDS: Final = ("at", "by", "before", "after")  # of a StepHandover


@dataclass(frozen=True, slots=True)
class Handover:
    """Steps handed over at one time. `before` and `after` are names, empty for no one or the system."""

    before: str
    after: str
    was_taken: bool  # by its new owner
    was_passed: bool  # by its old owner
    steps: list[IncidentStep]


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """A line of the timeline. Exactly one of the optional fields is set. `withdrawn`: at one time."""

    at: datetime
    concern: Concern | None = None
    reassurance: Reassurance | None = None
    step: IncidentStep | None = None
    assessment: TensionAssessment | None = None
    moved: Handover | None = None
    withdrawn: Sequence[IncidentStep] = ()
    change: IncidentChange | None = None


def handover_lines(steps: Iterable[Any]) -> Iterator[TimelineEntry]:
    """Yield one timeline entry for steps handed over at the same time between the same two people."""
    lines: dict[tuple[Any, ...], Handover] = {}
    for step in steps:
        for row in step.moved:
            taken_by, before, after = row["by"], row["before"], row["after"]
            line = Handover(
                row["before_name"] or "",
                row["after_name"] or "",
                was_taken=taken_by is not None and taken_by == after,
                was_passed=taken_by is not None and taken_by == before,
                steps=[],
            )
            lines.setdefault(tuple(row[name] for name in HANDOVER_FIELDS), line).steps.append(step)
    for (at, *_who), line in lines.items():
        yield TimelineEntry(datetime.fromisoformat(at), moved=line)


def withdrawal_lines(steps: Iterable[IncidentStep]) -> Iterator[TimelineEntry]:
    """Yield one timeline entry for steps withdrawn at the same time."""
    lines: dict[datetime, list[IncidentStep]] = {}
    for step in steps:
        if step.done_at:
            lines.setdefault(step.done_at, []).append(step)
    for at, withdrawn in lines.items():
        yield TimelineEntry(at, withdrawn=withdrawn)
