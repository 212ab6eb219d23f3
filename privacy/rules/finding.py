"""Finding a person in texts, as pure functions: in either script, in any order of words, with one typo.

No function decides about which person a text is. They find passages for a privacy officer to read.
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
_MOST_KNOWN: Final = 500_000  # words in the cache
_NONE, _INITIAL, _LIKE, _SAME = range(4)
_SIGNS: Final = "".join(  # written with the letter before it: accents, points, the vowels of Indic scripts
    sign for sign in map(chr, range(0x300, 0x1F000)) if unicodedata.category(sign) in ("Mn", "Mc")
)
_VOWEL_SIGN: Final = re.compile(f"[{''.join(sign for sign in _SIGNS if not unicodedata.combining(sign))}]")
_JOINED: Final = rf"(?:[{_SIGNS}]\u200c?|[\u00ad\u200d\u2060])"
_APART: Final = re.compile(f"(?<![{_SIGNS}])\u200c")  # between the parts of a Persian name
_WORD: Final = rf"[^\W_]+(?:{_JOINED}[^\W_]*)*"
_TOKEN: Final = re.compile(rf"{_WORD}(?:['’`´]{_WORD})*")
# The same pattern for ASCII, which takes a quarter of the time.
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
    """Likeness of a word of a text to a word of a name."""

    name: int
    word: int
    quality: int


@dataclass(slots=True)
class PersonSearch:
    """A search for a person. Each name is a tuple of its words in Latin letters."""

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

    def exactly(self) -> "PersonSearch":
        """Return the search without similar names, for matches that no one reads."""
        return replace(self, only_exact=True)

    def hits(self, text: str) -> Iterator[Hit]:
        """Yield the passages of `text` that may name the person."""
        all_hits = self._all_hits(text)
        return (hit for hit in all_hits if hit.matched != SIMILAR) if self.only_exact else all_hits

    def may_hit(self, texts: Iterable[str]) -> bool:
        """Whether one of these texts may name the person. If False, `hits` finds nothing in any of them.

        The texts are read as one, which is much faster than one after the other.
        """
        ascii_texts: list[str] = []  # matching ASCII takes a quarter of the time
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
        """Whether a word of a text is like a word of a name, and more than an initial."""
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
            own_likes = [(place, like) for place, like in near if like.name == number]
            for first_place, last_place, is_exact in _stretches(own_likes, len(name)):
                yield Hit(
                    tokens[first_place].start(), tokens[last_place].end(), EXACT if is_exact else SIMILAR
                )

    def _likes(self, written: str) -> tuple[_Like, ...]:
        """Return the words of names that a word of a text is like. Cached, because texts repeat words."""
        likes = self._known.get(written)
        if likes is None:
            if self._has_no_digits and _TWO_DIGITS.match(written):
                return ()
            forms = _forms(written)
            likes = tuple(
                _Like(number, index, quality)
                for number, name in enumerate(self.names)
                for index, word in enumerate(name)
                if (quality := self._quality(number, word, written, forms))
                and (quality > _INITIAL or len(name) > 1)
            )
            if len(self._known) < _MOST_KNOWN:
                self._known[written] = likes
        return likes

    def _quality(self, number: int, word: str, written: str, forms: tuple[str, ...]) -> int:
        """Return how much a word of a name is like a word of a text, by consonants if one has no vowels."""
        best = max((_likeness(word, form) for form in forms), default=_NONE)
        if written.isascii() and not self.unvowelled[number]:
            return best
        is_unvowelled, has_article = bool(_UNVOWELLED.search(written)), bool(_ARTICLE.match(written))
        if best < _LIKE and is_unvowelled != self.unvowelled[number]:
            own_consonants, least = (
                _consonant_forms([word], vowels=is_unvowelled),
                2 if len(self.names[number]) > 1 else 3,
            )
            text_consonants = _consonant_forms(forms, vowels=not is_unvowelled)
            if any(len(common) >= least for common in own_consonants & text_consonants) or (
                word in _ARTICLES and has_article
            ):
                return _LIKE
        return best

    def _phones(self, text: str) -> Iterator[Hit]:
        for number in _NUMBER.finditer(text):
            for start, end in _numbers_in(number, self.phones):
                yield Hit(start, end, PHONE)

    def _emails(self, text: str) -> Iterator[Hit]:
        for address in _any_of(tuple(self.emails)).finditer(text):
            yield Hit(address.start(), address.end(), EMAIL)


def person_search(names: Iterable[str], phones: Iterable[str], emails: Iterable[str]) -> PersonSearch:
    """Prepare a search. `phones` are in international or national form."""
    words = {
        name: bool(_UNVOWELLED.search(written))
        for written in names
        if len("".join(name := tuple(dict.fromkeys(_words(_ARTICLE.sub("", _POINTS.sub("", written)))))))
        >= SHORTEST
    }
    digits = [_digits(phone).lstrip("0") for phone in phones]
    return PersonSearch(
        names=list(words),
        phones=[phone_digits for phone_digits in dict.fromkeys(digits) if len(phone_digits) >= NATIONAL],
        emails=[email.strip().casefold() for email in emails if "@" in email],
        unvowelled=list(words.values()),
    )


def _token_of(text: str) -> re.Pattern[str]:
    """Return the pattern of a word for this text."""
    return _ASCII_TOKEN if text.isascii() else _TOKEN


def consonants(word: str, *, vowels: bool) -> str:
    """Return the consonants of a word in Latin letters. `vowels`: its script has vowels and double letters.

    >>> [consonants(word, vowels=True) for word in ("haddad", "fatima", "yusuf")]
    ['hdd', 'ftm', 'sf']
    >>> [consonants(word, vowels=False) for word in ("hdd", "ftmh", "ywsf")]
    ['hdd', 'ftm', 'sf']
    """
    for letters, consonant in _CONSONANTS:
        word = word.replace(letters, consonant)
    result = _VOWELS.sub("", _TWICE.sub(r"\1", word) if vowels else word)
    return result.removesuffix("h") if len(result) > 2 else result


def _consonant_forms(words: Iterable[str], *, vowels: bool) -> set[str]:
    """Return the consonants of words and of their Slavic readings: c as ch, j as y, and g as gh.

    >>> sorted(_consonant_forms(["jovanovic"], vowels=True)), _consonant_forms(["ywfanwfytsh"], vowels=False)
    (['fnfk', 'fnfs', 'jfnfk', 'jfnfs'], {'fnfs'})
    """
    spellings = set(words)
    if vowels:
        spellings |= {_SLAVIC_C.sub("sh", word) for word in spellings}
        spellings |= {word.replace("dz", "j").replace("dj", "j") for word in spellings}
        spellings |= {word.replace("j", "y") for word in spellings}
        spellings |= {word.replace("g", "gh") for word in spellings if "gh" not in word}
    return {consonants(word, vowels=vowels) for word in spellings}


def _likeness(word: str, token: str) -> int:
    """Return how much a word of a text is like a word of a name: same, similar, its initial, or not."""
    if word == token:
        return _SAME
    if len(token) == 1:
        return _INITIAL if word.startswith(token) else _NONE
    if min(len(word), len(token)) < LONG_ENOUGH:
        return _NONE
    if OSA.distance(word, token, score_cutoff=1) <= 1:
        return _LIKE
    word_sound, token_sound = sound(word), sound(token)
    if word_sound == token_sound or (
        min(len(word_sound), len(token_sound)) >= LONG_ENOUGH
        and OSA.distance(word_sound, token_sound, score_cutoff=1) <= 1
    ):
        return _LIKE
    return _NONE


def _forms(written: str) -> tuple[str, ...]:
    """Return the forms of a word in Latin letters: its parts, and the parts joined."""
    forms: list[str] = []
    bare = written if written.isascii() else _POINTS.sub("", written)
    for variant in [bare] if bare.isascii() else dict.fromkeys([bare, _ARTICLE.sub("", bare)]):
        words = _words(variant)
        forms += [*words, "".join(words)]
    return tuple(dict.fromkeys(forms))


def _words(text: str) -> list[str]:
    """Return words in Latin letters, with the vowels of Indic scripts, which `fold` takes for accents.

    A word without Latin letters stays as it is.

    >>> _words("Łucja O'Brien"), _words("राहुल"), _words("ল্যু")
    (['lucja', 'o', 'brien'], ['rahul'], ['lyu'])
    """
    text = text if text.isascii() else _APART.sub(" ", text)
    if text.isascii() or not _VOWEL_SIGN.search(text):
        folded = fold(text)
        return latin(folded).split() or folded.split()
    words = []
    for word in _TOKEN.findall(unicodedata.normalize("NFKC", text).casefold()):
        if _VOWEL_SIGN.search(word):
            words.append("".join(_PLAIN.findall(anyascii(word).casefold())) or word)
        else:
            words += latin(fold(word)).split() or [word]
    return words


def _stretches(near: Sequence[tuple[int, _Like]], count: int) -> Iterator[tuple[int, int, bool]]:
    """Yield the first and last place of stretches with all `count` words, not all as initials.

    `near`: places in the text of words like the words of one name, in order.
    """
    last_place, most_likes = (
        -1,
        (count + BETWEEN) * count,
    )  # a word of the text can be like each word of the name
    for index, (first_place, _like) in enumerate(near):
        if first_place <= last_place:
            continue
        best_by_word: dict[int, tuple[int, int]] = {}
        for place, like in near[index : index + most_likes]:
            if place - first_place >= count + BETWEEN or len(best_by_word) == count:
                break
            if like.word not in best_by_word or best_by_word[like.word][1] < like.quality:
                best_by_word[like.word] = (place, like.quality)
        if len(best_by_word) == count and any(
            quality > _INITIAL for _place, quality in best_by_word.values()
        ):
            last_place = max(place for place, _quality in best_by_word.values())
            start = min(place for place, _quality in best_by_word.values())
            yield start, last_place, all(quality == _SAME for _place, quality in best_by_word.values())


def _digits(number: str) -> str:
    return "".join(str(unicodedata.digit(character)) for character in number if character.isdigit())


def _numbers_in(number_match: re.Match[str], phones: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the places of these numbers among groups of digits, such as between a time and another number.

    Each ends with the last digits of a phone, so that a long list of numbers is read once.
    """
    groups = list(_GROUP.finditer(number_match.group()))
    digits = [_digits(group.group()) for group in groups]
    ends = list(accumulate(map(len, digits)))
    group_at, all_digits = {end: place for place, end in enumerate(ends)}, "".join(digits)
    places = {
        group_at[tail.end(1)]
        for phone in phones
        for tail in re.finditer(f"(?=({phone[-NATIONAL:]}))", all_digits)
        if tail.end(1) in group_at
    }
    free = 0  # the first group that is in no number yet
    for last_group in sorted(places):
        for first_group in range(max(free, last_group - _MOST_GROUPS + 1), last_group + 1):
            written = "".join(digits[first_group : last_group + 1])
            if any(_same_number(phone, written) for phone in phones):
                yield (
                    number_match.start() + groups[first_group].start(),
                    number_match.start() + groups[last_group].end(),
                )
                free = last_group + 1
                break


@lru_cache(maxsize=100)
def _any_of(emails: tuple[str, ...]) -> re.Pattern[str]:
    """Return the pattern of these addresses between quotes, dashes or other signs."""
    return re.compile(f"{_BEFORE_EMAIL}(?:{'|'.join(map(re.escape, emails))}){_AFTER_EMAIL}", re.IGNORECASE)


def _same_number(wanted_digits: str, digits: str) -> bool:
    """Whether both are the same number, with or without country code and leading zero."""
    bare = digits.lstrip("0")
    if len(bare) < NATIONAL:
        return False
    longer, shorter = sorted((bare, wanted_digits), key=len, reverse=True)
    return longer.endswith(shorter) and len(longer) - len(shorter) <= _COUNTRY and len(shorter) >= NATIONAL
