"""Keys derived from the deployment's secrets, one for each purpose, so that SECRET_KEY can be changed.

What is made uses the first key; what was made before is still known by SECRET_KEY_FALLBACKS
(docs/operations.md, "Changing secrets").
"""

import hmac
from hashlib import sha256

from django.conf import settings


def derived_keys(purpose: str) -> list[bytes]:
    """Keys of 32 bytes: that of SECRET_KEY first, then those of the secrets before it."""
    known = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return [sha256(f"{purpose}:{secret}".encode()).digest() for secret in known]


def keyed_hashes(purpose: str, text: str) -> list[bytes]:
    """HMAC-SHA256 of `text` under each key, the current one first: 32 bytes, of no use without it."""
    content = text.encode("utf-8", "replace")
    return [hmac.digest(key, content, "sha256") for key in derived_keys(purpose)]
