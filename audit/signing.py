"""Ed25519 signing keys: a private key in a file outside the database, public keys in a file beside it.

A key ID is derived from the public key (SHA-256), so no key can pass for another.
"""

import hashlib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from django.conf import settings

_PUBLIC_KEY_BLOCK: Final = re.compile(rb"-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----", re.DOTALL)


class NoKey(Exception):
    """Raised if a key file is not configured, cannot be read, or contains no Ed25519 key."""


def public_file(key_file: Path) -> Path:
    """Return the path of the file that contains the public keys of this key and of earlier keys."""
    return key_file.with_name(key_file.name + ".public")


def make_key(key_file: Path) -> None:
    """Write a new private key to `key_file` (0600, replaced atomically).

    Before that, append its public key to the public file.
    """
    key = Ed25519PrivateKey.generate()
    draft_file = key_file.with_name(f"{key_file.name}.{os.getpid()}")
    draft_file.touch(mode=0o600)
    draft_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with public_file(key_file).open("ab") as public_keys:
        public_keys.write(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    draft_file.rename(key_file)


def read_private_key(key_file: Path) -> Ed25519PrivateKey:
    """Read the private key. Reading it for each use makes a replaced file effective without a restart."""
    try:
        key = load_pem_private_key(key_file.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise NoKey(f"{key_file} holds no private key that can be read") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise NoKey(f"The key in {key_file} is not an Ed25519 key")
    return key


def read_city_key() -> Ed25519PrivateKey:
    """Read the private key that signs files for other cities. It must not be the key of the seals."""
    if not settings.CITY_KEY_FILE:
        raise NoKey("CITY_KEY_FILE names no file")
    if settings.CITY_KEY_FILE == settings.AUDIT_SIGNING_KEY_FILE:
        raise NoKey("CITY_KEY_FILE must not be the key of the seals")
    return read_private_key(Path(settings.CITY_KEY_FILE))


def read_public_keys(file: Path) -> dict[str, bytes]:
    """Read a PEM file and return its Ed25519 public keys by key ID, each as 32 raw bytes."""
    try:
        keys = [load_pem_public_key(block) for block in _PUBLIC_KEY_BLOCK.findall(file.read_bytes())]
    except (OSError, ValueError) as error:
        raise NoKey(f"{file} holds no public key that can be read") from error
    raw_keys = [key.public_bytes_raw() for key in keys if isinstance(key, Ed25519PublicKey)]
    if not raw_keys:
        raise NoKey(f"{file} holds no Ed25519 public key")
    return {key_id(public_key): public_key for public_key in raw_keys}


def key_id(public_key: bytes) -> str:
    """Return the first 16 hexadecimal digits of the key's SHA-256. The first 32 are its fingerprint."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def is_signed(keys: Mapping[str, bytes], id: str, message: bytes, signature: bytes) -> bool:
    """Whether `signature` is that of `message` by the key `id`. An ID that is not in `keys` returns False."""
    if id not in keys:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(keys[id]).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
