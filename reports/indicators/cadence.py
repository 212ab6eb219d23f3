"""Cadence: organisations met as often as agreed, at the period's end.

Formula: organisations whose last substantive meeting is no more than their `cadence_days` before the period's
end (in the city's days, 1 being the period's last day) ÷ organisations with a cadence. Who agreed to one and
was never met is not met within it. Population: active, of the kinds that count, at home in the district, with
a cadence, all at the period's end; those without one are stated beside it. Unit: organisations. Source:
domain.md, "Indicators".

It does not say whether they were met as often all through the period (see contact wanted), and nothing of
those who agreed to no cadence.
"""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from reports.figures import Column, Drill, Report, Row, Tally
from reports.population import DAYS_SINCE_MET, ORGANISATIONS
from reports.portfolio import those
from reports.questions import By, Question
from reports.reading import read


@dataclass(frozen=True, slots=True, kw_only=True)
class CadenceRow(Row):
    """n organisations met within their cadence of `of` that have one, beside `without` one."""

    without: int


TALLY: Final = Tally(
    row=CadenceRow,
    source=ORGANISATIONS,
    measures=[DAYS_SINCE_MET],
    fields={
        "n": "count(*) FILTER (WHERE days_since_met <= cadence_days)",
        "of": "count(cadence_days)",
        "without": "count(organisation_id) - count(cadence_days)",
    },
)


def rows(question: Question) -> list[CadenceRow]:
    return read(TALLY, question)


def drill(row: Row, question: Question) -> Drill:
    """Those met within their cadence."""
    return those(row, question, within_cadence="true")


def rest(row: Row, question: Question) -> Drill:
    """Those who agreed to one and were not met within it."""
    return those(row, question, within_cadence="false")


def drill_column(row: Row, question: Question, column: str) -> Drill:
    """Those without an agreement."""
    return those(row, question, has_cadence="false")


REPORT = Report(
    slug="cadence",
    title=_("Met at the agreed frequency"),
    formula=_("Organisations last met within the agreed time ÷ organisations with an agreed frequency."),
    population=_(
        "Active organisations of the kinds that count, based here at the end of the period, with "
        "an agreed frequency."
    ),
    source=_("This system’s definition of “cadence” (agreed frequency)."),
    not_said=_(
        "Whether they were met as often throughout the period, or organisations with no agreed frequency."
    ),
    rows=rows,
    tally=TALLY,
    is_state=True,
    drill=drill,
    rest=rest,
    drill_column=drill_column,
    ways=(By.DISTRICT, By.FOCUS, By.KIND),
    columns=(Column("without", _("nothing agreed"), "count"),),
    n_label=ngettext_lazy("met within the agreed time", "met within the agreed time"),
    of_label=ngettext_lazy("with an agreed frequency", "with an agreed frequency"),
)
