"""Coverage: organisations met in the period ÷ organisations.

Formula: organisations with at least one substantive meeting in T ÷ organisations. Population: active, of the
kinds that count, at home in the district, all at the period's end. Unit: organisations; a meeting with eight
organisations reaches those of them that were there. By community, an organisation counts for each it speaks
for; by kind, once. Source: domain.md, "Indicators".

It does not say how often or how well anybody was met, nor anything of communities without an organisation
(see blind spots).
"""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from reports.figures import Drill, Report, Row, Tally
from reports.population import ORGANISATIONS, TIMES_MET
from reports.portfolio import those
from reports.questions import By, Question
from reports.reading import read


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageRow(Row):
    """n organisations met of `of`."""


TALLY: Final = Tally(
    row=CoverageRow,
    source=ORGANISATIONS,
    measures=[TIMES_MET],
    fields={"n": "count(*) FILTER (WHERE times_met > 0)", "of": "count(organisation_id)"},
)


def rows(question: Question) -> list[CoverageRow]:
    return read(TALLY, question)


def drill(row: Row, question: Question) -> Drill:
    """Those met in the period."""
    since, until = question.so_far(row.period).as_text
    return those(row, question, met_from=since, met_to=until)


def rest(row: Row, question: Question) -> Drill:
    """Those not met in it."""
    since, until = question.so_far(row.period).as_text
    return those(row, question, not_met_from=since, not_met_to=until)


REPORT = Report(
    slug="coverage",
    title=_("Organisations met"),
    formula=_("Organisations met at least once in the period ÷ all organisations."),
    population=_("Active organisations of the kinds that count, based here at the end of the period."),
    source=_("This system’s definition of “coverage”."),
    not_said=_("How often or how well anyone was met, or communities without an organisation."),
    rows=rows,
    tally=TALLY,
    drill=drill,
    rest=rest,
    ways=(By.DISTRICT, By.FOCUS, By.KIND),
    n_label=ngettext_lazy("met", "met"),
    of_label=ngettext_lazy("organisation", "organisations"),
)
