"""Public documents of releases: their tables without the hidden numbers."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.conf import settings
from django.utils import translation

from districts.models import District
from publishing.rules.cells import LEAST, TOTAL, Table
from publishing.rules.proof import POSSIBLE
from reports.figures.wording import name_group
from reports.indicators.catalogue import REPORTS
from reports.queries.periods import Period, quarter_of
from reports.queries.questions import By

FORMAT: Final = 1  # of the document; docs/publishing.md describes it


def document_of(
    *,
    number: int,
    released_on: date,
    tables: Iterable[Table],
    left_out: Iterable[Table],
    earlier: Iterable[Mapping[str, Any]],
    districts: Sequence[District],
) -> dict[str, Any]:
    """Build the document in the city's language. `earlier` are tables of earlier quarters, as released."""
    order = list(REPORTS)
    with translation.override(settings.LANGUAGE_CODE):
        published_tables = [*earlier, *(_table(table, districts) for table in tables)]
        published_tables.sort(key=lambda table: (table["quarter"], order.index(table["indicator"])))
        slugs = {table["indicator"] for table in published_tables}
        return {
            "format": FORMAT,
            "city": settings.CITY_NAME,
            "release": number,
            "released_on": released_on.isoformat(),
            "definitions": [_definition(slug) for slug in order if slug in slugs],
            "hidden": {"below": LEAST, "possible_values": POSSIBLE},
            "districts": district_boundaries(districts),
            "tables": published_tables,
            "left_out": [_table_heading(table) for table in left_out],
        }


def _definition(slug: str) -> dict[str, Any]:
    """Return the definition of an indicator in words, because readers of a release have no account."""
    report = REPORTS[slug]
    return {
        "indicator": slug,
        "title": str(report.title),
        "version": report.version,
        "question": str(report.question),
        "counted": str(report.formula),
        "out_of": str(report.population),
        "when": str(report.moment),
        "does_not_show": str(report.not_said),
        "source": str(report.source),
    }


def district_boundaries(districts: Iterable[District]) -> list[dict[str, str]]:
    """Return districts with the digest of their boundary, which identifies an area under any name."""
    return [
        {
            "id": str(district.pk),
            "code": district.code,
            "name": district.name,
            "boundary": _digest(district.boundary),
        }
        for district in districts
    ]


def _digest(boundary: Any) -> str:
    """Return the SHA-256 of a boundary, or an empty text without one."""
    text = json.dumps(boundary, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest() if boundary else ""


def quarter_code(since: str) -> str:
    """Return the code of a quarter from its first day: `2026-Q3`."""
    first_day = quarter_of(date.fromisoformat(since)).since
    return f"{first_day.year:04}-Q{(first_day.month + 2) // 3}"


def tables_of(document: Mapping[str, Any], quarter: Period) -> list[Mapping[str, Any]]:
    """Return the tables of a quarter."""
    code = quarter_code(quarter.since.isoformat())
    return [table for table in document["tables"] if table["quarter"] == code]


def _table_heading(table: Table) -> dict[str, Any]:
    report = REPORTS[table.slug]
    return {
        "quarter": quarter_code(table.quarter),
        "indicator": table.slug,
        "title": str(report.title),
        "definition": report.version,
        "split": table.split,
    }


def _table(table: Table, districts: Iterable[District]) -> dict[str, Any]:
    by_id = {str(district.pk): district for district in districts}
    named_groups = [(name_group(group, by_id), group) for group in table.rows]
    if table.split != By.DISTRICT:
        named_groups.sort()
    rows = [
        {"group": group, "name": name, **_published_numbers(table, group)} for name, group in named_groups
    ]
    return {
        **_table_heading(table),
        "vintage": table.vintage or None,
        "rows": rows,
        "total": _published_numbers(table, TOTAL),
    }


def _published_numbers(table: Table, group: str) -> dict[str, int | None]:
    """Return n and `of` of a group. A hidden number is None."""
    n, of = table.pairs[group]
    hides_n, hides_of = table.hides_n or (), table.hides_of or ()
    return {"n": None if group in hides_n else n, "of": None if group in hides_of else of}
