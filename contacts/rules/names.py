"""Reading organisations' names, and how alike two of them are. Pure: no Django.

A name is read as words in Latin letters: abbreviations spelled out, legal forms and small words left out.
Words are then paired one by one, so that a slip of the keyboard counts little and another block, place or
section counts much. Ratios of whole strings (rapidfuzz) see letters only: for them “Bloque A” and “Bloque E”
are nearly the same (docs/duplicates.md).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA

from contacts.rules.name_words import (
    DOTTED,
    FORMS,
    KINDS,
    LOCATIVES,
    MARKS,
    NUMBERED,
    OTHERS,
    PHRASES,
    SAID,
    SECTIONS,
    SYNONYMS,
)
from lib.fold import fold, latin, squash
from lib.small_words import SMALL_WORDS
from lib.sound import sound

ALIKE: Final = 2 / 3  # of 1, the same name: from here on two names may be of one organisation

_ROMAN: Final = {
    "ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "xi": "11", "xii": "12",
}  # fmt: skip
_SINGLE_ROMAN: Final = {"i": "1", "v": "5", "x": "10"}
_ORDINAL: Final = re.compile(r"(\d+)(?:st|nd|rd|th|[oa]|ero?|ou|ta)")
_LONG: Final = 5  # letters of a word in which one slip is likelier than another word
_VERY_LONG: Final = 9  # letters of a word in which two are
_MOST_WORDS: Final = 24  # of a name that are compared
_LONGEST: Final = 400  # characters of a name that are read; a field holds 200
_INITIALED: Final = 3  # words of a name that few call by its initials
_TURNED: Final = 3  # words of a name that is known when it is turned round
_MORE: Final = 4  # words of a city
_INITIALS: Final = 0.2
_SPELLED: Final = 0.3  # a word that differs more is not only spelled otherwise: somebody slipped


_LONG_FORMS: Final = [form for form in sorted(FORMS) if len(form) > _LONG]
_KNOWN: Final = FORMS | SMALL_WORDS | KINDS | MARKS | OTHERS | NUMBERED | SAID.keys()
_BY_SOUND: Final = {
    sound(word): word for word in sorted(_KNOWN, key=len, reverse=True) if len(sound(word)) > 1
}


class Role(Enum):
    """What a word says: which organisation it is, what it is, or which of several."""

    OWN = "own"
    KIND = "kind"
    MARK = "mark"  # a number, a letter, a direction: another one is another organisation


class Word(NamedTuple):
    """A word of a name: in Latin letters, whether a full stop follows, and whether it stands for a place."""

    text: str
    is_short: bool = False
    is_place: bool = False

    @property
    def role(self) -> Role:
        return _role(self.text)

    @property
    def makes_another(self) -> bool:
        """Whether a name with this word besides is of another organisation: the youth section, the school."""
        return self.role is Role.MARK or self.text in OTHERS or self.text.startswith(SECTIONS)


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is compared. `initials` are of all but small words, as acronyms have them."""

    words: tuple[Word, ...]
    initials: frozenset[str]
    core: str  # the words, sorted

    @property
    def own(self) -> list[str]:
        """The words that say which organisation it is."""
        return [word.text for word in self.words if word.role is Role.OWN]


@lru_cache(maxsize=20_000)
def _role(text: str) -> Role:
    if len(text) == 1 or text[0].isdigit() or text in MARKS:
        return Role.MARK
    return Role.KIND if text in KINDS else Role.OWN


# --- Reading ------------------------------------------------------------------------------------------


def plain_name(name: str) -> str:
    """What spellings of one name have in common: words in Latin letters, sorted, without legal forms.

    >>> plain_name("Club Fútbol Dinamo de Alcalá") == plain_name("DINAMO ALCALA C.F.")
    True
    >>> plain_name("Asociación Kaleidos, O.N.G.")
    'kaleidos'
    >>> plain_name("AVV Aluche") == plain_name("Asociación de Vecinos de Aluche")
    True
    >>> plain_name("Vecinos del Bloque E")  # nothing follows that it could link
    'bloque e vecinos'
    """
    return read_name(name).core


