"""Possible search words for a person, as pure functions."""

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Final

SHORTEST: Final = 3  # characters of a word beginning that is specific enough
FEWEST_DIGITS: Final = 4  # from here on the search treats digits as a number
FEW_WORDS: Final = 6  # all combinations up to this many words; above it, up to three words and all words


def wordings(words: Iterable[str]) -> Iterator[str]:
    """Yield searches for a name or address with these folded words. One word may be half typed.

    >>> sorted(wordings(["ana", "saar"]))
    ['ana', 'ana saa', 'ana saar', 'saa', 'saar']
    """
    sorted_words = sorted(set(words))
    word_count = len(sorted_words)
    for count in range(1, word_count + 1) if word_count <= FEW_WORDS else (1, 2, 3, word_count):
        for chosen in combinations(sorted_words, count):
            yield from {" ".join(chosen), *_half_typed(chosen)}


def _half_typed(chosen: tuple[str, ...]) -> Iterator[str]:
    for place, word in enumerate(chosen):
        for end in range(SHORTEST, len(word)):
            yield " ".join(sorted((*chosen[:place], word[:end], *chosen[place + 1 :])))


def parts_of_number(number: str) -> Iterator[str]:
    """Yield a phone number as written, and every run of its digits that the search accepts."""
    digits = "".join(character for character in number if character.isdigit())
    yield number
    for start in range(len(digits)):
        for end in range(start + FEWEST_DIGITS, len(digits) + 1):
            yield digits[start:end]
