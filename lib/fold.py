"""Folding: one plain form of a text for searching, sorting and comparing.

PostgreSQL's `unaccent` leaves Greek and Cyrillic accents alone and byte order would put Álava
after Zorro, so the services store this form beside the text.
"""

import re
import unicodedata

# Letters that Unicode does not decompose.
_LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ς": "σ"}
)
_NOT_WORD = re.compile(r"[\W_]+")
_INVISIBLE = {"Cf", "Cc", "Cs"}


def fold(*texts: str) -> str:
    """`texts` in one line: no accents, no case, single blanks; letters of any script are kept.

    >>> fold("Asociación  «ÁLAVA»", "Σίσυφος")
    'asociacion alava σισυφοσ'
    """
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", " ".join(texts)).casefold())
    kept = "".join(
        c
        for c in text.translate(_LETTERS)
        if not unicodedata.combining(c) and unicodedata.category(c) not in _INVISIBLE
    )
    return _NOT_WORD.sub(" ", kept).strip()


def squash(text: str) -> str:
    """A one-line text as a person meant it: NFC, no control or invisible characters, single blanks."""
    visible = "".join(
        " " if c.isspace() else c
        for c in unicodedata.normalize("NFC", text)
        if c.isspace() or unicodedata.category(c) not in _INVISIBLE
    )
    return " ".join(visible.split())
