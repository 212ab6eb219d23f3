"""Contact wanted: meetings held with organisations, out of the meetings agreed with them.

In a short period, the agreed number can be less than 1 meeting. A meeting with 8 organisations counts for
each of them that was present. `n` is a sum, so no list has `n` records. An audit stores the IDs of the
organisations instead. An organisation that was added during the period counts for the whole period.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from reports.figures.report import Report, address_of
from reports.queries.definitions import AS_IT_WAS, ENDS_NOW, FIRST, Case, Column, Drill, Fact, Quality, Row
from reports.queries.organisations import CADENCE, ORGANISATIONS, TIMES_MET, grouped
from reports.queries.questions import By, Question
from reports.queries.statements import fetch


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactWantedRow(Row):
    """`n` meetings held of `of` agreed with `organisations`. `without` have no agreed frequency."""

    organisations: int
    without: int


_WANTED: Final = "(asked.until_on - asked.since_on)::numeric / dated.cadence_days AS wanted"

_MEASURES: Final = [TIMES_MET, _WANTED]


@dataclass(frozen=True, slots=True)
class Agreement:
    """An organisation's share of a figure: met `times`, of which `held` count towards `wanted`."""

    organisation_id: UUID
    times: int
    held: float
    wanted: float


def agreements(question: Question, group: str) -> list[Agreement]:
    """Return the shares that add up to `n` and `of` of a group, those with most missed meetings first."""
    records = fetch(
        f"""
        WITH {grouped(question.by, _MEASURES)}
        SELECT organisation_id, times_met AS times, least(times_met, wanted)::float8 AS held,
               wanted::float8 AS wanted
        FROM grouped WHERE grp = %(group)s AND wanted IS NOT NULL
        ORDER BY wanted - least(times_met, wanted) DESC, organisation_id
        """,  # noqa: S608 (only constants are inserted)
        question,
        group=group,
    )
    return [Agreement(**record) for record in records]


class _ContactWanted(Report):
    def drill(self, row: Row, question: Question, column: str = "n") -> Drill | None:
        """Link `n` and the rest to the page of agreements, because a sum has no list of records."""
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
    incomplete=Quality("without", _("Organisations with no agreed frequency"), ("organisations", "without")),
    n_label=ngettext_lazy("meeting held", "meetings held"),
    of_label=ngettext_lazy("meeting agreed", "meetings agreed"),
    rest_label=ngettext_lazy("meeting not held", "meetings not held"),
    facts=(Fact("times_met", _("Times met"), "times_met"), CADENCE),
    question=_("How much of the agreed contact took place?"),
    example=(
        Case.counted(_("Agreed: every 30 days; met 3 times in 90 days: 3 of 3 meetings")),
        Case.counted(_("Agreed: every 30 days; met 5 times in 90 days: 3 of 3; extra meetings do not count")),
        Case.counted(_("Agreed: every 60 days; met once in 90 days: 1 of 1.5 meetings")),
        Case.not_counted(_("Agreed: every 90 days; not met in 90 days: 0 of 1 meeting")),
        Case.outside(_("No agreed frequency; it is shown as “nothing agreed”")),
        Case.outside(_("A sports club with an agreed frequency: culture and sport is not counted")),
    ),
    history=(FIRST, ENDS_NOW, AS_IT_WAS),
)
