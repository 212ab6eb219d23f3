"""Records of a figure that were entered or corrected after it was final: what revised it.

They are in its n or in what n is out of, as the report itself counts, or they are the meetings at which an
organisation of these was met. What happens now is not among them: it belongs to the period in which it
happens. Nor is a record that a correction took out of the figure: nothing remembers what it was.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lib.days import city_zone, day_starts_at
from reports.figures.report import Report
from reports.queries.corrections import touched
from reports.queries.definitions import Noun
from reports.queries.organisations import DAYS_SINCE_MET, TIMES_MET
from reports.queries.questions import By, Question
from reports.queries.statements import ASKED, fetch
from reports.queries.statuses import Status, final_on, status_of


@dataclass(frozen=True, slots=True)
class LateRecord:
    """A record of the list `noun`, and the day it was entered or corrected."""

    noun: Noun
    id: UUID
    entered_on: date


@dataclass(frozen=True, slots=True)
class Late:
    """The latest of the records entered late, and how many of each list were entered on each day.

    The latest days come first. An imported history has many such records: they are counted, not read.
    """

    latest: Sequence[LateRecord] = ()
    days: Mapping[tuple[Noun, date], int] = field(default_factory=dict)

    def __len__(self) -> int:
        return sum(self.days.values())


LATEST: Final = 20
MOST_DAYS: Final = 10
LISTED: Final[Mapping[Noun, Promise]] = {
    "organisations": _("Organisations"),
    "meetings": _("Meetings"),
    "follow-ups": _("Follow-ups"),
    "concerns": _("Concerns"),
    "incidents": _("Incidents"),
}


# Meetings at which an organisation that is counted was met: in the period, or the last before its end.
_MET: Final[Mapping[str, str]] = {
    TIMES_MET: """
        SELECT 'met', meeting.id FROM asked CROSS JOIN entered JOIN meetings_meeting meeting
            ON meeting.id = entered.id AND meeting.starts_at >= asked.since
        WHERE entered.of = 'met' AND EXISTS (
            SELECT FROM meetings_meetingorganisation there JOIN counted ON counted.id = there.organisation_id
            WHERE there.meeting_id = meeting.id AND there.met_at IS NOT NULL
        )""",
    DAYS_SINCE_MET: """
        SELECT 'met', last.meeting_id FROM asked CROSS JOIN counted CROSS JOIN LATERAL (
            SELECT there.meeting_id FROM meetings_meetingorganisation there
            WHERE there.organisation_id = counted.id AND there.met_at < asked.until
            ORDER BY there.met_at DESC LIMIT 1
        ) last WHERE counted.of = 'organisations'""",
}


def late_records(question: Question, reports: Iterable[Report]) -> Late:
    """Those that figures of these reports count in the question's one period, the latest first.

    There are none before the figures were final. Whoever has read the figures leaves out reports of which no
    row `is_touched`. One statement, which reads what the figures count only if
    something was entered since: PostgreSQL does not begin with `IN` before there is a row to look for.
    """
    [period] = question.periods
    asked = list(reports)
    if not asked or status_of(period, question.today) != Status.FINAL:
        return Late()
    parameters: dict[str, Any] = {
        "final_at": day_starts_at(final_on(period)),
        "city": str(city_zone()),
        **{name: value for report in asked for name, value in report.parameters.items()},
    }
    found = fetch(
        f"""
        WITH {ASKED}, entered (of, id, at) AS MATERIALIZED ({touched(asked, question.by)}
        ), counted (of, id) AS MATERIALIZED ({" UNION ALL ".join(_counted(asked, question.by))}
        ), late AS MATERIALIZED (
            SELECT replace(of, 'met', 'meetings') AS noun, id, max(at) AS at,
                   (max(at) AT TIME ZONE %(city)s)::date AS day
            FROM entered WHERE (of, id) IN ({" UNION ALL ".join(_deciding(asked))}) GROUP BY noun, id
        )
        (SELECT noun, id, day, NULL AS records FROM late ORDER BY at DESC, noun, id LIMIT {LATEST})
        UNION ALL
        (SELECT noun, NULL, day, count(*) FROM late GROUP BY noun, day ORDER BY day DESC, noun)
        """,  # noqa: S608 (our own text)
        question,
        **parameters,
    )
    return Late(
        [LateRecord(one["noun"], one["id"], one["day"]) for one in found if one["id"]],
        {(one["noun"], one["day"]): one["records"] for one in found if not one["id"]},
    )


def _counted(reports: Sequence[Report], by: By) -> Iterator[str]:
    """By what they count: all that is in the total of one of these reports, read as the report reads it."""
    for source in dict.fromkeys(report.counts for report in reports):
        same = [report for report in reports if report.counts == source]
        totals = dict.fromkeys(report.fields["of"] for report in same)
        measures = [measure for report in same for measure in report.measures]
        named = [one for one in measures if any(one.rpartition(" AS ")[2] in total for total in totals)]
        yield f"""(
            WITH {source.tables(by, list(dict.fromkeys(named)))}
            SELECT '{source.noun}', {source.key} FROM {source.table}
            WHERE {source.key} IS NOT NULL GROUP BY {source.key}
            HAVING {" OR ".join(f"{total} > 0" for total in totals)}
        )"""  # noqa: S608 (our own text)


def _deciding(reports: Sequence[Report]) -> Iterator[str]:
    """What these figures count, and the meetings that decide them."""
    yield "SELECT of, id FROM counted"
    yield from _met(reports)


def _met(reports: Sequence[Report]) -> list[str]:
    measures = {measure for report in reports for measure in report.measures}
    return [meetings for measure, meetings in _MET.items() if measure in measures]


def say_late(late: Late) -> Iterator[tuple[str, str]]:
    """Lines of a file: a day, and how many records of a list were entered on it. The last days."""
    for (noun, day), times in list(late.days.items())[:MOST_DAYS]:
        on = gettext("Entered on %(day)s") % {"day": date_format(day, "DATE_FORMAT")}
        yield on, f"{LISTED[noun]}: {times}"


def status_with(late: Late, question: Question) -> Status:
    """The status of the question's one period, given what `late_records` found."""
    [period] = question.periods
    return Status.REVISED if late else status_of(period, question.today)