@lru_cache(maxsize=5_000)
def read_name(name: str) -> Name:
    """Read a name."""
    said = [part for word in _spelled(name)[:_MOST_WORDS] for part in _said(word)]
    words = _without_forms(said)
    told = [word.text for word in said if word.text not in SMALL_WORDS]
    initials = {"".join(word[0] for word in told)} if len(told) > _INITIALED else set[str]()
    return Name(tuple(words), frozenset(initials), " ".join(sorted(word.text for word in words)))


@lru_cache(maxsize=500)
def _spelled(name: str) -> tuple[Word, ...]:
    return tuple(_each_spelled(name[:_LONGEST]))


def _each_spelled(name: str) -> Iterator[Word]:
    """Its words in order, dotted initials as one: “O.N.G.” is ong, and so is “O N G”."""
    letters: list[str] = []
    shouts, is_first, in_dots = name.upper() == name, True, False
    for piece in squash(name).replace(".", ". ").split():
        dotted = piece.rstrip(",;)\"'”").endswith(".")
        for text in _in_latin(fold(piece)):
            is_apart = (
                dotted
                or (letters and not in_dots)
                or text not in SMALL_WORDS
                or piece.endswith((",", ")", ";"))
            )
            twice = dotted and len(text) == 2 and text[0] == text[1]
            if is_apart and text.isalpha() and (len(text) == 1 or twice):
                letters.append(text)
                in_dots = dotted
                continue
            yield from _joined(letters)
            is_abbreviated = len(text) == 2 and (is_first or (piece.isupper() and not shouts))
            letters, is_first = [], False
            yield Word(text, is_short=dotted or is_abbreviated)
    yield from _joined(letters)


def _joined(letters: Sequence[str]) -> Iterator[Word]:
    if letters:
        yield Word("".join(letters), is_short=True)


def _in_latin(folded: str) -> Iterator[str]:
    """Words in Latin letters. Known ones, spelled in another alphabet, as their own language spells them."""
    for word in folded.split():
        if word.isascii():
            yield word
        elif spelled := latin(word.replace("χ", "h")):
            yield spelled if spelled in _KNOWN else _BY_SOUND.get(sound(spelled), spelled)


def _said(word: Word) -> Iterator[Word]:
    text = word.text
    if found := _ORDINAL.fullmatch(text):
        text = found[1]
    text = _ROMAN.get(text, text)
    spelled = SAID.get(text) or (DOTTED.get(text) if word.is_short else None)
    if spelled is None:
        yield Word(text, is_short=word.is_short)
    else:
        yield from (Word(one) for one in spelled.split())


def _told(words: Sequence[Word]) -> list[Word]:
    """Those that are no small words; a single letter is one only between others, and not after “Bloque”."""
    kept = []
    is_place = False
    for at, word in enumerate(words):
        before = words[at - 1].text if at else ""
        after = words[at + 1].text if at + 1 < len(words) else ""
        is_letter = len(word.text) == 1 and (word.is_short or _is_letter(before, after))
        if word.text in SMALL_WORDS and not is_letter:
            is_place = word.text in LOCATIVES
            continue
        text = _SINGLE_ROMAN.get(word.text, word.text) if before in NUMBERED else word.text
        kept.append(Word(text, word.is_short, is_place))
        is_place = False
    return kept or list(words)


def _is_letter(before: str, after: str) -> bool:
    """Whether a single letter is no small word: that of a block, last or beside what is numbered."""
    return not after or before in NUMBERED or (not before and after in NUMBERED)


@lru_cache(maxsize=20_000)
def _is_form(text: str) -> bool:
    """Whether it is a legal form, with a slip too: it opens half of all names."""
    if text in FORMS:
        return True
    return len(text) > _LONG and any(OSA.distance(text, form, score_cutoff=1) <= 1 for form in _LONG_FORMS)


