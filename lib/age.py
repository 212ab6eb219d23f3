"""Files encrypted in the age format, version 1 (https://age-encryption.org/v1).

Any age program opens these files: `age --decrypt`. As specified, a passphrase goes through scrypt, a key is
one of X25519 (lib.age_keys), and the content goes through ChaCha20-Poly1305 in blocks of 64 KiB (STREAM).
Memory use is constant, and truncated, reordered or changed files are rejected. Pure: no Django.
"""

import base64
import hmac
import re
import secrets
from collections.abc import Iterator
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from lib.age_keys import (
    PREFIX_OF_SECRET,
    looks_like_public_key,
    looks_like_secret_key,
    read_key,
    unwrap,
    wrap,
)

AGE_TYPE: Final = "application/octet-stream"  # media type of encrypted files
INTRO: Final = b"age-encryption.org/v1\n"
WORK: Final = 17  # log2 of scrypt's N: about half a second and 128 MB
MOST_WORK: Final = 20  # files that need more are rejected, not computed
SHORTEST: Final = 16  # characters of a passphrase, about a few words
BLOCK: Final = 64 * 1024
TAG: Final = 16
_LABEL: Final = b"age-encryption.org/v1/scrypt"
_HEADER: Final = re.compile(
    rb"age-encryption\.org/v1\n-> scrypt ([A-Za-z0-9+/]{22}) ([1-9][0-9]?)\n([A-Za-z0-9+/]{43})\n"
    rb"--- ([A-Za-z0-9+/]{43})\n"
)
_TO_KEYS: Final = re.compile(
    rb"age-encryption\.org/v1\n(?:-> [!-~]+(?: [!-~]+)*\n(?:[A-Za-z0-9+/]{64}\n)*[A-Za-z0-9+/]{0,63}\n)+"
    rb"--- ([A-Za-z0-9+/]{43})\n"
)
_TO_KEY: Final = re.compile(rb"^-> X25519 ([A-Za-z0-9+/]{43})\n([A-Za-z0-9+/]{43})\n", re.MULTILINE)
_HEADER_SIZE: Final = 4096  # larger than a header with one passphrase, or a few keys


class NotOpened(ValueError):
    """The passphrase is wrong, or the file is truncated or changed."""


def is_encrypted(file: BinaryIO) -> bool:
    """Whether the file starts with the age header. Rewinds the file."""
    file.seek(0)
    begins = file.read(len(INTRO)) == INTRO
    file.seek(0)
    return begins


def encrypt(source: BinaryIO, out: BinaryIO, to: str, *, work: int = WORK) -> None:
    """Encrypt `source`, from its current position, to `out`. `to` is a passphrase or a public key (age1…).

    Raises ValueError for a mistyped public key.
    """
    file_key = secrets.token_bytes(16)
    if looks_like_public_key(to):
        share, wrapped = wrap(file_key, read_key(to))
        stanza = b"-> X25519 " + _encode(share)
    else:
        salt = secrets.token_bytes(16)
        wrapped = ChaCha20Poly1305(_from_passphrase(to, salt, work)).encrypt(bytes(12), file_key, None)
        stanza = b"-> scrypt " + _encode(salt) + b" %d" % work
    header = INTRO + stanza + b"\n" + _encode(wrapped) + b"\n---"
    out.write(header + b" " + _encode(_mac(file_key, header)) + b"\n")
    nonce = secrets.token_bytes(16)
    out.write(nonce)
    cipher = ChaCha20Poly1305(_derived(file_key, nonce, b"payload"))
    out.writelines(
        cipher.encrypt(_nonce(number, is_last), block, None)
        for number, block, is_last in _blocks(source, BLOCK)
    )


def decrypt(source: BinaryIO, out: BinaryIO, key: str) -> None:
    """Decrypt `source` to `out` with a passphrase or a secret key (AGE-SECRET-KEY-1…).

    Raises NotOpened. The content of `out` is then invalid.
    """
    source.seek(0)
    begins = source.read(_HEADER_SIZE)
    file_key, header, mac = (_opened_by_key if looks_like_secret_key(key) else _opened_by_words)(begins, key)
    if not hmac.compare_digest(_mac(file_key, header[: header.rindex(b" ")]), _decode(mac)):
        raise NotOpened("the header was changed")
    source.seek(len(header))
    try:
        cipher = ChaCha20Poly1305(_derived(file_key, source.read(16), b"payload"))
        for number, block, is_last in _blocks(source, BLOCK + TAG):
            text = cipher.decrypt(_nonce(number, is_last), block, None)
            if is_last and number and not text:
                raise NotOpened("an empty block at the end")
            out.write(text)
    except InvalidTag:
        raise NotOpened("the file was cut off or changed") from None


def _opened_by_words(begins: bytes, passphrase: str) -> tuple[bytes, bytes, bytes]:
    """Return the file key, the header and its MAC."""
    header = _HEADER.match(begins)
    if header is None or int(header[2]) > MOST_WORK:
        raise NotOpened("not encrypted to a passphrase in the age format")
    key = _from_passphrase(passphrase, _decode(header[1]), int(header[2]))
    try:
        return ChaCha20Poly1305(key).decrypt(bytes(12), _decode(header[3]), None), header[0], header[4]
    except InvalidTag:
        raise NotOpened("another passphrase, or the file was changed") from None


def _opened_by_key(begins: bytes, secret: str) -> tuple[bytes, bytes, bytes]:
    """Return the file key, the header and its MAC."""
    header_of_keys = _TO_KEYS.match(begins)
    if header_of_keys is None:
        raise NotOpened("not encrypted to a public key in the age format")
    stanzas = [(_decode(share), _decode(wrapped)) for share, wrapped in _TO_KEY.findall(header_of_keys[0])]
    try:
        file_key = unwrap(stanzas, read_key(secret, PREFIX_OF_SECRET))
    except ValueError:
        raise NotOpened("the secret key is mistyped") from None
    if file_key is None:
        raise NotOpened("encrypted to another key, or the file was changed")
    return file_key, header_of_keys[0], header_of_keys[1]


def _blocks(source: BinaryIO, size: int) -> Iterator[tuple[int, bytes, bool]]:
    """Yield number, content and whether it is the last, for each block. Yields at least one block."""
    number, block = 0, source.read(size)
    while following := source.read(size):
        yield number, block, False
        number, block = number + 1, following
    yield number, block, True


def _nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


def _from_passphrase(passphrase: str, salt: bytes, work: int) -> bytes:
    return Scrypt(salt=_LABEL + salt, length=32, n=2**work, r=8, p=1).derive(passphrase.encode())


def _derived(file_key: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, info).derive(file_key)


def _mac(file_key: bytes, header: bytes) -> bytes:
    return hmac.digest(_derived(file_key, b"", b"header"), header, "sha256")


def _encode(raw: bytes) -> bytes:
    return base64.b64encode(raw).rstrip(b"=")


def _decode(text: bytes) -> bytes:
    """Decode canonical Base64 only: spare bits at the end would allow unnoticed changes of the header."""
    raw = base64.b64decode(text + b"=" * (-len(text) % 4))
    if _encode(raw) != text:
        raise NotOpened("not encrypted in the age format")
    return raw
