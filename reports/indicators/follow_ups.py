"""Follow-ups done on time: by the original due date, a day of the city.

A moved due date does not make a follow-up done on time. Follow-ups that are not yet due are in neither
number. A missed follow-up stays missed, even if it is done after the period.
"""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from reports.figures.report import Report
from reports.queries.deadlines import due
from reports.queries.definitions import AS_IT_WAS, ENDS_NOW, FIRST, Case, Column, Fact, Row
from reports.queries.follow_ups import COMPLETED, FOLLOW_UPS

_BECAME: Final = f"""CASE
    WHEN id IS NULL OR NOT is_due THEN 'none'
    WHEN status = 'cancelled' THEN 'cancelled'
    WHEN NOT {due("first_due_on", "completed_at", clock="%(today)s")} THEN 'in_time'
    WHEN (completed_at AT TIME ZONE %(zone)s)::date <= first_due_on THEN 'kept'
    WHEN completed_at IS NOT NULL THEN 'late'
    ELSE 'not_done' END AS became_of_it"""
_COUNTS: Final = "became_of_it IN ('kept', 'late', 'not_done')"


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpsRow(Row):
    """n follow-ups done on time, out of `of` done or missed. `moved` are those with another due date."""

    late: int
    not_done: int
    moved: int
    in_time: int
    cancelled: int


_LISTS: Final[dict[str, dict[str, str]]] = {
    "n": {"on_time": "true"},
    "rest": {"on_time": "false"},
    "late": {"on_time": "false", "status": "done"},
    "not_done": {"on_time": "false", "status": "open,in_progress"},
    "cancelled": {"status": "cancelled"},
}

REPORT = Report(
    slug="follow-ups",
    title=_("Follow-ups done on time"),
    formula=_("Follow-ups done by their original due date ÷ follow-ups originally due in the period."),
    population=_(
        "Follow-ups for organisations based here at the end of the period. Cancelled follow-ups "
        "and those not yet due are shown separately."
    ),
    source=_("This system’s definition of “follow-ups done on time”."),
    not_said=_("Whether it was what they needed, or whether it was reported back."),
    row=FollowUpsRow,
    counts=FOLLOW_UPS,
    measures=[_BECAME],
    fields={
        "of": f"count(*) FILTER (WHERE {_COUNTS})",
        "n": "count(*) FILTER (WHERE became_of_it = 'kept')",
        "late": "count(*) FILTER (WHERE became_of_it = 'late')",
        "not_done": "count(*) FILTER (WHERE became_of_it = 'not_done')",
        "moved": f"count(*) FILTER (WHERE {_COUNTS} AND due_on <> first_due_on)",
        "in_time": "count(*) FILTER (WHERE became_of_it = 'in_time')",
        "cancelled": "count(*) FILTER (WHERE became_of_it = 'cancelled')",
    },
    lists=lambda span: {
        column: {"first_due_after": span.since, "first_due_before": span.ends, **filters}
        for column, filters in _LISTS.items()
    },
    columns=(
        Column("late", _("Done late"), "count"),
        Column("not_done", _("Not yet done"), "count"),
        Column("moved", _("Due date moved"), "count"),
        Column("in_time", _("Not yet due"), "count"),
        Column("cancelled", _("Cancelled"), "count"),
    ),
    has_interval=True,
    n_label=ngettext_lazy("done on time", "done on time"),
    of_label=ngettext_lazy("follow-up due", "follow-ups due"),
    rest_label=ngettext_lazy("not done on time", "not done on time"),
    facts=(
        Fact("first_due_on", _("First due"), "first_due_on"),
        Fact("due_on", _("Due"), "due_on"),
        COMPLETED,
    ),
    question=_("Do we do what we promised on time?"),
    example=(
        Case.counted(_("Due on 12 August, done on 12 August")),
        Case.counted(_("Due on 12 August, done on 4 July")),
        Case.not_counted(_("Due on 12 August, moved to 20 August, done on 19 August: the first date counts")),
        Case.not_counted(_("Due on 12 August and not done; the day has passed")),
        Case.outside(_("Due on 12 August, cancelled on 2 August")),
        Case.outside(_("Due on a future day")),
    ),
    history=(FIRST, ENDS_NOW, AS_IT_WAS),
)
