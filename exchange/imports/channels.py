"""Read cells of phones, emails and web addresses.

No part of a cell is dropped. Further addresses become details of the row, and the report shows any text that
is no address.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from contacts.rules.fingerprints import Extra
from contacts.rules.phones import find_phones
from contacts.services.details import clean_detail
from lib.domains import plain_email
from lib.fold import squash

_TOKENS: Final = re.compile(r"[\s;,|]+")
_SITES: Final = re.compile(r"[\s|]+|[;,](?=\s|$|https?://|www\.)", re.IGNORECASE)
_WEB: Final = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
LONGEST_TOLD: Final = 200  # characters of a cell that a line of the preview shows
_ROUNDED: Final = re.compile(r"\d[eE]\+\d{1,2}(?!\w)")  # 4.48E+11
_ZEROS: Final = re.compile(r"\d{4,}0{5}(?:\.0)?")  # 448000000000: the rounded number as digits
_NETWORKS: Final = frozenset(
    [
        *(
            "facebook.com",
            "instagram.com",
            "x.com",
            "twitter.com",
            "youtube.com",
            "tiktok.com",
            "linkedin.com",
        ),
        *("threads.net", "bsky.app", "t.me", "wa.me", "vk.com"),
    ]
)
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
class CellAddresses:
    """Addresses read from a cell: the main one, further ones, and text that is no address.

    `main` is empty if the cell has no address. `further` has the form of contacts.services.details.
    """

    main: str = ""
    further: list[Extra] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def read_phones(text: str, region: str) -> CellAddresses:
    """Read phone and fax numbers in E.164. A number with an extension is a further one, too."""
    if _ZEROS.fullmatch(text.strip()):
        return CellAddresses(unread=[squash(text)])
    phones = find_phones(text, region)
    addresses = CellAddresses(
        phones.numbers[0] if phones.numbers else "", unread=[squash(part) for part in phones.other_text]
    )
    for number in phones.numbers:
        if extension := phones.extensions.get(number):
            addresses.further.append(("phone", f"{number};ext={extension}"))
        elif number != addresses.main:
            addresses.further.append(("phone", number))
    addresses.further += [("fax", number) for number in phones.faxes]
    return addresses


def is_destroyed(text: str) -> bool:
    """Whether a spreadsheet has replaced the last digits of a phone number.

    >>> is_destroyed("4.48E+11"), is_destroyed("448000000000"), is_destroyed("+351 218 000 000")
    (True, True, False)
    """
    return bool(_ROUNDED.search(text) or _ZEROS.fullmatch(text.strip()))


def phone_problem(text: str) -> str:
    """Return why a part of a phone cell is skipped."""
    return _("destroyed by the spreadsheet") if is_destroyed(text) else _("not a number")


def read_emails(text: str) -> CellAddresses:
    """Read email addresses. A web address among them is a further address of the row."""
    return _read_addresses(_TOKENS.split(text), "email", _email)


def read_websites(text: str) -> CellAddresses:
    """Read web addresses. An email among them is a further address of the row."""
    return _read_addresses(_SITES.split(text), "website", _website)


def read_pages(text: str) -> CellAddresses:
    """Read pages on social networks. All are `further` addresses."""
    addresses, words = CellAddresses(), list[str]()
    for token in filter(None, map(squash, _SITES.split(text))):
        if page := _as_extra("social", _website(token)):
            addresses.further.append(page)
        elif token.casefold() not in _LISTING:
            words.append(token)
    return CellAddresses("", list(dict.fromkeys(addresses.further)), [" ".join(words)] if words else [])


def _read_addresses(tokens: list[str], channel: str, read: Callable[[str], str]) -> CellAddresses:
    addresses, words = CellAddresses(), list[str]()
    for token in filter(None, map(squash, tokens)):
        address = read(token)
        if address and address == addresses.main:
            continue
        if address and not addresses.main:
            addresses.main = address
        elif (further_address := _as_extra(channel, address)) or (
            further_address := _other_channel_extra(channel, token)
        ):
            addresses.further.append(further_address)
        elif token.casefold() not in _LISTING:
            words.append(token)
    addresses.further = list(dict.fromkeys(addresses.further))
    addresses.unread = [" ".join(words)] if words else []
    return addresses


def _other_channel_extra(channel: str, token: str) -> Extra | None:
    """Return an email among web addresses or a web address among emails, or None."""
    if channel == "website":
        return _as_extra("email", _email(token))
    return _as_extra("website", _website(token)) if _WEB.fullmatch(token) else None


def _as_extra(channel: str, address: str) -> Extra | None:
    """Return a normalised address with its channel, or None for other text.

    A page on a social network has the channel `social`, even in a website column.
    """
    try:
        value = clean_detail({"channel": channel, "value": address})["value"] if address else ""
    except ValidationError:
        return None
    if channel == "website" and (urlsplit(value).hostname or "").removeprefix("www.") in _NETWORKS:
        channel = "social"
    return (channel, value) if value else None


def _email(token: str) -> str:
    address = plain_email(token)
    try:
        validate_email(address)
    except ValidationError:
        return ""
    return address if len(address) <= 254 else ""


def _website(token: str) -> str:
    """Return a web address with its scheme, or an empty text. The model field validates it later."""
    if "@" in token and not _WEB.match(token):
        return ""
    site = token.strip("<>()[],;")
    if "://" in site:
        return site
    return f"https://{site}" if re.fullmatch(r"[^\s.]+(?:\.[^\s./]+)+(?:[/?#:]\S*)?", site) else ""
