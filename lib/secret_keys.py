"""Keys derived from SECRET_KEY for one purpose each, with support for rotation.

New values use the first key. Older values are still recognised through SECRET_KEY_FALLBACKS
(docs/operations.md, "Changing secrets").
"""

import hmac
from hashlib import sha256

from django.conf import settings


def derived_keys(purpose: str) -> list[bytes]:
    """Return 32-byte keys derived from SECRET_KEY and then from the fallback secrets."""
    secret_keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return [sha256(f"{purpose}:{secret}".encode()).digest() for secret in secret_keys]


def keyed_hashes(purpose: str, text: str) -> list[bytes]:
    """Return HMAC-SHA256 (32 bytes) of `text` under each key, the current key first."""
    content = text.encode("utf-8", "replace")
    return [hmac.digest(key, content, "sha256") for key in derived_keys(purpose)]
