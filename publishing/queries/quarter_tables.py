"""Tables of a quarter: each indicator of the grid by its split, with every row of the fixed list."""

from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any, Final

from districts.models import District
from lib.secret_keys import derived_keys
from publishing.models import ReleaseGrid
from publishing.rules.cells import Pair, Table
from publishing.rules.indicators import INDICATORS, groups
from reports.figures.report import read_all
from reports.indicators.catalogue import REPORTS
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
    """Count the tables of the grid for a quarter."""
    districts = districts_of(grid.level, quarter)
    if not districts:
        return []
    question = Question((quarter,), tuple(districts))
    totals = read_all([REPORTS[slug] for slug in grid.splits], replace(question, is_together=True))
    ids = {district.code: str(district.pk) for district in districts}
    tables = []
    for split in By:
        slugs = [slug for slug, grouping in grid.splits.items() if grouping == split]
        rows_by_slug = read_all([REPORTS[slug] for slug in slugs], replace(question, by=split))
        for slug in slugs:
            pairs = {ids.get(row.group, row.group): _pair(row) for row in rows_by_slug[slug]}
            listed_groups = ids.values() if split == By.DISTRICT else groups(slug, split)
            [total] = totals[slug]
            counted, report = INDICATORS[slug], REPORTS[slug]
            tables.append(
                Table(
                    release=release,
                    quarter=quarter.since.isoformat(),
                    slug=slug,
                    split=split.value,
                    rows={group: pairs.get(group, (0, 0)) for group in listed_groups},
                    total=_pair(total),
                    population=counted.of,
                    within=counted.within,
                    is_state=report.is_state,
                    is_stock=counted.is_stock,
                )
            )
    return sorted(tables, key=lambda table: list(REPORTS).index(table.slug))


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
