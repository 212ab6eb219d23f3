"""Pages printed as PDF files by WeasyPrint, which needs Pango on the machine."""

from functools import lru_cache
from typing import Any, BinaryIO, Final

from django.utils.translation import gettext as _
from fontpkg_source_sans_3 import ROOT

from jobs.services.kinds import JobRefused

# Names of the library that WeasyPrint loads on different systems.
_PANGO: Final = ("libpango-1.0.so.0", "libpango-1.0.dylib", "libpango-1.0-0.dll", "pango-1.0")
FACE: Final = (ROOT / "files" / "SourceSans3[wght].ttf").as_uri()


@lru_cache
def can_write_pdf() -> bool:
    """Whether Pango is installed. Checked without WeasyPrint, whose import takes long."""
    import ctypes

    for name in _PANGO:
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        return True
    return False


def print_html(html: str, out: BinaryIO) -> int:
    """Write a page as a PDF and return its number of sheets. It can load FACE and nothing else.

    The PDF is tagged (PDF/UA-1), so that screen readers find headings and tables. Raises JobRefused if Pango
    is missing.
    """
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher, URLFetcherResponse
    except OSError as error:
        raise JobRefused(
            _("This server cannot create PDFs (Pango is not installed). Choose XLSX or CSV.")
        ) from error

    class Typeface(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
        """Load the typeface only, so that a document can fetch nothing else."""

        def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
            if url != FACE:
                raise ValueError(url)
            return super().fetch(url, headers)

    page = HTML(string=html, url_fetcher=Typeface(allowed_protocols=["file"]))
    sheets = page.render(pdf_variant="pdf/ua-1")
    sheets.write_pdf(out, finisher=_add_scopes, pdf_variant="pdf/ua-1")
    return len(sheets.pages)


def _add_scopes(_document: Any, pdf: Any) -> None:
    """Set the scope of each table heading, a column or a row, because WeasyPrint only links cells to them.

    The ID of a heading is of its table, row and column; the first row has the headings of columns.
    """
    for element in pdf.objects:
        if isinstance(element, dict) and element.get("S") == "/TH":
            _table, row, _column = element["ID"].string.split("-")
            element["A"]["Scope"] = "/Column" if row == "0" else "/Row"
