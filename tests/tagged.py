"""The tags of a PDF as a screen reader follows them."""

import io
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

from pypdf import PdfReader

HEADINGS: Final = ("/H1", "/H2", "/H3", "/H4")


class Tagged:
    """A PDF's pages, language, title, and the elements of its tag tree in reading order."""

    def __init__(self, content: bytes) -> None:
        self.reader = PdfReader(io.BytesIO(content))
        trailer: Any = self.reader.trailer
        self.catalogue = trailer["/Root"]
        self.elements = list(_elements(self.catalogue["/StructTreeRoot"]))

    @property
    def pages(self) -> list[str]:
        return [page.extract_text() for page in self.reader.pages]

    def of(self, tag: str) -> list[Any]:
        return [element for element in self.elements if element["/S"] == f"/{tag}"]


def assert_accessible(content: bytes, *, title: str, language: str = "en-gb") -> Tagged:
    """The part of PDF/UA-1 that this project's templates are responsible for, beside WeasyPrint."""
    pdf = Tagged(content)
    root = pdf.catalogue
    assert root["/MarkInfo"]["/Marked"] and root["/Lang"] == language
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b'pdfuaid:part="1"' in root["/Metadata"].get_data()
    assert pdf.reader.metadata and pdf.reader.metadata.title == title
    levels = [int(str(one["/S"])[2:]) for one in pdf.elements if one["/S"] in HEADINGS]
    assert levels[0] == 1 and levels.count(1) == 1, "one title"
    assert all(after <= before + 1 for before, after in pairwise(levels)), "no level is left out"
    for table in pdf.of("Table"):
        cells = list(_elements(table))
        heads = {str(one["/ID"]): str(one["/A"]["/Scope"]) for one in cells if one["/S"] == "/TH"}
        assert set(heads.values()) == {"/Column", "/Row"}
        for cell in (one for one in cells if one["/S"] == "/TD"):
            named = {str(one) for one in cell["/A"]["/Headers"]}
            assert named and named <= heads.keys(), "each cell names its headings"
    assert all(str(figure.get("/Alt", "")).strip() for figure in pdf.of("Figure")), "each drawing has a text"
    return pdf


def _elements(node: Any) -> Iterator[Any]:
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        for one in node:
            yield from _elements(one)
    elif isinstance(node, dict):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from _elements(node["/K"])
