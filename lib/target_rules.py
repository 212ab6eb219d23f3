"""Pure rules for addresses that this server may connect to: their form, and that they are public."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final
from urllib.parse import quote, urlsplit

from lib.domains import plain_domain

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
    """An address to connect to. `host` is lower-case ASCII (punycode) or an IP address without brackets."""

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
