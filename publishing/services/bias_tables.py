"""Bias table of a year, as ODIHR asks for it: bias ground by kind of concern, and the response.

The table is of the whole city and of a final year, never of a district. It has a fixed list of rows, one for
each ground and kind. Small numbers are hidden as in a release, zeros too, and the proof includes the released
quarters. The table is counted once and stored, so that it can be published.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from audit.models import Action, Op
from audit.services import Changed, record_changes
from districts.models import District
from lib.days import city_today
from meetings.codes import ConcernKind
from meetings.models import Concern
from publishing.models import BiasTable, Release, ReleaseGrid
from publishing.queries.comparison_tables import comparison_tables
from publishing.queries.quarter_tables import secret_lot, tables_from_plain
from publishing.rules.cells import LEAST, TOTAL, Pair, Table
from publishing.rules.indicators import INDICATORS
from publishing.rules.suppression import suppress
from publishing.services.grids import lock_releases
from reports.figures.counted_rows import counted_rows
from reports.figures.report import Report
from reports.indicators import concerns, reassurance
from reports.policies import can_read_reports
from reports.queries.concerns import BIAS
from reports.queries.periods import Period, quarter_of
from reports.queries.questions import Question
from reports.queries.statuses import Status, status_of

# The indicators that count the response to bias concerns: answered and reassured in time.
_RESPONSES: Final[Mapping[str, Report]] = {"answered": concerns.REPORT, "offered": reassurance.REPORT}
# The slug of each response in the proof. Reassurance has the same slug as in releases.
_SLUGS: Final[Mapping[str, str]] = {"answered": "answered", "offered": reassurance.REPORT.slug}

_FEW: Final = "all others"  # the row in the proof for all groups below LEAST

Group = tuple[str, str]  # bias ground, kind of concern


@dataclass(frozen=True, slots=True)
class BiasRow:
    """Concerns received, answered in time and offered reassurance in time. A hidden number is None."""

    ground: str
    kind: str
    received: int | None
    answered: int | None
    offered: int | None


def can_read_bias_table(actor: Actor) -> bool:
    """Whether the actor can read and make bias tables, and so can read every concern that they count."""
    covers_all = not District.objects.active().exclude(pk__in=actor.district_ids).exists()
    return can_read_reports(actor) and (actor.sees_everywhere or covers_all)


def can_be_made(year: Period) -> bool:
    """Whether the table of a year can be counted now: the year is final and waits for no release."""
    return status_of(year, city_today()) == Status.FINAL and not waits_for_release(year)


@transaction.atomic
def make_bias_table(*, actor: Actor, year: Period) -> BiasTable:
    """Count the bias concerns of a year and store the table as everyone may read it.

    Raises PermissionDenied, and ValidationError if the year has a table, is not final, or waits for a
    release.
    """
    if not can_read_bias_table(actor):
        raise PermissionDenied
    lock_releases()
    if BiasTable.objects.filter(year_since=year.since).exists():
        raise ValidationError(_("The bias table of this year is made. It stays as it is."))
    if year.months != 12 or not can_be_made(year):
        raise ValidationError(_("The bias table of this year cannot be made yet."))
    rows, total = _counted_rows(actor, year)
    document = {"rows": [asdict(row) for row in rows], "total": asdict(total)}
    table = BiasTable.objects.create(
        year_since=year.since, made_on=city_today(), made_by_id=actor.id, document=document
    )
    record_changes(actor, Action.CREATE, [Changed("bias_table", table.pk, Op.CREATED, 1, [])])
    return table


def rows_of(table: BiasTable) -> tuple[list[BiasRow], BiasRow]:
    """Return the rows of a table that show a number, and its total.

    A concern counts in each of its grounds and kinds, and once in the total. A reader cannot tell whether a
    row that is not listed has a concern.
    """
    return [BiasRow(**row) for row in table.document["rows"]], BiasRow(**table.document["total"])


def _counted_rows(actor: Actor, year: Period) -> tuple[list[BiasRow], BiasRow]:
    question = Question((year,), tuple(District.objects.active().filter(parent=None).in_order()))
    received, in_time = _count_concerns(question)
    concerns_read = (
        Concern.objects.visible_to(actor).filter(pk__in=received).values_list("pk", "bias_grounds", "kinds")
    )
    groups: dict[Group, set[UUID]] = defaultdict(set)
    for pk, grounds, kinds in concerns_read:
        for ground in set(grounds) & set(BIAS):
            for kind in kinds:
                groups[ground, kind].add(pk)
    return _published_rows(year, groups, received, in_time)


def _count_concerns(question: Question) -> tuple[set[UUID], dict[str, set[UUID]]]:
    """Return the bias concerns received, and by response those with the response in time."""
    rows_by_response = {
        name: [row for root in question.districts for row in counted_rows(report, question, root.code)]
        for name, report in _RESPONSES.items()
    }
    in_time = {name: {row.id for row in rows if row.counted} for name, rows in rows_by_response.items()}
    return {row.id for row in rows_by_response["offered"]}, in_time


def waits_for_release(year: Period) -> bool:
    """Whether a quarter of the year has a release grid and no release, which must come before the table."""
    last_release = Release.objects.order_by("quarter_since").last()
    has_grid = ReleaseGrid.objects.confirmed().filter(since__lt=year.until).exists()
    return has_grid and (last_release is None or last_release.quarter_since < _quarters(year)[-1].since)


def _quarters(year: Period) -> list[Period]:
    last_quarter = quarter_of(year.last_day)
    return [last_quarter.back(number) for number in (3, 2, 1, 0)]


def _published_rows(
    year: Period, groups: Mapping[Group, set[UUID]], received: set[UUID], in_time: Mapping[str, set[UUID]]
) -> tuple[list[BiasRow], BiasRow]:
    names = {f"{ground} {kind}": (ground, kind) for ground in BIAS for kind in ConcernKind.values}
    listed = {name: groups[group] for name, group in names.items() if len(groups.get(group, ())) >= LEAST}
    quarters = [quarter.since.isoformat() for quarter in _quarters(year)]

    def pair(ids: set[UUID], response: str) -> Pair:
        return len(ids & in_time[response]), len(ids)

    def rest_pair(response: str) -> Pair:
        """Return the sum of all rows below LEAST, so that each of them can be any smaller number."""
        few = [groups[group] for name, group in names.items() if group in groups and name not in listed]
        pairs = [pair(ids, response) for ids in few]
        return sum(n for n, _of in pairs), sum(of for _n, of in pairs)

    tables = [
        Table(
            release=0,
            quarter=f"{year.since.year}",
            slug=slug,
            split="bias",
            rows={name: pair(ids, response) for name, ids in listed.items()} | {_FEW: rest_pair(response)},
            total=pair(received, response),
            population=INDICATORS[reassurance.REPORT.slug].of,
            never=frozenset({_FEW} if len(received) >= LEAST else {_FEW, TOTAL}),
            adds_up=quarters,
        )
        for response, slug in _SLUGS.items()
    ]
    decided, _left_out = suppress(_released_tables(quarters), tables, lot=secret_lot())
    tables_by_slug = {table.slug: table for table in decided}

    def row(name: str, ground: str, kind: str) -> BiasRow:
        received_count = next((_published_number(table, name, 1) for table in tables_by_slug.values()), None)
        return BiasRow(
            ground,
            kind,
            received_count,
            *(_published_number(tables_by_slug.get(slug), name, 0) for slug in _SLUGS.values()),
        )

    rows = (row(name, *names[name]) for name in listed)
    return [bias_row for bias_row in rows if bias_row.received is not None], row(TOTAL, "", "")


def _released_tables(quarters: Sequence[str]) -> list[Table]:
    """Return tables of bias concerns in these quarters, as released and as shared with other cities."""
    counted = Release.objects.order_by("number").values_list("counted", flat=True)
    all_tables = [
        *comparison_tables(),
        *(table for tables in counted for table in tables_from_plain(tables)),
    ]
    population = INDICATORS[reassurance.REPORT.slug].of
    return [table for table in all_tables if table.quarter in quarters and table.population == population]


def _published_number(table: Table | None, name: str, position: int) -> int | None:
    """Return n (position 0) or `of` (1) of a group. None if it is hidden or the table is left out."""
    if table is None or name in ((table.hides_n or ()), (table.hides_of or ()))[position]:
        return None
    return table.pairs[name][position]
