"""Blind spots: communities known to live in a district that nobody speaks for, or that were not met.

Formula: for each district asked for and each community expected there or spoken for by an active
organisation: organisations met in T ÷ organisations of that community, and days since one of them was last
met. A blind spot is an expected community without an active organisation, or with some of which none was
met. Population: active, of the kinds that count, at home in the district, all at the period's end; an
organisation counts for each community it speaks for. Expected communities are those known today, with their
evidence: a community lived here before somebody wrote it down. Unit: organisations; days. Source:
domain.md, "Indicators".

It does not say how many people there are, and it is shown in its district only: no slug, no map, no export.
"""

from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from reports.figures import Column, Drill, Report, Row
from reports.population import DAYS_SINCE_MET, TIMES_MET, grouped
from reports.portfolio import those
from reports.questions import By, Question
from reports.reading import read_rows

Spot = Literal["nobody", "not_met", "met"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindSpotRow(Row):
    """n organisations met of `of` that speak for a community (`group`) in `district` (a code).

    `days_since_met` is of the one met last, None where none ever was.
    """

    district: str
    is_expected: bool
    days_since_met: int | None

    @property
    def spot(self) -> Spot:
        """`nobody` speaks for them; those who do were `not_met`; one was `met`."""
        if not self.of:
            return "nobody"
        return "met" if self.n else "not_met"

    @property
    def is_blind(self) -> bool:
        return self.is_expected and self.spot != "met"


def rows(question: Question) -> list[BlindSpotRow]:
    """One row a period, district and community; the question's `by` is always community."""
    return read_rows(
        BlindSpotRow,
        f"""
        WITH {grouped(By.FOCUS, [TIMES_MET, DAYS_SINCE_MET])}, expected (code, grp) AS (
            SELECT DISTINCT ground.code, known.focus
            FROM ground JOIN districts_expectedcommunity known USING (district_id)
        ), spoken AS (
            SELECT nr, ground.code, grp, count(*) AS of, count(*) FILTER (WHERE times_met > 0) AS n,
                   min(days_since_met) AS days_since_met
            FROM somebody JOIN ground USING (district_id) GROUP BY nr, ground.code, grp
        ), spots AS (
            SELECT asked.nr, pair.code, pair.grp
            FROM asked CROSS JOIN (SELECT code, grp FROM expected UNION SELECT code, grp FROM spoken) pair
        )
        SELECT nr, grp, code AS district, coalesce(n, 0) AS n, coalesce(of, 0) AS of, days_since_met,
               (code, grp) IN (SELECT code, grp FROM expected) AS is_expected
        FROM spots LEFT JOIN spoken USING (nr, code, grp) ORDER BY nr, code, grp
        """,  # noqa: S608 (names of our own)
        question,
    )


def drill(row: Row, question: Question) -> Drill:
    """Those met in the period."""
    since, until = question.so_far(row.period).as_text
    return those(row, question, **_here(row), met_from=since, met_to=until)


def rest(row: Row, question: Question) -> Drill:
    """Those not met in it."""
    since, until = question.so_far(row.period).as_text
    return those(row, question, **_here(row), not_met_from=since, not_met_to=until)


def _here(row: Row) -> dict[str, str]:
    assert isinstance(row, BlindSpotRow)  # noqa: S101 (what `rows` answers)
    return {"district": row.district, "focus": row.group}


REPORT = Report(
    slug="",
    title=_("Blind spots"),
    formula=_(
        "Organisations representing a community met in the period ÷ all organisations representing it."
    ),
    population=_(
        "Communities known to live here, and those represented by active organisations based here "
        "at the end of the period."
    ),
    source=_("This system’s definition of “blind spots”."),
    not_said=_("How many people there are, or communities no one has recorded."),
    rows=rows,
    drill=drill,
    rest=rest,
    ways=(By.FOCUS,),
    columns=(Column("days_since_met", _("days since any was met"), "days"),),
    n_label=ngettext_lazy("met", "met"),
    of_label=ngettext_lazy("organisation", "organisations"),
)
