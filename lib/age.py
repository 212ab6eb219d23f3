"""Files encrypted with a passphrase in the age format, version 1 (https://age-encryption.org/v1).

Any age program opens these files: `age --decrypt`. As specified, the passphrase goes through scrypt and the
content through ChaCha20-Poly1305 in blocks of 64 KiB (STREAM). Memory use is constant, and truncated,
reordered or changed files are rejected. Pure: no Django.
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
_HEADER_SIZE: Final = 1024  # larger than a header with one passphrase


class NotOpened(ValueError):
    """The passphrase is wrong, or the file is truncated or changed."""


def is_encrypted(file: BinaryIO) -> bool:
    """Whether the file starts with the age header. Rewinds the file."""
    file.seek(0)
    begins = file.read(len(INTRO)) == INTRO
    file.seek(0)
    return begins


def encrypt(source: BinaryIO, out: BinaryIO, passphrase: str, *, work: int = WORK) -> None:
    """Encrypt `source`, from its current position, to `out`."""
    file_key, salt = secrets.token_bytes(16), secrets.token_bytes(16)
    wrapped = ChaCha20Poly1305(_from_passphrase(passphrase, salt, work)).encrypt(bytes(12), file_key, None)
    header = INTRO + b"-> scrypt " + _encode(salt) + b" %d\n" % work + _encode(wrapped) + b"\n---"
    out.write(header + b" " + _encode(_mac(file_key, header)) + b"\n")
    nonce = secrets.token_bytes(16)
    out.write(nonce)
    cipher = ChaCha20Poly1305(_derived(file_key, nonce, b"payload"))
    out.writelines(
        cipher.encrypt(_nonce(number, is_last), block, None)
        for number, block, is_last in _blocks(source, BLOCK)
    )


def decrypt(source: BinaryIO, out: BinaryIO, passphrase: str) -> None:
    """Decrypt `source` to `out`. Raises NotOpened; the content of `out` is then invalid."""
    source.seek(0)
    found = _HEADER.match(source.read(_HEADER_SIZE))
    if found is None or int(found[2]) > MOST_WORK:
        raise NotOpened("not encrypted to a passphrase in the age format")
    salt, wrapped, mac = (_decode(found[group]) for group in (1, 3, 4))
    key = _from_passphrase(passphrase, salt, int(found[2]))
    try:
        file_key = ChaCha20Poly1305(key).decrypt(bytes(12), wrapped, None)
        header = found[0][: found[0].rindex(b" ")]
        if not hmac.compare_digest(_mac(file_key, header), mac):
            raise NotOpened("the header was changed")
        source.seek(found.end())
        cipher = ChaCha20Poly1305(_derived(file_key, source.read(16), b"payload"))
        for number, block, is_last in _blocks(source, BLOCK + TAG):
            text = cipher.decrypt(_nonce(number, is_last), block, None)
            if is_last and number and not text:
                raise NotOpened("an empty block at the end")
            out.write(text)
    except InvalidTag:
        raise NotOpened("another passphrase, or the file was cut off or changed") from None


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
        raise NotOpened("not encrypted to a passphrase in the age format")
    return raw
