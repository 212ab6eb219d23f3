"""The bias table of a year, as ODIHR asks for it: bias ground by kind of concern, and the response.

It is of the whole city and of a year that is final, never of a district. It has a fixed list of rows, each
ground with each kind. Small numbers are hidden as in a release, nobody among them, and the proof knows the
quarters that were released. It is counted once and kept, so that it can leave the house.
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
from publishing.queries import comparison_tables
from publishing.queries.quarter_tables import of_kept, secret_lot
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

# What is counted of each bias concern: answered and reassured in time.
_RESPONSES: Final[Mapping[str, Report]] = {"answered": concerns.REPORT, "offered": reassurance.REPORT}
# What each is called in the proof: releases know reassurance of bias concerns by its own name.
_SLUGS: Final[Mapping[str, str]] = {"answered": "answered", "offered": reassurance.REPORT.slug}

_FEW: Final = "all others"  # the row of all that count few, in the proof

Group = tuple[str, str]  # bias ground, kind of concern


@dataclass(frozen=True, slots=True)
class BiasRow:
    """Concerns received, of these answered and offered reassurance in time. None is hidden."""

    ground: str
    kind: str
    received: int | None
    answered: int | None
    offered: int | None


def can_read_bias_table(actor: Actor) -> bool:
    """Whether the actor may read and make bias tables: who may read every concern that they count."""
    covers_all = not District.objects.active().exclude(pk__in=actor.district_ids).exists()
    return can_read_reports(actor) and (actor.sees_everywhere or covers_all)


def can_be_made(year: Period) -> bool:
    """Whether the table of a year can be counted now: it is final, and no release comes after it."""
    return status_of(year, city_today()) == Status.FINAL and not waits_for_release(year)


@transaction.atomic
def make_bias_table(*, actor: Actor, year: Period) -> BiasTable:
    """Count the bias concerns of a year and keep the table as everybody may read it.

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
    """The rows of a table that show a number, and its total.

    A concern counts in each of its grounds and kinds, and once in the total. Of rows that are not listed the
    reader learns nothing, not even whether there was a concern.
    """
    return [BiasRow(**row) for row in table.document["rows"]], BiasRow(**table.document["total"])


def _counted_rows(actor: Actor, year: Period) -> tuple[list[BiasRow], BiasRow]:
    question = Question((year,), tuple(District.objects.active().filter(parent=None).in_order()))
    received, in_time = _count(question)
    found = (
        Concern.objects.visible_to(actor).filter(pk__in=received).values_list("pk", "bias_grounds", "kinds")
    )
    groups: dict[Group, set[UUID]] = defaultdict(set)
    for pk, grounds, kinds in found:
        for ground in set(grounds) & set(BIAS):
            for kind in kinds:
                groups[ground, kind].add(pk)
    return _published(year, groups, received, in_time)


def _count(question: Question) -> tuple[set[UUID], dict[str, set[UUID]]]:
    """The bias concerns received, and by response those that had it in time: as their indicators count."""
    found = {
        name: [row for root in question.districts for row in counted_rows(report, question, root.code)]
        for name, report in _RESPONSES.items()
    }
    in_time = {name: {row.id for row in rows if row.counted} for name, rows in found.items()}
    return {row.id for row in found["offered"]}, in_time


def waits_for_release(year: Period) -> bool:
    """Whether a quarter of the year has a release grid and no release yet, which would not know the table."""
    last = Release.objects.order_by("quarter_since").last()
    has_grid = ReleaseGrid.objects.confirmed().filter(since__lt=year.until).exists()
    return has_grid and (last is None or last.quarter_since < _quarters(year)[-1].since)


def _quarters(year: Period) -> list[Period]:
    last = quarter_of(year.last_day)
    return [last.back(number) for number in (3, 2, 1, 0)]


def _published(
    year: Period, groups: Mapping[Group, set[UUID]], received: set[UUID], in_time: Mapping[str, set[UUID]]
) -> tuple[list[BiasRow], BiasRow]:
    names = {f"{ground} {kind}": (ground, kind) for ground in BIAS for kind in ConcernKind.values}
    listed = {name: groups[group] for name, group in names.items() if len(groups.get(group, ())) >= LEAST}
    quarters = [quarter.since.isoformat() for quarter in _quarters(year)]

    def pair(ids: set[UUID], response: str) -> Pair:
        return len(ids & in_time[response]), len(ids)

    def together(response: str) -> Pair:
        """All rows that count fewer than LEAST: each can be any number that these can be together."""
        few = [groups[group] for name, group in names.items() if group in groups and name not in listed]
        pairs = [pair(ids, response) for ids in few]
        return sum(n for n, _of in pairs), sum(of for _n, of in pairs)

    tables = [
        Table(
            release=0,
            quarter=f"{year.since.year}",
            slug=slug,
            split="bias",
            rows={name: pair(ids, response) for name, ids in listed.items()} | {_FEW: together(response)},
            total=pair(received, response),
            population=INDICATORS[reassurance.REPORT.slug].of,
            never=frozenset({_FEW} if len(received) >= LEAST else {_FEW, TOTAL}),
            adds_up=quarters,
        )
        for response, slug in _SLUGS.items()
    ]
    decided, _left_out = suppress(_released(quarters), tables, lot=secret_lot())
    shown = {table.slug: table for table in decided}

    def row(name: str, ground: str, kind: str) -> BiasRow:
        of = next((_shown(table, name, 1) for table in shown.values()), None)
        return BiasRow(ground, kind, of, *(_shown(shown.get(slug), name, 0) for slug in _SLUGS.values()))

    rows = (row(name, *names[name]) for name in listed)
    return [one for one in rows if one.received is not None], row(TOTAL, "", "")


def _released(quarters: Sequence[str]) -> list[Table]:
    """Tables of bias concerns in these quarters, as they were released and as other cities were told."""
    counted = Release.objects.order_by("number").values_list("counted", flat=True)
    found = [*comparison_tables.tables(), *(table for tables in counted for table in of_kept(tables))]
    population = INDICATORS[reassurance.REPORT.slug].of
    return [table for table in found if table.quarter in quarters and table.population == population]


def _shown(table: Table | None, name: str, which: int) -> int | None:
    """n (0) or `of` (1) of a group, unless it is hidden or the whole table is left out."""
    if table is None or name in ((table.hides_n or ()), (table.hides_of or ()))[which]:
        return None
    return table.pairs[name][which]
