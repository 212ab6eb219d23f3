"""Blind spots: communities known to live in a district that no organisation represents, or that were not met.

A blind spot is an expected community without an active organisation, or without one that was met. An
organisation counts for each community that it represents. Expected communities are those known today: a
community lived here before someone recorded it. Blind spots are shown in their district only, without slug,
map or export.
"""

from dataclasses import dataclass, replace
from typing import Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from reports.figures.report import Report
from reports.indicators import coverage
from reports.queries.definitions import AS_IT_WAS, ENDS_NOW, FIRST, Case, Column, Drill, Row
from reports.queries.organisations import DAYS_SINCE_MET, ORGANISATIONS, TIMES_MET, grouped
from reports.queries.questions import By, Question
from reports.queries.statements import fetch

Spot = Literal["nobody", "not_met", "met"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindSpotRow(Row):
    """n organisations met, out of `of` that represent a community (`group`) in `district` (a code).

    `days_since_met` is of the organisation met last, or None if none was ever met.
    """

    district: str
    is_expected: bool
    days_since_met: int | None

    @property
    def spot(self) -> Spot:
        """Return `nobody` without an organisation, `met` if one was met, else `not_met`."""
        if not self.of:
            return "nobody"
        return "met" if self.n else "not_met"

    @property
    def is_blind(self) -> bool:
        return self.is_expected and self.spot != "met"


class _BlindSpots(Report):
    def rows(self, question: Question) -> list[BlindSpotRow]:
        """Return a row for each period, district and community. The question's `by` is ignored."""
        records = fetch(
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
        return [
            BlindSpotRow(period=question.periods[record.pop("nr")], group=record.pop("grp"), **record)
            for record in records
        ]

    def drill(self, row: Row, question: Question, column: str = "n") -> Drill | None:
        """Return the list of a community's organisations in the row's own district."""
        focus_drill = super().drill(row, replace(question, by=By.FOCUS), column)
        own_district = {"district": getattr(row, "district", "")}
        return focus_drill and replace(focus_drill, parameters={**focus_drill.parameters, **own_district})


REPORT = _BlindSpots(
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
    row=BlindSpotRow,
    counts=ORGANISATIONS,
    fields={},  # `rows` has a statement of its own
    lists=coverage.REPORT.lists,
    ways=(By.FOCUS,),
    columns=(Column("days_since_met", _("days since any was met"), "days"),),
    n_label=ngettext_lazy("met", "met"),
    of_label=ngettext_lazy("organisation", "organisations"),
    rest_label=ngettext_lazy("not met", "not met"),
    facts=(),
    question=_("Which communities are not reached?"),
    example=(
        Case.counted(_("A mosque that represents Muslims, met on 3 July")),
        Case.counted(_("A women’s network that also represents refugees, met on 9 August: once in each")),
        Case.not_counted(_("A Roma association, not met in the period")),
        Case.not_counted(_("An organisation of refugees whose only meeting was cancelled")),
        Case.outside(_("A community known to live here without an organisation: shown as not represented")),
        Case.outside(_("A neighbours’ association that represents no community")),
    ),
    history=(FIRST, ENDS_NOW, AS_IT_WAS),
)
