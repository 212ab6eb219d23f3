"""What two rows that are the same have in common, however they were written: clues, and what each is worth.

A clue is a short text such as `phone:+34600000000`; rows that share clues are looked at together.
Pure: no Django.
"""

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Final
from urllib.parse import urlsplit

from contacts.rules.names import ALIKE, Name, Role, Word, likeness, plain_name, read_name
from lib.domains import plain_domain
from lib.fold import fold, latin, squash
from lib.sound import sound

# How much a shared clue speaks for it (1 is certain), in order of weight. Words only bring two rows together:
# what they are worth is said by their names.
WEIGHTS: Final = {
    "name": 0.6, "phone": 0.4, "email": 0.4, "alike": 0.4, "host": 0.3, "address": 0.2, "word": 0.0,
}  # fmt: skip
LIKELY: Final = 0.4  # less is not worth somebody's time: an address, which many share

# Many organisations have their page there: the same host says nothing.
SHARED_HOSTS: Final = frozenset(
    {"facebook.com", "instagram.com", "x.com", "twitter.com", "linktr.ee", "youtube.com", "sites.google.com"}
)
_VOWELS: Final = str.maketrans("", "", "aeiouyh")
_MOST_WORDS: Final = 6  # of a name that clues are made of
_MOST_KINDS: Final = 2
_TWO: Final = 2
_HALF: Final = 3  # letters of a word that no slip in its other half changes


def organisation_clues(
    *, names: Iterable[str], phone: str, email: str, website: str, address: str, postcode: str
) -> list[str]:
    """Clues of an organisation, sorted. `phone` is E.164; each of `names` is one it is known by."""
    found: set[str] = set()
    for name in map(read_name, names):
        found |= {f"name:{name.core}"} if name.core else set()
        found.update(f"word:{words}" for words in _words(name))
    where = fold(address)
    if postcode and any(letter.isdigit() for letter in where):
        found.add(f"address:{fold(postcode)} {where}")
    if host := website_host(website):
        found.add(f"host:{host}")
    return sorted(found | set(_reached(phone, email)))


def detail_clues(details: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Clues of further phones, emails, web and social addresses, given as (channel, value).

    A page on a host that many share is told by its path.

    >>> list(detail_clues([("phone", "+34949010380;ext=12"), ("social", "https://www.facebook.com/Roble/")]))
    ['phone:+34949010380', 'host:facebook.com/roble']
    """
    for channel, value in details:
        if channel in ("phone", "email"):
            yield from _reached(**{"phone": "", "email": "", channel: value.partition(";")[0]})
        elif host := website_host(value):
            yield f"host:{host}"
        elif path := squash(urlsplit(value).path).strip("/"):
            shared = (urlsplit(value).hostname or "").removeprefix("www.")
            yield f"host:{shared}/{path.casefold()}"


def name_clue(name: str) -> str:
    """The clue that organisations called `name` have, however it is written."""
    return f"name:{plain_name(name)}"


def person_clues(*, given_name: str, family_name: str, phone: str, email: str) -> list[str]:
    """Clues of a person: name, and how the role is reached; no organisation (docs/domain.md, rule 3)."""
    name = " ".join(sorted(latin(fold(given_name, family_name)).split()))
    found = set(_person_name_clues(name)) if " " in name else set()
    return sorted(found | set(_reached(phone, email)))


def score(clues: Iterable[str]) -> float:
    """How likely rows that share these clues are the same, 0 to 1. The same name is alike already."""
    kinds = {clue.partition(":")[0] for clue in clues}
    if "name" in kinds:
        kinds.discard("alike")
    return min(1.0, sum(WEIGHTS[kind] for kind in kinds))


def compare(
    clues: Iterable[str], names: Iterable[str], others: Iterable[str]
) -> tuple[float, float, frozenset[str]]:
    """How likely two organisations are one, 0 to 1; how alike their names are; what they have in common.

    `names` and `others` are what each is called, the first its name.
    """
    alike = names_alike(names, others)
    kinds = {clue.partition(":")[0] for clue in clues} - {"name", "alike", "word"}
    value = sum(WEIGHTS[kind] for kind in kinds)
    if alike >= ALIKE:
        kinds.add("name" if alike == 1 else "alike")
        value += WEIGHTS["name"] * alike
    return min(1.0, value), alike, frozenset(kinds)


def names_alike(names: Iterable[str], others: Iterable[str]) -> float:
    """The likeness of the nearest two. Two short names say nothing: many have the same initials."""
    ours, theirs = [[read_name(name) for name in some if name] for some in (names, others)]
    met = ((one, two) for i, one in enumerate(ours) for j, two in enumerate(theirs) if not (i and j))
    return max((likeness(one, two) for one, two in met), default=0.0)


def website_host(website: str) -> str:
    """The host an address names, without `www.`; empty for hosts that many share."""
    website = squash(website)
    try:
        host = urlsplit(website if "//" in website else f"//{website}").hostname or ""
    except ValueError:
        return ""
    host = plain_domain(host).removeprefix("www.")
    return "" if host in SHARED_HOSTS else host


def _words(name: Name) -> Iterator[str]:
    """What names of one organisation share one of, whichever word is misspelled, left out or added.

    By sound: each word of its own, two words, its initials; of an only word also each half, as no slip
    changes both. Few for each name: the page of duplicates looks at all of them.
    """
    own: list[str] = []
    kinds: list[str] = []
    for word in name.words:
        (kinds if word.role is Role.KIND else own).append(_key(word))
    own, kinds = own[:_MOST_WORDS], kinds[:_MOST_KINDS]
    telling = [key for key in own if not key.isdigit() and len(key) > 1]
    yield from telling
    yield from map(sound, name.initials)
    pairs = [*combinations(own, 2)]
    if len(own) <= _TWO:
        pairs += [(one, kind) for one in own for kind in kinds]
    yield from (" ".join(sorted(pair)) for pair in pairs)
    if len(telling) == 1 or (len(telling) == _TWO and not kinds):
        for key in telling:
            others = [other for other in telling if other != key] or kinds[:1] or [""]
            yield from (f"{other} {part}" for other in others for part in _halves(key))


def _halves(word: str) -> Iterator[str]:
    if len(word) < 2 * _HALF:
        yield from (word[:at] + word[at + 1 :] + "~" for at in range(len(word)) if len(word) > _HALF)
        yield f"{word}~"
    else:
        yield f"{word[:_HALF]}-"
        yield f"-{word[-_HALF:]}"


def _key(word: Word) -> str:
    return word.text if word.role is Role.MARK else sound(word.text)


def _person_name_clues(name: str) -> list[str]:
    """The name, and its consonants in order: what most slips of the keyboard and of the ear leave alone."""
    bones = " ".join(sorted(filter(None, (_single(word.translate(_VOWELS)) for word in name.split()))))
    return [f"name:{name}", *([f"alike:{bones}"] if len(bones) >= 4 else [])]


def _single(word: str) -> str:
    """No letter twice in a row: `Alcalla` is Alcala."""
    return "".join(letter for i, letter in enumerate(word) if i == 0 or word[i - 1] != letter)


def _reached(phone: str, email: str) -> list[str]:
    return [f"{kind}:{value}" for kind, value in (("phone", phone), ("email", email.casefold())) if value]
