"""Short values encrypted in their columns with AES-256-GCM, under keys derived from SECRET_KEY.

A value is bound to its row: copied to another row it cannot be read. Re-seal values when the secret changes
(docs/operations.md, "Changing secrets").
"""

import secrets
from typing import Any, Final

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lib.secret_keys import derived_keys

_NONCE: Final = 12
_FORM: Final = b"\x01"


class NotUnsealed(ValueError):
    """The value was changed, belongs to another row, or was sealed under a secret that is no longer known."""


def seal(value: Any, *, purpose: str, row: object) -> bytes:
    """Encrypt a value that JSON can hold, for the row with the ID `row`."""
    nonce = secrets.token_bytes(_NONCE)
    key = derived_keys(purpose)[0]
    return _FORM + nonce + AESGCM(key).encrypt(nonce, orjson.dumps(value), str(row).encode())


def unseal(sealed: bytes | memoryview, *, purpose: str, row: object) -> Any:
    """Decrypt a value. Raises NotUnsealed."""
    content = bytes(sealed)
    nonce, encrypted = content[1 : 1 + _NONCE], content[1 + _NONCE :]
    for key in derived_keys(purpose) if content[:1] == _FORM else ():
        try:
            return orjson.loads(AESGCM(key).decrypt(nonce, encrypted, str(row).encode()))
        except InvalidTag:
            continue
    raise NotUnsealed(purpose)
