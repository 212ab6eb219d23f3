"""Clues: short texts that rows for the same organisation or person share, and the weight of each.

An example is `phone:+34600000000`. Rows that share clues are compared.
"""

from collections.abc import Iterable, Iterator
from itertools import combinations, product
from typing import Final
from urllib.parse import urlsplit

from contacts.rules.names import ALIKE, Name, Role, Word, likeness, plain_name, read_name
from lib.domains import plain_domain
from lib.fold import fold, latin, squash
from lib.sound import sound

# The weight of a shared clue (1 is certain), in order of weight. Shared words only select two rows, whose
# names are then compared.
WEIGHTS: Final = {
    "number": 0.9, "name": 0.6, "phone": 0.4, "email": 0.4, "alike": 0.4, "host": 0.3, "address": 0.2,
    "word": 0.0,
}  # fmt: skip
LIKELY: Final = 0.4  # less is not worth a user's time, such as an address, which many share

# Hosts for the pages of many organisations: the same host means nothing.
SHARED_HOSTS: Final = frozenset(
    {"facebook.com", "instagram.com", "x.com", "twitter.com", "linktr.ee", "youtube.com", "sites.google.com"}
)
_VOWELS: Final = str.maketrans("", "", "aeiouyh")
_MOST_WORDS: Final = 6  # of a name, for clues
_MOST_KINDS: Final = 2
_TWO_WORDS: Final = 2
_HALF_LENGTH: Final = 3  # characters of half a word; a typing error in the other half does not change them


def organisation_clues(
    *, names: Iterable[str], phone: str, email: str, website: str, address: str, postcode: str
) -> list[str]:
    """Return the sorted clues of an organisation. `phone` is in E.164; `names` are all its names."""
    clues: set[str] = set()
    for name in map(read_name, names):
        clues |= {f"name:{name.core}"} if name.core else set()
        clues.update(f"word:{words}" for words in _word_clues(name))
    folded_address = fold(address)
    if postcode and any(letter.isdigit() for letter in folded_address):
        clues.add(f"address:{fold(postcode)} {folded_address}")
    if host := website_host(website):
        clues.add(f"host:{host}")
    return sorted(clues | set(_channel_clues(phone, email)))


