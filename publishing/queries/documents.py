"""What everybody can read of a release: its tables without the hidden numbers."""

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
    """The document, in the city's language. `earlier` are tables of earlier quarters, as released."""
    order = list(REPORTS)
    with translation.override(settings.LANGUAGE_CODE):
        stated = [*earlier, *(_table(table, districts) for table in tables)]
        stated.sort(key=lambda table: (table["quarter"], order.index(table["indicator"])))
        slugs = {table["indicator"] for table in stated}
        return {
            "format": FORMAT,
            "city": settings.CITY_NAME,
            "release": number,
            "released_on": released_on.isoformat(),
            "definitions": [_definition(slug) for slug in order if slug in slugs],
            "hidden": {"below": LEAST, "possible_values": POSSIBLE},
            "districts": grounds(districts),
            "tables": stated,
            "left_out": [_head(table) for table in left_out],
        }


def _definition(slug: str) -> dict[str, Any]:
    """How an indicator is counted, in words: whoever reads a release has no account here."""
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


def grounds(districts: Iterable[District]) -> list[dict[str, str]]:
    """Districts, each with the digest of its boundary: the ground is known by it, whatever it is called."""
    return [
        {"id": str(one.pk), "code": one.code, "name": one.name, "boundary": _digest(one.boundary)}
        for one in districts
    ]


def _digest(boundary: Any) -> str:
    """Empty without a boundary."""
    text = json.dumps(boundary, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest() if boundary else ""


def quarter_code(since: str) -> str:
    """`2026-Q3`, from its first day."""
    first = quarter_of(date.fromisoformat(since)).since
    return f"{first.year:04}-Q{(first.month + 2) // 3}"


def tables_of(document: Mapping[str, Any], quarter: Period) -> list[Mapping[str, Any]]:
    """The tables of a quarter."""
    code = quarter_code(quarter.since.isoformat())
    return [table for table in document["tables"] if table["quarter"] == code]


def _head(table: Table) -> dict[str, Any]:
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
    named = [(name_group(group, by_id), group) for group in table.rows]
    if table.split != By.DISTRICT:
        named.sort()
    rows = [{"group": group, "name": name, **_shown(table, group)} for name, group in named]
    return {**_head(table), "rows": rows, "total": _shown(table, TOTAL)}


def _shown(table: Table, group: str) -> dict[str, int | None]:
    """None is hidden."""
    n, of = table.pairs[group]
    hides_n, hides_of = table.hides_n or (), table.hides_of or ()
    return {"n": None if group in hides_n else n, "of": None if group in hides_of else of}
