"""Read organisations' names and compute the likeness of two names.

A name becomes words in Latin letters, with abbreviations spelled out and without legal forms. The words are
matched one by one: a typing error counts little, another block, place or section counts much. A ratio of
whole strings (rapidfuzz) would rate “Bloque A” and “Bloque E” as nearly equal (docs/duplicates.md).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA

from contacts.rules.name_words import (
    ABBREVIATIONS,
    DISTINGUISHING,
    DOTTED_ABBREVIATIONS,
    FORMS,
    KINDS,
    LOCATIVES,
    MARKS,
    NUMBERED,
    PHRASES,
    SECTIONS,
    SYNONYMS,
)
from contacts.rules.short_forms import abbreviates_word_by_word, texts_beside_initials, whole_initials
from lib.fold import fold, latin, squash
from lib.small_words import SMALL_WORDS
from lib.sound import sound

ALIKE: Final = 2 / 3  # of 1 (the same name): the least likeness of two names of one organisation

_ROMAN: Final = {
    "ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "xi": "11", "xii": "12",
}  # fmt: skip
_SINGLE_ROMAN: Final = {"i": "1", "v": "5", "x": "10"}
_ORDINAL: Final = re.compile(r"(\d+)(?:st|nd|rd|th|[oa]|ero?|ou|ta)")
_LONG: Final = 5  # letters; in a word of this length, one difference is more likely a typing error
_VERY_LONG: Final = 9  # letters; here two differences are more likely typing errors
_MOST_WORDS: Final = 24  # words of a name that are compared
_LONGEST: Final = 400  # characters of a name that are read; a field has 200
_MOST_WITHOUT_INITIALS: Final = 3  # words; names with as many are rarely called by their initials
_FEWEST_TURNED: Final = 3  # words; names with fewer are not recognised in another order
_MOST_EXTRA_WORDS: Final = 4  # extra words, such as those of a city
_INITIALS_DIFFERENCE: Final = 0.2
_SHORT_FORM: Final = 0.85
_MOST_SPELLING: Final = 0.3  # a greater difference is a typing error, not another spelling

_LONG_FORMS: Final = [form for form in sorted(FORMS) if len(form) > _LONG]
_KNOWN: Final = FORMS | SMALL_WORDS | KINDS | MARKS | DISTINGUISHING | NUMBERED | ABBREVIATIONS.keys()
_BY_SOUND: Final = {
    sound(word): word for word in sorted(_KNOWN, key=len, reverse=True) if len(sound(word)) > 1
}


class Role(Enum):
    """The role of a word in a name: the organisation's own name, its kind, or a mark."""

    OWN = "own"
    KIND = "kind"
    MARK = "mark"  # a number, letter or direction: another mark means another organisation


class Word(NamedTuple):
    """A word of a name in Latin letters: whether it is abbreviated, and whether it is a place."""

    text: str
    is_short: bool = False
    is_place: bool = False

    @property
    def role(self) -> Role:
        return _role_of(self.text)

    @property
    def makes_another(self) -> bool:
        """Whether adding this word to a name makes another organisation, such as a youth section."""
        return self.role is Role.MARK or self.text in DISTINGUISHING or self.text.startswith(SECTIONS)


@dataclass(frozen=True, slots=True)
class Name:
    """A name to compare. `initials` leave out small words, as acronyms do."""

    words: tuple[Word, ...]
    initials: frozenset[str]
    core: str  # the words, sorted
    text: str = ""  # the name as it was written

    @property
    def own_words(self) -> list[str]:
        """Words that distinguish the organisation from others of its kind."""
        return [word.text for word in self.words if word.role is Role.OWN]


@lru_cache(maxsize=20_000)
def _role_of(text: str) -> Role:
    if len(text) == 1 or text[0].isdigit() or text in MARKS:
        return Role.MARK
    return Role.KIND if text in KINDS else Role.OWN


# --- Reading ------------------------------------------------------------------------------------------


