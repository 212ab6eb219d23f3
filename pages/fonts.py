"""Subset the typeface from its package: no font files in the repository, no CDN."""

import fcntl
import hashlib
import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage
from django.core.files.storage import FileSystemStorage
from fontpkg_source_sans_3 import ROOT
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

logger = logging.getLogger(__name__)

SOURCE = ROOT / "files" / "SourceSans3[wght].ttf"
FOLDER = "pages/fonts"
WEIGHTS = (400, 700)
# app.css lists the same ranges, so that browsers fetch only the subsets that a page needs.
RANGES = {
    "latin": "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+2000-206F,U+20AC,U+2122,"
    "U+2190-2193,U+2212,U+2215,U+2264-2265,U+FEFF,U+FFFD",
    "latin-ext": "U+0100-0130,U+0132-0151,U+0154-02BA,U+1E00-1E9F,U+1EF2-1EFF",
    "cyrillic": "U+0301,U+0400-045F,U+0490-0491,U+04B0-04B1,U+2116",
    "greek": "U+0370-03FF",
}
FEATURES = [*subset.Options().layout_features, "tnum", "lnum"]  # fixed-width figures, for tables
VERSION = "1"  # increase when cut() changes


def paths() -> list[str]:
    """Static paths of all subsets, such as `pages/fonts/source-sans-3-latin.woff2`."""
    return [f"{FOLDER}/source-sans-3-{name}.woff2" for name in RANGES]


def folder() -> Path:
    """The folder with all subsets, which is created on first use.

    Its name is a digest of the inputs. Processes that start together wait for the first one.
    """
    recipe = repr((VERSION, WEIGHTS, RANGES, FEATURES)).encode()
    digest = hashlib.sha256(recipe + SOURCE.read_bytes()).hexdigest()[:16]
    cache = Path(settings.FONT_CACHE_DIR)
    done = cache / digest
    if done.is_dir():
        return done
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.is_dir():
            part = cache / f"{digest}.{os.getpid()}"
            (part / FOLDER).mkdir(parents=True, exist_ok=True)
            for name, path in zip(RANGES, paths(), strict=True):
                cut(RANGES[name], part / path)
            part.rename(done)
            logger.info("Cut %d font files into %s", len(RANGES), done)
    return done


def cut(ranges: str, target: Path) -> None:
    """Write the glyphs in these ranges to a variable woff2 font."""
    font = TTFont(SOURCE, lazy=True)
    options = subset.Options(flavor="woff2", layout_features=FEATURES, notdef_outline=True)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=subset.parse_unicodes(ranges.replace("U+", "")))
    subsetter.subset(font)
    instancer.instantiateVariableFont(font, {"wght": WEIGHTS}, inplace=True)
    font.flavor = "woff2"
    font.save(target)


class FontFinder(BaseFinder):
    """A static files finder for the subsets, for the development server, WhiteNoise and collectstatic."""

    def check(self, **kwargs: object) -> list[CheckMessage]:
        return []

    def find(  # type: ignore[override]  # one function for both overloads of the stubs
        self, path: str, find_all: bool = False, **kwargs: object
    ) -> str | Sequence[str] | None:
        file = str(folder() / path) if path in paths() else None
        if find_all:
            return [file] if file else []
        return file

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        storage = FileSystemStorage(location=folder())
        for path in paths():
            yield path, storage
