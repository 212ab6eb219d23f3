"""What somebody who looked for this person may have typed: pure, so that nothing is searched twice."""

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Final

SHORTEST: Final = 3  # letters of a beginning that says something
FEWEST_DIGITS: Final = 6  # as the search takes them for a number
FEW_WORDS: Final = 6  # any of so few; of more, up to three and all of them


def wordings(words: Iterable[str]) -> Iterator[str]:
    """Searches for a name or address of these folded words: some of them, the last one perhaps half typed.

    >>> sorted(wordings(["ana", "saar"]))
    ['ana', 'ana saa', 'ana saar', 'saa', 'saar']
    """
    known = sorted(set(words))
    most = len(known)
    for count in range(1, most + 1) if most <= FEW_WORDS else (1, 2, 3, most):
        for chosen in combinations(known, count):
            yield from {" ".join(chosen), *_half_typed(chosen)}


def _half_typed(chosen: tuple[str, ...]) -> Iterator[str]:
    for place, word in enumerate(chosen):
        for end in range(SHORTEST, len(word)):
            yield " ".join(sorted((*chosen[:place], word[:end], *chosen[place + 1 :])))


def parts_of_number(number: str) -> Iterator[str]:
    """A number as it is written, and every run of its digits that the search would look for."""
    digits = "".join(one for one in number if one.isdigit())
    yield number
    for start in range(len(digits)):
        for end in range(start + FEWEST_DIGITS, len(digits) + 1):
            yield digits[start:end]
