"""Workbooks are read as displayed, and none brings the server down, whatever its metadata claims."""

import io
import struct
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from datetime import date, datetime, time
from itertools import chain
from pathlib import Path
from time import thread_time
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.utils.datetime import MAC_EPOCH
from openpyxl.worksheet.formula import ArrayFormula

from exchange.imports.workbooks import read_rows
from exchange.models import ImportDraft
from tests.exchange.test_import_wizard import supervisor_of_n1, upload, workbook

MEGABYTE = 1024 * 1024
SHEET = "xl/worksheets/sheet1.xml"


def rows(content: bytes) -> list[list[str]]:
    return list(read_rows(io.BytesIO(content)))


def saved(book: Workbook) -> bytes:
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def with_part(name: str, pieces: Iterable[bytes | str], *, base: bytes | None = None) -> bytes:
    """Return a small workbook with the part `name` replaced, written in pieces."""
    content = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(base or workbook(["Name"], ["Casa"]))) as old,
        zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for part in old.infolist():
            if part.filename != name:
                new.writestr(part, old.read(part))
        with new.open(name, "w", force_zip64=True) as out:
            for piece in pieces:
                out.write(piece.encode() if isinstance(piece, str) else piece)
    return content.getvalue()


def sheet(body: Iterable[bytes | str], before: str = "", after: str = "", base: bytes | None = None) -> bytes:
    start, end = f"<worksheet xmlns='x'><sheetData>{before}", f"{after}</sheetData></worksheet>"
    return with_part(SHEET, chain([start], body, [end]), base=base)


def test_every_kind_of_cell_is_read_as_it_looks() -> None:
    book = Workbook()
    page: Any = book.active
    page.append(["Text", 612345678, 1.5, True, False, None, "=A1+1", " blank "])
    page.append([date(2026, 11, 25), datetime(2026, 11, 25, 18, 30), time(9, 5)])  # noqa: DTZ001  # as cells hold it
    page.append([CellRichText("Peña ", TextBlock(InlineFont(b=True), "Zorro")), "a\nb", "_x0041_", "#N/A"])
    page["B9"] = "far"
    page["C9"] = ArrayFormula("C9", "=SUM(A1:A2)")
    assert rows(saved(book)) == [
        ["Text", "612345678", "1.5", "true", "false", "", "=A1+1", " blank "],
        ["2026-11-25", "2026-11-25 18:30", "09:05:00"],
        ["Peña Zorro", "a\nb", "A", "#N/A"],
        *([[]] * 5),
        ["", "far", "=SUM(A1:A2)"],
    ]


def test_a_postcode_that_is_shown_with_its_zeros_keeps_them() -> None:
    book = Workbook()
    page: Any = book.active
    page.append([8001, 28806])
    page["A1"].number_format = page["B1"].number_format = "00000"
    assert rows(saved(book)) == [["08001", "28806"]]


def test_days_of_a_workbook_that_counts_from_1904() -> None:
    book = Workbook()
    book.epoch = MAC_EPOCH
    book.active.append([date(2026, 11, 25)])  # type: ignore[union-attr]  # a new book has a sheet
    assert rows(saved(book)) == [["2026-11-25"]]


def test_a_formula_that_was_filled_down_is_as_it_stands_in_its_cell() -> None:
    cells = [
        '<row r="1"><c r="B1"><f t="shared" ref="B1:B2" si="0">A1*2</f><v>2</v></c></row>',
        '<row r="2"><c r="B2"><f t="shared" si="0"/><v>4</v></c></row>',
    ]
    assert rows(sheet(cells)) == [["", "=A1*2"], ["", "=A2*2"]]


@pytest.mark.parametrize(
    "formula", ["A1+1", '"unterminated', "[Book", "#FOO"], ids=["above the sheet", "quoted", "book", "sign"]
)
def test_of_a_formula_that_cannot_be_derived_the_value_is_read(formula: str) -> None:
    cells = [
        '<row r="1"><c r="A1"><v>7</v></c></row>',
        f'<row r="5"><c r="E5"><f t="shared" si="0">{formula}</f><v>8</v></c></row>',
        '<row r="6"><c r="A6"><f t="shared" si="0"/><v>9</v></c></row>',
    ]
    assert rows(sheet(cells)) == [["7"], [], [], [], ["", "", "", "", f"={formula}"], ["9"]]


def test_of_a_formula_filled_down_in_cells_that_do_not_say_where_they_are_the_value_is_read() -> None:
    cells = [
        '<row><c><f t="shared" si="0">A1*2</f><v>2</v></c></row>',
        '<row><c><f t="shared" si="0"/><v>4</v></c></row>',
    ]
    assert rows(sheet(cells)) == [["=A1*2"], ["4"]]


@pytest.mark.parametrize("stray", ['<f t="shared" si="0">1</f>', "<f>1</f>", "<t>x</t>", "<v>1</v>"])
def test_what_stands_in_no_cell_is_not_read(stray: str) -> None:
    assert rows(sheet([f"<row>{stray}</row>", "<row><c><v>2</v></c></row>"])) == [[], ["2"]]


def test_a_shared_text_that_is_not_counted_is_not_read() -> None:
    texts = "<sst xmlns='x'><t>x</t><si><t>Name</t></si></sst>"
    base = with_part("xl/sharedStrings.xml", [texts])
    assert rows(sheet(['<row><c t="s"><v>0</v></c></row>'], base=base)) == [["Name"]]


