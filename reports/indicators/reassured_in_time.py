"""Reassured in time: organisations that were reached after an incident before their call was due.

An organisation that declined was reached, too. Two columns have the organisations that asked not to be
contacted, and those whose call was marked as not needed before it was due. Neither is in the figure.
"""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from incidents.codes import Result, StepStatus
from reports.figures.report import Report
from reports.queries.deadlines import due
from reports.queries.definitions import Case, Column, Fact, Quality, Row
from reports.queries.incidents import (
    DUE,
    ENTERED,
    ENTERED_LATE,
    FIRST,
    INCIDENTS,
    STARTED,
    WITHDRAWN,
    WITHDRAWN_COLUMN,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReassuredInTimeRow(Row):
    """n organisations reached in time, out of `of` to call in each incident. `declined` are part of n."""

    declined: int
    later: int
    in_time: int
    entered_late: int
    not_needed: int
    refused: int
    withdrawn: int


_IS_DUE: Final = due("due_at", "done_at")
_IN_TIME: Final = "is_to_call AND done_at <= due_at"
RESULTS: Final = {**dict(Result.choices), StepStatus.NOT_NEEDED.value: StepStatus.NOT_NEEDED.label}

REPORT = Report(
    slug="reassured-in-time",
    title=_("Organisations reached in time after an incident"),
    formula=_(
        "Organisations that answered a call or visit before it was due ÷ organisations to be called or "
        "visited, once for each incident that began in the period."
    ),
    population=_(
        "All incidents that began here. An organisation that asked not to be contacted, or whose call was "
        "marked as not needed before it was due, is shown separately."
    ),
    source=_("This system’s incident protocols; ODIHR asks for reassurance after an attack."),
    not_said=_("Whether anyone felt safer. An organisation can decline; that does not lower the figure."),
    row=ReassuredInTimeRow,
    counts=INCIDENTS,
    measures=["what = 'call' AND became IS DISTINCT FROM 'not_needed' AS is_to_call"],
    fields={
        "of": f"count(*) FILTER (WHERE is_to_call AND {_IS_DUE})",
        "n": f"count(*) FILTER (WHERE {_IN_TIME})",
        "declined": f"count(*) FILTER (WHERE {_IN_TIME} AND became = 'declined')",
        "later": "count(*) FILTER (WHERE is_to_call AND done_at > due_at)",
        "in_time": f"count(*) FILTER (WHERE is_to_call AND NOT {_IS_DUE})",
        "entered_late": f"count(*) FILTER (WHERE is_to_call AND {ENTERED_LATE})",
        "not_needed": "count(*) FILTER (WHERE what = 'call' AND became = 'not_needed')",
        "refused": "coalesce(sum(refused), 0)::int",
        "withdrawn": WITHDRAWN,
    },
    lists=lambda _span: {},
    columns=(
        Column("declined", _("Declined"), "count"),
        Column("later", _("Reached later"), "count"),
        Column("in_time", _("Not yet due"), "count"),
        Column("entered_late", _("Entered more than 1 hour later"), "count"),
        Column("not_needed", _("Marked as not needed"), "count"),
        Column("refused", _("Asked not to be contacted"), "count"),
        WITHDRAWN_COLUMN,
    ),
    late_entry=Quality("entered_late", _("Calls entered more than 1 hour later"), ("n", "later")),
    n_label=ngettext_lazy("reached in time", "reached in time"),
    of_label=ngettext_lazy("organisation to call", "organisations to call"),
    rest_label=ngettext_lazy("not reached in time", "not reached in time"),
    facts=(
        STARTED,
        DUE,
        Fact("answered_at_utc", _("Answered"), "done_at"),
        Fact("result", _("Result"), "became", codes=RESULTS),
        ENTERED,
    ),
    question=_("Do we reach the organisations affected in time after an incident?"),
    example=(
        Case.counted(_("Due after 1 hour, reached by phone after 20 minutes")),
        Case.counted(_("Due after 12 hours, declined after 3 hours: that does not lower the figure")),
        Case.not_counted(_("Due after 1 hour, a message left after 20 minutes, reached after 2 hours")),
        Case.not_counted(_("Due after 12 hours, two calls without an answer")),
        Case.outside(_("The organisation asked not to be contacted: it is shown separately")),
        Case.outside(_("The call was marked as not needed before it was due")),
    ),
    history=(FIRST,),
)
