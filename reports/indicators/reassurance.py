"""Reassurance: offered within a day to those whom a bias concern touches.

Formula: bias concerns with reassurance offered within 24 hours of being received ÷ bias concerns received
in T. Of those offered in time, accepted and declined are counted apart: a no is their right and lowers
nothing. Hours are real ones, over a change of the clock too. Stated beside it: offered later, still within
the 24 hours, and entered late, when they were over. Population: concerns of the district with a bias ground
other than unknown and none. Unit: concerns. Source: domain.md, "Reassurance". It does not say whether
anybody felt safer.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from meetings.rules import REASSURE_WITHIN
from reports.figures import Column, Drill, Report, Row, Tally
from reports.happenings import BIAS, CONCERNS
from reports.questions import By, Question
from reports.reading import drill_to, read


@dataclass(frozen=True, slots=True, kw_only=True)
class ReassuranceRow(Row):
    """n bias concerns with reassurance in time of `of`; what was answered to these n."""

    accepted: int
    declined: int
    later: int
    in_time: int
    entered_late: int


_IN_TIME: Final = "is_bias AND reassurance_offered_at <= reassure_by"

TALLY: Final = Tally(
    row=ReassuranceRow,
    source=CONCERNS,
    measures=[
        "is_received AND bias_grounds && %(bias)s::varchar[] AS is_bias",
        "received_at + make_interval(hours => %(reassure_hours)s) AS reassure_by",
    ],
    fields={
        "of": "count(*) FILTER (WHERE is_bias)",
        "n": f"count(*) FILTER (WHERE {_IN_TIME})",
        "accepted": f"count(*) FILTER (WHERE {_IN_TIME} AND reassurance_answer = 'accepted')",
        "declined": f"count(*) FILTER (WHERE {_IN_TIME} AND reassurance_answer = 'declined')",
        "later": "count(*) FILTER (WHERE is_bias AND reassurance_offered_at > reassure_by)",
        "in_time": (
            "count(*) FILTER (WHERE is_bias AND reassurance_offered_at IS NULL AND reassure_by >= %(now)s)"
        ),
        "entered_late": "count(*) FILTER (WHERE is_bias AND created_at > reassure_by)",
    },
    parameters={"bias": BIAS, "reassure_hours": REASSURE_WITHIN // timedelta(hours=1)},
)


def rows(question: Question) -> list[ReassuranceRow]:
    return read(TALLY, question)


def drill(row: Row, question: Question, column: str = "n") -> Drill | None:
    lists: dict[str, dict[str, str]] = {
        "n": {"reassured_in_24h": "true"},
        "missed": {"reassured_in_24h": "false"},
        "accepted": {"reassured_in_24h": "true", "reassurance": "accepted"},
        "declined": {"reassured_in_24h": "true", "reassurance": "declined"},
    }
    if column not in lists:
        return None
    since, until = question.so_far(row.period).as_text
    return drill_to(
        "concerns", row, question, received_after=since, received_before=until, bias="true", **lists[column]
    )


def rest(row: Row, question: Question) -> Drill | None:
    """None while one has time left: it is neither reassured in time nor missed."""
    return None if getattr(row, "in_time", 0) else drill(row, question, "missed")


REPORT = Report(
    slug="reassurance",
    title=_("Reassurance offered within 24 hours"),
    formula=_(
        "Bias concerns with reassurance offered within 24 hours ÷ bias concerns received in the period."
    ),
    population=_("Concerns here with a bias ground other than “not known yet” or “none”."),
    source=_("This system’s definition of “reassurance”."),
    not_said=_("Whether anyone felt safer. People may decline; that does not lower the figure."),
    rows=rows,
    tally=TALLY,
    drill=drill,
    drill_column=drill,
    rest=rest,
    waiting="in_time",
    columns=(
        Column("accepted", _("Accepted"), "count"),
        Column("declined", _("Declined"), "count"),
        Column("later", _("Offered later"), "count"),
        Column("in_time", _("Still within 24 hours"), "count"),
        Column("entered_late", _("Entered after 24 hours"), "count"),
    ),
    ways=(By.DISTRICT, By.FOCUS, By.KIND),
    n_label=ngettext_lazy("offered in time", "offered in time"),
    of_label=ngettext_lazy("bias concern received", "bias concerns received"),
)
