"""Concerns: answered in time, and told what became of them.

Response: concerns answered within 72 hours of being received ÷ concerns received in T. Hours are real ones,
over a change of the clock too. Stated beside it: those whose 72 hours are not over, and those entered late,
which is when they were over: nobody could be reminded of these.
Loop closed: concerns reported back ÷ concerns closed in T, whenever they were told.
Population: all concerns of the district, by kind once in each of its kinds, by community once in each it
affects. Unit: concerns. Source: domain.md, "Response" and "Loop closed". Neither says whether the answer
helped, nor how many incidents nobody told the police of.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from meetings.rules import ANSWER_WITHIN
from reports.figures import Column, Drill, Report, Row, Tally
from reports.happenings import CONCERNS
from reports.questions import By, Question
from reports.reading import drill_to, read


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcernsRow(Row):
    """n concerns answered in time of `of` received; `reported_back` of those `closed`."""

    in_time: int
    entered_late: int
    closed: int
    reported_back: int

    @property
    def loop_closed(self) -> float | None:
        """reported_back ÷ closed; None where none was closed."""
        return self.reported_back / self.closed if self.closed else None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopClosedRow(Row):
    """n concerns reported back of `of` closed."""


_ANSWER_BY: Final = "received_at + make_interval(hours => %(answer_hours)s) AS answer_by"
_CLOSED: Final = "count(*) FILTER (WHERE is_closed)"
_REPORTED_BACK: Final = "count(*) FILTER (WHERE is_closed AND reported_back_on IS NOT NULL)"

TALLY: Final = Tally(
    row=ConcernsRow,
    source=CONCERNS,
    measures=[_ANSWER_BY],
    fields={
        "of": "count(*) FILTER (WHERE is_received)",
        "n": "count(*) FILTER (WHERE is_received AND answered_at <= answer_by)",
        "in_time": "count(*) FILTER (WHERE is_received AND answered_at IS NULL AND answer_by >= %(now)s)",
        "entered_late": "count(*) FILTER (WHERE is_received AND created_at > answer_by)",
        "closed": _CLOSED,
        "reported_back": _REPORTED_BACK,
    },
    parameters={"answer_hours": ANSWER_WITHIN // timedelta(hours=1)},
)
LOOPS: Final = Tally(row=LoopClosedRow, source=CONCERNS, fields={"of": _CLOSED, "n": _REPORTED_BACK})


def rows(question: Question) -> list[ConcernsRow]:
    return read(TALLY, question)


def drill(row: Row, question: Question, column: str = "n") -> Drill | None:
    since, until = question.so_far(row.period).as_text
    received = {"received_after": since, "received_before": until}
    closed = {"status": "closed", "closed_after": since, "closed_before": until}
    lists: dict[str, dict[str, str]] = {
        "n": {"answered_in_72h": "true", **received},
        "missed": {"answered_in_72h": "false", **received},
        "closed": closed,
        "reported_back": {"reported_back": "true", **closed},
        "not_told": {"reported_back": "false", **closed},
    }
    return drill_to("concerns", row, question, **lists[column]) if column in lists else None


def loops(question: Question) -> list[LoopClosedRow]:
    return read(LOOPS, question)


def rest(row: Row, question: Question) -> Drill | None:
    """None while one has time left: it is neither answered in time nor missed."""
    return None if getattr(row, "in_time", 0) else drill(row, question, "missed")


def drill_loops(row: Row, question: Question) -> Drill | None:
    return drill(row, question, "reported_back")


def rest_of_loops(row: Row, question: Question) -> Drill | None:
    return drill(row, question, "not_told")


_POPULATION = _("All concerns here. By kind or community, a concern counts once in each that applies.")

REPORT = Report(
    slug="concerns",
    title=_("Concerns answered within 72 hours"),
    formula=_("Concerns answered within 72 hours of receipt ÷ concerns received in the period."),
    population=_POPULATION,
    source=_("This system’s definitions of “response” and “reported back”."),
    not_said=_("Whether the answer helped, or how much was never reported to the police."),
    rows=rows,
    tally=TALLY,
    drill=drill,
    drill_column=drill,
    rest=rest,
    waiting="in_time",
    columns=(
        Column("in_time", _("Still within 72 hours"), "count"),
        Column("entered_late", _("Entered after 72 hours"), "count"),
        Column("closed", _("Closed in the period"), "count"),
        Column("reported_back", _("of which reported back"), "count"),
        Column("loop_closed", _("Reported back"), "ratio"),
    ),
    ways=(By.DISTRICT, By.FOCUS, By.KIND),
    n_label=ngettext_lazy("answered in time", "answered in time"),
    of_label=ngettext_lazy("concern received", "concerns received"),
)

# On its own line where figures are read; by API it is columns of `concerns`.
LOOP_CLOSED = Report(
    slug="loop-closed",
    title=_("Concerns reported back"),
    formula=_("Closed concerns reported back ÷ all concerns closed in the period."),
    population=_POPULATION,
    source=_("This system’s definition of “reported back”."),
    not_said=_("Whether the outcome was what they had hoped for."),
    rows=loops,
    tally=LOOPS,
    drill=drill_loops,
    rest=rest_of_loops,
    ways=(By.DISTRICT, By.FOCUS, By.KIND),
    n_label=ngettext_lazy("reported back", "reported back"),
    of_label=ngettext_lazy("concern closed", "concerns closed"),
)
