"""Short forms of organisations' names: initials of a run of words, and dotted abbreviations."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from lib.fold import fold, latin
from lib.small_words import SMALL_WORDS, words

_INNER_APOSTROPHE: Final = re.compile(r"(?<=\w\w)['’ʼ](?=\w)")
_SMALL: Final = SMALL_WORDS | words(
    "au aux cu din dla fur ha het im na op sous sur ta van vom voor we ze zum zur"
)
_SHORTEST: Final = 2
_LONGEST: Final = 6
_ALONE: Final = 3  # letters of a short form that can stand for a whole name


def texts_beside_initials(name: str, other_name: str) -> Iterator[tuple[str, str]]:
    """Yield what is left of both names without a word of the first and the words whose initials it has.

    A short form has 2 to 6 letters of either script, with or without the initials of small words. Alone, it
    has 3 letters or more.

    >>> list(texts_beside_initials("БЧК Русе", "Български Червен Кръст - Русе"))
    [('русе', 'русе')]
    >>> list(texts_beside_initials("C.F.B. Nord", "Cercle des Familles du Bourg"))
    [('nord', '')]
    """
    words, other_words = _words(name.replace(".", "")), _words(other_name)
    significant = [at for at, word in enumerate(other_words) if not _is_small(word)]
    for at, word in enumerate(words):
        if not _SHORTEST <= len(word) <= _LONGEST or not word.isalpha() or word in other_words:
            continue
        remaining = words[:at] + words[at + 1 :]
        if not remaining and len(word) < _ALONE:
            continue
        runs = [*_runs(significant, len(word)), *_runs(range(len(other_words)), len(word))]
        for run in dict.fromkeys(runs):
            if word in spelled_initials([other_words[place] for place in run]):
                other_remaining = other_words[: run[0]] + other_words[run[-1] + 1 :]
                yield " ".join(remaining), " ".join(other_remaining)


def _runs(places: Sequence[int], length: int) -> list[tuple[int, ...]]:
    """Return each run of neighbouring places of this length."""
    return [tuple(places[start : start + length]) for start in range(len(places) - length + 1)]


def _words(name: str) -> list[str]:
    """Return the folded words of a name. An apostrophe ends a word of one letter only, as in “l'art”."""
    return fold(_INNER_APOSTROPHE.sub("", name)).split()


def _is_small(word: str) -> bool:
    return len(word) == 1 or latin(word) in _SMALL


def spelled_initials(words: Sequence[str]) -> set[str]:
    """Return the initials of folded words in their script and in Latin letters: бчк, bchk and bck."""
    letters = [word[0] for word in words]
    spelled = [latin(letter) for letter in letters]
    return {"".join(letters), "".join(spelled), "".join(letter[:1] for letter in spelled)}


def whole_initials(name: str) -> set[str]:
    """Return the initials of a whole name of 3 to 6 words, in Latin letters, with and without small words."""
    words = _words(name)
    groups = (words, [word for word in words if not _is_small(word)])
    spelled = {
        text for group in groups if _ALONE <= len(group) <= _LONGEST for text in spelled_initials(group)
    }
    return {text for text in spelled if text.isascii() and text.isalpha()}


def abbreviates_word_by_word(name: str, other_name: str) -> bool:
    """Whether each word of a name is the other's, or begins it and ends with a full stop.

    At least one word of 4 letters or more is the same in both.

    >>> abbreviates_word_by_word("Чит. Св. Климент", "Читалище Свети Климент")
    True
    """
    words = [(fold(part), part.rstrip(",;)").endswith(".")) for part in name.replace(".", ". ").split()]
    words = [(text, dotted) for text, dotted in words if text and (dotted or not _is_small(text))]
    other_words = [word for word in _words(other_name) if not _is_small(word)]
    if len(words) != len(other_words) or not any(dotted for _text, dotted in words):
        return False
    pairs = list(zip(words, other_words, strict=True))
    has_same = any(text == word and len(text) > _ALONE for (text, _dotted), word in pairs)
    return has_same and all(
        latin(text) == latin(word) or (dotted and _begins(latin(text), latin(word)))
        for (text, dotted), word in pairs
    )


def _begins(short: str, long: str) -> bool:
    """Whether `long` begins with the same letter and has the letters of `short` in order, as for “sra”."""
    letters = iter(long)
    return short[:1] == long[:1] and all(letter in letters for letter in short)
