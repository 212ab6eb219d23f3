"""Reassurance: offered within 24 hours after a bias concern.

Hours are real hours, even across a clock change. A concern is entered late if it is entered when the hours
are over.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from meetings.rules import REASSURE_WITHIN
from reports.figures.report import Report
from reports.queries.concerns import BIAS, CONCERNS, RECEIVED
from reports.queries.deadlines import due
from reports.queries.definitions import ENDS_NOW, FIRST, Case, Column, Fact, Quality, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class ReassuranceRow(Row):
    """n bias concerns with reassurance offered in time, out of `of`, and the answers to these offers."""

    accepted: int
    declined: int
    later: int
    in_time: int
    entered_late: int


_IS_DUE: Final = due("reassure_by", "reassurance_offered_at")
_IN_TIME: Final = "is_bias AND reassurance_offered_at <= reassure_by"

_LISTS: Final[dict[str, dict[str, str]]] = {
    "n": {"reassured_in_24h": "true"},
    "rest": {"reassured_in_24h": "false"},
    "accepted": {"reassured_in_24h": "true", "reassurance": "accepted"},
    "declined": {"reassured_in_24h": "true", "reassurance": "declined"},
}

REPORT = Report(
    slug="reassurance",
    title=_("Reassurance offered within 24 hours"),
    formula=_(
        "Bias concerns with reassurance offered within 24 hours ÷ bias concerns received in the period."
    ),
    population=_("Concerns here with a bias ground other than “not known yet” or “none”."),
    source=_("This system’s definition of “reassurance”."),
    not_said=_("Whether anyone felt safer. People may decline; that does not lower the figure."),
    row=ReassuranceRow,
    counts=CONCERNS,
    measures=[
        "is_received AND bias_grounds && %(bias)s::varchar[] AS is_bias",
        "received_at + make_interval(hours => %(reassure_hours)s) AS reassure_by",
    ],
    fields={
        "of": f"count(*) FILTER (WHERE is_bias AND {_IS_DUE})",
        "n": f"count(*) FILTER (WHERE {_IN_TIME})",
        "accepted": f"count(*) FILTER (WHERE {_IN_TIME} AND reassurance_answer = 'accepted')",
        "declined": f"count(*) FILTER (WHERE {_IN_TIME} AND reassurance_answer = 'declined')",
        "later": "count(*) FILTER (WHERE is_bias AND reassurance_offered_at > reassure_by)",
        "in_time": f"count(*) FILTER (WHERE is_bias AND NOT {_IS_DUE})",
        "entered_late": "count(*) FILTER (WHERE is_bias AND created_at > reassure_by)",
    },
    parameters={"bias": BIAS, "reassure_hours": REASSURE_WITHIN // timedelta(hours=1)},
    lists=lambda span: {
        column: {"received_after": span.since, "received_before": span.until, "bias": "true", **filters}
        for column, filters in _LISTS.items()
    },
    has_interval=True,
    columns=(
        Column("accepted", _("Accepted"), "count"),
        Column("declined", _("Declined"), "count"),
        Column("later", _("Offered later"), "count"),
        Column("in_time", _("Still within 24 hours"), "count"),
        Column("entered_late", _("Entered after 24 hours"), "count"),
    ),
    late_entry=Quality("entered_late", _("Bias concerns entered after 24 hours"), ("of", "in_time")),
    n_label=ngettext_lazy("offered in time", "offered in time"),
    of_label=ngettext_lazy("bias concern received", "bias concerns received"),
    rest_label=ngettext_lazy("not offered in time", "not offered in time"),
    facts=(RECEIVED, Fact("offered_at_utc", _("Offered"), "reassurance_offered_at")),
    question=_("Do we offer reassurance after a bias concern?"),
    example=(
        Case.counted(_("Offered 2 hours after receipt and accepted")),
        Case.counted(_("Offered 23 hours after receipt and declined: that does not lower the figure")),
        Case.not_counted(_("Offered 30 hours after receipt")),
        Case.not_counted(_("Not offered; the 24 hours are over")),
        Case.outside(_("A concern about noise without a bias ground")),
        Case.outside(_("A concern whose bias ground is “not known yet”")),
    ),
    history=(FIRST, ENDS_NOW),
)
