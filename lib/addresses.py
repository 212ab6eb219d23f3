"""Where a request comes from, as far as those before the site can be believed."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings


def client_address(meta: Mapping[str, Any]) -> str:
    """The caller's network address: what the outermost of our own proxies wrote, else the connection's.

    Each proxy adds at the end of X-Forwarded-For; what stands before ours anybody may have written.
    """
    direct = str(meta.get("REMOTE_ADDR", ""))
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    if not proxies:
        return direct
    written = [one.strip() for one in str(meta.get("HTTP_X_FORWARDED_FOR", "")).split(",") if one.strip()]
    return written[-proxies] if len(written) >= proxies else direct
