"""Languages of public pages: any that people speak. The words of the pages exist in some of them.

`words/<language>.toml` has the words of the pages, which gettext's catalogue of that language need not have.
A page in a language without words has them in English, and its texts in their own language.
"""

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final, Self

from babel import Locale
from babel.core import UnknownLocaleError
from django.utils import translation
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import trans_real

CONTEXT: Final = "public page"
ENGLISH: Final = "en"
_DAYS_OF: Final = {ENGLISH: "en-gb"}  # whose days are written as in Europe
_WORDS: Final = Path(__file__).with_name("words")
_RIGHT_TO_LEFT: Final = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"})


def has_words(language: str) -> bool:
    """Whether there are words. `language` can be anything: readers write it in addresses."""
    return _base(language) in _known()


def words_of(language: str) -> str:
    """The language of the words on a page in `language`."""
    return _base(language) if has_words(language) else ENGLISH


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Render words in a language that `has_words`."""
    _learn(_base(language))
    base = _base(language)
    with translation.override(_DAYS_OF.get(base, base)):
        yield


def in_public_words(label: Any) -> str:
    """Return a label of a code list in the words of the pages, which know more languages than the system."""
    with translation.override(ENGLISH):
        english = str(label)
    said = translation.pgettext(CONTEXT, english)
    return said[:1].upper() + said[1:]


def direction(language: str) -> str:
    return "rtl" if _base(language) in _RIGHT_TO_LEFT else "ltr"


def own_name(language: str) -> str:
    """What a language calls itself, or its English name; its code if no one knows."""
    locale = _locale(language)
    name = locale.get_display_name(locale) if locale else _listed(language, ENGLISH)
    return name[:1].upper() + name[1:] if name else language


def name_in(language: str, reader: str) -> str:
    """What the reader calls a language."""
    there, here = _locale(reader), _locale(language)
    name = here.get_display_name(there) if here and there else _listed(language, reader)
    return name[:1].upper() + name[1:] if name else own_name(language)


class Text(str):
    """A text in its language. Shown on a page in another one, its language is marked."""

    language: str
    page: str

    def __new__(cls, text: str, language: str, page: str) -> Self:
        made = super().__new__(cls, text)
        made.language, made.page = language, page
        return made

    def __html__(self) -> SafeString:
        plain = str.__str__(self)
        if _base(self.language) == self.page:
            return escape(plain)
        return format_html(
            '<span lang="{}" dir="{}">{}</span>', self.language, direction(self.language), plain
        )


@cache
def _known() -> frozenset[str]:
    return frozenset({ENGLISH, *(file.stem for file in _WORDS.glob("*.toml"))})


def _base(language: str) -> str:
    return language.partition("-")[0].lower()


def _locale(language: str) -> Locale | None:
    try:
        return Locale.parse(language, sep="-")
    except (ValueError, UnknownLocaleError):
        return None


def _listed(language: str, reader: str) -> str | None:
    """The name of a language that has no locale of its own."""
    if language == "sgn":
        with speaking(words_of(reader)):
            return translation.pgettext(CONTEXT, "Sign language")
    there = _locale(reader)
    return there.languages.get(language) if there else None


def _learn(language: str) -> None:
    """Put the words into gettext's catalogue of the language, in a context of their own, once."""
    file = _WORDS / f"{language}.toml"
    catalogue: Any = trans_real.translation(language)  # Django's, which the stubs do not describe
    if getattr(catalogue, "has_public_words", False) or not file.exists():
        return
    for english, said in tomllib.loads(file.read_text(encoding="utf-8")).items():
        catalogue._catalog[f"{CONTEXT}\x04{english}"] = said
    catalogue.has_public_words = True
