"""Steps in time: required steps of incidents that were done before they were due.

A step marked as not needed before it was due is in neither number. A step marked later was missed.
"""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from incidents.codes import StepStatus
from reports.figures.report import Report
from reports.queries.deadlines import due
from reports.queries.definitions import Case, Column, Fact, Quality, Row
from reports.queries.incidents import (
    DUE,
    ENTERED,
    ENTERED_LATE,
    FIRST,
    INCIDENTS,
    WITHDRAWN,
    WITHDRAWN_COLUMN,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepsInTimeRow(Row):
    """n required steps done in time, out of `of` due."""

    late: int
    not_done: int
    in_time: int
    entered_late: int
    step_not_needed: int
    withdrawn: int


_IS_DUE: Final = due("due_at", "done_at")
_DONE: Final = "is_required AND became = 'done'"

REPORT = Report(
    slug="steps-in-time",
    title=_("Steps of incidents done in time"),
    formula=_("Required steps done by the time they were due ÷ required steps due in the period."),
    population=_(
        "Required steps of incidents that began here. Steps marked as not needed before they were due are "
        "shown separately."
    ),
    source=_("This system’s incident protocols, as they were in force when each incident began."),
    not_said=_("How well a step was done, or whether its limit is the right one."),
    row=StepsInTimeRow,
    counts=INCIDENTS,
    measures=["what = 'step' AND became <> 'not_needed' AS is_required"],
    fields={
        "of": f"count(*) FILTER (WHERE is_required AND {_IS_DUE})",
        "n": f"count(*) FILTER (WHERE {_DONE} AND done_at <= due_at)",
        "late": f"count(*) FILTER (WHERE {_DONE} AND done_at > due_at)",
        "not_done": f"count(*) FILTER (WHERE is_required AND became = 'open' AND {_IS_DUE})",
        "in_time": f"count(*) FILTER (WHERE is_required AND NOT {_IS_DUE})",
        "entered_late": f"count(*) FILTER (WHERE {_DONE} AND {ENTERED_LATE})",
        "step_not_needed": "count(*) FILTER (WHERE what = 'step' AND became = 'not_needed')",
        "withdrawn": WITHDRAWN,
    },
    lists=lambda _span: {},
    columns=(
        Column("late", _("Done late"), "count"),
        Column("not_done", _("Not done in time"), "count"),
        Column("in_time", _("Not yet due"), "count"),
        Column("entered_late", _("Entered more than 1 hour later"), "count"),
        Column("step_not_needed", _("Marked as not needed"), "count"),
        WITHDRAWN_COLUMN,
    ),
    late_entry=Quality("entered_late", _("Steps entered more than 1 hour later"), ("n", "late")),
    n_label=ngettext_lazy("done in time", "done in time"),
    of_label=ngettext_lazy("required step due", "required steps due"),
    rest_label=ngettext_lazy("not done in time", "not done in time"),
    facts=(
        Fact("step", _("Step"), "text"),
        DUE,
        Fact("done_at_utc", _("Done"), "done_at"),
        Fact("status", _("Status"), "became", codes=dict(StepStatus.choices)),
        ENTERED,
    ),
    question=_("Do we do what the protocol requires in time?"),
    example=(
        Case.counted(_("Due at 21:30, done at 21:10")),
        Case.counted(_("Due at 21:30, done at 21:10, entered at 07:00: also shown as entered later")),
        Case.not_counted(_("Due at 21:30, done at 21:31")),
        Case.not_counted(_("Due at 21:30, marked as not needed at 23:00")),
        Case.outside(_("Due at 21:30, marked as not needed at 21:00")),
        Case.outside(_("Not required by the protocol")),
    ),
    history=(FIRST,),
)
