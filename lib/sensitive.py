"""Detection of words about origin, belief, orientation or health in nine languages. Pure: no Django.

This is for hints only, never for decisions: notes about a person rarely need such words. Words that describe
a group (“Muslim women of the centre”) are ignored.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from lib.fold import fold
from lib.sensitive_words import ATTACKS, ELSEWHERE, GROUPS, LEADERS, PLACES, SIGNS, WORDS

_OF_HATE: Final = ("signs", "places", "attacks")
NEAR: Final = 2  # words before or after a term that may refer to a group


class Found(NamedTuple):
    """A word as written, with its topic: origin, belief, orientation or health."""

    word: str
    topic: str


def find_sensitive(text: str, language: str = "") -> list[Found]:
    """Return the sensitive words of any language in `text`, each once, in order.

    Words with a harmless meaning in the writer's `language` are left out: `sida` is a side in Swedish.

    >>> find_sensitive("She is a Muslim, her son is ill")
    [Found(word='Muslim', topic='belief'), Found(word='ill', topic='health')]
    >>> find_sensitive("The Muslim community asked for lamps")
    []
    """
    words = list(_words(text))
    folded = [word for word, _written in words]
    folded_text = " ".join(folded)
    starts = _starts(folded)
    terms: dict[Found, None] = {}
    for match in _pattern(language.partition("-")[0]).finditer(folded_text):
        place = starts[match.start()]
        end = place + match.group().count(" ") + 1
        if not any(
            _GROUP.match(word) for word in (*folded[max(0, place - NEAR) : place], *folded[end : end + NEAR])
        ):
            topic = match.lastgroup or ""
            terms[Found(" ".join(written for _word, written in words[place:end]), topic)] = None
    return list(terms)


def names_community(text: str) -> bool:
    """Whether a search text has a word about origin, belief or orientation, in any language.

    >>> names_community("roma"), names_community("Rosa Carvalho")
    (True, False)
    """
    folded_text = " ".join(word for word, _written in _words(text))
    return any(match.lastgroup != "health" for match in _pattern("").finditer(folded_text))


def find_hate(text: str) -> list[str]:
    """Return words that may describe a hate incident: signs, and attacks beside a community or its place.

    A hint for a reader who decides. The lists miss many texts, and find words in harmless ones.

    >>> find_hate("The mosque was daubed"), find_hate("The mosque asked for lamps")
    (['mosque', 'daubed'], [])
    """
    words = list(_words(text))
    folded = [word for word, _written in words]
    folded_text, starts = " ".join(folded), _starts(folded)
    spans_by_name = {
        name: [match.span() for match in _any_of(name).finditer(folded_text)] for name in _OF_HATE
    }
    spans = spans_by_name["signs"]
    if spans_by_name["attacks"] and (spans_by_name["places"] or names_community(text)):
        spans = spans + spans_by_name["attacks"] + spans_by_name["places"]
    places = sorted({(starts[start], folded_text[start:end].count(" ") + 1) for start, end in spans})
    return list(dict.fromkeys(" ".join(written for _word, written in words[at : at + n]) for at, n in places))


def is_place(word: str) -> bool:
    """Whether a word is a kind of place of a community, in any language.

    >>> is_place("Synagogue"), is_place("Noor")
    (True, False)
    """
    return _any_of("places").fullmatch(fold(word)) is not None


def words_about_communities() -> tuple[frozenset[str], frozenset[str]]:
    """Return single words about origin, belief, orientation, places and leaders, and their beginnings.

    They are folded. Phrases are left out: their words alone are ordinary.
    """
    lines = [
        line for topic, by_language in WORDS.items() if topic != "health" for line in by_language.values()
    ]
    all_terms = {term for line in (*lines, *PLACES.values(), *LEADERS.values()) for term in _terms(line)}
    single = {term for term in all_terms if " " not in term}
    beginnings = {term for term in single if term.endswith("*")}
    return frozenset(single - beginnings), frozenset(term[:-1] for term in beginnings)


def _words(text: str) -> Iterator[tuple[str, str]]:
    """Return each word in folded form and as written."""
    for written in re.findall(r"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*", text):
        for word in fold(written).split():
            yield word, written


def _starts(words: list[str]) -> dict[int, int]:
    """Map the start position of each word, in the words joined by blanks, to its index."""
    starts, letter = {}, 0
    for place, word in enumerate(words):
        starts[letter] = place
        letter += len(word) + 1
    return starts


@lru_cache(maxsize=16)
def _pattern(language: str) -> re.Pattern[str]:
    """Return a pattern with one alternative per topic, over all languages, because writers mix languages."""
    left_out = _terms(ELSEWHERE.get(language, ""))
    topics = []
    for topic, by_language in WORDS.items():
        terms = {term for line in by_language.values() for term in _terms(line)} - left_out
        topics.append(f"(?P<{topic}>{_alternatives(terms)})")
    return re.compile(rf"(?<!\S)(?:{'|'.join(topics)})(?!\S)")


@lru_cache
def _any_of(name: str) -> re.Pattern[str]:
    """Return a pattern of the words of a hate incident, over all languages."""
    lines = {"signs": SIGNS, "places": PLACES, "attacks": ATTACKS}[name].values()
    return re.compile(rf"(?<!\S)(?:{_alternatives({term for line in lines for term in _terms(line)})})(?!\S)")


def _terms(line: str) -> set[str]:
    """Return the comma-separated terms of a line, folded. A `*` at the end stays."""
    terms = (term.strip() for term in line.split(","))
    return {fold(term) + ("*" if term.endswith("*") else "") for term in terms if term}


def _alternatives(terms: set[str]) -> str:
    longest_first = sorted(terms, key=lambda term: (-len(term), term))
    return "|".join(
        re.escape(term.removesuffix("*")) + (r"\S*" if term.endswith("*") else "") for term in longest_first
    )


_GROUP: Final = re.compile(
    rf"(?:{_alternatives({term for line in GROUPS.values() for term in _terms(line)})})(?!\S)"
)
TOPICS: Final[Mapping[str, Mapping[str, str]]] = WORDS
