"""A document of figures as a file: CSV (its first table), XLSX, or PDF."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, BinaryIO, Final

from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from fontpkg_source_sans_3 import ROOT

from jobs.kinds import JobRefused
from lib.sheets import CSV_TYPE, XLSX_TYPE, Column, Sheet, write_csv, write_xlsx
from reports.exports.document import Document, Table

TYPES: Final = {"pdf": "application/pdf", "xlsx": XLSX_TYPE, "csv": CSV_TYPE}
# What WeasyPrint asks the system for; it names the libraries differently from system to system.
_PANGO: Final = ("libpango-1.0.so.0", "libpango-1.0.dylib", "libpango-1.0-0.dll", "pango-1.0")
FACE: Final = (ROOT / "files" / "SourceSans3[wght].ttf").as_uri()


@lru_cache
def can_write_pdf() -> bool:
    """Whether Pango is there: asked without importing WeasyPrint, which takes long."""
    import ctypes

    for name in _PANGO:
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        return True
    return False


def write(document: Document, extension: str, out: BinaryIO) -> None:
    """Raises JobRefused where the machine cannot."""
    if extension == "csv":
        write_csv(out, _sheet(_in_one(document)))
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
    """The scorecard's groups are one sheet, so that it can be sorted and filtered."""
    yield _sheet(_in_one(document))
    for table in document.tables[1:]:
        if table.columns != document.tables[0].columns:
            yield _sheet(table)
    yield Sheet(
        _("About this file"),
        [Column("", width=30), Column("", width=100)],
        list(_about(document)),
        has_heading=False,
    )


def _in_one(document: Document) -> Table:
    first = document.tables[0]
    same = [table for table in document.tables if table.columns == first.columns]
    if len(same) == 1:
        return first
    rows = [row for table in same for row in table.rows]
    return Table(document.title, first.columns, rows)


def _sheet(table: Table) -> Sheet:
    rows = ([value.typed for value in row] for row in table.rows)
    return Sheet(_tab(table.title), table.columns, rows)


def _tab(title: str) -> str:
    """A sheet's name: at most 31 letters, some signs not among them."""
    return "".join(" " if sign in "[]:*?/\\" else sign for sign in title)[:31].strip("' ")


def _about(document: Document) -> Iterator[tuple[str, Any]]:
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


def print_html(html: str, out: BinaryIO) -> int:
    """Write a page as a PDF and return its number of sheets. It can load FACE and nothing else.

    The PDF is tagged (PDF/UA-1), so that screen readers find headings and tables. Raises JobRefused where the
    machine cannot.
    """
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher, URLFetcherResponse
    except OSError as error:
        raise JobRefused(
            _("This server cannot create PDFs (Pango is not installed). Choose XLSX or CSV.")
        ) from error

    class Typeface(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
        """The typeface, and nothing else: what is in a document fetches nothing."""

        def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
            if url != FACE:
                raise ValueError(url)
            return super().fetch(url, headers)

    page = HTML(string=html, url_fetcher=Typeface(allowed_protocols=["file"]))
    sheets = page.render(pdf_variant="pdf/ua-1")
    sheets.write_pdf(out, finisher=_add_scopes, pdf_variant="pdf/ua-1")
    return len(sheets.pages)


def _add_scopes(_document: Any, pdf: Any) -> None:
    """State of each table heading whether it is of a column or a row: WeasyPrint only links cells to them.

    The ID of a heading is of its table, row and column; the first row has the headings of columns.
    """
    for element in pdf.objects:
        if isinstance(element, dict) and element.get("S") == "/TH":
            _table, row, _column = element["ID"].string.split("-")
            element["A"]["Scope"] = "/Column" if row == "0" else "/Row"
