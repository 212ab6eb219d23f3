"""Whether another name of an organisation may be a person's name, which is never kept as an alias."""

from collections.abc import Iterable
from typing import Final

from rapidfuzz.distance import OSA

from contacts.rules.name_words import ABBREVIATIONS, DISTINGUISHING, FORMS, KINDS
from lib.fold import fold, latin

_MOST_WORDS: Final = 4  # a longer text is no person's name
_TITLES: Final = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "miss",
        "dr",
        "dra",
        "sr",
        "sra",
        "d",
        "dna",
        "dona",
        "don",
        "engo",
        "prof",
        "padre",
        "pe",
        "fr",
        "father",
        "pai",
        "sister",
        "irma",
        "rabbi",
        "rabino",
        "imam",
        "imame",
        "pastor",
        "pastora",
        "rev",
        "g",
        "n",
        "gn",
        "gja",
        "herr",
        "fru",
        "sig",
        "sigra",
        "signor",
        "signora",
        "hra",
        "rva",
        "harra",
    ]
)
_SLIP_FROM: Final = 5  # letters; in a shorter word, one slip makes another word
_SHORTEST: Final = 3  # letters; shorter words do not name anyone


def may_be_person(text: str, names: Iterable[str]) -> bool:
    """Whether `text` may name a person, and not the organisation with these names.

    A title in front of it means a person. A text whose words are all in a name of the organisation, or one
    with a word for a kind of organisation, or an acronym, names the organisation.
    """
    words = latin(fold(text)).split()
    own_words = {word for name in names for word in latin(fold(name)).split()}
    if not words or len(words) > _MOST_WORDS or not all(word.isalpha() for word in words):
        return False
    if _is_in(words, own_words):
        return False
    if words[0] in _TITLES:
        return True
    if any(
        word in KINDS or word in FORMS or word in DISTINGUISHING or word in ABBREVIATIONS for word in words
    ):
        return False
    return not (len(words) == 1 and _is_acronym(text.strip()))


def _is_in(words: list[str], own_words: set[str]) -> bool:
    """Whether each word is one of the organisation's, its beginning, or the same but for one letter."""
    return all(any(_is_same(word, own_word) for own_word in own_words) for word in words)


def _is_same(word: str, own_word: str) -> bool:
    if len(word) >= _SHORTEST and own_word.startswith(word):
        return True
    return word == own_word or (len(word) >= _SLIP_FROM and OSA.distance(word, own_word) <= 1)


def _is_acronym(text: str) -> bool:
    return text.isupper() and len(text) <= 8  # as in “APAV”