def plain_name(name: str) -> str:
    """Return a text that is equal for all spellings of a name: sorted Latin words without legal forms.

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
    spelled_out = [part for word in _words_of(name)[:_MOST_WORDS] for part in _spelled_out(word)]
    words = _without_forms(spelled_out)
    initialled = [word.text for word in spelled_out if word.text not in SMALL_WORDS]
    initials = (
        {"".join(word[0] for word in initialled)} if len(initialled) > _MOST_WITHOUT_INITIALS else set[str]()
    )
    initials |= whole_initials(name[:_LONGEST])
    core = " ".join(sorted(word.text for word in words))
    return Name(tuple(words), frozenset(initials), core, name[:_LONGEST])


@lru_cache(maxsize=500)
def _words_of(name: str) -> tuple[Word, ...]:
    return tuple(_read_words(name[:_LONGEST]))


def _read_words(name: str) -> Iterator[Word]:
    """Yield the words of a name in order. Initials are one word: “O.N.G.” and “O N G” are ong."""
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
            yield from _joined_initials(letters)
            is_abbreviated = len(text) == 2 and (is_first or (piece.isupper() and not shouts))
            letters, is_first = [], False
            yield Word(text, is_short=dotted or is_abbreviated)
    yield from _joined_initials(letters)


def _joined_initials(letters: Sequence[str]) -> Iterator[Word]:
    if letters:
        yield Word("".join(letters), is_short=True)


def _in_latin(folded: str) -> Iterator[str]:
    """Yield words in Latin letters. Known words in another alphabet get their own language's spelling."""
    for word in folded.split():
        if word.isascii():
            yield word
        elif spelled := latin(word.replace("χ", "h")):
            yield spelled if spelled in _KNOWN else _BY_SOUND.get(sound(spelled), spelled)


def _spelled_out(word: Word) -> Iterator[Word]:
    text = word.text
    if ordinal := _ORDINAL.fullmatch(text):
        text = ordinal[1]
    text = _ROMAN.get(text, text)
    spelled = ABBREVIATIONS.get(text) or (DOTTED_ABBREVIATIONS.get(text) if word.is_short else None)
    if spelled is None:
        yield Word(text, is_short=word.is_short)
    else:
        yield from (Word(part) for part in spelled.split())


def _significant_words(words: Sequence[Word]) -> list[Word]:
    """Return the words that are no small words.

    A single letter is a small word only between other words, and not after “Bloque”.
    """
    significant = []
    is_place = False
    for at, word in enumerate(words):
        before = words[at - 1].text if at else ""
        after = words[at + 1].text if at + 1 < len(words) else ""
        is_letter = len(word.text) == 1 and (word.is_short or _is_letter(before, after))
        if word.text in SMALL_WORDS and not is_letter:
            is_place = word.text in LOCATIVES
            continue
        text = _SINGLE_ROMAN.get(word.text, word.text) if before in NUMBERED else word.text
        significant.append(Word(text, word.is_short, is_place))
        is_place = False
    return significant or list(words)


def _is_letter(before: str, after: str) -> bool:
    """Whether a single letter is a mark, such as a block's: at the end, or beside a numbered thing."""
    return not after or before in NUMBERED or (not before and after in NUMBERED)


@lru_cache(maxsize=20_000)
def _is_form(text: str) -> bool:
    """Whether a word is a legal form, also with a typing error, because half of all names begin with one."""
    if text in FORMS:
        return True
    return len(text) > _LONG and any(OSA.distance(text, form, score_cutoff=1) <= 1 for form in _LONG_FORMS)


def _without_forms(words: Sequence[Word]) -> list[Word]:
    """Return each word once, without legal forms. Phrases are replaced by the single word they mean."""
    significant = _significant_words(words)
    remaining = (
        list({word.text: word for word in significant if not _is_form(word.text)}.values()) or significant
    )
    texts = {word.text for word in remaining}
    for phrase, single in PHRASES:
        if phrase <= texts and len(phrase) < len(remaining):
            at = min(i for i, word in enumerate(remaining) if word.text in phrase)
            remaining[at] = Word(single)
            remaining = [
                word for i, word in enumerate(remaining) if word.text and (i == at or word.text not in phrase)
            ]
            texts = {word.text for word in remaining}
    return remaining


