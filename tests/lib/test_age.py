"""Files in the age format: written by another program, and manipulated files."""

import base64
import io
import secrets

import pytest

from lib.age import BLOCK, NotOpened, decrypt, encrypt, is_encrypted

PASSPHRASE = "correct horse"
# Written by pyrage 1.4 (the Rust implementation): `passphrase.encrypt(b"Casa Norte", "correct horse")`.
BY_ANOTHER_PROGRAM = base64.b64decode(
    "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCBBZlU3MFhPWFd4NUN6clBwTG50ZTZBIDE3CmFFbDJrdk4xVHR3R0lDdEo5"
    "TGhyWG9nbE9GMG1FVVNoU3VvYUJRVlFTSzgKLS0tIHdsTWtEOG9vS0w2eU5rWSs4alAzSGFkU2RBMW5mdXArdG04TFp6VTJzYk0K"
    "SOOPeMibAbPRIpc9zlQFokBOgwYGDdcnehkaFPZmHOsoxKtV84M30KhZ"
)


def sealed(content: bytes) -> bytes:
    out = io.BytesIO()
    encrypt(io.BytesIO(content), out, PASSPHRASE, work=4)
    return out.getvalue()


def opened(encrypted: bytes, passphrase: str = PASSPHRASE) -> bytes:
    out = io.BytesIO()
    decrypt(io.BytesIO(encrypted), out, passphrase)
    return out.getvalue()


@pytest.mark.parametrize("size", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 3 * BLOCK + 7])
def test_what_was_encrypted_is_read_back(size: int) -> None:
    content = secrets.token_bytes(size)
    encrypted = sealed(content)
    assert opened(encrypted) == content
    assert size < 16 or content not in encrypted


def test_a_file_of_another_program_is_read() -> None:
    assert opened(BY_ANOTHER_PROGRAM) == b"Casa Norte"
    assert is_encrypted(io.BytesIO(BY_ANOTHER_PROGRAM))
    assert not is_encrypted(io.BytesIO(b"PK"))


@pytest.mark.parametrize("passphrase", ["", "Correct horse", "correct horse "])
def test_another_passphrase_opens_nothing(passphrase: str) -> None:
    with pytest.raises(NotOpened):
        opened(sealed(b"Casa Norte"), passphrase)


def test_one_byte_that_differs_anywhere_is_refused() -> None:
    encrypted = sealed(b"Casa Norte")
    for at in range(len(encrypted)):
        changed = bytearray(encrypted)
        changed[at] ^= 1
        with pytest.raises(NotOpened):
            opened(bytes(changed))


@pytest.mark.parametrize("size", [10, BLOCK, 2 * BLOCK + 5])
def test_one_that_was_cut_off_or_added_to_is_refused(size: int) -> None:
    encrypted = sealed(bytes(size))
    payload = len(encrypted) - size - 16 * (1 + size // BLOCK)
    for cut in (encrypted[:-1], encrypted[: payload + BLOCK + 16][:-17], encrypted[:20], encrypted + b"x"):
        with pytest.raises(NotOpened):
            opened(cut)


def test_blocks_in_another_order_are_refused() -> None:
    encrypted = sealed(b"a" * BLOCK + b"b" * BLOCK + b"c")
    start, step = len(encrypted) - 17 - 2 * (BLOCK + 16), BLOCK + 16
    first, second = encrypted[start : start + step], encrypted[start + step : start + 2 * step]
    with pytest.raises(NotOpened):
        opened(encrypted[:start] + second + first + encrypted[start + 2 * step :])


def test_a_file_that_asks_for_too_much_work_is_refused_at_once() -> None:
    encrypted = sealed(b"x").replace(b" 4\n", b" 30\n", 1)
    with pytest.raises(NotOpened):
        opened(encrypted)
