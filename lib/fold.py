"""Folding: a plain form of a text for searching, sorting and comparing.

PostgreSQL's `unaccent` keeps Greek and Cyrillic accents, and byte order would put Álava after Zorro, so the
services store this form beside the text.
"""

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

_NOT_WORD = re.compile(r"[\W_]+")
_INVISIBLE = {"Cf", "Cc", "Cs"}
# Invisible letters and marks: Hangul fillers, the grapheme joiner, inherent Khmer vowels and variation
# selectors (Unicode's Default_Ignorable_Code_Point).
_FILLER = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8"
    "\U000e0000-\U000e0fff]"
)
_BLANK_BRAILLE = "\u2800"
# Control characters except blanks and line ends, and unpaired surrogates: nobody types them.
ODD = re.compile(r"[\0-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff]")
_LETTER = re.compile(r"[^\W_]")


def is_invisible(character: str) -> bool:
    """Whether the character is a control, a format, a surrogate, or one that Unicode will never assign.

    Characters unknown to this Python version count as visible, because they may be new emoji.
    """
    code = ord(character)
    is_none = code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
    return is_none or unicodedata.category(character) in _INVISIBLE


class _Plain(dict[int, str | None]):
    """Table for `str.translate` that drops accents and invisible characters, and spells out letters (ß).

    The table grows as it meets characters. An import folds millions of them, and Unicode lookups are slow.
    """

    def __missing__(self, code: int) -> str | None:
        character = chr(code)
        drop = unicodedata.combining(character) or is_invisible(character) or _FILLER.match(character)
        replacement = None if drop and not character.isspace() else character  # a line end separates words
        if len(self) < 10_000:
            self[code] = replacement
        return replacement


_SPELLED = {
    "ß": "ss",
    "ø": "o",
    "đ": "d",
    "ð": "d",
    "ł": "l",
    "þ": "th",
    "æ": "ae",
    "œ": "oe",
    "ı": "i",
    "ς": "σ",
}
# Spellings in passports and on signs that differ from letter-by-letter transliteration: Mouseio, Tarnovo,
# Maria.
_AS_WRITTEN = {"ου": "ou", "ъ": "a", "ия": "ia"}
_PLAIN = _Plain({ord(letter): spelled for letter, spelled in _SPELLED.items()})


def fold(*texts: str) -> str:
    """Return `texts` as one line without accents, case or repeated blanks. Letters of any script are kept.

    >>> fold("Asociación  «ÁLAVA»", "Σίσυφος")
    'asociacion alava σισυφοσ'
    """
    text = " ".join(texts)
    if _is_plain(text):
        return _NOT_WORD.sub(" ", text.lower()).strip()
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return _NOT_WORD.sub(" ", text.translate(_PLAIN)).strip()


def latin(folded: str) -> str:
    """Return folded words in Latin letters, except for letters without a Latin equivalent.

    >>> latin("николова 20 ελληνων")
    'nikolova 20 ellinon'
    """
    if folded.isascii():
        return folded
    return " ".join(filter(None, map(_latin_word, folded.split())))


@lru_cache(maxsize=20_000)
def _latin_word(word: str) -> str:
    for letters, written in _AS_WRITTEN.items():
        word = word.replace(letters, written)
    return fold(anyascii(word)).replace(" ", "")


def findable(*texts: str) -> str:
    """Return the search form of `texts`: folded, followed by the Latin form of words in other scripts.

    >>> findable("Мария ACME")
    'мария acme maria'
    """
    folded = fold(*texts)
    if folded.isascii():
        return folded
    spelled = (_latin_word(word) for word in folded.split() if not word.isascii())
    return " ".join([folded, *filter(None, spelled)])


def squash(text: str) -> str:
    """Clean a one-line text: NFC, no control or invisible characters, single blanks.

    Returns an empty text if nothing visible remains.
    """
    if _is_plain(text):
        return " ".join(text.split())
    text = unicodedata.normalize("NFC", _FILLER.sub("", text)).replace(_BLANK_BRAILLE, " ")
    if not text.isprintable():  # checking each character is slow and rarely needed
        text = "".join(" " if c.isspace() else c for c in text if c.isspace() or not is_invisible(c))
    return " ".join(text.split()) if can_be_seen(text) else ""


def _is_plain(text: str) -> bool:
    """Whether the text is visible ASCII and blanks only (fast, because imports call this often)."""
    return text.isascii() and text.isprintable()


def can_be_seen(text: str) -> bool:
    """Whether the text has a visible letter, digit or sign. Accents alone do not count."""
    text = _FILLER.sub("", text)
    if _LETTER.search(text):
        return True
    return any(_is_drawn(character) for character in text)


def _is_drawn(character: str) -> bool:
    kind = unicodedata.category(character)
    is_new = kind == "Cn" and not is_invisible(character)
    return (is_new or kind[0] in "NPS") and character != _BLANK_BRAILLE
