"""Network addresses of requests behind trusted proxies."""

from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from typing import Any

from django.conf import settings


def client_address(meta: Mapping[str, Any]) -> str:
    """Return the client's network address from the outermost trusted proxy, else from the connection.

    Each proxy appends to X-Forwarded-For. Any client can write the entries before those of our proxies.
    """
    direct = str(meta.get("REMOTE_ADDR", ""))
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    if not proxies:
        return direct
    written = [
        entry.strip() for entry in str(meta.get("HTTP_X_FORWARDED_FOR", "")).split(",") if entry.strip()
    ]
    return written[-proxies] if len(written) >= proxies else direct


def network_of(address: str) -> str:
    """Return the network around an address: /24 for IPv4, /48 for IPv6; empty if it is no address.

    >>> network_of("192.0.2.77"), network_of("2001:db8:1:2::3"), network_of("unix:")
    ('192.0.2.0/24', '2001:db8:1::/48', '')
    """
    try:
        version = ip_address(address).version
        return str(ip_network(f"{address}/{24 if version == 4 else 48}", strict=False))
    except ValueError:
        return ""
