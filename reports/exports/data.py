"""Figures as data: a row for each figure, group and period, with the names of the API's columns.

CSV files are this table, and XLSX files have it as a sheet. Days are dates, and numbers have no format.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _

from districts.models import District
from lib.sheets import Cell, Column, Sheet
from reports.figures.observations import DESCRIPTION, description_of, group_of, number_names, numbers_of
from reports.figures.scorecard import Table
from reports.queries.questions import By

_CELLS: Final = {
    **dict.fromkeys(["from", "to", "counted_to"], Cell.DAY),
    **dict.fromkeys(["as_of", "kept_at"], Cell.MOMENT),
    **dict.fromkeys(["indicator", "unit", "value_status", "status"], Cell.TEXT),
    **dict.fromkeys(["district", "district_name", "rest", *(way.value for way in By), "marking"], Cell.TEXT),
    "all_kinds": Cell.FLAG,
}


def data_sheet(tables: Sequence[Table], district: District, marking: str) -> Sheet:
    """Return the figures of these tables about a district. A figure in two tables has one row."""
    groupings = [table.question.by.value for table in tables if table.question.by != By.DISTRICT]
    names = [
        *("district", "district_name", *dict.fromkeys(groupings), "rest"),
        *DESCRIPTION,
        *dict.fromkeys(name for table in tables for name in number_names(table.report)),
        *("all_kinds", "marking"),
    ]
    figures = {
        tuple(figure[name] for name in names if name in _KEY): figure
        for figure in _figures(tables, district, dict.fromkeys(names) | {"marking": marking})
    }
    columns = [Column(name, _CELLS.get(name, Cell.PLAIN)) for name in names]
    return Sheet(_("Data"), columns, [[figure[name] for name in names] for figure in figures.values()])


_KEY: Final = {"indicator", "district", "rest", "from", "to", By.FOCUS.value, By.KIND.value}


def _figures(tables: Iterable[Table], district: District, empty: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for table in tables:
        question = table.question
        districts = {row.code: row.name for row in (district, *question.districts)}
        for row in sorted(table.rows.values(), key=lambda row: (row.period.since, row.period.until)):
            group = {"district": district.code, **group_of(row, question)}
            yield {
                **empty,
                **group,
                "district_name": districts.get(group["district"] or ""),
                **description_of(table.report, row, question),
                **numbers_of(table.report, row),
                "all_kinds": question.all_kinds,
            }
