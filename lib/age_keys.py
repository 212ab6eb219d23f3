"""Public keys of the age format (X25519): `age1…` encrypts a file, and only its secret key opens the file.

Keys are Bech32 texts (BIP 173), so that a mistyped one is noticed. Pure: no Django.
"""

import secrets
from collections.abc import Iterable, Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PREFIX: Final = "age"
PREFIX_OF_SECRET: Final = "age-secret-key-"  # noqa: S105 (how such keys begin)
_LABEL: Final = b"age-encryption.org/v1/X25519"
_KEY: Final = 32
_LETTERS: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATORS: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def looks_like_public_key(text: str) -> bool:
    """Whether the text is meant as a public key. It can be mistyped (`read_key`)."""
    return text.strip().lower().startswith(f"{PREFIX}1")


def looks_like_secret_key(text: str) -> bool:
    return text.strip().lower().startswith(f"{PREFIX_OF_SECRET}1")


def read_key(text: str, prefix: str = PREFIX) -> bytes:
    """Return the key in a Bech32 text with this prefix. Raises ValueError."""
    key_text = text.strip()
    if key_text not in (key_text.lower(), key_text.upper()):
        raise ValueError("small and capital letters")
    begins, _one, encoded_key = key_text.lower().rpartition("1")
    if begins != prefix or not set(encoded_key) <= set(_LETTERS):
        raise ValueError("not a key of age")
    numbers = [_LETTERS.index(letter) for letter in encoded_key]
    if _sum([*_spread(prefix), *numbers]) != 1:
        raise ValueError("mistyped")
    content = _in_bytes(numbers[:-6])
    if len(content) != _KEY:
        raise ValueError("too short or too long")
    return content


def check_public_key(text: str) -> None:
    """Raise ValueError for a text that nothing can be encrypted to."""
    wrap(bytes(16), read_key(text))


def wrap(file_key: bytes, public: bytes) -> tuple[bytes, bytes]:
    """Return an ephemeral share, and the file key that only the holder of the secret key can open.

    Raises ValueError for a public key that is no point of the curve.
    """
    ephemeral = X25519PrivateKey.from_private_bytes(secrets.token_bytes(_KEY))
    share = ephemeral.public_key().public_bytes_raw()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(public))
    return share, ChaCha20Poly1305(_derived(shared, share, public)).encrypt(bytes(12), file_key, None)


def unwrap(stanzas: Iterable[tuple[bytes, bytes]], secret: bytes) -> bytes | None:
    """Return the file key of the stanza for this secret key, or None."""
    private_key = X25519PrivateKey.from_private_bytes(secret)
    public = private_key.public_key().public_bytes_raw()
    for share, wrapped in stanzas:
        try:
            shared = private_key.exchange(X25519PublicKey.from_public_bytes(share))
            return ChaCha20Poly1305(_derived(shared, share, public)).decrypt(bytes(12), wrapped, None)
        except (InvalidTag, ValueError):
            continue
    return None


def _derived(shared: bytes, share: bytes, public: bytes) -> bytes:
    return HKDF(SHA256(), 32, share + public, _LABEL).derive(shared)


def _spread(prefix: str) -> list[int]:
    return [*(ord(letter) >> 5 for letter in prefix), 0, *(ord(letter) & 31 for letter in prefix)]


def _sum(numbers: Iterable[int]) -> int:
    checksum = 1
    for number in numbers:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ number
        for place, generator in enumerate(_GENERATORS):
            checksum ^= generator if top >> place & 1 else 0
    return checksum


def _in_bytes(numbers: Sequence[int]) -> bytes:
    """Groups of 5 bits as bytes. Raises ValueError if spare bits are set, as two texts would be one key."""
    bits = "".join(f"{number:05b}" for number in numbers)
    whole_bits = len(bits) // 8 * 8
    if len(bits) - whole_bits >= 5 or "1" in bits[whole_bits:]:
        raise ValueError("spare bits")
    return bytes(int(bits[at : at + 8], 2) for at in range(0, whole_bits, 8))
