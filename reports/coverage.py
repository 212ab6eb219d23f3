"""Coverage: organisations met in the period ÷ organisations.

Formula: organisations with at least one substantive meeting in T ÷ organisations. Population: active, of the
kinds that count, at home in the district, all at the period's end. Unit: organisations. Source: domain.md.
It does not say how often or how well anybody was met, nor anything of communities without an organisation.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from meetings.rules import NOT_SUBSTANTIVE
from reports.figures import Drill, Report, Row
from reports.population import fetch, grouped
from reports.questions import By, Question


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageRow(Row):
    """n organisations met of `of`."""


def rows(question: Question) -> list[CoverageRow]:
    found = fetch(
        f"""
        WITH {grouped(question.by)}
        SELECT nr, grp, count(*) AS of, count(*) FILTER (WHERE EXISTS (
            SELECT FROM meetings_meetingorganisation there
            JOIN meetings_meeting meeting ON meeting.id = there.meeting_id
            WHERE there.organisation_id = grouped.organisation_id AND there.present
              AND meeting.status = 'held' AND NOT meeting.outcomes <@ %(nothing_heard)s::varchar[]
              AND meeting.starts_at >= grouped.since AND meeting.starts_at < grouped.until
        )) AS n
        FROM grouped GROUP BY nr, grp
        """,  # noqa: S608 (names of our own)
        question,
        nothing_heard=sorted(NOT_SUBSTANTIVE),
    )
    return [
        CoverageRow(period=question.periods[row["nr"]], group=row["grp"], n=row["n"], of=row["of"])
        for row in found
    ]


def drill(row: Row, question: Question) -> Drill | None:
    return None


REPORT = Report(
    slug="coverage",
    title=_("Organisations met"),
    formula=_("Organisations met at least once in the period ÷ organisations."),
    population=_("Active organisations of the kinds that count, at home here at the period’s end."),
    source=_("Domain model, indicator “coverage”."),
    not_said=_("How often or how well anybody was met; communities without an organisation."),
    rows=rows,
    drill=drill,
    ways=(By.DISTRICT, By.FOCUS, By.KIND),
)
