"""Finding a person in texts, as pure functions: in either script, in any order of words, with one typo.

Nothing here decides who a text is about. It finds passages for a privacy officer to read.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import accumulate, chain
from typing import Final, NamedTuple

from anyascii import anyascii
from rapidfuzz.distance import OSA

from lib.fold import fold, latin
from lib.sound import sound

EXACT: Final = "exact"
SIMILAR: Final = "similar"
PHONE: Final = "phone"
EMAIL: Final = "email"

SHORTEST: Final = 2  # characters of a name that can be searched for
LONG_ENOUGH: Final = 4  # characters from which a word can have a typo
_COUNTRY: Final = 4  # digits of a country's code, or of an area's in a local number
NATIONAL: Final = 6  # digits at the end of a phone number that are specific enough
BETWEEN: Final = 2  # other words that can stand between those of a name
_MOST_KNOWN: Final = 500_000  # words whose likeness is remembered
_NONE, _INITIAL, _LIKE, _SAME = range(4)
_SIGNS: Final = "".join(  # written with the letter before it: accents, points, the vowels of Indic scripts
    sign for sign in map(chr, range(0x300, 0x1F000)) if unicodedata.category(sign) in ("Mn", "Mc")
)
_VOWEL_SIGN: Final = re.compile(f"[{''.join(sign for sign in _SIGNS if not unicodedata.combining(sign))}]")
_JOINED: Final = rf"(?:[{_SIGNS}]\u200c?|[\u00ad\u200d\u2060])"
_APART: Final = re.compile(f"(?<![{_SIGNS}])\u200c")  # between the parts of a Persian name
_WORD: Final = rf"[^\W_]+(?:{_JOINED}[^\W_]*)*"
_TOKEN: Final = re.compile(rf"{_WORD}(?:['’`´]{_WORD})*")
# The same in ASCII, in a quarter of the time.
_ASCII_TOKEN: Final = re.compile(r"[^\W_]+(?:['`][^\W_]+)*")
#: What texts in Arabic and Hebrew script leave out as they like: short vowels, points, shadda, lengthening.
_POINTS: Final = re.compile(
    "[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc"
    "\u06df-\u06e8\u06ea-\u06ed\u08d3-\u08e1\u08e3-\u08ff\u00ad\u200d-\u200f\u2060]"
)
#: Between the digits of a number: blanks, brackets, dots, hyphens and dashes, also those of typesetters.
_NUMBER: Final = re.compile(
    r"\+?\d(?:[\s()\[\]./\\,_*'’·•∙․‧⋅\-\u00ad\u200b-\u200f\u2010-\u2015\u202a-\u202e\u2060-\u2069"
    r"\u2212\ufe58\ufe63\uff0d]{0,3}\d){4,}"
)
_UNVOWELLED: Final = re.compile(r"[\u0590-\u05ff\u0600-\u06ff\u0750-\u077f\ufb1d-\ufdff\ufe70-\ufefc]")
_ARTICLE: Final = re.compile("\\bال(?=..)")  # written as one with the name
_ARTICLES: Final = ("al", "el", "ul")
_CONSONANTS: Final = (
    ("tsh", "s"),
    *(("sh", "s"), ("ch", "s"), ("kh", "h"), ("gh", "q"), ("th", "t"), ("dh", "d"), ("ph", "f"), ("ck", "k")),
    *(("g", "j"), ("c", "k"), ("v", "f"), ("p", "b"), ("x", "ks"), ("z", "s")),
)
_SLAVIC_C: Final = re.compile("tsch|tch|ch|c")
_TWICE: Final = re.compile(r"([a-z])\1")
_VOWELS: Final = re.compile("[aeiouyw]")
_PLAIN: Final = re.compile("[a-z0-9]+")
_GROUP: Final = re.compile(r"\+?\d+")
#: A word with two different digits, such as an ID, is two typos or more from any without.
_TWO_DIGITS: Final = re.compile(r"(?=\D*(\d)\D*(?!\1)\d)[a-zA-Z\d]+\Z", re.ASCII)
_TEXT_END: Final = "\0"  # between texts that are read as one: in no text, no word, no number and no address
_MOST_GROUPS: Final = 12
#: What can stand around an address. A letter, or a dot or hyphen between letters, makes it another one.
_BEFORE_EMAIL: Final = r"(?<![^\W_])(?<![^\W_][.+_'’\-])"
_AFTER_EMAIL: Final = r"(?![^\W_]|[.\-][^\W_])"


class Hit(NamedTuple):
    """A passage, and how it was found."""

    start: int
    end: int
    matched: str


class _Like(NamedTuple):
    """A word of a text is like one of a name."""

    name: int
    word: int
    quality: int


@dataclass(slots=True)
class Wanted:
    """What is searched for. Each name is its words, in Latin letters."""

    names: list[tuple[str, ...]]
    phones: list[str]  # the digits of the national number
    emails: list[str]
    unvowelled: list[bool] = field(default_factory=list)  # names in a script without short vowels
    only_exact: bool = False
    _known: dict[str, tuple[_Like, ...]] = field(default_factory=dict)
    _has_no_digits: bool = False

    def __post_init__(self) -> None:
        self._has_no_digits = not any(map(str.isdigit, "".join(chain(*self.names))))

    def __bool__(self) -> bool:
        return bool(self.names or self.phones or self.emails)

    def exactly(self) -> "Wanted":
        """The same search without names that are only similar: nobody reads what it finds."""
        return replace(self, only_exact=True)

    def hits(self, text: str) -> Iterator[Hit]:
        """Yield the passages of `text` that may name the person."""
        found = self._all_hits(text)
        return (hit for hit in found if hit.matched != SIMILAR) if self.only_exact else found

    def may_hit(self, texts: Iterable[str]) -> bool:
        """Whether one of these texts may name the person. Where it is False, `hits` finds nothing in any.

        It reads them as one, which takes a fraction of the time of one after the other.
        """
        ascii_texts: list[str] = []  # their words take a quarter of the time
        other_texts: list[str] = []
        for text in texts:
            (ascii_texts if text.isascii() else other_texts).append(text)
        return any(
            (self.names and self._has_word(text))
            or (self.phones and any(self._phones(text)))
            or (self.emails and any(self._emails(text)))
            for text in map(_TEXT_END.join, (ascii_texts, other_texts))
        )

    def _has_word(self, text: str) -> bool:
        """Whether a word of a text is like one of a name, and more than its initial."""
        words = set(_token_of(text).findall(text))
        return any(like.quality > _INITIAL for word in words for like in self._likes(word))

    def _all_hits(self, text: str) -> Iterator[Hit]:
        if self.names and self._has_word(text):
            yield from self._names(text)
        if self.phones:
            yield from self._phones(text)
        if self.emails and "@" in text:
            yield from self._emails(text)

    def _names(self, text: str) -> Iterator[Hit]:
        tokens = list(_token_of(text).finditer(text))
        near = [(place, like) for place, token in enumerate(tokens) for like in self._likes(token.group())]
        for number, name in enumerate(self.names):
            mine = [(place, like) for place, like in near if like.name == number]
            for first, last, is_exact in _stretches(mine, len(name)):
                yield Hit(tokens[first].start(), tokens[last].end(), EXACT if is_exact else SIMILAR)

    def _likes(self, written: str) -> tuple[_Like, ...]:
        """What a word of a text is like. Remembered, because texts repeat their words."""
        found = self._known.get(written)
        if found is None:
            if self._has_no_digits and _TWO_DIGITS.match(written):
                return ()
            forms = _forms(written)
            found = tuple(
                _Like(number, which, quality)
                for number, name in enumerate(self.names)
                for which, word in enumerate(name)
                if (quality := self._quality(number, word, written, forms))
                and (quality > _INITIAL or len(name) > 1)
            )
            if len(self._known) < _MOST_KNOWN:
                self._known[written] = found
        return found

    def _quality(self, number: int, word: str, written: str, forms: tuple[str, ...]) -> int:
        """How much a word of a name is like a word of a text, by its consonants if one has no vowels."""
        best = max((_likeness(word, form) for form in forms), default=_NONE)
        if written.isascii() and not self.unvowelled[number]:
            return best
        is_unvowelled, has_article = bool(_UNVOWELLED.search(written)), bool(_ARTICLE.match(written))
        if best < _LIKE and is_unvowelled != self.unvowelled[number]:
            ours, least = _heard([word], vowels=is_unvowelled), 2 if len(self.names[number]) > 1 else 3
            theirs = _heard(forms, vowels=not is_unvowelled)
            if any(len(one) >= least for one in ours & theirs) or (word in _ARTICLES and has_article):
                return _LIKE
        return best

    def _phones(self, text: str) -> Iterator[Hit]:
        for number in _NUMBER.finditer(text):
            for start, end in _numbers_in(number, self.phones):
                yield Hit(start, end, PHONE)

    def _emails(self, text: str) -> Iterator[Hit]:
        for address in _any_of(tuple(self.emails)).finditer(text):
            yield Hit(address.start(), address.end(), EMAIL)


def wanted(names: Iterable[str], phones: Iterable[str], emails: Iterable[str]) -> Wanted:
    """Prepare a search. `phones` are in international or national form."""
    words = {
        name: bool(_UNVOWELLED.search(written))
        for written in names
        if len("".join(name := tuple(dict.fromkeys(_words(_ARTICLE.sub("", _POINTS.sub("", written)))))))
        >= SHORTEST
    }
    digits = [_digits(phone).lstrip("0") for phone in phones]
    return Wanted(
        names=list(words),
        phones=[one for one in dict.fromkeys(digits) if len(one) >= NATIONAL],
        emails=[email.strip().casefold() for email in emails if "@" in email],
        unvowelled=list(words.values()),
    )


def _token_of(text: str) -> re.Pattern[str]:
    """The pattern of a word in this text."""
    return _ASCII_TOKEN if text.isascii() else _TOKEN


def consonants(word: str, *, vowels: bool) -> str:
    """The consonants of a word in Latin letters. `vowels`: its own script writes them, and doubles letters.

    >>> [consonants(word, vowels=True) for word in ("haddad", "fatima", "yusuf")]
    ['hdd', 'ftm', 'sf']
    >>> [consonants(word, vowels=False) for word in ("hdd", "ftmh", "ywsf")]
    ['hdd', 'ftm', 'sf']
    """
    for letters, one in _CONSONANTS:
        word = word.replace(letters, one)
    found = _VOWELS.sub("", _TWICE.sub(r"\1", word) if vowels else word)
    return found.removesuffix("h") if len(found) > 2 else found


def _heard(words: Iterable[str], *, vowels: bool) -> set[str]:
    """The consonants of words, and those of Slavic names: c can be read as ch, j as y, and g as gh.

    >>> sorted(_heard(["jovanovic"], vowels=True)), _heard(["ywfanwfytsh"], vowels=False)
    (['fnfk', 'fnfs', 'jfnfk', 'jfnfs'], {'fnfs'})
    """
    found = set(words)
    if vowels:
        found |= {_SLAVIC_C.sub("sh", word) for word in found}
        found |= {word.replace("dz", "j").replace("dj", "j") for word in found}
        found |= {word.replace("j", "y") for word in found}
        found |= {word.replace("g", "gh") for word in found if "gh" not in word}
    return {consonants(word, vowels=vowels) for word in found}


def _likeness(word: str, token: str) -> int:
    """How much a word of a text is like one of a name: the same, like it, its initial, or not."""
    if word == token:
        return _SAME
    if len(token) == 1:
        return _INITIAL if word.startswith(token) else _NONE
    if min(len(word), len(token)) < LONG_ENOUGH:
        return _NONE
    if OSA.distance(word, token, score_cutoff=1) <= 1:
        return _LIKE
    heard, other = sound(word), sound(token)
    if heard == other or (
        min(len(heard), len(other)) >= LONG_ENOUGH and OSA.distance(heard, other, score_cutoff=1) <= 1
    ):
        return _LIKE
    return _NONE


def _forms(written: str) -> tuple[str, ...]:
    """A word of a text in Latin letters. It may be several, which also count as one."""
    found: list[str] = []
    bare = written if written.isascii() else _POINTS.sub("", written)
    for one in [bare] if bare.isascii() else dict.fromkeys([bare, _ARTICLE.sub("", bare)]):
        words = _words(one)
        found += [*words, "".join(words)]
    return tuple(dict.fromkeys(found))


def _words(text: str) -> list[str]:
    """Words in Latin letters, with the vowels of Indic scripts, which `fold` takes for accents.

    A word without Latin letters stays as it is.

    >>> _words("Łucja O'Brien"), _words("राहुल"), _words("ল্যু")
    (['lucja', 'o', 'brien'], ['rahul'], ['lyu'])
    """
    text = text if text.isascii() else _APART.sub(" ", text)
    if text.isascii() or not _VOWEL_SIGN.search(text):
        folded = fold(text)
        return latin(folded).split() or folded.split()
    found = []
    for word in _TOKEN.findall(unicodedata.normalize("NFKC", text).casefold()):
        if _VOWEL_SIGN.search(word):
            found.append("".join(_PLAIN.findall(anyascii(word).casefold())) or word)
        else:
            found += latin(fold(word)).split() or [word]
    return found


def _stretches(near: Sequence[tuple[int, _Like]], count: int) -> Iterator[tuple[int, int, bool]]:
    """Yield first and last place of stretches with each of the `count` words, not all as initials.

    `near` are the places in the text of words like those of one name, in order.
    """
    last, most = -1, (count + BETWEEN) * count  # a word of the text can be like each word of the name
    for index, (first, _like) in enumerate(near):
        if first <= last:
            continue
        found: dict[int, tuple[int, int]] = {}
        for place, like in near[index : index + most]:
            if place - first >= count + BETWEEN or len(found) == count:
                break
            if like.word not in found or found[like.word][1] < like.quality:
                found[like.word] = (place, like.quality)
        if len(found) == count and any(quality > _INITIAL for _place, quality in found.values()):
            last = max(place for place, _quality in found.values())
            start = min(place for place, _quality in found.values())
            yield start, last, all(quality == _SAME for _place, quality in found.values())


def _digits(number: str) -> str:
    return "".join(str(unicodedata.digit(one)) for one in number if one.isdigit())


def _numbers_in(found: re.Match[str], phones: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the places of these numbers among groups of digits, such as between a time and another number.

    Each ends with the last digits of a phone, so that a long list of numbers is read once.
    """
    groups = list(_GROUP.finditer(found.group()))
    digits = [_digits(group.group()) for group in groups]
    ends = list(accumulate(map(len, digits)))
    group_at, whole = {end: place for place, end in enumerate(ends)}, "".join(digits)
    places = {
        group_at[tail.end(1)]
        for phone in phones
        for tail in re.finditer(f"(?=({phone[-NATIONAL:]}))", whole)
        if tail.end(1) in group_at
    }
    free = 0  # the first group that is in no number yet
    for last in sorted(places):
        for first in range(max(free, last - _MOST_GROUPS + 1), last + 1):
            written = "".join(digits[first : last + 1])
            if any(_same_number(phone, written) for phone in phones):
                yield found.start() + groups[first].start(), found.start() + groups[last].end()
                free = last + 1
                break


@lru_cache(maxsize=100)
def _any_of(emails: tuple[str, ...]) -> re.Pattern[str]:
    """The pattern of these addresses, whatever stands around them: quotes, a dash, a question for a link."""
    return re.compile(f"{_BEFORE_EMAIL}(?:{'|'.join(map(re.escape, emails))}){_AFTER_EMAIL}", re.IGNORECASE)


def _same_number(wanted_digits: str, digits: str) -> bool:
    """Whether both are one number, each with or without the country's code and a leading zero."""
    bare = digits.lstrip("0")
    if len(bare) < NATIONAL:
        return False
    longer, shorter = sorted((bare, wanted_digits), key=len, reverse=True)
    return longer.endswith(shorter) and len(longer) - len(shorter) <= _COUNTRY and len(shorter) >= NATIONAL
