"""Continuity: organisations with two faces in the police that they know.

Formula: organisations with a lead and a deputy officer ÷ organisations; beside it how many times in T a
lead officer was replaced or left (coming after none is no such change). Population: active, of the kinds
that count, at home in the district, all at the period's end; the changes are those of the same
organisations. Unit: organisations; changes. Source: domain.md, "Indicators", from OrganisationPeriod.

An officer who has left, whose account is closed today, is no face that they know, at no period's end.
It does not say who: there is no figure per officer. Nor whether a lead has ever been there.
"""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from reports.figures import Column, Drill, Report, Row, Tally
from reports.population import OFFICERS_HERE, ORGANISATIONS, TIMES_LEFT
from reports.portfolio import those
from reports.questions import By, Question
from reports.reading import read


@dataclass(frozen=True, slots=True, kw_only=True)
class ContinuityRow(Row):
    """n organisations with lead and deputy of `of`, and how many times a lead of theirs changed in T."""

    lead_changes: int


TALLY: Final = Tally(
    row=ContinuityRow,
    source=ORGANISATIONS,
    measures=[TIMES_LEFT, OFFICERS_HERE],
    fields={
        "n": "count(*) FILTER (WHERE officers_here = 2)",
        "of": "count(organisation_id)",
        "lead_changes": "coalesce(sum(times_left), 0)::int",
    },
)


def rows(question: Question) -> list[ContinuityRow]:
    return read(TALLY, question)


def drill(row: Row, question: Question) -> Drill:
    """Those with both."""
    return those(row, question, has_lead_and_deputy="true")


def rest(row: Row, question: Question) -> Drill:
    """Those without a lead or without a deputy."""
    return those(row, question, has_lead_and_deputy="false")


REPORT = Report(
    slug="continuity",
    title=_("Lead and deputy in place"),
    formula=_("Organisations with a lead and a deputy officer ÷ organisations."),
    population=_("Active organisations of the kinds that count, based here at the end of the period."),
    source=_("This system’s definition of “continuity”."),
    not_said=_(
        "Who they are, or whether they have met. Assigning a first lead officer is not a change of lead."
    ),
    rows=rows,
    tally=TALLY,
    is_state=True,
    drill=drill,
    rest=rest,
    ways=(By.DISTRICT, By.FOCUS, By.KIND),
    columns=(Column("lead_changes", _("changes of lead officer"), "count"),),
    n_label=ngettext_lazy("with lead and deputy", "with lead and deputy"),
    of_label=ngettext_lazy("organisation", "organisations"),
)
