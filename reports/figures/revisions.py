"""Revisions of final figures: each with the figure before, and the records that came and went."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from lib.acting import Acting
from reports.models import FigureChange, KeptFigure, Split


@dataclass(frozen=True, slots=True)
class Revised:
    """A revised total and the vintage before it.

    `came` and `went` are the records that began or ceased to be in the total, or to be counted in it. Only
    those in districts that the reader covers.
    """

    figure: KeptFigure
    before: KeptFigure
    came: frozenset[UUID]
    went: frozenset[UUID]
    events: frozenset[UUID]

    @property
    def changed(self) -> int:
        """Return the number of records that came or went."""
        return len(self.came ^ self.went)


def revised_figures(actor: Acting, limit: int) -> list[Revised]:
    """Return the newest revisions in the actor's districts, by a constant number of statements."""
    figures = list(KeptFigure.objects.visible_to(actor).revisions()[:limit])
    before = _vintages(figures)
    changes = _changes_of(figures)
    return [
        _revised(
            figure, previous, changes[figure.indicator, figure.kept_period.since, figure.kept_period.until]
        )
        for figure in figures
        for previous in [before.get((figure.kept_period_id, figure.indicator, figure.vintage - 1))]
        if previous is not None
    ]


def _vintages(figures: Sequence[KeptFigure]) -> dict[tuple[UUID, str, int], KeptFigure]:
    rows = KeptFigure.objects.filter(
        kept_period__in={figure.kept_period_id for figure in figures},
        indicator__in={figure.indicator for figure in figures},
        split=Split.TOTAL,
    )
    return {
        (row.kept_period_id, row.indicator, row.vintage): row for row in rows.select_related("kept_period")
    }


def _changes_of(figures: Sequence[KeptFigure]) -> dict[tuple[Any, ...], list[FigureChange]]:
    """Return the changes by indicator and period, oldest first."""
    changes: dict[tuple[Any, ...], list[FigureChange]] = defaultdict(list)
    rows = FigureChange.objects.filter(
        figure__indicator__in={figure.indicator for figure in figures},
        figure__kept_period__since__in={figure.kept_period.since for figure in figures},
        figure__kept_period__until__in={figure.kept_period.until for figure in figures},
    )
    rows = rows.select_related("figure__kept_period__district").defer(
        "figure__kept_period__district__boundary"
    )
    for change in rows.order_by("figure__kept_at"):
        kept_period = change.figure.kept_period
        changes[change.figure.indicator, kept_period.since, kept_period.until].append(change)
    return changes


def _revised(figure: KeptFigure, before: KeptFigure, changes: Sequence[FigureChange]) -> Revised:
    came, went, events = set[UUID](), set[UUID](), set[UUID]()
    for change in changes:
        is_here = figure.kept_period.district_id in change.figure.kept_period.district.lineage
        if is_here and before.kept_at < change.figure.kept_at <= figure.kept_at:
            came.update(change.came, change.came_in_total)
            went.update(change.went, change.went_from_total)
            events.update(change.events)
    return Revised(figure, before, frozenset(came), frozenset(went), frozenset(events))