def _without_forms(words: Sequence[Word]) -> list[Word]:
    """Each word once, without legal forms, and several words that stand for one as that one."""
    told = _told(words)
    kept = list({word.text: word for word in told if not _is_form(word.text)}.values()) or told
    texts = {word.text for word in kept}
    for several, one in PHRASES:
        if several <= texts and len(several) < len(kept):
            at = min(i for i, word in enumerate(kept) if word.text in several)
            kept[at] = Word(one)
            kept = [
                word for i, word in enumerate(kept) if word.text and (i == at or word.text not in several)
            ]
            texts = {word.text for word in kept}
    return kept


def words_to_find(name: str) -> list[str]:
    """Words that a name is looked for by besides its own: spelled out, abbreviated, and as they sound.

    >>> words_to_find("AVV Aluche")
    ['vecinos', 'asociacion', 'vecinal', 'aavv', 'aluce']
    >>> words_to_find("Al-Noor")
    ['nur']
    """
    read = read_name(name)
    spelled = [part.text for word in _spelled(name) for part in (word, *_said(word))]
    meant = [one for word in read.words for one in SYNONYMS.get(word.text, "").split()]
    heard = [sound(word.text) for word in read.words if word.role is Role.OWN]
    own = set(fold(name).split())
    found = [*spelled, *meant, *sorted(read.initials), *heard]
    return [word for word in dict.fromkeys(found) if len(word) > 1 and word not in own]


def exact_name(name: str) -> str:
    """What two names that surely are of one organisation have in common: the same words in the same order.

    Every single letter counts (“Bloque A”, “Bloque E”); the order is another only where a register turns
    a name of three words or more round (“Dinamo, Club Fútbol”).

    >>> exact_name("CLUB FUTBOL DINAMO") == exact_name("Dinamo, Club de Fútbol")
    True
    >>> exact_name("Vecinos del Bloque A Norte") == exact_name("Vecinos del Bloque E Norte")
    False
    >>> exact_name("Casa de Cuba en España") == exact_name("Casa de España en Cuba")
    False
    """
    said = [part.text for word in _spelled(name) for part in _said(word)]
    kept = said[said[0] in FORMS : len(said) - (said[-1] in FORMS)] if len(said) > 1 else said
    told = [word for word in kept if len(word) == 1 or word not in SMALL_WORDS] or said
    if len(told) < _TURNED:
        return " ".join(told)
    return min(" ".join([*told[at:], *told[:at]]) for at in range(len(told)))


# --- Comparing ----------------------------------------------------------------------------------------


def likeness(one: Name, other: Name) -> float:
    """How likely two names are of one organisation: 1 the same words, from ALIKE on likely, 0 no word."""
    if not one.words or not other.words:
        return 0.0
    if _swaps_places(one, other):
        return 0.4
    if one.core == other.core:
        return 1.0
    left, right = list(one.words), list(other.words)
    matched = _take_equal(left, right)
    slips = _take_similar(left, right, matched)
    if not left and not right:
        return _in_full(matched, slips, one, other)
    if left and right:
        return 0.5 * _share(matched, left, right)
    return _with_more(matched, slips, left or right, one if left else other)


def _take_equal(left: list[Word], right: list[Word]) -> list[Word]:
    matched = []
    texts = [word.text for word in right]
    for word in list(left):
        if word.text in texts:
            at = texts.index(word.text)
            del texts[at], right[at]
            left.remove(word)
            matched.append(word)
    return matched


def _take_similar(left: list[Word], right: list[Word], matched: list[Word]) -> list[float]:
    """Take out words that are the same one written otherwise; how much each differs, 0 to 1."""
    slips: list[float] = []
    for word in list(left):
        near = [(slip, at) for at, two in enumerate(right) if (slip := _slip(word, two)) is not None]
        if near:
            slip, at = min(near)
            matched.append(max(word, right[at], key=lambda one: len(one.text)))
            del right[at]
            left.remove(word)
            slips.append(slip)
    for some, others in ((left, right), (right, left)):
        slips += _take_joined(some, others, matched)
        slips += _take_initials(some, others, matched)
    return slips