def detail_clues(details: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield the clues of other details, as (channel, value): phones, emails, web and social addresses.

    A page on a shared host is identified by its path.

    >>> list(detail_clues([("phone", "+34949010380;ext=12"), ("social", "https://www.facebook.com/Roble/")]))
    ['phone:+34949010380', 'host:facebook.com/roble']
    """
    for channel, value in details:
        if channel in ("phone", "email"):
            yield from _channel_clues(**{"phone": "", "email": "", channel: value.partition(";")[0]})
        elif host := website_host(value):
            yield f"host:{host}"
        elif path := squash(urlsplit(value).path).strip("/"):
            shared = (urlsplit(value).hostname or "").removeprefix("www.")
            yield f"host:{shared}/{path.casefold()}"


def name_clue(name: str) -> str:
    """Return the clue for all spellings of an organisation's name."""
    return f"name:{plain_name(name)}"


def person_clues(*, given_name: str, family_name: str, phone: str, email: str) -> list[str]:
    """Return the sorted clues of a contact: name, work phone and email, but no organisation.

    See docs/domain.md, rule 3.
    """
    name = " ".join(sorted(latin(fold(given_name, family_name)).split()))
    clues = set(_person_name_clues(name)) if " " in name else set()
    return sorted(clues | set(_channel_clues(phone, email)))


def score(clues: Iterable[str]) -> float:
    """Return the likelihood (0 to 1) that rows with these shared clues are the same.

    “Same name” includes “similar name”, so the two are not added.
    """
    kinds = {clue.partition(":")[0] for clue in clues}
    if "name" in kinds:
        kinds.discard("alike")
    return min(1.0, sum(WEIGHTS[kind] for kind in kinds))


def compare(
    clues: Iterable[str], names: Iterable[str], other_names: Iterable[str]
) -> tuple[float, float, frozenset[str]]:
    """Compare two organisations by shared clues and names, of which the first is the full name.

    Returns the likelihood that they are the same (0 to 1), the likeness of their names (0 to 1), and the
    kinds of clues they share.
    """
    alike = names_alike(names, other_names)
    kinds = {clue.partition(":")[0] for clue in clues} - {"name", "alike", "word"}
    value = sum(WEIGHTS[kind] for kind in kinds)
    if alike >= ALIKE:
        kinds.add("name" if alike == 1 else "alike")
        value += WEIGHTS["name"] * alike
    return min(1.0, value), alike, frozenset(kinds)


def names_alike(names: Iterable[str], other_names: Iterable[str]) -> float:
    """Return the likeness of the most similar two names.

    Two short names are not compared, because many organisations have the same initials.
    """
    first_names, second_names = [
        [read_name(name) for name in group if name] for group in (names, other_names)
    ]
    pairs = product(enumerate(first_names), enumerate(second_names))
    return max(
        (likeness(name, other_name) for (i, name), (j, other_name) in pairs if not (i and j)), default=0.0
    )


def website_host(website: str) -> str:
    """Return the host of a web address without `www.`; empty for shared hosts."""
    website = squash(website)
    try:
        host = urlsplit(website if "//" in website else f"//{website}").hostname or ""
    except ValueError:
        return ""
    host = plain_domain(host).removeprefix("www.")
    return "" if host in SHARED_HOSTS else host


def _word_clues(name: Name) -> Iterator[str]:
    """Yield clues of a name. Two names of one organisation share at least one, despite a wrong word.

    Clues are sounds of each distinctive word, of pairs of words, and of initials. A single word also gives
    each half, because one typing error does not change both. The page of duplicates compares all clues, so
    each name has few.
    """
    own_keys: list[str] = []
    kind_keys: list[str] = []
    for word in name.words:
        (kind_keys if word.role is Role.KIND else own_keys).append(_word_key(word))
    own_keys, kind_keys = own_keys[:_MOST_WORDS], kind_keys[:_MOST_KINDS]
    distinctive = [key for key in own_keys if not key.isdigit() and len(key) > 1]
    yield from distinctive
    yield from map(sound, name.initials)
    pairs = [*combinations(own_keys, 2)]
    if len(own_keys) <= _TWO_WORDS:
        pairs += [(own_key, kind) for own_key in own_keys for kind in kind_keys]
    yield from (" ".join(sorted(pair)) for pair in pairs)
    if len(distinctive) == 1 or (len(distinctive) == _TWO_WORDS and not kind_keys):
        for key in distinctive:
            companions = [companion for companion in distinctive if companion != key] or kind_keys[:1] or [""]
            yield from (f"{companion} {part}" for companion in companions for part in _clues_of_halves(key))


def _clues_of_halves(word: str) -> Iterator[str]:
    if len(word) < 2 * _HALF_LENGTH:
        yield from (word[:at] + word[at + 1 :] + "~" for at in range(len(word)) if len(word) > _HALF_LENGTH)
        yield f"{word}~"
    else:
        yield f"{word[:_HALF_LENGTH]}-"
        yield f"-{word[-_HALF_LENGTH:]}"


def _word_key(word: Word) -> str:
    return word.text if word.role is Role.MARK else sound(word.text)


def _person_name_clues(name: str) -> list[str]:
    """Return the name, and its consonants in order, which most typing and hearing errors do not change."""
    bones = " ".join(
        sorted(filter(None, (_without_repeats(word.translate(_VOWELS)) for word in name.split())))
    )
    return [f"name:{name}", *([f"alike:{bones}"] if len(bones) >= 4 else [])]


def _without_repeats(word: str) -> str:
    """Remove repeated letters: “Alcalla” becomes “Alcala”."""
    return "".join(letter for i, letter in enumerate(word) if i == 0 or word[i - 1] != letter)


def _channel_clues(phone: str, email: str) -> list[str]:
    return [f"{kind}:{value}" for kind, value in (("phone", phone), ("email", email.casefold())) if value]
