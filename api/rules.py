"""Pure rules of the API, without Django: tokens, suggestions, and webhook targets and pauses."""

import difflib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final
from urllib.parse import quote, urlsplit
from uuid import UUID

from lib.domains import plain_domain

PREFIX: Final = "crm"
MAX_DAYS: Final = 365
WARN_BEFORE: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Token:
    """`crm_<id>.<secret>`: the key's ID and a secret."""

    key_id: UUID
    secret: str

    def __str__(self) -> str:
        return f"{PREFIX}_{self.key_id.hex}.{self.secret}"


def new_token(key_id: UUID) -> Token:
    """Create a token with 256 random bits."""
    return Token(key_id, secrets.token_urlsafe(32))


def read_token(text: str) -> Token | None:
    """Parse the token in an Authorization header, or return None if it is not one of ours."""
    head, dot, secret = text.partition(".")
    prefix, line, hexadecimal = head.partition("_")
    if not (dot and line and secret) or prefix != PREFIX or len(hexadecimal) != 32 or len(secret) > 100:
        return None
    try:
        return Token(UUID(hex=hexadecimal), secret)
    except ValueError:
        return None


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most similar to `word`, or None."""
    return next(iter(difflib.get_close_matches(word[:60], list(known), n=1, cutoff=0.5)), None)


# --- Webhook targets ---------------------------------------------------------------------------------

HTTPS_PORT: Final = 443
MAX_URL: Final = 2000
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
# Of IPv6, only the assigned range is allowed, except addresses that lead to IPv4 ones or nowhere.
_GIVEN_OUT: Final = ip_network("2000::/3")
_NEVER: Final = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
        "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
    )
)  # fmt: skip


class BadTarget(ValueError):
    """A forbidden address. `code` is the reason."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Target:
    """A webhook target: `host` is in lower-case ASCII (punycode), or an IP address without brackets."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def place(self) -> str:
        """`host:port`, as written in allow-lists."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def read_target(url: str) -> Target:
    """Parse a URL into a normalised target.

    Raises BadTarget for URLs that other software may parse differently.
    """
    if len(url) > MAX_URL or any(ord(c) <= 32 or ord(c) == 127 or c in "\\#" for c in url):
        raise BadTarget("malformed")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadTarget("malformed") from None
    if parts.scheme not in ("https", "http"):
        raise BadTarget("not_https")
    if "@" in parts.netloc:
        raise BadTarget("userinfo")
    if port == 0 or parts.netloc.endswith(":"):
        raise BadTarget("malformed")
    host = _host(parts.hostname or "", is_literal="[" in parts.netloc)
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=-._~")
    if parts.query:
        path += "?" + quote(parts.query, safe="/%:@!$&'()*+,;=-._~?")
    return Target(parts.scheme, host, port or (HTTPS_PORT if parts.scheme == "https" else 80), path)


def _host(host: str, *, is_literal: bool) -> str:
    if is_literal:
        if "%" in host:  # a zone ID of this machine
            raise BadTarget("malformed")
        try:
            return str(IPv6Address(host))
        except ValueError:
            raise BadTarget("malformed") from None
    name = plain_domain(host)
    labels = name.split(".")
    if host.endswith(".") or len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise BadTarget("malformed")
    if _NUMBER.fullmatch(labels[-1]):  # resolvers read 0x7f.1, 017700000001 and 2130706433 as addresses
        try:
            return str(IPv4Address(name))
        except ValueError:
            raise BadTarget("malformed") from None
    return name


def is_public(address: str) -> bool:
    """Whether an address is public: not in a private network, and not an alias for a private address."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if not ip.is_global or any(ip in network for network in _NEVER if network.version == ip.version):
        return False
    return ip.version == 4 or ip in _GIVEN_OUT


# Seconds before each retry: ten retries over three days.
_MINUTE, _HOUR = 60, 3600
WAITS: Final = (
    5, _MINUTE, 5 * _MINUTE, 30 * _MINUTE, 2 * _HOUR, 5 * _HOUR, 10 * _HOUR, 14 * _HOUR,
    18 * _HOUR, 22 * _HOUR,
)  # fmt: skip


def wait_after(attempts: int) -> timedelta | None:
    """Time to wait after this number of failed attempts, or None to give up."""
    return timedelta(seconds=WAITS[attempts - 1]) if attempts <= len(WAITS) else None


# Pauses in seconds for a failing receiver, short enough to notice a recovery soon.
PAUSES: Final = (5, _MINUTE, 5 * _MINUTE, 30 * _MINUTE)
LONGEST_PAUSE: Final = timedelta(days=1)
GIVEN_UP_AFTER: Final = timedelta(seconds=sum(WAITS))


def pause_after(failures: int, asked: timedelta = timedelta()) -> timedelta:
    """The pause of a receiver after consecutive failures. `asked` is the pause that the receiver requested.

    >>> pause_after(1), pause_after(99), pause_after(1, timedelta(hours=1))
    (datetime.timedelta(seconds=5), datetime.timedelta(seconds=1800), datetime.timedelta(seconds=3600))
    """
    pause = timedelta(seconds=PAUSES[min(failures, len(PAUSES)) - 1])
    return min(max(pause, asked), LONGEST_PAUSE)


def read_retry_after(text: str, now: datetime) -> timedelta:
    """The duration in a Retry-After header, given as seconds or as a date; zero if it is not valid.

    >>> read_retry_after("120", datetime(2026, 1, 1, tzinfo=UTC))
    datetime.timedelta(seconds=120)
    """
    text = text.strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), 10**8))
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError):
        return timedelta()
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(moment - now, timedelta())
