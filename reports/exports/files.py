"""Files of a document of figures: CSV (the data), XLSX (the tables and the data) or PDF."""

from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from jobs.services.printing import FACE, print_html
from lib.sheets import CSV_TYPE, XLSX_TYPE, Column, Sheet, write_csv, write_xlsx
from reports.exports.document import Document
from reports.exports.tables import Table

TYPES: Final = {"pdf": "application/pdf", "xlsx": XLSX_TYPE, "csv": CSV_TYPE}


def write(document: Document, extension: str, out: BinaryIO) -> None:
    """Write the document to `out`. Raises JobRefused if the server cannot create PDFs."""
    if extension == "csv" and document.data:
        write_csv(out, document.data)
    elif extension == "xlsx":
        write_xlsx(
            out,
            _sheets(document),
            title=document.title,
            author=document.author,
            marking=document.marking,
        )
    else:
        _write_pdf(document, out)


# --- Sheets ---------------------------------------------------------------------------------------


def _sheets(document: Document) -> Iterator[Sheet]:
    """Yield the sheets. Groups of the scorecard share a sheet, so that they can be sorted and filtered."""
    yield _sheet(_joined_table(document))
    for table in document.tables[1:]:
        if table.columns != document.tables[0].columns:
            yield _sheet(table)
    if document.data:
        yield document.data
    yield Sheet(
        _("About this file"),
        [Column("", width=30), Column("", width=100)],
        list(_about_lines(document)),
        has_heading=False,
    )


def _joined_table(document: Document) -> Table:
    first_table = document.tables[0]
    tables_with_columns = [table for table in document.tables if table.columns == first_table.columns]
    if len(tables_with_columns) == 1:
        return first_table
    rows = [row for table in tables_with_columns for row in table.rows]
    return Table(document.title, first_table.columns, rows)


def _sheet(table: Table) -> Sheet:
    rows = ([value.typed for value in row] for row in table.rows)
    return Sheet(_sheet_name(table.title), table.columns, rows)


def _sheet_name(title: str) -> str:
    """Return the name of a sheet: at most 31 characters, without characters that XLSX forbids."""
    return "".join(" " if sign in "[]:*?/\\" else sign for sign in title)[:31].strip("' ")


def _about_lines(document: Document) -> Iterator[tuple[str, Any]]:
    yield document.title, document.subtitle
    yield _("Marking"), document.marking
    yield from document.facts
    for table in document.tables:
        for note in table.notes:
            yield _("Note"), note
    for report in document.methods:
        yield "", ""
        yield _("Indicator"), str(report.title)
        yield _("Formula"), str(report.formula)
        yield _("Out of"), str(report.population)
        yield _("Does not show"), str(report.not_said)
        yield _("Source"), str(report.source)


# --- PDF ------------------------------------------------------------------------------------------


def _write_pdf(document: Document, out: BinaryIO) -> None:
    html = render_to_string(
        "reports/document.html",
        {"document": document, "face": FACE, "language": get_language()},
    )
    print_html(html, out)
