"""Overdue ageing: promises still open past their day, by how long.

Formula: follow-ups open at the period's end and due before it, 1–7, 8–30 and more than 30 days; beside it n
of N: those overdue of all that were open. A period that is not over ends now. One promised for the last day
of the period is a day late at its end. Population: promises to organisations at home in the district at the
period's end (reports.promises). Unit: promises. Source: domain.md, "Overdue ageing". What was moved or
cancelled since is counted as it is now. It does not say why a promise is late.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from reports.figures import Column, Drill, Report, Row, Tally
from reports.promises import PROMISES
from reports.questions import By, Question
from reports.reading import drill_to, read

SOON: Final = 7  # days late
LONG: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class OverdueRow(Row):
    """n promises overdue of `of` open, and how long they were."""

    days_1_7: int
    days_8_30: int
    days_over_30: int


TALLY: Final = Tally(
    row=OverdueRow,
    source=PROMISES,
    measures=["CASE WHEN is_open THEN least(until_on, %(today)s) - due_on END AS days_late"],
    fields={
        "of": "count(*) FILTER (WHERE is_open)",
        "n": "count(*) FILTER (WHERE days_late > 0)",
        "days_1_7": f"count(*) FILTER (WHERE days_late BETWEEN 1 AND {SOON})",
        "days_8_30": f"count(*) FILTER (WHERE days_late > {SOON} AND days_late <= {LONG})",
        "days_over_30": f"count(*) FILTER (WHERE days_late > {LONG})",
    },
)


def rows(question: Question) -> list[OverdueRow]:
    return read(TALLY, question)


def drill(row: Row, question: Question, column: str = "n") -> Drill | None:
    """None by community: a list of promises names people, who are never found by community (domain.md)."""
    ends = question.so_far(row.period).until
    end = min(ends, question.today)
    soon, long = ((end - timedelta(days=days)).isoformat() for days in (SOON, LONG))
    lists: dict[str, dict[str, str]] = {
        "n": {},
        "days_1_7": {"due_after": soon},
        "days_8_30": {"due_after": long, "due_before": soon},
        "days_over_30": {"due_before": long},
    }
    if question.by == By.FOCUS or column not in lists:
        return None
    return drill_to("follow-ups", row, question, overdue="true", as_of=ends.isoformat(), **lists[column])


REPORT = Report(
    slug="overdue",
    title=_("Follow-ups overdue"),
    formula=_("Open follow-ups past their due date at the end of the period. Also: all open follow-ups."),
    population=_("Follow-ups for organisations based here at the end of the period."),
    source=_("This system’s definition of “overdue ageing”."),
    not_said=_("Why a follow-up is late. Follow-ups moved or cancelled since are counted as they are now."),
    rows=rows,
    tally=TALLY,
    is_state=True,
    drill=drill,
    drill_column=drill,
    columns=(
        Column("days_1_7", _("1 to 7 days"), "count"),
        Column("days_8_30", _("8 to 30 days"), "count"),
        Column("days_over_30", _("More than 30 days"), "count"),
    ),
    ways=(By.DISTRICT, By.FOCUS, By.KIND),
    measure="n",
    unit="count",
    better="lower",
    n_label=ngettext_lazy("overdue", "overdue"),
    of_label=ngettext_lazy("follow-up open", "follow-ups open"),
)
