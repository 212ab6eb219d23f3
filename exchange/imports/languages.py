"""Codes of languages by their names in nine languages and in the language itself (CLDR through Babel)."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from babel import Locale

from lib.fold import fold, squash

_READ: Final = ("en", "es", "pt", "it", "fi", "et", "lv", "bg", "sv")
# Read by the name they give themselves, too: all of Unicode's would take seconds to load.
_OWN: Final = (
    "am ar az bg bm bn bs ca cs da de el en es et eu fa ff fi fr ga gl he hi hr hu hy it ka ku ln lt lv mk "
    "nb nl pa pl ps pt ro ru se sk sl so sq sr sv sw ta te th ti tr uk ur vi wo zh"
)
_LONGEST: Final = 8  # letters of a code that is kept
_LONGEST_CELL: Final = 2000  # characters of a cell that are read; the report shows the rest
_PARTS: Final = re.compile(r" ?[,;/|\n•·+] ?| (?:y|e|and|ja|un|и|och|&) |(?<=\w) [-–] (?=\w)", re.IGNORECASE)
# Further names of languages, beside those of Unicode.
_ALSO: Final = {
    "castilian castellano castelhano castigliano castella": "es",
    "vasco basco basque euskara euskera": "eu",
    "valenciano valencian valencia": "ca",
    "farsi": "fa",
    "flamenco flemish": "nl",
    "moldavo moldovan": "ro",
    "romani romanes calo gitano": "rom",
    "bereber berber amazigh tamazight": "zgh",
    "mandarin mandarim": "zh-hans",
    "signos signs": "sgn",
    "lse": "sgn",
}
_PHRASES: Final = {
    "sign language": "sgn",
    "lengua de signos": "sgn",
    "lengua de signos espanola": "sgn",
    "lenguaje de signos": "sgn",
    "lingua gestual": "sgn",
    "lingua dei segni": "sgn",
    "viittomakieli": "sgn",
    "teckensprak": "sgn",
}
# Codes of the pages for languages that have another code in Unicode.
_OFFERED: Final = {"zh": "zh-hans", "no": "nb", "fil": "tl"}
_WORDS: Final = frozenset({"no", "si"})  # “no” and “yes” before they are Norwegian and Sinhala


def find_languages(text: str) -> tuple[list[str], list[str]]:
    """Return the sorted codes of the languages that a text names, and its other words.

    >>> find_languages("portugués, castellano y dialect 7")
    (['es', 'pt'], ['dialect 7'])
    """
    codes, unknown = set(), list[str]()
    text, cut = text[:_LONGEST_CELL], text[_LONGEST_CELL:].strip()
    # Single blanks, so that no pattern becomes slow on a long run of blanks.
    lines = "\n".join(map(squash, text.splitlines()))
    for part in filter(None, map(squash, _PARTS.split(lines))):
        if code := _code(part):
            codes.add(code)
            continue
        word_codes = [(word, _code(word)) for word in part.split()]
        # “es pt” are codes, but “del” among other words is not the Delaware language.
        words = (
            word_codes
            if all(code for _word, code in word_codes)
            else [(w, _code_of_name(w)) for w, _code in word_codes]
        )
        codes |= {code for _word, code in words if code}
        if unnamed := " ".join(word for word, code in words if not code):
            unknown.append(unnamed)
    return sorted(codes), [*unknown, cut] if cut else unknown


def _code(word: str) -> str:
    code = word.lower().replace("_", "-")
    if code in _codes() and code not in _WORDS:
        return _OFFERED.get(code, code)
    return _code_of_name(word)


def _code_of_name(word: str) -> str:
    return _names().get(fold(word), "")


@cache
def _codes() -> frozenset[str]:
    codes = (str(code).replace("_", "-").lower() for code in Locale("en").languages)
    return frozenset({code for code in codes if len(code) <= _LONGEST} | {"zh-hant", "sgn", "rom"})


@cache
def _names() -> dict[str, str]:
    """Return codes by folded name. If several languages share a name, the shortest code counts."""
    code_by_name: dict[str, str] = {}
    for code, name in sorted(_named_languages(), key=lambda pair: (len(pair[0]), pair[0])):
        code_by_name.setdefault(fold(name), _OFFERED.get(code, code))
    for words, code in _ALSO.items():
        code_by_name |= dict.fromkeys(words.split(), code)
    return code_by_name | _PHRASES


def _named_languages() -> Iterator[tuple[str, str]]:
    for language in _READ:
        for code, name in Locale(language).languages.items():
            if (normalised := str(code).replace("_", "-").lower()) in _codes():
                yield normalised, str(name)
    for code in _OWN.split():
        if name_of_itself := Locale.parse(code).languages.get(code):
            yield code, str(name_of_itself)
