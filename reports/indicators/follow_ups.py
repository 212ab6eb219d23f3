"""Follow-ups on time: promises kept by the day first promised.

Formula: follow-ups done by first_due_on ÷ all whose first_due_on fell in T; the day is the city's. Moving
one does not make it kept on time. Stated apart: cancelled, which are neither kept nor missed; moved; kept
later; not done yet; and those of T that still have time, which are in neither number. Population: promises
to organisations at home in the district at the period's end (reports.promises). Unit: promises. Source:
domain.md, "Follow-ups on time". It does not say whether what was done was what they needed, nor whether
they were told.
"""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from reports.figures import Column, Drill, Report, Row, Tally
from reports.promises import PROMISES
from reports.questions import By, Question
from reports.reading import drill_to, read

_BECAME: Final = """CASE
    WHEN id IS NULL OR NOT is_due THEN 'none'
    WHEN status = 'cancelled' THEN 'cancelled'
    WHEN (completed_at AT TIME ZONE %(zone)s)::date <= first_due_on THEN 'kept'
    WHEN completed_at IS NOT NULL THEN 'late'
    WHEN first_due_on < %(today)s THEN 'not_done'
    ELSE 'in_time' END AS became_of_it"""
_COUNTS: Final = "became_of_it IN ('kept', 'late', 'not_done')"


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpsRow(Row):
    """n promises kept on time of `of` that were kept or should have been; `moved` of these `of`."""

    late: int
    not_done: int
    moved: int
    in_time: int
    cancelled: int


TALLY: Final = Tally(
    row=FollowUpsRow,
    source=PROMISES,
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
)


def rows(question: Question) -> list[FollowUpsRow]:
    return read(TALLY, question)


def drill(row: Row, question: Question, column: str = "n") -> Drill | None:
    """None by community: a list of promises names people, who are never found by community (domain.md)."""
    lists: dict[str, dict[str, str]] = {
        "n": {"on_time": "true"},
        "missed": {"on_time": "false"},
        "late": {"on_time": "false", "status": "done"},
        "not_done": {"on_time": "false", "status": "open,in_progress"},
        "cancelled": {"status": "cancelled"},
    }
    if question.by == By.FOCUS or column not in lists:
        return None
    return drill_to(
        "follow-ups",
        row,
        question,
        first_due_after=row.period.since.isoformat(),
        first_due_before=row.period.until.isoformat(),
        as_of=question.so_far(row.period).until.isoformat(),
        **lists[column],
    )


def rest(row: Row, question: Question) -> Drill | None:
    """Those kept later and those not done yet."""
    return drill(row, question, "missed")


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
    rows=rows,
    tally=TALLY,
    drill=drill,
    drill_column=drill,
    rest=rest,
    columns=(
        Column("late", _("Kept later"), "count"),
        Column("not_done", _("Not yet done"), "count"),
        Column("moved", _("Due date moved"), "count"),
        Column("in_time", _("Not yet due"), "count"),
        Column("cancelled", _("Cancelled"), "count"),
    ),
    ways=(By.DISTRICT, By.FOCUS, By.KIND),
    n_label=ngettext_lazy("kept on time", "kept on time"),
    of_label=ngettext_lazy("follow-up due", "follow-ups due"),
)
