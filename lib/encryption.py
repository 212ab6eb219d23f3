"""Encryption of single values in the database with AES-256-GCM (docs/adr/0048).

Values are encrypted under data keys (`FIELD_KEYS`), which are encrypted themselves under a secret outside
the database (`FIELD_SECRET`). After a new secret only the data keys are wrapped again (`rewrap_keys`).
Without data keys new values are stored as they are. Both forms are always readable.
"""

import base64
import binascii
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from lib.secret_keys import derived_keys

#: How encrypted values begin. Texts that people type have no control characters (lib.cleaning).
MARK: Final = "\x01enc1:"
_DERIVED: Final = b"\x01"  # before values under a key derived from SECRET_KEY
_NONCE: Final = 12
_KEY: Final = 32


class NotDecrypted(Exception):
    """An encrypted value cannot be read: its key is missing, or the value was changed or moved."""


class KeysNotRead(ValueError):
    """FIELD_KEYS does not have its form, or no secret in FIELD_SECRET opens it."""


@dataclass(frozen=True, slots=True)
class DataKeys:
    """Data keys by number. The current key encrypts, all of them decrypt."""

    keys: dict[int, bytes]
    current: int

    def encrypt(self, content: bytes, row_place: str) -> tuple[int, bytes]:
        nonce = secrets.token_bytes(_NONCE)
        return self.current, nonce + AESGCM(self.keys[self.current]).encrypt(
            nonce, content, row_place.encode()
        )

    def decrypt(self, number: int, content: bytes, row_place: str, place: str) -> bytes:
        if number not in self.keys:
            raise NotDecrypted(f"{place}: data key {number} is missing. Add the key to FIELD_KEYS.")
        nonce, ciphertext = content[:_NONCE], content[_NONCE:]
        try:
            return AESGCM(self.keys[number]).decrypt(nonce, ciphertext, row_place.encode())
        except (InvalidTag, ValueError):
            raise NotDecrypted(f"{place}: the value was changed, cut off or moved here.") from None


def encrypt_text(text: str, place: str, row: object) -> str:
    """Return `text` encrypted for `place` (table and column) and the row with this ID.

    Without data keys or content return it as it is.
    """
    keys = data_keys()
    if not text or keys is None:
        return text
    number, content = keys.encrypt(text.encode("utf-8", "surrogatepass"), _bound(place, row))
    return f"{MARK}{number}:{base64.b64encode(content).decode()}"


def is_encrypted(text: str) -> bool:
    return text.startswith(MARK)


def decrypt_text(text: str, place: str, row: object) -> str:
    """Return the text that was encrypted for this place and row. Plain text is returned as it is.

    Raises NotDecrypted.
    """
    if not is_encrypted(text):
        return text
    number, _colon, content = text[len(MARK) :].partition(":")
    try:
        sealed = base64.b64decode(content, validate=True)
    except binascii.Error:
        raise NotDecrypted(f"{place}: the value was changed or cut off.") from None
    return _opened(number, sealed, place, row).decode("utf-8", "surrogatepass")


def encrypt_bytes(content: bytes, place: str, row: object) -> bytes:
    """Like `encrypt_text`, for bytes."""
    keys = data_keys()
    if not content or keys is None:
        return content
    number, sealed = keys.encrypt(content, _bound(place, row))
    return f"{MARK}{number}:".encode() + sealed


def decrypt_bytes(content: bytes, place: str, row: object) -> bytes:
    """Like `decrypt_text`, for bytes."""
    if not content.startswith(MARK.encode()):
        return content
    number, _colon, sealed = content[len(MARK) :].partition(b":")
    return _opened(number.decode("ascii", "replace"), sealed, place, row)


def seal(value: Any, *, place: str, row: object, with_data_keys: bool = True) -> bytes:
    """Encrypt a value that JSON can hold, for the row with the ID `row`: elsewhere it cannot be read.

    Unlike fields it is always encrypted: without data keys under keys derived from SECRET_KEY.
    """
    content = orjson.dumps(value)
    if with_data_keys and data_keys() is not None:
        return encrypt_bytes(content, place, row)
    nonce = secrets.token_bytes(_NONCE)
    return _DERIVED + nonce + AESGCM(derived_keys(place)[0]).encrypt(nonce, content, str(row).encode())


