"""Files of a release (JSON, CSV, Markdown), always the same bytes, and the PDF of a council paper."""

import json
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any, Final

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from jobs.services.printing import FACE, print_html
from lib.sheets import CSV_TYPE, Column, Sheet, write_csv
from publishing.models import CouncilPaper, Release
from reports.charts import PRINT, SCREEN, Palette, meter
from reports.figures.charts import on_paper
from reports.figures.wording import short_period

TYPES: Final = {"json": "application/json", "csv": CSV_TYPE, "md": "text/markdown; charset=utf-8"}
_COLUMNS: Final = (
    *("release", "released_on", "quarter", "indicator", "title", "definition", "split", "group", "name"),
    *("n", "of", "vintage"),
)

_DEFINITION_TEXTS: Final[Mapping[str, Promise]] = {
    "counted": _("What is counted"),
    "out_of": _("Out of"),
    "when": _("When"),
    "does_not_show": _("Does not show"),
    "source": _("Source"),
    "version": _("Version of the definition"),
}


def write_release(release: Release, extension: str) -> bytes:
    """Return the file of a release. `extension` is one of TYPES."""
    if extension == "json":
        text = json.dumps(release.document, ensure_ascii=False, indent=2, sort_keys=True)
        return f"{text}\n".encode()
    if extension == "md":
        with translation.override(settings.LANGUAGE_CODE):
            return "\n".join(_definitions(release)).encode()
    out = BytesIO()
    columns = [Column(name) for name in _COLUMNS]
    write_csv(out, Sheet("", columns, _rows(release.document)))
    return out.getvalue()


def _definitions(release: Release) -> Iterator[str]:
    title = _("How the figures of release %(number)d are counted") % {"number": release.number}
    yield from (f"# {title}", "")
    for definition in release.document.get("definitions", []):
        yield from (f"## {definition['title']}", "", definition["question"], "")
        yield from (f"- **{label}:** {definition[name]}" for name, label in _DEFINITION_TEXTS.items())
        yield ""


def _rows(document: dict[str, Any]) -> Iterator[list[Any]]:
    """Yield a line for each row. The total of a table is last and has no group. Hidden numbers are empty."""
    for table in document["tables"]:
        for row in (*table["rows"], {"group": "", "name": "", **table["total"]}):
            line = {**document, **table, **row}
            yield [line[name] for name in _COLUMNS]


def print_paper(paper: CouncilPaper) -> tuple[bytes, int]:
    """Return the PDF of a paper in the city's language, and its number of pages."""
    out = BytesIO()
    with translation.override(settings.LANGUAGE_CODE):
        context = {
            "paper": paper,
            "body": show_paper(paper, palette=PRINT),
            "face": FACE,
            "language": settings.LANGUAGE_CODE,
            "city": settings.CITY_NAME,
        }
        pages = print_html(render_to_string("publishing/paper.html", context), out)
    return out.getvalue(), pages


def show_paper(paper: CouncilPaper, *, palette: Palette = SCREEN) -> SafeString:
    """Return the text of a paper under its title, as HTML in the city's language."""
    figures = [
        figure | {name: _with_drawing(figure[name], palette) for name in ("now", "before")}
        for figure in paper.figures
    ]
    with translation.override(settings.LANGUAGE_CODE):
        quarter = paper.release.quarter
        context = {
            "paper": paper,
            "figures": figures,
            "counted": {figure["title"]: figure.get("counted") for figure in figures},
            "now": short_period(quarter),
            "before": short_period(quarter.a_year_before()),
        }
        return render_to_string("publishing/paper_body.html", context)


def _with_drawing(figure: dict[str, Any] | None, palette: Palette) -> dict[str, Any] | None:
    """Add a drawing to a figure that is stated as a share."""
    if not figure or not figure["share"]:
        return figure
    title = f"{figure['share']}: {figure['numbers']}"
    drawing = on_paper(meter(figure["n"] / figure["of"], title=title, palette=palette))
    return figure | {"drawing": drawing}
