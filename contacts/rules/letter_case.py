"""Letter case of names that a register wrote in capitals."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from lib.fold import fold

_fold_word = lru_cache(maxsize=20_000)(fold)


def _word_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_OPENS: Final = re.compile(r"[.:(\"“«–-]\s*$")
_ROMAN: Final = re.compile(r"(?=[IVX])X{0,3}(?:IX|IV|V?I{0,3})")
_VOWEL: Final = re.compile("[aeiouyáéíóúàèìòùâêîôûäëïöüåøæœãõ]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Casing:
    """Words in lower case. An article is in lower case only after such a word: “de la”, but “Los Molinos”."""

    small: frozenset[str]
    articles: frozenset[str] = frozenset()
    endings: tuple[tuple[str, str], ...] = ()


CASINGS: Final[Mapping[str, _Casing]] = {
    "es": _Casing(
        _word_set("de del y e o u en a al con por para sin sobre entre como contra desde hasta su sus"),
        _word_set("el la los las lo un una"),
        (("cion", "ción"), ("sion", "sión"), ("gion", "gión"), ("xion", "xión"), ("union", "unión")),
    ),
    "pt": _Casing(_word_set("de do da dos das e em no na nos nas a ao à por para com sem")),
    "it": _Casing(_word_set("di del della dei delle e ed in a al alla per con da dal dalla su")),
    "en": _Casing(_word_set("of the and for in on at to a an by with")),
}


def title_case(text: str, language: str, spellings: Mapping[str, str]) -> str:
    """Change a text in capitals to the letter case of a name. Words with lower-case letters stay.

    `spellings` has the right form of folded words, such as lost accents and acronyms.
    Roman numerals, words without a vowel (“CP”) and single letters (“2º B”) stay as they are.

    >>> title_case("ASOCIACION DE VECINOS EL VAL, DISTRITO III", "es", {})
    'Asociación de Vecinos El Val, Distrito III'
    """
    casing = CASINGS[language]
    letters = [c for c in text if c.isalpha() and c.upper() != c.lower()]
    if sum(c.isupper() for c in letters) * 2 <= len(letters):
        return text
    after_small = True
    parts: list[str] = []
    end = 0
    for match in _WORD.finditer(text):
        gap, word = text[end : match.start()], match.group()
        end = match.end()
        starts = not parts or _OPENS.search(gap) is not None
        lower = word.lower()
        is_small = lower in casing.small and (
            len(word) > 1 or (not after_small and _is_joining_word(text, match))
        )
        is_article = lower in casing.articles and after_small
        parts += [gap, _cased_word(word, casing, spellings, small=not starts and (is_small or is_article))]
        after_small = is_small or is_article
    return "".join(parts) + text[end:]


def _is_joining_word(text: str, match: re.Match[str]) -> bool:
    """Whether a single letter is a word (“y”, “a”). A letter at the end or beside a digit marks a flat."""
    before, after = text[: match.start()].rstrip(), text[match.end() :].lstrip()
    return before[-1:].isalpha() and before[-1:] not in "ºª" and after[:1].isalpha() and len(after) > 1


def _cased_word(word: str, casing: _Casing, spellings: Mapping[str, str], *, small: bool) -> str:
    spelling = spellings.get(_fold_word(word))
    if spelling is not None:
        return spelling
    if not word.isupper():
        return word
    if small:
        return word.lower()
    if len(word) == 1 or _ROMAN.fullmatch(word) or (len(word) <= 4 and not _VOWEL.search(word)):
        return word
    lower = word.lower()
    for unaccented, accented in casing.endings:
        if lower.endswith(unaccented):
            lower = lower.removesuffix(unaccented) + accented
    if re.match(r"[^\W\d_]['’]\w{2}", lower):
        return lower[:2].upper() + lower[2:3].upper() + lower[3:]
    return lower[0].upper() + lower[1:]