def unseal(sealed: bytes | memoryview, *, place: str, row: object) -> Any:
    """Decrypt a value of `seal`. Raises NotDecrypted."""
    content = bytes(sealed)
    if content.startswith(MARK.encode()):
        return orjson.loads(decrypt_bytes(content, place, row))
    nonce, encrypted = content[1 : 1 + _NONCE], content[1 + _NONCE :]
    for key in derived_keys(place) if content[:1] == _DERIVED else ():
        try:
            return orjson.loads(AESGCM(key).decrypt(nonce, encrypted, str(row).encode()))
        except InvalidTag:
            continue
    raise NotDecrypted(f"{place}: the value was changed or moved, or its key is no longer known.")


def _bound(place: str, row: object) -> str:
    return f"{place} {row}"


def _opened(number: str, sealed: bytes, place: str, row: object) -> bytes:
    """Decrypt what was encrypted for this place and row."""
    if not (number.isdecimal() and len(number) < _KEY):
        raise NotDecrypted(f"{place}: the value was changed.")
    keys = data_keys()
    if keys is None:
        raise NotDecrypted(f"{place}: the value is encrypted. Set FIELD_KEYS and FIELD_SECRET.")
    return keys.decrypt(int(number), sealed, _bound(place, row), place)


def data_keys() -> DataKeys | None:
    """The data keys, or None if there are none. Raises KeysNotRead."""
    return (
        _read_keys(tuple(settings.FIELD_KEYS), tuple(settings.FIELD_SECRET)) if settings.FIELD_KEYS else None
    )


@lru_cache(maxsize=8)
def _read_keys(wrapped: tuple[str, ...], known_secrets: tuple[str, ...]) -> DataKeys:
    keys: dict[int, bytes] = {}
    for wrapped_key in wrapped:
        number, _colon, content = wrapped_key.partition(":")
        if not number.isdecimal() or int(number) in keys:
            raise KeysNotRead("FIELD_KEYS: enter different numbers, each with its key, such as 1:k2V5….")
        keys[int(number)] = _unwrap(int(number), content, known_secrets)
    return DataKeys(keys, next(iter(keys)))


def wrapped_keys(keys: DataKeys, secret: str) -> list[str]:
    """The data keys as FIELD_KEYS holds them, wrapped under `secret`, the current key first."""
    numbers = [keys.current, *(number for number in keys.keys if number != keys.current)]
    return [f"{number}:{_wrap(number, keys.keys[number], secret)}" for number in numbers]


def with_new_key(keys: DataKeys | None) -> DataKeys:
    """The data keys with a new one, which encrypts from now on."""
    known_keys = keys.keys if keys else {}
    number = max(known_keys, default=0) + 1
    return DataKeys({number: secrets.token_bytes(_KEY), **known_keys}, number)


def _wrap(number: int, key: bytes, secret: str) -> str:
    nonce = secrets.token_bytes(_NONCE)
    sealed = AESGCM(_from_secret(secret)).encrypt(nonce, key, _name(number))
    return base64.b64encode(nonce + sealed).decode()


def _unwrap(number: int, content: str, known_secrets: Sequence[str]) -> bytes:
    try:
        sealed = base64.b64decode(content, validate=True)
    except binascii.Error:
        raise KeysNotRead(f"FIELD_KEYS: key {number} is damaged.") from None
    for secret in known_secrets:
        try:
            return AESGCM(_from_secret(secret)).decrypt(sealed[:_NONCE], sealed[_NONCE:], _name(number))
        except (InvalidTag, ValueError):
            continue
    raise KeysNotRead(f"FIELD_KEYS: no secret in FIELD_SECRET opens key {number}.")


def _from_secret(secret: str) -> bytes:
    return sha256(b"wrap data keys of fields:" + secret.encode()).digest()


def _name(number: int) -> bytes:
    return f"data key {number}".encode()
