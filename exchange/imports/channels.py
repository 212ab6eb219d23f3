"""What a cell of phones, e-mails or web addresses says: the first of each, what else it names, and the rest.

Nothing of a cell is dropped: what is not the first goes to the row's note (exchange.imports.extras), what is
not understood is told.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from contacts.remembered import Extra
from contacts.rules import find_phones, phone_text
from lib.domains import plain_email
from lib.fold import squash

_TOKENS: Final = re.compile(r"[\s;,|]+")
_SITES: Final = re.compile(r"[\s|]+|[;,](?=\s|$|https?://|www\.)", re.IGNORECASE)
_WEB: Final = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_LISTING: Final = frozenset(
    [
        "&",
        "-",
        "/",
        "and",
        "e",
        "eller",
        "ja",
        "o",
        "och",
        "or",
        "ou",
        "tai",
        "u",
        "un",
        "vai",
        "või",
        "y",
        "и",
        "или",
        "–",
    ]
)


@dataclass(slots=True)
class Said:
    """`first` is empty where the cell names none; `more` is what else it names, `rest` what is none."""

    first: str = ""
    more: list[Extra] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)


def read_phones(text: str, region: str) -> Said:
    """The first number in E.164; others, faxes and extensions as people read them."""
    found = find_phones(text, region)
    said = Said(found.numbers[0] if found.numbers else "", rest=[squash(part) for part in found.rest])
    for number in found.numbers:
        if extension := found.extensions.get(number):
            said.more.append(("phone", f"{phone_text(number)} ext. {extension}"))
        elif number != said.first:
            said.more.append(("phone", phone_text(number)))
    said.more += [("fax", phone_text(number)) for number in found.faxes]
    return said


def read_emails(text: str) -> Said:
    """The first address; a web address in its place is one more of the row."""
    return _read(_TOKENS.split(text), "email", _email)


def read_websites(text: str) -> Said:
    """The first web address; an e-mail in its place is one more of the row."""
    return _read(_SITES.split(text), "website", _website)


def _read(tokens: list[str], what: str, read: Callable[[str], str]) -> Said:
    said, words = Said(), list[str]()
    for token in filter(None, map(squash, tokens)):
        if address := read(token):
            if not said.first:
                said.first = address
            elif address != said.first:
                said.more.append((what, address))
        elif other := _email(token) if what == "website" else _WEB.fullmatch(token) and _website(token):
            said.more.append(("email" if what == "website" else "website", other))
        elif token.casefold() not in _LISTING:
            words.append(token)
    said.more = list(dict.fromkeys(said.more))
    said.rest = [" ".join(words)] if words else []
    return said


def _email(token: str) -> str:
    address = plain_email(token)
    try:
        validate_email(address)
    except ValidationError:
        return ""
    return address if len(address) <= 254 else ""


def _website(token: str) -> str:
    """A web address with its scheme; whether it is a good one, the field says."""
    if "@" in token and not _WEB.match(token):
        return ""
    site = token.strip("<>()[],;")
    if "://" in site:
        return site
    return f"https://{site}" if re.fullmatch(r"[^\s.]+(?:\.[^\s./]+)+(?:[/?#:]\S*)?", site) else ""
