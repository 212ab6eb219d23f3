"""Takeaways tried: takeaways of workshops with a result in the library."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from reports.figures.report import Report
from reports.queries.deadlines import due
from reports.queries.definitions import Case, Column, Fact, Revision, Row
from reports.queries.follow_ups import FOLLOW_UPS
from reports.queries.questions import By

_BECAME: Final = f"""CASE
    WHEN try_by IS NULL OR status = 'cancelled' THEN 'none'
    WHEN NOT {due("try_by", "tried_on", clock="%(today)s")} THEN 'in_time'
    WHEN tried_on <= try_by THEN 'tried'
    ELSE 'not_tried' END AS became_of_takeaway"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeawaysTriedRow(Row):
    """n takeaways with a result within 180 days, out of `of` done or due. `in_time` still have time."""

    in_time: int


REPORT = Report(
    slug="takeaways-tried",
    title=_("Takeaways tried"),
    formula=_(
        "Takeaways with a result in the library within 180 days ÷ takeaways originally due in the period."
    ),
    population=_(
        "Takeaways for organisations based here at the end of the period, and takeaways without an "
        "organisation from workshops held here. Cancelled takeaways are not counted."
    ),
    source=_("This system’s library of practices; learning communities of police and communities (CLARA)."),
    not_said=_("Whether it helped: results that made things worse count as tried."),
    row=TakeawaysTriedRow,
    counts=FOLLOW_UPS,
    measures=[_BECAME],
    fields={
        "of": "count(*) FILTER (WHERE became_of_takeaway IN ('tried', 'not_tried'))",
        "n": "count(*) FILTER (WHERE became_of_takeaway = 'tried')",
        "in_time": "count(*) FILTER (WHERE became_of_takeaway = 'in_time')",
    },
    lists=lambda _span: {},
    has_interval=True,
    ways=(By.DISTRICT,),
    columns=(Column("in_time", _("Still has time"), "count"),),
    n_label=ngettext_lazy("tried", "tried"),
    of_label=ngettext_lazy("takeaway due", "takeaways due"),
    rest_label=ngettext_lazy("not tried", "not tried"),
    facts=(
        Fact("first_due_on", _("First due"), "first_due_on"),
        Fact("taken_on", _("Taken home"), "taken_on"),
        Fact("tried_on", _("Result recorded"), "tried_on"),
    ),
    question=_("Do we try what we learn from other cities?"),
    example=(
        Case.counted(_("Taken home on 1 July, due on 12 August, result recorded on 20 September")),
        Case.counted(_("The result says that it made things worse")),
        Case.not_counted(_("Taken home on 1 July, result recorded a year later")),
        Case.not_counted(_("Done, but no result was recorded")),
        Case.outside(_("Cancelled before the end of the period")),
        Case.outside(_("Due in another period")),
    ),
    history=(Revision(date(2026, 11, 27), _("First definition.")),),
)
