"""Overdue ageing: follow-ups still open past their due date, by how long.

A running period ends now. A follow-up due on the last day of the period is a day late at its end.
"""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from reports.figures.report import Report
from reports.queries.definitions import AS_IT_WAS, ENDS_NOW, FIRST, Case, Column, Fact, Row
from reports.queries.follow_ups import COMPLETED, FOLLOW_UPS

SOON: Final = 7  # days late
LONG: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class OverdueRow(Row):
    """n follow-ups overdue, out of `of` open, and by how many days."""

    days_1_7: int
    days_8_30: int
    days_over_30: int


REPORT = Report(
    slug="overdue",
    title=_("Follow-ups overdue"),
    formula=_("Open follow-ups past their due date at the end of the period. Also: all open follow-ups."),
    population=_("Follow-ups for organisations based here at the end of the period."),
    source=_("This system’s definition of “overdue ageing”."),
    not_said=_("Why a follow-up is late, or what became of it after the period."),
    row=OverdueRow,
    counts=FOLLOW_UPS,
    measures=["CASE WHEN is_open THEN least(until_on, %(today)s) - due_on END AS days_late"],
    fields={
        "of": "count(*) FILTER (WHERE is_open)",
        "n": "count(*) FILTER (WHERE days_late > 0)",
        "days_1_7": f"count(*) FILTER (WHERE days_late BETWEEN 1 AND {SOON})",
        "days_8_30": f"count(*) FILTER (WHERE days_late > {SOON} AND days_late <= {LONG})",
        "days_over_30": f"count(*) FILTER (WHERE days_late > {LONG})",
    },
    lists=lambda span: {
        "n": {"overdue": "true"},
        "days_1_7": {"overdue": "true", "due_after": span.late(SOON)},
        "days_8_30": {"overdue": "true", "due_after": span.late(LONG), "due_before": span.late(SOON)},
        "days_over_30": {"overdue": "true", "due_before": span.late(LONG)},
    },
    is_state=True,
    columns=(
        Column("days_1_7", _("1 to 7 days"), "count"),
        Column("days_8_30", _("8 to 30 days"), "count"),
        Column("days_over_30", _("More than 30 days"), "count"),
    ),
    measure="n",
    unit="count",
    better="lower",
    n_label=ngettext_lazy("overdue", "overdue"),
    of_label=ngettext_lazy("open follow-up", "open follow-ups"),
    rest_label=ngettext_lazy("open and not overdue", "open and not overdue"),
    facts=(Fact("due_on", _("Due"), "due_on"), COMPLETED),
    question=_("Which follow-ups are late right now?"),
    example=(
        Case.counted(_("Due the day before the end, still open: 1 day late or more")),
        Case.counted(_("Due 40 days before the end, still open")),
        Case.not_counted(_("Open and due after the end")),
        Case.not_counted(_("Open and moved to a day after the end")),
        Case.outside(_("Due and done in the period")),
        Case.outside(_("Cancelled")),
    ),
    history=(FIRST, ENDS_NOW, AS_IT_WAS),
)
