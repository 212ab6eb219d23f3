"""Recency: how long ago organisations were last met, at the period's end.

Formula: days from the city's day of an organisation's last substantive meeting to the period's end, so that
1 is the period's last day; of those ever met the median and the ninetieth percentile, both as the number of
days that half, or nine in ten, do not exceed (nearest rank: always days that some organisation has). Those
never met are counted apart, because they have no such number: n is how many were ever met. Population:
active, of the kinds that count, at home in the district, all at the period's end. Unit: days. Source:
domain.md, "Indicators".

It does not say how often they want to be met: see cadence. A good median beside many never met is no good
news.
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
class RecencyRow(Row):
    """n organisations ever met of `of`; days since then, None where none of them was ever met."""

    median_days: int | None
    p90_days: int | None
    never_met: int


TALLY: Final = Tally(
    row=RecencyRow,
    source=ORGANISATIONS,
    measures=[DAYS_SINCE_MET],
    fields={
        "n": "count(days_since_met)",
        "of": "count(organisation_id)",
        "never_met": "count(organisation_id) - count(days_since_met)",
        "median_days": "percentile_disc(0.5) WITHIN GROUP (ORDER BY days_since_met)",
        "p90_days": "percentile_disc(0.9) WITHIN GROUP (ORDER BY days_since_met)",
    },
)


def rows(question: Question) -> list[RecencyRow]:
    return read(TALLY, question)


def drill(row: Row, question: Question) -> Drill:
    """Those met at any time before the period's end."""
    return those(row, question, met_to=question.so_far(row.period).until.isoformat())


def rest(row: Row, question: Question) -> Drill:
    """Those never met until then."""
    return those(row, question, not_met_to=question.so_far(row.period).until.isoformat())


REPORT = Report(
    slug="recency",
    title=_("Days since last met"),
    formula=_(
        "Days from the last meeting to the end of the period, for half (median) and nine in "
        "ten organisations."
    ),
    population=_("Active organisations of the kinds that count, based here at the end of the period."),
    source=_("This system’s definition of “recency”."),
    not_said=_(
        "Organisations never met have no number of days and are shown separately. Agreed frequency "
        "is not considered."
    ),
    rows=rows,
    tally=TALLY,
    is_state=True,
    drill=drill,
    rest=rest,
    ways=(By.DISTRICT, By.FOCUS, By.KIND),
    columns=(
        Column("median_days", _("half within"), "days"),
        Column("p90_days", _("nine in ten within"), "days"),
        Column("never_met", _("never met"), "count"),
    ),
    measure="median_days",
    unit="days",
    better="lower",
    n_label=ngettext_lazy("ever met", "ever met"),
    of_label=ngettext_lazy("organisation", "organisations"),
)