def words_to_find(name: str) -> list[str]:
    """Return further words to find a name by: spelled out, abbreviated, and by sound.

    >>> words_to_find("AVV Aluche")
    ['vecinos', 'asociacion', 'vecinal', 'aavv', 'aluce']
    >>> words_to_find("Al-Noor")
    ['nur']
    """
    read = read_name(name)
    spelled = [part.text for word in _words_of(name) for part in (word, *_spelled_out(word))]
    meant = [synonym for word in read.words for synonym in SYNONYMS.get(word.text, "").split()]
    heard = [sound(word.text) for word in read.words if word.role is Role.OWN]
    name_words = set(fold(name).split())
    candidates = [*spelled, *meant, *sorted(read.initials), *heard]
    return [word for word in dict.fromkeys(candidates) if len(word) > 1 and word not in name_words]


def exact_name(name: str) -> str:
    """Return a text that is equal for names that surely belong to one organisation.

    They have the same words in the same order. Single letters count (“Bloque A”, “Bloque E”). Only names of 3
    or more words can begin with another word, as in some registers (“Dinamo, Club Fútbol”).

    >>> exact_name("CLUB FUTBOL DINAMO") == exact_name("Dinamo, Club de Fútbol")
    True
    >>> exact_name("Vecinos del Bloque A Norte") == exact_name("Vecinos del Bloque E Norte")
    False
    >>> exact_name("Casa de Cuba en España") == exact_name("Casa de España en Cuba")
    False
    """
    spelled_out = [part.text for word in _words_of(name) for part in _spelled_out(word)]
    without_forms = (
        spelled_out[spelled_out[0] in FORMS : len(spelled_out) - (spelled_out[-1] in FORMS)]
        if len(spelled_out) > 1
        else spelled_out
    )
    significant = [word for word in without_forms if len(word) == 1 or word not in SMALL_WORDS] or spelled_out
    if len(significant) < _FEWEST_TURNED:
        return " ".join(significant)
    return min(" ".join([*significant[at:], *significant[:at]]) for at in range(len(significant)))


# --- Comparing ----------------------------------------------------------------------------------------


def likeness(name: Name, other_name: Name) -> float:
    """Return the likelihood that two names belong to one organisation: 1 for the same words, 0 for none.

    From ALIKE on it is likely.
    """
    if not name.words or not other_name.words:
        return 0.0
    return max(_likeness_of_words(name, other_name), _likeness_of_short_form(name, other_name))


def _likeness_of_short_form(name: Name, other_name: Name) -> float:
    """Return the likeness of a name and its short form: initials beside equal words, or dotted words."""
    for short, long in ((name.text, other_name.text), (other_name.text, name.text)):
        if abbreviates_word_by_word(short, long):
            return _SHORT_FORM
        for remaining, other_remaining in texts_beside_initials(short, long):
            if remaining == other_remaining or plain_name(remaining) == plain_name(other_remaining):
                return _SHORT_FORM
    return 0.0


def _likeness_of_words(name: Name, other_name: Name) -> float:
    if _swaps_places(name, other_name):
        return 0.4
    if name.core == other_name.core:
        return 1.0
    words, other_words = list(name.words), list(other_name.words)
    matched = _match_equal(words, other_words)
    differences = _match_similar(words, other_words, matched)
    if not words and not other_words:
        return _score_of_all_words(matched, differences, name, other_name)
    if words and other_words:
        return 0.5 * _matched_share(matched, words, other_words)
    return _score_with_extra_words(matched, differences, words or other_words, name if words else other_name)


def _match_equal(first_words: list[Word], second_words: list[Word]) -> list[Word]:
    matched = []
    texts = [word.text for word in second_words]
    for word in list(first_words):
        if word.text in texts:
            at = texts.index(word.text)
            del texts[at], second_words[at]
            first_words.remove(word)
            matched.append(word)
    return matched


