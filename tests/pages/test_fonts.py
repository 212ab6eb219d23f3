"""The typeface is extracted from its package once, and served like any static file."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from fontTools.ttLib import TTFont
from pytest_django import Settings

from pages import fonts

STYLES = Path(fonts.__file__).parent / "static" / "pages" / "app.css"


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(tmp_path_factory.mktemp("fonts"))


@pytest.fixture
def folder(settings: Settings, cache: Path) -> Path:
    settings.FONT_CACHE_DIR = cache
    return fonts.folder()


def test_processes_that_start_together_cut_once(settings: Settings, cache: Path) -> None:
    settings.FONT_CACHE_DIR = cache
    with ThreadPoolExecutor(4) as pool:
        made = {future.result() for future in [pool.submit(fonts.folder) for _ in range(4)]}
    assert len(made) == 1
    assert {path.name for path in cache.iterdir()} == {"lock", made.pop().name}


def test_each_cut_has_its_script_and_both_weights(folder: Path) -> None:
    letters = {"latin": "Å", "latin-ext": "ņ", "cyrillic": "Ж", "greek": "Δ"}
    for name, path in zip(fonts.RANGES, fonts.paths(), strict=True):
        font = TTFont(folder / path)
        assert ord(letters[name]) in font.getBestCmap()
        axis = font["fvar"].axes[0]
        assert (axis.axisTag, axis.minValue, axis.maxValue) == ("wght", *fonts.WEIGHTS)
        assert (folder / path).stat().st_size < 50_000


def test_finder_finds_and_lists_the_cuts_only(folder: Path) -> None:
    finder = fonts.FontFinder()
    first = fonts.paths()[0]
    assert finder.find(first) == str(folder / first)
    assert finder.find(first, find_all=True) == [str(folder / first)]
    assert not finder.find("pages/fonts/other.woff2")
    assert [path for path, _ in finder.list(None)] == fonts.paths()
    assert finders.find(first) == str(folder / first)


def test_style_sheet_names_the_same_files_and_ranges() -> None:
    styles = STYLES.read_text()
    for path, ranges in zip(fonts.paths(), fonts.RANGES.values(), strict=True):
        assert f'url("{path.removeprefix("pages/")}")' in styles
        assert f"unicode-range: {ranges.replace(',', ', ')};" in styles


def test_fonts_are_served(client: Client) -> None:
    assert client.get(f"/static/{fonts.paths()[0]}").headers["Content-Type"] == "font/woff2"
