"""Concerns: answered in time, and reported back.

Hours are real hours, even across a clock change. A concern is entered late if it is entered when the hours
are over, so that no one could be reminded. A concern closed in the period counts as reported back at any
time.
"""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from reports.figures.report import Report
from reports.queries.concerns import CONCERNS, RECEIVED
from reports.queries.deadlines import due
from reports.queries.definitions import AS_IT_WAS, ENDS_NOW, FIRST, Case, Column, Fact, Quality, Row, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcernsRow(Row):
    """n concerns answered in time, out of `of` received and answered or due. `in_time` still have time."""

    in_time: int
    entered_late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopClosedRow(Row):
    """n concerns reported back, out of `of` closed."""


_IS_DUE: Final = due("answer_by", "answered_at")


def _closed(span: Span, **filters: str) -> dict[str, str]:
    closed = {"status": "closed", "closed_after": span.since, "closed_before": span.until}
    return {"as_of": span.until, **closed, **filters}


_POPULATION = _("All concerns here. By kind or community, a concern counts once in each that applies.")

REPORT = Report(
    slug="concerns",
    title=_("Concerns answered within 72 hours"),
    formula=_(
        "Concerns answered within 72 hours of receipt ÷ concerns received in the period, without those that "
        "still have time."
    ),
    population=_POPULATION,
    source=_("This system’s definitions of “response” and “reported back”."),
    not_said=_("Whether the answer helped, or how much was never reported to the police."),
    row=ConcernsRow,
    counts=CONCERNS,
    fields={
        "of": f"count(*) FILTER (WHERE is_received AND {_IS_DUE})",
        "n": "count(*) FILTER (WHERE is_received AND answered_at <= answer_by)",
        "in_time": f"count(*) FILTER (WHERE is_received AND NOT {_IS_DUE})",
        "entered_late": "count(*) FILTER (WHERE is_received AND created_at > answer_by)",
    },
    lists=lambda span: {
        "n": {"answered_in_72h": "true", "received_after": span.since, "received_before": span.until},
        "rest": {"answered_in_72h": "false", "received_after": span.since, "received_before": span.until},
    },
    has_interval=True,
    columns=(
        Column("in_time", _("Still within 72 hours"), "count"),
        Column("entered_late", _("Entered after 72 hours"), "count"),
    ),
    late_entry=Quality("entered_late", _("Concerns entered after 72 hours"), ("of", "in_time")),
    n_label=ngettext_lazy("answered in time", "answered in time"),
    of_label=ngettext_lazy("concern received", "concerns received"),
    rest_label=ngettext_lazy("not answered in time", "not answered in time"),
    facts=(RECEIVED, Fact("answered_at_utc", _("Answered"), "answered_at")),
    question=_("Do people who raise a concern hear from us within 72 hours?"),
    example=(
        Case.counted(_("Received on Monday at 10:00, answered on Wednesday at 18:00")),
        Case.counted(_("Received on Monday at 10:00, answered on Thursday at 09:59")),
        Case.not_counted(_("Received on Monday at 10:00, answered on Friday")),
        Case.not_counted(_("Entered after the 72 hours were over: no one could be reminded")),
        Case.outside(_("Not answered yet, within 72 hours: shown separately while there is time")),
        Case.outside(_("Received before the period, answered in it")),
    ),
    history=(FIRST, ENDS_NOW, AS_IT_WAS),
)

LOOP_CLOSED = Report(
    slug="loop-closed",
    title=_("Concerns reported back"),
    formula=_("Closed concerns reported back ÷ all concerns closed in the period."),
    population=_POPULATION,
    source=_("This system’s definition of “reported back”."),
    not_said=_("Whether the outcome was what they had hoped for."),
    row=LoopClosedRow,
    counts=CONCERNS,
    fields={
        "of": "count(*) FILTER (WHERE is_closed)",
        "n": "count(*) FILTER (WHERE is_closed AND reported_back_on IS NOT NULL)",
    },
    has_interval=True,
    lists=lambda span: {
        "n": _closed(span, reported_back="true"),
        "rest": _closed(span, reported_back="false"),
    },
    n_label=ngettext_lazy("reported back", "reported back"),
    of_label=ngettext_lazy("concern closed", "concerns closed"),
    rest_label=ngettext_lazy("not reported back", "not reported back"),
    facts=(Fact("reported_back_on", _("Reported back"), "reported_back_on"),),
    question=_("Do people hear what became of their concern?"),
    example=(
        Case.counted(_("Closed on 9 August, reported back on 9 August")),
        Case.counted(_("Closed on 9 August, reported back on 1 October")),
        Case.not_counted(_("Closed on 9 August, not reported back")),
        Case.not_counted(_("Closed without an answer")),
        Case.outside(_("Answered, but still open")),
        Case.outside(_("Closed before the period")),
    ),
    history=(FIRST, AS_IT_WAS),
)
