"""Contact wanted and held: how much of the contact that organisations wanted they had.

Wanted is a part of a meeting where the period is short; a meeting with eight organisations is one for each
that was there. n is no count of rows, so no list has as many; an audit keeps the ids of the organisations
it adds up. The whole period is asked for also of those who came into the book during it.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from reports.figures.report import Report, address_of
from reports.queries.definitions import AS_IT_WAS, ENDS_NOW, FIRST, Case, Column, Drill, Fact, Row
from reports.queries.organisations import CADENCE, ORGANISATIONS, TIMES_MET, grouped
from reports.queries.questions import By, Question
from reports.queries.statements import fetch


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactWantedRow(Row):
    """n meetings held of `of` wanted, by `organisations` with a cadence, beside `without` one."""

    organisations: int
    without: int


_WANTED: Final = "(asked.until_on - asked.since_on)::numeric / dated.cadence_days AS wanted"

_MEASURES: Final = [TIMES_MET, _WANTED]


@dataclass(frozen=True, slots=True)
class Agreement:
    """What one organisation adds to a figure: `held`, as far as `wanted`; it was met `times`."""

    organisation_id: UUID
    times: int
    held: float
    wanted: float


def agreements(question: Question, group: str) -> list[Agreement]:
    """What n and `of` of a group are the sums of, in one period; who missed most first."""
    found = fetch(
        f"""
        WITH {grouped(question.by, _MEASURES)}
        SELECT organisation_id, times_met AS times, least(times_met, wanted)::float8 AS held,
               wanted::float8 AS wanted
        FROM grouped WHERE grp = %(group)s AND wanted IS NOT NULL
        ORDER BY wanted - least(times_met, wanted) DESC, organisation_id
        """,  # noqa: S608 (names of our own)
        question,
        group=group,
    )
    return [Agreement(**one) for one in found]


class _ContactWanted(Report):
    def drill(self, row: Row, question: Question, column: str = "n") -> Drill | None:
        """Of n and the rest no list of so many rows: what each wanted and had, which add up to n and `of`."""
        if column not in ("n", "rest"):
            return super().drill(row, question, column)
        return Drill("agreements", address_of(row, question))


REPORT = _ContactWanted(
    slug="contact-wanted",
    title=_("Meetings held against agreed"),
    formula=_(
        "Meetings held with each organisation, up to the number agreed ÷ meetings agreed (days in "
        "the period ÷ agreed frequency). Extra meetings with one organisation never make up for "
        "none with another."
    ),
    population=_(
        "Active organisations of the kinds that count, based here at the end of the period, with "
        "an agreed frequency."
    ),
    source=_("This system’s definition of “meetings held against agreed”."),
    not_said=_("When in the period they were met, or organisations with no agreed frequency."),
    row=ContactWantedRow,
    counts=ORGANISATIONS,
    measures=_MEASURES,
    fields={
        "n": "coalesce(sum(least(times_met, wanted)) FILTER (WHERE wanted IS NOT NULL), 0)::float8",
        "of": "coalesce(sum(wanted), 0)::float8",
        "organisations": "count(wanted)",
        "without": "count(organisation_id) - count(wanted)",
    },
    lists=lambda _span: {"organisations": {"has_cadence": "true"}, "without": {"has_cadence": "false"}},
    adds_up="organisations",
    ways=(By.FOCUS, By.DISTRICT, By.KIND),
    columns=(
        Column("organisations", _("organisations with an agreed frequency"), "count"),
        Column("without", _("nothing agreed"), "count"),
    ),
    n_label=ngettext_lazy("meeting held", "meetings held"),
    of_label=ngettext_lazy("meeting agreed", "meetings agreed"),
    rest_label=ngettext_lazy("meeting not held", "meetings not held"),
    facts=(Fact("times_met", _("Times met"), "times_met"), CADENCE),
    question=_("How much of the agreed contact took place?"),
    example=(
        Case.counted(_("Agreed: every 30 days; met 3 times in 90 days: 3 of 3 meetings")),
        Case.counted(_("Agreed: every 30 days; met 5 times in 90 days: 3 of 3; extra meetings do not count")),
        Case.counted(_("Agreed: every 60 days; met once in 90 days: 1 of 1.5 meetings")),
        Case.rest(_("Agreed: every 90 days; not met in 90 days: 0 of 1 meeting")),
        Case.outside(_("No agreed frequency; it is shown as “nothing agreed”")),
        Case.outside(_("A sports club with an agreed frequency: culture and sport is not counted")),
    ),
    history=(FIRST, ENDS_NOW, AS_IT_WAS),
)
