"""Languages of public pages. A page can be in any language, and its fixed words exist in some languages.

`words/<language>.toml` has the fixed words, even if gettext has no catalogue of that language. A page in a
language without such words has them in English, and its texts in their own language.
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
_DAYS_OF: Final = {ENGLISH: "en-gb"}  # the locale for European dates
_WORDS: Final = Path(__file__).with_name("words")
_RIGHT_TO_LEFT: Final = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"})


def has_words(language: str) -> bool:
    """Whether the language has words. `language` can be any text from a URL."""
    return _base(language) in _languages_with_words()


def words_of(language: str) -> str:
    """Return the language of the fixed words on a page in `language`."""
    return _base(language) if has_words(language) else ENGLISH


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Render words in a language that `has_words`."""
    _load_words(_base(language))
    base = _base(language)
    with translation.override(_DAYS_OF.get(base, base)):
        yield


def in_public_words(label: Any) -> str:
    """Return a label of a code list in the words of the pages, which exist in more languages."""
    with translation.override(ENGLISH):
        english = str(label)
    translated = translation.pgettext(CONTEXT, english)
    return translated[:1].upper() + translated[1:]


def direction(language: str) -> str:
    return "rtl" if _base(language) in _RIGHT_TO_LEFT else "ltr"


def own_name(language: str) -> str:
    """Return the name of a language in itself, or else in English, or else its code."""
    locale = _locale(language)
    name = locale.get_display_name(locale) if locale else _name_without_locale(language, ENGLISH)
    return name[:1].upper() + name[1:] if name else language


def name_in(language: str, reader: str) -> str:
    """Return the name of a language in the language of the reader."""
    reader_locale, language_locale = _locale(reader), _locale(language)
    name = (
        language_locale.get_display_name(reader_locale)
        if language_locale and reader_locale
        else _name_without_locale(language, reader)
    )
    return name[:1].upper() + name[1:] if name else own_name(language)


class Text(str):
    """Text in a language. On a page in another language it is marked with its own."""

    language: str
    page: str

    def __new__(cls, text: str, language: str, page: str) -> Self:
        instance = super().__new__(cls, text)
        instance.language, instance.page = language, page
        return instance

    def __html__(self) -> SafeString:
        text = str.__str__(self)
        if _base(self.language) == self.page:
            return escape(text)
        return format_html(
            '<span lang="{}" dir="{}">{}</span>', self.language, direction(self.language), text
        )


@cache
def _languages_with_words() -> frozenset[str]:
    return frozenset({ENGLISH, *(file.stem for file in _WORDS.glob("*.toml"))})


def _base(language: str) -> str:
    return language.partition("-")[0].lower()


def _locale(language: str) -> Locale | None:
    try:
        return Locale.parse(language, sep="-")
    except (ValueError, UnknownLocaleError):
        return None


def _name_without_locale(language: str, reader: str) -> str | None:
    """Return the name of a language without a locale of its own."""
    if language == "sgn":
        with speaking(words_of(reader)):
            return translation.pgettext(CONTEXT, "Sign language")
    reader_locale = _locale(reader)
    return reader_locale.languages.get(language) if reader_locale else None


def _load_words(language: str) -> None:
    """Add the words to gettext's catalogue of the language once, in a context of their own."""
    file = _WORDS / f"{language}.toml"
    catalogue: Any = trans_real.translation(language)  # Django's, which the stubs do not describe
    if getattr(catalogue, "has_public_words", False) or not file.exists():
        return
    for english, translated in tomllib.loads(file.read_text(encoding="utf-8")).items():
        catalogue._catalog[f"{CONTEXT}\x04{english}"] = translated
    catalogue.has_public_words = True
