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
# Written by pyrage 1.4 too: `encrypt(b"Casa Norte", [identity.to_public()])`, with a stanza of noise.
SECRET_KEY = "AGE-SECRET-KEY-15V6MWQRW96KTD60RVT453UCQGAR8Z5ZD6T5G0LFFUPGVL4LH7VAQWCUDC8"
PUBLIC_KEY = "age1rppd2lywu76tzr9eqgv9wu7d9tundtu4mzuzqj3erau52gd9mclq6mvq3c"
TO_A_KEY = base64.b64decode(
    "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBVY1JTdHRlY3BvSUVibmRVeDUwZExIY0doTS9TRkZIMGVFdlE0eFZXRFc0"
    "CnFXaUlSeDh0R2ROekdYeTlQcDJmdFZKZkFZdVZINHN2LzVhOXkxbGtySVkKLT4gIy1ncmVhc2UgMiBEZWdoX2oKNW9semNkMVl0"
    "dldQOVhkMVhOUU9UdnFxTjVGekdTeG1UWDQKLS0tIEs4SUxvaVI5Smw5ZTZRakp5bnU4SVdIMi9ZdjBmZU9jSE5yNFZSb2NoVTQK"
    "FonqYmpe0mki8jDcS6Ia35lVEmmV1uh7aoj/ppfnmPD9pfNZqYCGbAFw"
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


def test_a_file_to_a_public_key_is_opened_by_its_secret_key_alone() -> None:
    out = io.BytesIO()
    encrypt(io.BytesIO(b"Casa Sur" * BLOCK), out, PUBLIC_KEY)
    assert opened(out.getvalue(), SECRET_KEY) == b"Casa Sur" * BLOCK
    assert opened(TO_A_KEY, SECRET_KEY) == opened(TO_A_KEY, f" {SECRET_KEY.lower()}\n") == b"Casa Norte"
    other = "AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0"
    for wrong in (other, PASSPHRASE, PUBLIC_KEY, SECRET_KEY[:-1], SECRET_KEY.replace("5V6", "6V5")):
        with pytest.raises(NotOpened):
            opened(TO_A_KEY, wrong)
    with pytest.raises(NotOpened):
        opened(BY_ANOTHER_PROGRAM, SECRET_KEY)


def test_one_byte_of_a_file_to_a_key_that_differs_anywhere_is_refused() -> None:
    for at in range(len(TO_A_KEY)):
        changed = bytearray(TO_A_KEY)
        changed[at] ^= 1
        with pytest.raises(NotOpened):
            opened(bytes(changed), SECRET_KEY)


@pytest.mark.parametrize(
    "key",
    [
        PUBLIC_KEY[:-1],
        PUBLIC_KEY + "q",
        PUBLIC_KEY.replace("w", "W", 1),
        PUBLIC_KEY[:10] + PUBLIC_KEY[10:].replace("7", "8", 1),
        "age1",
        "age1qqqqqq",
        f"age1{'é' * 58}",
        "age1" + "q" * 1000,
    ],
)
def test_a_mistyped_public_key_encrypts_nothing(key: str) -> None:
    out = io.BytesIO()
    with pytest.raises(ValueError):
        encrypt(io.BytesIO(b"x"), out, key)
    assert out.getvalue() == b""
