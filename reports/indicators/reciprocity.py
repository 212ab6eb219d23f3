"""Reciprocity: who wanted to meet.

Formula: meetings initiated by the community ÷ meetings held in T; those of which nobody wrote down whose
idea it was are stated. Population: all meetings held in the district. Unit: meetings. Source: domain.md,
"Reciprocity". It does not say that police should ask less: the share falls when officers seek people out
more often.
"""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from reports.figures import Column, Drill, Report, Row, Tally
from reports.happenings import MEETINGS
from reports.indicators.activity import drill_to_meetings
from reports.questions import By, Question
from reports.reading import read


@dataclass(frozen=True, slots=True, kw_only=True)
class ReciprocityRow(Row):
    """n meetings initiated by the community of `of` held."""

    by_police: int
    not_stated: int


TALLY: Final = Tally(
    row=ReciprocityRow,
    source=MEETINGS,
    fields={
        "of": "count(*) FILTER (WHERE status = 'held')",
        "n": "count(*) FILTER (WHERE status = 'held' AND initiated_by = 'community')",
        "by_police": "count(*) FILTER (WHERE status = 'held' AND initiated_by = 'police')",
        "not_stated": "count(*) FILTER (WHERE status = 'held' AND initiated_by = '')",
    },
)


def rows(question: Question) -> list[ReciprocityRow]:
    return read(TALLY, question)


def drill(row: Row, question: Question, column: str = "n") -> Drill | None:
    initiators = {"n": "community", "by_police": "police"}
    if column not in initiators:
        return None
    return drill_to_meetings(row, question, status="held", initiated_by=initiators[column])


REPORT = Report(
    slug="reciprocity",
    title=_("Meetings initiated by the community"),
    formula=_("Meetings initiated by the community ÷ meetings held."),
    population=_("All meetings held here, not including cancelled ones."),
    source=_("This system’s definition of “reciprocity”."),
    not_said=_(
        "Whether police should initiate fewer meetings: the percentage falls when officers reach out more."
    ),
    rows=rows,
    tally=TALLY,
    drill=drill,
    drill_column=drill,
    columns=(
        Column("by_police", _("Initiated by police"), "count"),
        Column("not_stated", _("Not stated"), "count"),
    ),
    ways=(By.DISTRICT, By.FOCUS, By.KIND),
    better=None,
    n_label=ngettext_lazy("initiated by the community", "initiated by the community"),
    of_label=ngettext_lazy("meeting held", "meetings held"),
)
