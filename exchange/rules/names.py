"""Match typed names with organisations: sure, likely, or open. A person looks over what is not sure."""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from contacts.rules.names import Role, Word, likeness, read_name
from lib.fold import fold, latin

NEAREST: Final = 5
_COMPARED: Final = 30  # names, the nearest by letters, that are compared word by word
_LEAST_RATIO: Final = 80.0  # of 100: names with one slip in a word are nearer
_SLIP_FROM: Final = 5  # letters; in a shorter word, one slip makes another word
_MOST_PIECES: Final = 40  # of a cell
_LISTS: Final = (
    re.compile(r"[,/]"),
    re.compile(r"\s(?:e|y|i|and|och|og|ja|ed|et|и|un|&|\+)\s", re.IGNORECASE),
)


class Sureness(StrEnum):
    SURE = "sure"  # an alias, or the same words and district
    LIKELY = "likely"  # looked over by a person
    OPEN = "open"  # chosen by a person


@dataclass(frozen=True, slots=True)
class KnownName:
    """A name of an organisation, with the codes of its districts. `key` is the organisation's ID."""

    key: str
    text: str
    districts: frozenset[str]
    is_alias: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """The organisation that a typed name means, or "" if a person must choose."""

    sureness: Sureness
    key: str = ""


class NameIndex:
    """The names of all organisations that a person sees, to match typed names with."""

    def __init__(self, names: Iterable[KnownName]) -> None:
        self._names = list(names)
        self._folded = [fold(name.text) for name in self._names]
        self._by_folded = _grouped(zip(self._folded, self._names, strict=True))
        self._sorted = sorted(set(self._folded))
        self._latin = [latin(folded) for folded in self._folded]
        self._plain = [" ".join(word.text for word in read_name(name.text).words) for name in self._names]
        self._by_core = _grouped((read_name(name.text).core, name) for name in self._names)
        self._by_initials = _grouped(
            (initials, name) for name in self._names for initials in read_name(name.text).initials
        )
        self.districts = {name.key: name.districts for name in self._names}

    def match(self, text: str, districts: Collection[str]) -> Match:
        """Match a typed name. `districts` are those of its rows, or those that the person covers.

        The same words are sure only in the same district, and if no longer name begins with them.
        """
        folded = fold(text)
        same_names = self._by_folded.get(folded, [])
        keys = {name.key for name in same_names}
        near_keys = {key for key in keys if self.districts[key] & set(districts)}
        is_alias = any(name.is_alias for name in same_names)
        if len(keys) == 1 and (is_alias or (near_keys and not self._is_cut(folded))):
            return Match(Sureness.SURE, *keys)
        if len(keys) == 1 or (len(near_keys) == 1 and not self._is_cut(folded)):
            return Match(Sureness.LIKELY, *(near_keys or keys))
        if keys:
            return Match(Sureness.OPEN)
        alike = self._alike(text)
        return Match(Sureness.LIKELY, *alike) if len(alike) == 1 else Match(Sureness.OPEN)

    def nearest(self, text: str, districts: Collection[str] = ()) -> list[str]:
        """Return the organisations with the most similar names, the nearest first; namesakes by district."""
        name, folded = read_name(text), latin(fold(text))
        scores: dict[str, float] = {}
        candidates = process.extract(folded, self._latin, scorer=fuzz.WRatio, limit=_COMPARED)
        text_of_words = " ".join(word.text for word in name.words)
        candidates += process.extract(
            text_of_words, self._plain, scorer=fuzz.token_set_ratio, limit=_COMPARED
        )
        for _text, ratio, at in candidates:
            known_name = self._names[at]
            by_words = 100 * likeness(name, read_name(known_name.text))
            scores[known_name.key] = max(scores.get(known_name.key, 0.0), by_words + ratio / 2)
        for known_name in self._by_initials.get(folded.replace(" ", ""), []):
            scores[known_name.key] = max(scores.get(known_name.key, 0.0), 140.0)
        for key in scores:
            scores[key] += 3 if self.districts[key] & set(districts) else 0
        return sorted(scores, key=lambda key: (-scores[key], key))[:NEAREST]

    def split(self, text: str, districts: Collection[str]) -> list[str]:
        """Return the several names that a cell lists, if each is sure or likely; else the whole text."""
        return self._split(text, districts) or [text]

    def _split(self, text: str, districts: Collection[str], level: int = 0) -> list[str]:
        if self.match(text, districts).sureness is not Sureness.OPEN:
            return [text]
        for at, separator in enumerate(_LISTS[level:], level):
            parts = pieces_at(text, separator)
            if len(parts) > 1:
                split = [self._split(part, districts, at) for part in parts]
                return [name for names in split for name in names] if all(split) else []
        return []

    def _is_cut(self, folded: str) -> bool:
        """Whether another name begins with this text, so that it may have been cut."""
        at = bisect_right(self._sorted, folded)
        return at < len(self._sorted) and self._sorted[at].startswith(folded)

    def _alike(self, text: str) -> set[str]:
        """Return the organisations with the same words but for a legal form, or with one slip in a word."""
        name = read_name(text)
        if not any(word.role is not Role.KIND for word in name.words):
            return set()
        keys = {known_name.key for known_name in self._by_core.get(name.core, [])}
        text_of_words = " ".join(word.text for word in name.words)
        nearby = process.extract(
            text_of_words, self._plain, scorer=fuzz.ratio, limit=_COMPARED, score_cutoff=_LEAST_RATIO
        )
        for _text, _ratio, at in nearby:
            if _differ_by_slips(name.words, read_name(self._names[at].text).words):
                keys.add(self._names[at].key)
        return keys


def pieces(text: str) -> list[str]:
    """Return the pieces of a cell that may be several names, or one piece.

    >>> pieces("Casa Roma, Puente e Vida")
    ['Casa Roma', 'Puente', 'Vida']
    """
    parts = [text]
    for separator in _LISTS:
        parts = [piece for part in parts for piece in pieces_at(part, separator)]
    return parts[:_MOST_PIECES]


def pieces_at(text: str, separator: re.Pattern[str]) -> list[str]:
    return [piece.strip() for piece in separator.split(text) if piece.strip()]


def _differ_by_slips(words: Sequence[Word], other_words: Sequence[Word]) -> bool:
    return len(words) == len(other_words) and all(map(_is_slip, words, other_words))


def _is_slip(word: Word, other_word: Word) -> bool:
    """Whether two words are equal but for one letter. A number or another mark has no slips."""
    if word.text == other_word.text:
        return True
    if Role.MARK in (word.role, other_word.role) or min(len(word.text), len(other_word.text)) < _SLIP_FROM:
        return False
    return _distance(word.text, other_word.text) <= 1


@lru_cache(maxsize=20_000)
def _distance(text: str, other_text: str) -> int:
    return OSA.distance(text, other_text, score_cutoff=1)


def _grouped(pairs: Iterable[tuple[str, KnownName]]) -> Mapping[str, list[KnownName]]:
    groups: dict[str, list[KnownName]] = {}
    for text, name in pairs:
        groups.setdefault(text, []).append(name)
    return groups
