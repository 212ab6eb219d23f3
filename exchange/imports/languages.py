"""Languages as registers name them, in nine languages and their own, as codes (CLDR through Babel)."""

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
_LONGEST_CELL: Final = 2000  # characters of a cell that are read; the rest is told
_PARTS: Final = re.compile(r" ?[,;/|\n•·+] ?| (?:y|e|and|ja|un|и|och|&) |(?<=\w) [-–] (?=\w)", re.IGNORECASE)
# What people call languages beside Unicode's names.
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
# Codes that the pages offer for what Unicode calls otherwise.
_OFFERED: Final = {"zh": "zh-hans", "no": "nb", "fil": "tl"}
_WORDS: Final = frozenset({"no", "si"})  # “no” and “yes” before they are Norwegian and Sinhala


def find_languages(text: str) -> tuple[list[str], list[str]]:
    """Codes of the languages that a text names, sorted, and its words that name none.

    >>> find_languages("portugués, castellano y dialect 7")
    (['es', 'pt'], ['dialect 7'])
    """
    codes, unknown = set(), list[str]()
    text, cut = text[:_LONGEST_CELL], text[_LONGEST_CELL:].strip()
    # Single blanks, so that no pattern looks at a run of them again and again.
    lines = "\n".join(map(squash, text.splitlines()))
    for part in filter(None, map(squash, _PARTS.split(lines))):
        if code := _code(part):
            codes.add(code)
            continue
        alone = [(word, _code(word)) for word in part.split()]
        # “es pt” are codes; “del”, among words, is no language of Delaware.
        words = alone if all(code for _word, code in alone) else [(w, _called(w)) for w, _code in alone]
        codes |= {code for _word, code in words if code}
        if rest := " ".join(word for word, code in words if not code):
            unknown.append(rest)
    return sorted(codes), [*unknown, cut] if cut else unknown


def _code(word: str) -> str:
    plain = word.lower().replace("_", "-")
    if plain in _codes() and plain not in _WORDS:
        return _OFFERED.get(plain, plain)
    return _called(word)


def _called(word: str) -> str:
    return _names().get(fold(word), "")


@cache
def _codes() -> frozenset[str]:
    known = (str(code).replace("_", "-").lower() for code in Locale("en").languages)
    return frozenset({code for code in known if len(code) <= _LONGEST} | {"zh-hant", "sgn", "rom"})


@cache
def _names() -> dict[str, str]:
    """Folded name → code; of several languages of one name the one with the shortest code."""
    found: dict[str, str] = {}
    for code, name in sorted(_named(), key=lambda one: (len(one[0]), one[0])):
        found.setdefault(fold(name), _OFFERED.get(code, code))
    for words, code in _ALSO.items():
        found |= dict.fromkeys(words.split(), code)
    return found | _PHRASES


def _named() -> Iterator[tuple[str, str]]:
    for language in _READ:
        for code, name in Locale(language).languages.items():
            if (plain := str(code).replace("_", "-").lower()) in _codes():
                yield plain, str(name)
    for code in _OWN.split():
        if own := Locale.parse(code).languages.get(code):
            yield code, str(own)
