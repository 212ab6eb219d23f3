"""Activity: meetings held per week.

Formula: meetings held that began in T ÷ weeks of T, by the meeting's kind or district. Beside it n of N:
held of those that were to take place by now; cancelled, not reached and not yet settled each apart.
Population: all meetings in the district. Unit: meetings a week; of a period that is not over, the days up
to today count. Source: domain.md, "Activity". It does not say what came of them: many meetings are no aim.
"""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from reports.figures import Column, Drill, Report, Row, Tally
from reports.happenings import MEETINGS
from reports.questions import By, Question
from reports.reading import drill_to, read


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityRow(Row):
    """n meetings held of `of` that were to take place; `days` of the period have begun."""

    cancelled: int
    not_reached: int
    unsettled: int
    days: int

    @property
    def per_week(self) -> float | None:
        return self.n * 7 / self.days if self.days else None


TALLY: Final = Tally(
    row=ActivityRow,
    source=MEETINGS,
    measures=[
        "CASE WHEN status = 'planned' AND starts_at < %(now)s THEN 'unsettled' ELSE status END AS became"
    ],
    fields={
        "n": "count(*) FILTER (WHERE became = 'held')",
        "of": "count(*) FILTER (WHERE became IN ('held', 'cancelled', 'not_reached', 'unsettled'))",
        "cancelled": "count(*) FILTER (WHERE became = 'cancelled')",
        "not_reached": "count(*) FILTER (WHERE became = 'not_reached')",
        "unsettled": "count(*) FILTER (WHERE became = 'unsettled')",
        "days": "max(until_on) - max(since_on)",
    },
)


def rows(question: Question) -> list[ActivityRow]:
    return read(TALLY, question)


def drill(row: Row, question: Question, column: str = "n") -> Drill | None:
    """None by community: a list of meetings names people, who are never found by community (domain.md)."""
    status = {"n": "held", "cancelled": "cancelled", "not_reached": "not_reached"}.get(column)
    return drill_to_meetings(row, question, status=status) if status else None


def drill_to_meetings(row: Row, question: Question, **parameters: str) -> Drill | None:
    """The meetings that began in the row's period, in its district or of its kind."""
    if question.by == By.FOCUS:
        return None
    since, until = question.so_far(row.period).as_text
    period = {"starts_after": since, "starts_before": until}
    return drill_to("meetings", row, question, **parameters, **period)


REPORT = Report(
    slug="activity",
    title=_("Meetings held"),
    formula=_("Meetings held ÷ weeks of the period that have begun."),
    population=_(
        "All meetings here that were due to take place by now. Cancelled meetings are shown separately."
    ),
    source=_("This system’s definition of “activity”."),
    not_said=_("What the meetings achieved. More meetings is not a goal in itself."),
    rows=rows,
    tally=TALLY,
    drill=drill,
    drill_column=drill,
    columns=(
        Column("per_week", _("Per week"), "per_week"),
        Column("cancelled", _("Cancelled"), "count"),
        Column("not_reached", _("Not reached"), "count"),
        Column("unsettled", _("Past, not yet updated"), "count"),
    ),
    ways=(By.DISTRICT, By.FOCUS, By.KIND),
    measure="per_week",
    unit="per_week",
    better=None,
    n_label=ngettext_lazy("meeting held", "meetings held"),
    of_label=ngettext_lazy("that was due to take place", "that were due to take place"),
)