def _match_similar(first_words: list[Word], second_words: list[Word], matched: list[Word]) -> list[float]:
    """Move words of similar spelling from both lists to `matched`. Return their differences, 0 to 1."""
    differences: list[float] = []
    for word in list(first_words):
        near = [
            (difference, at)
            for at, other_word in enumerate(second_words)
            if (difference := _difference(word, other_word)) is not None
        ]
        if near:
            difference, at = min(near)
            matched.append(max(word, second_words[at], key=lambda spelling: len(spelling.text)))
            del second_words[at]
            first_words.remove(word)
            differences.append(difference)
    for words, other_words in ((first_words, second_words), (second_words, first_words)):
        differences += _match_joined(words, other_words, matched)
        differences += _match_initials(words, other_words, matched)
    return differences


def _difference(word: Word, other_word: Word) -> float | None:
    """Return the difference between two spellings of a word, or None if they are two words."""
    if Role.MARK in (word.role, other_word.role):
        return None
    a, b = word.text, other_word.text
    for short, long in ((word, other_word), (other_word, word)):
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


def _is_another_ending(word: str, other_word: str) -> bool:
    """Whether two words differ only by gender, such as “alumnos” and “alumnas”: no typing error."""
    return (
        len(word) == len(other_word)
        and {word[-2:], other_word[-2:]} == {"os", "as"}
        and word[:-2] == other_word[:-2]
    )


def _abbreviates(short: str, long: str) -> bool:
    """Whether `long` begins with the same letter and has the letters of `short` in order, as for “hdad”."""
    if len(short) >= len(long) or short[0] != long[0]:
        return False
    letters = iter(long)
    return all(letter in letters for letter in short)


def _match_joined(words: list[Word], other_words: list[Word], matched: list[Word]) -> list[float]:
    """Match a word with two words that are written apart: “Alnur” and “Al Nur”."""
    differences = []
    for word in list(words):
        for at in range(len(other_words) - 1):
            if other_words[at].text + other_words[at + 1].text == word.text:
                del other_words[at : at + 2]
                words.remove(word)
                matched.append(word)
                differences.append(0.1)
                break
    return differences


def _match_initials(words: list[Word], other_words: list[Word], matched: list[Word]) -> list[float]:
    """Match an acronym with its words: “UGT” and “Unión General de Trabajadores”."""
    differences = []
    for word in list(words):
        size = len(word.text)
        if size < 2 or (size == 2 and not word.is_short):
            continue
        for at in range(len(other_words) - size + 1):
            if "".join(other_word.text[0] for other_word in other_words[at : at + size]) == word.text:
                matched.extend(other_words[at : at + size])
                del other_words[at : at + size]
                words.remove(word)
                differences.append(_INITIALS_DIFFERENCE)
                break
    return differences


def _swaps_places(name: Name, other_name: Name) -> bool:
    """Whether places have changed roles: “de Cuba en España” and “de España en Cuba”."""
    places = {word.text for word in name.words if word.is_place}
    other_places = {word.text for word in other_name.words if word.is_place}
    return bool(places and other_places and places != other_places) and name.core == other_name.core


def _score_of_all_words(
    matched: Sequence[Word], differences: Sequence[float], name: Name, other_name: Name
) -> float:
    if sum(difference > _MOST_SPELLING for difference in differences) > 1:
        return 0.5
    return 0.95 - 0.3 * sum(differences) / max(1, len(matched)) if differences else 0.95


def _score_with_extra_words(
    matched: Sequence[Word], differences: Sequence[float], extra_words: Sequence[Word], longer: Name
) -> float:
    """Return the likeness if one name has all words of the other and more, such as a city."""
    if any(word.makes_another for word in extra_words) or all(word.role is Role.KIND for word in matched):
        return 0.5
    if (
        any(difference >= _INITIALS_DIFFERENCE for difference in differences)
        or len(extra_words) > _MOST_EXTRA_WORDS
    ):
        return 0.55
    if set(extra_words) <= set(longer.words[-len(extra_words) :]):
        return 0.8
    return 0.7 if all(word.role is Role.KIND for word in extra_words) else 0.55


def _matched_share(
    matched: Sequence[Word], first_words: Sequence[Word], second_words: Sequence[Word]
) -> float:
    def weight(words: Iterable[Word]) -> float:
        return sum(1.0 if word.role is not Role.KIND else 0.4 for word in words)

    matched_weight = 2 * weight(matched)
    return matched_weight / (matched_weight + weight(first_words) + weight(second_words))