@pytest.mark.parametrize("escaped", ["_xD800_", "_x0000_", "_xDFFF__xD800_"])
@pytest.mark.django_db
def test_halves_of_characters_and_nul_do_not_come_in(escaped: str) -> None:
    texts = f"<sst xmlns='x'><si><t>Na{escaped}me</t></si><si><t>Ca{escaped}sa</t></si></sst>"
    base = with_part("xl/sharedStrings.xml", [texts])
    cell = '<row><c t="s"><v>0</v></c></row><row><c t="s"><v>1</v></c></row>'
    assert upload(supervisor_of_n1(), sheet([cell], base=base)).status_code == 302
    assert ImportDraft.objects.get().sample == {"Name": ["Casa"]}


def many(piece: str, count: int) -> Iterable[str]:
    """Yield `piece` `count` times, in groups of 1,000."""
    return (piece * 1_000 for _thousand in range(count // 1_000))


NAMED = '<row r="1"><c t="inlineStr"><is><t>Name</t></is></c></row>'


def one_cell() -> bytes:
    return sheet(
        many("x" * 1_000, 15_000),
        NAMED + '<row r="2"><c t="inlineStr"><is><t>',
        "</t></is></c></row>",
    )


def wide_row() -> bytes:
    return sheet(many("<c/>", 12_000_000), NAMED + "<row>", "</row>")


def far_too_deep() -> bytes:
    return sheet(many("<a>", 1_000_000))


def comment() -> bytes:
    return sheet(many("<" * 1_000, 15_000), "<!--", "-->")


def one_text_often() -> bytes:
    texts = f"<sst><si><t>{'x' * 32_000}</t></si></sst>"
    base = with_part("xl/sharedStrings.xml", [texts])
    return sheet(many('<row><c t="s"><v>0</v></c></row>', 100_000), base=base)


def many_texts() -> bytes:
    return with_part(
        "xl/sharedStrings.xml", chain(["<sst>"], many("<si><t>a</t></si>", 2_000_000), ["</sst>"])
    )


def gigabyte() -> bytes:
    return sheet(bytes(MEGABYTE) for _megabyte in range(1024))


def lying_directory() -> bytes:
    """Return a workbook with any number of rows, whose zip directory claims that they are 1 kB."""
    content = bytearray(sheet(many(NAMED, 2_000_000)))
    at = content.rfind(SHEET.encode()) - 46
    assert content[at : at + 4] == b"PK\x01\x02"
    local = content.find(SHEET.encode()) - 30
    for place in (at + 24, local + 22):
        content[place : place + 4] = struct.pack("<I", 1_024)
    return bytes(content)


BOMBS = (
    (one_cell, "A cell of row 2 has more than 32,767 characters."),
    (wide_row, "too large when unpacked"),
    (far_too_deep, "cannot be read as a workbook"),
    (comment, "cannot be read as a workbook"),
    (one_text_often, "too large when unpacked"),
    (many_texts, "too large when unpacked"),
    (gigabyte, "too large when unpacked"),
    (lying_directory, "cannot be read as a workbook"),
)


@pytest.mark.thorough
def test_a_bomb_is_refused_within_seconds_and_in_little_memory(tmp_path: Path) -> None:
    files = [tmp_path / f"{bomb.__name__}.xlsx" for bomb, _says in BOMBS]
    for file, (bomb, _says) in zip(files, BOMBS, strict=True):
        file.write_bytes(bomb())
    done = subprocess.run(
        [sys.executable, "-m", "tests.exchange.reading_alone", *map(str, files)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    for line, (bomb, says) in zip(done.stdout.splitlines(), BOMBS, strict=True):
        result, seconds, megabytes = line.rsplit("\t", 2)
        assert says in result, bomb.__name__
        assert float(seconds) < 20, bomb.__name__  # CPU seconds, with a margin for a busy machine
        assert float(megabytes) < 256, bomb.__name__


def test_a_million_empty_rows_end_the_sheet_at_once() -> None:
    content = sheet(many("<row/>", 1_000_000), NAMED)
    started = thread_time()
    assert len(rows(content)) == 1 + 5_000
    assert thread_time() - started < 5


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(sheet(["<row r='x'/>"]), id="a row without a number"),
        pytest.param(sheet(['<row><c t="s"><v>9</v></c></row>']), id="a text that is not there"),
        pytest.param(sheet(['<row><c s="99"><v>9</v></c></row>']), id="a style that is not there"),
        pytest.param(sheet(["<row><c><v>ten</v></c></row>"]), id="a number that is none"),
        pytest.param(sheet(["<row>"]), id="not closed"),
        pytest.param(with_part("xl/_rels/workbook.xml.rels", ["<x/>"]), id="no sheet"),
        pytest.param(with_part(SHEET, ["<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"]), id="an entity"),
    ],
)
@pytest.mark.django_db
def test_a_workbook_that_says_nonsense_is_refused_and_leaves_nothing(content: bytes) -> None:
    answer = upload(supervisor_of_n1(), content)
    assert answer.status_code == 422
    assert "cannot be read as a workbook" in answer.content.decode()
    assert not ImportDraft.objects.exists()