def _slip(one: Word, other: Word) -> float | None:
    """How much two words differ that may be one; None if they are two."""
    if Role.MARK in (one.role, other.role):
        return None
    a, b = one.text, other.text
    for short, long in ((one, other), (other, one)):
        if short.is_short and _abbreviates(short.text, long.text):
            return 0.1
    heard, meant = sound(a), sound(b)
    if heard == meant and len(heard) > 2:
        return 0.1
    shortest, longest = sorted((len(a), len(b)))
    allowed = 2 if shortest >= _VERY_LONG else 1 if shortest >= _LONG else 0
    if shortest == _LONG - 1 and (longest > shortest or sorted(a) == sorted(b)):
        allowed = 1  # a letter left out, or two swapped
    if not allowed:
        return None
    if OSA.distance(a, b, score_cutoff=allowed) <= allowed and not _is_another_ending(a, b):
        return 0.5
    is_heard = min(len(heard), len(meant)) >= _LONG and OSA.distance(heard, meant, score_cutoff=1) <= 1
    return 0.4 if is_heard else None


def _is_another_ending(one: str, other: str) -> bool:
    """“alumnos” and “alumnas”: one says something else, and no key beside the right one was hit."""
    return len(one) == len(other) and {one[-2:], other[-2:]} == {"os", "as"} and one[:-2] == other[:-2]


def _abbreviates(short: str, long: str) -> bool:
    """Whether the letters of `short` stand in `long` in this order, the first one first: “hdad”, “assn”."""
    if len(short) >= len(long) or short[0] != long[0]:
        return False
    letters = iter(long)
    return all(letter in letters for letter in short)


def _take_joined(some: list[Word], others: list[Word], matched: list[Word]) -> list[float]:
    """“Al Nur” and “Alnur”, “pro vida” and “provida”."""
    slips = []
    for word in list(some):
        for at in range(len(others) - 1):
            if others[at].text + others[at + 1].text == word.text:
                del others[at : at + 2]
                some.remove(word)
                matched.append(word)
                slips.append(0.1)
                break
    return slips


def _take_initials(some: list[Word], others: list[Word], matched: list[Word]) -> list[float]:
    """“UGT” and “Unión General de Trabajadores”."""
    slips = []
    for word in list(some):
        size = len(word.text)
        if size < 2 or (size == 2 and not word.is_short):
            continue
        for at in range(len(others) - size + 1):
            if "".join(one.text[0] for one in others[at : at + size]) == word.text:
                matched.extend(others[at : at + size])
                del others[at : at + size]
                some.remove(word)
                slips.append(_INITIALS)
                break
    return slips


def _swaps_places(one: Name, other: Name) -> bool:
    """“de Cuba en España” and “de España en Cuba”."""
    here = {word.text for word in one.words if word.is_place}
    there = {word.text for word in other.words if word.is_place}
    return bool(here and there and here != there) and one.core == other.core


def _in_full(matched: Sequence[Word], slips: Sequence[float], one: Name, other: Name) -> float:
    if sum(slip > _SPELLED for slip in slips) > 1:
        return 0.5
    return 0.95 - 0.3 * sum(slips) / max(1, len(matched)) if slips else 0.95


def _with_more(matched: Sequence[Word], slips: Sequence[float], more: Sequence[Word], longer: Name) -> float:
    """One has all words of the other and some besides: a city, a word that was left out, or another one."""
    if any(word.makes_another for word in more) or all(word.role is Role.KIND for word in matched):
        return 0.5
    if any(slip >= _INITIALS for slip in slips) or len(more) > _MORE:
        return 0.55
    if set(more) <= set(longer.words[-len(more) :]):
        return 0.8
    return 0.7 if all(word.role is Role.KIND for word in more) else 0.55


def _share(matched: Sequence[Word], left: Sequence[Word], right: Sequence[Word]) -> float:
    def weight(words: Iterable[Word]) -> float:
        return sum(1.0 if word.role is not Role.KIND else 0.4 for word in words)

    both = 2 * weight(matched)
    return both / (both + weight(left) + weight(right))
