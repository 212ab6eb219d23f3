"""Network addresses of requests behind trusted proxies."""

from collections.abc import Mapping
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
    written = [one.strip() for one in str(meta.get("HTTP_X_FORWARDED_FOR", "")).split(",") if one.strip()]
    return written[-proxies] if len(written) >= proxies else direct
