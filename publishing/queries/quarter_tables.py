"""Tables of a quarter: each indicator of the grid by its split, with every row of the fixed list."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from typing import Any, Final

from districts.models import District
from lib.row_context import Opened, opened
from lib.secret_keys import derived_keys
from publishing.models import ReleaseGrid
from publishing.rules.cells import Pair, Table
from publishing.rules.indicators import INDICATORS, groups
from reports.figures.report import read_all
from reports.indicators.catalogue import REPORTS
from reports.models import KeptFigure, Split
from reports.queries.definitions import Row
from reports.queries.periods import Period
from reports.queries.questions import By, Question


def secret_lot() -> bytes:
    """Return the secret that decides by lot what is hidden besides small numbers (ADR 40)."""
    return derived_keys("lots of hidden numbers")[0]


def districts_of(level: int, quarter: Period) -> list[District]:
    """Return the districts of a level in use at the end of a quarter. They do not overlap."""
    districts = District.objects.filter(lineage__len=level).in_use(quarter.last_day, quarter.until)
    return list(districts.order_by("name", "pk"))


def count_quarter(grid: ReleaseGrid, quarter: Period, release: int) -> list[Table]:
    """Return the tables of the grid for a quarter, from kept figures if they are kept."""
    districts = districts_of(grid.level, quarter)
    if not districts:
        return []
    question = Question((quarter,), tuple(districts))
    rows_by_slug = read_all([REPORTS[slug] for slug in grid.splits], question)
    ids = {district.code: str(district.pk) for district in districts}
    tables = []
    for slug, split in grid.splits.items():
        rows = rows_by_slug[slug]
        if all(row.vintage for row in rows) and (REPORTS[slug].counts.noun in _IN_ONE or len(districts) == 1):
            total = _sum(map(_pair, rows))
            pairs, vintage = _kept_groups(slug, By(split), quarter, districts)
        else:
            total, pairs, vintage = *_counted_groups(slug, By(split), question), 0
        counted, report = INDICATORS[slug], REPORTS[slug]
        listed_groups = ids.values() if split == By.DISTRICT else groups(slug, split)
        tables.append(
            Table(
                release=release,
                quarter=quarter.since.isoformat(),
                slug=slug,
                split=By(split).value,
                rows={group: pairs.get(group, (0, 0)) for group in listed_groups},
                total=total,
                population=counted.of,
                within=counted.within,
                is_state=report.is_state,
                is_stock=counted.is_stock,
                vintage=vintage,
            )
        )
    return sorted(tables, key=lambda table: list(REPORTS).index(table.slug))


#: Nouns of records that are in one district each, so that the figures of districts add up.
_IN_ONE: Final = frozenset({"organisations", "meetings", "concerns"})


@opened(Opened.FIGURES)
def _kept_groups(
    slug: str, split: By, quarter: Period, districts: Sequence[District]
) -> tuple[dict[str, Pair], int]:
    """Return the numbers of each group in all districts from kept figures, and the newest vintage."""
    kept_split = {By.DISTRICT: Split.TOTAL, By.KIND: Split.KIND, By.FOCUS: Split.FOCUS}[split]
    figures = KeptFigure.objects.newest([row.pk for row in districts], [quarter], kept_split, [slug])
    pairs: dict[str, list[Pair]] = defaultdict(list)
    vintages = {1}
    for figure in figures:
        group = str(figure.kept_period.district_id) if split == By.DISTRICT else figure.key
        pairs[group].append((int(figure.n), int(figure.total)))
        vintages.add(figure.vintage)
    return {group: _sum(numbers) for group, numbers in pairs.items()}, max(vintages)


def _counted_groups(slug: str, split: By, question: Question) -> tuple[Pair, dict[str, Pair]]:
    """Count the total of all districts, in which each record counts once, and each group."""
    report = REPORTS[slug]
    [total] = read_all([report], replace(question, is_together=True))[slug]
    ids = {district.code: str(district.pk) for district in question.districts}
    rows = read_all([report], replace(question, by=split))[slug]
    return _pair(total), {ids.get(row.group, row.group): _pair(row) for row in rows}


def _sum(pairs: Iterable[Pair]) -> Pair:
    numbers = list(pairs)
    return sum(n for n, _total in numbers), sum(total for _n, total in numbers)


#: Fields that only tables of a year have.
_OF_YEARS: Final = frozenset({"never", "adds_up"})


def _pair(row: Row) -> Pair:
    return int(row.n), int(row.of)


def plain_tables(tables: Iterable[Table]) -> list[dict[str, Any]]:
    """Return tables as plain values, as a release stores them."""

    def sorted_groups(groups: frozenset[str] | None) -> list[str]:
        return sorted(groups or ())

    return [
        {name: value for name, value in asdict(table).items() if name not in _OF_YEARS}
        | {"hides_n": sorted_groups(table.hides_n), "hides_of": sorted_groups(table.hides_of)}
        for table in tables
    ]


def tables_from_plain(tables: Iterable[dict[str, Any]]) -> list[Table]:
    return [
        Table(
            **table
            | {
                "rows": {group: (n, of) for group, (n, of) in table["rows"].items()},
                "total": tuple(table["total"]),
                "hides_n": frozenset(table["hides_n"]),
                "hides_of": frozenset(table["hides_of"]),
            }
        )
        for table in tables
    ]
