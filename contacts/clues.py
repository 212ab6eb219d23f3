"""What two rows that are the same have in common, however they were written: clues, and what each is worth.

A clue is a short text such as `phone:+34600000000`; rows that share clues are looked at together.
Pure: no Django.
"""

from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import urlsplit

from contacts.rules import core_name
from lib.domains import plain_domain
from lib.fold import fold, latin, squash

# How much a shared clue speaks for it (1 is certain), in order of weight.
WEIGHTS: Final = {"name": 0.6, "phone": 0.4, "email": 0.4, "alike": 0.4, "host": 0.3, "address": 0.2}
LIKELY: Final = 0.4  # less is not worth somebody's time: an address, which many share

# Many organisations have their page there: the same host says nothing.
SHARED_HOSTS: Final = frozenset(
    {"facebook.com", "instagram.com", "x.com", "twitter.com", "linktr.ee", "youtube.com", "sites.google.com"}
)
_VOWELS: Final = str.maketrans("", "", "aeiouyh")


def organisation_clues(
    *, names: Iterable[str], phone: str, email: str, website: str, address: str, postcode: str
) -> list[str]:
    """Clues of an organisation, sorted. `phone` is E.164; each of `names` is one it is known by."""
    found = {clue for name in names for clue in _name_clues(plain_name(name))}
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


def plain_name(name: str) -> str:
    """What is compared of an organisation's name: words in Latin letters, sorted, without legal forms."""
    return _latin(core_name(name))


def person_clues(*, given_name: str, family_name: str, phone: str, email: str) -> list[str]:
    """Clues of a person: the name, and how the role is reached; never an organisation (domain.md, rule 3)."""
    name = _latin(fold(given_name, family_name))
    found = set(_name_clues(name)) if " " in name else set()
    return sorted(found | set(_reached(phone, email)))


def score(clues: Iterable[str]) -> float:
    """How likely rows that share these clues are the same, 0 to 1. The same name is alike already."""
    kinds = {clue.partition(":")[0] for clue in clues}
    if "name" in kinds:
        kinds.discard("alike")
    return min(1.0, sum(WEIGHTS[kind] for kind in kinds))


def website_host(website: str) -> str:
    """The host an address names, without `www.`; empty for hosts that many share."""
    website = squash(website)
    try:
        host = urlsplit(website if "//" in website else f"//{website}").hostname or ""
    except ValueError:
        return ""
    host = plain_domain(host).removeprefix("www.")
    return "" if host in SHARED_HOSTS else host


def _latin(folded: str) -> str:
    """Words in Latin letters, sorted: a name in Greek or Cyrillic is often written both ways."""
    return " ".join(sorted(latin(folded).split()))


def _name_clues(core: str) -> list[str]:
    """The name, and its consonants in order: what most slips of the keyboard and of the ear leave alone."""
    if not core:
        return []
    bones = " ".join(sorted(filter(None, (_single(word.translate(_VOWELS)) for word in core.split()))))
    return [f"name:{core}", *([f"alike:{bones}"] if len(bones) >= 4 else [])]


def _single(word: str) -> str:
    """No letter twice in a row: `Alcalla` is Alcala."""
    return "".join(letter for i, letter in enumerate(word) if i == 0 or word[i - 1] != letter)


def _reached(phone: str, email: str) -> list[str]:
    return [f"{kind}:{value}" for kind, value in (("phone", phone), ("email", email.casefold())) if value]
