"""Encryption of values: what is stored, what is refused, and keys that change."""

import base64
from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.checks import Error
from django.core.management import CommandError, call_command
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from crm.checks import check_field_keys
from lib.encryption import (
    MARK,
    KeysNotRead,
    NotDecrypted,
    data_keys,
    decrypt_bytes,
    decrypt_text,
    encrypt_bytes,
    encrypt_text,
    seal,
    unseal,
    with_new_key,
    wrapped_keys,
)

PLACE = "meetings_meeting.assessment"
ROW = "0198f000-0000-7000-8000-000000000001"
SECRET = "a long secret of the city"
KEYS = with_new_key(None)
KEYS_OF_SECRET = wrapped_keys(KEYS, SECRET)


@pytest.fixture(scope="module", autouse=True)
def own_keys() -> Iterator[None]:
    with override_settings(FIELD_SECRET=[SECRET], FIELD_KEYS=KEYS_OF_SECRET):
        yield


@given(st.text())
def test_each_text_is_read_as_it_was_written(text: str) -> None:
    sealed = encrypt_text(text, PLACE, ROW)
    assert decrypt_text(sealed, PLACE, ROW) == text
    assert not text or sealed.startswith(MARK)


@given(st.binary())
def test_so_are_bytes(content: bytes) -> None:
    sealed = encrypt_bytes(content, PLACE, ROW)
    assert decrypt_bytes(sealed, PLACE, ROW) == content
    assert not content or sealed.startswith(MARK.encode())


@given(st.text(min_size=8))
def test_a_text_is_not_in_what_is_stored_and_twice_the_same_differs(text: str) -> None:
    one, two = encrypt_text(text, PLACE, ROW), encrypt_text(text, PLACE, ROW)
    assert one != two
    assert text not in one


@given(st.text(min_size=1), st.data())
def test_no_changed_bit_is_accepted(text: str, data: st.DataObject) -> None:
    head, _colon, content = encrypt_text(text, PLACE, ROW).rpartition(":")
    sealed = bytearray(base64.b64decode(content))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(NotDecrypted, match=PLACE):
        decrypt_text(f"{head}:{base64.b64encode(sealed).decode()}", PLACE, ROW)


@pytest.mark.parametrize("damage", ["", "1", "1:", "1:?", "1:AAAA", "x:AAAA", f"{'9' * 5000}:AAAA", "²:AAAA"])
def test_damaged_values_are_named_by_their_column(damage: str) -> None:
    with pytest.raises(NotDecrypted, match=PLACE):
        decrypt_text(MARK + damage, PLACE, ROW)
    with pytest.raises(NotDecrypted, match=PLACE):
        decrypt_bytes((MARK + damage).encode(), PLACE, ROW)


def test_a_value_moved_to_another_column_is_not_read() -> None:
    with pytest.raises(NotDecrypted, match=r"meetings_concern\.facts"):
        decrypt_text(encrypt_text("calm", PLACE, ROW), "meetings_concern.facts", ROW)


def test_a_value_moved_to_another_row_is_not_read() -> None:
    other = ROW.replace("1", "2")
    with pytest.raises(NotDecrypted, match=PLACE):
        decrypt_text(encrypt_text("calm", PLACE, ROW), PLACE, other)
    with pytest.raises(NotDecrypted, match=PLACE):
        decrypt_bytes(encrypt_bytes(b"calm", PLACE, ROW), PLACE, other)


def test_without_keys_texts_stay_as_they_are_and_encrypted_ones_are_refused(settings: Settings) -> None:
    sealed = encrypt_text("calm", PLACE, ROW)
    settings.FIELD_KEYS = []
    assert encrypt_text("calm", PLACE, ROW) == decrypt_text("calm", PLACE, ROW) == "calm"
    with pytest.raises(NotDecrypted, match="Set FIELD_KEYS"):
        decrypt_text(sealed, PLACE, ROW)


def test_a_missing_data_key_is_named(settings: Settings) -> None:
    settings.FIELD_KEYS = wrapped_keys(with_new_key(KEYS), SECRET)
    sealed = encrypt_text("calm", PLACE, ROW)  # under key 2
    settings.FIELD_KEYS = KEYS_OF_SECRET
    with pytest.raises(NotDecrypted, match="data key 2 is missing"):
        decrypt_text(sealed, PLACE, ROW)


def test_a_new_data_key_encrypts_and_the_old_one_still_reads(settings: Settings) -> None:
    old = encrypt_text("calm", PLACE, ROW)
    settings.FIELD_KEYS = wrapped_keys(with_new_key(KEYS), SECRET)
    assert encrypt_text("calm", PLACE, ROW).startswith(f"{MARK}2:")
    assert decrypt_text(old, PLACE, ROW) == "calm"


def printed(*arguments: str) -> list[str]:
    out = StringIO()
    call_command("rewrap_keys", *arguments, stdout=out, stderr=StringIO())
    [line] = [line for line in out.getvalue().splitlines() if line.startswith("FIELD_KEYS=")]
    return line.removeprefix("FIELD_KEYS=").split(",")


def test_a_new_secret_wraps_the_keys_again_and_values_stay(settings: Settings) -> None:
    sealed = encrypt_text("calm", PLACE, ROW)
    settings.FIELD_SECRET = ["another secret of the city", SECRET]
    settings.FIELD_KEYS = printed()
    settings.FIELD_SECRET = ["another secret of the city"]
    assert decrypt_text(sealed, PLACE, ROW) == "calm"
    settings.FIELD_SECRET = [SECRET]
    with pytest.raises(KeysNotRead, match="FIELD_SECRET"):
        data_keys()


def test_the_command_makes_a_first_and_a_next_key(settings: Settings) -> None:
    settings.FIELD_KEYS = []
    with pytest.raises(CommandError, match="--new"):
        printed()
    settings.FIELD_KEYS = printed("--new")
    sealed = encrypt_text("calm", PLACE, ROW)
    settings.FIELD_KEYS = printed("--new")
    assert [one.partition(":")[0] for one in settings.FIELD_KEYS] == ["2", "1"]
    assert decrypt_text(sealed, PLACE, ROW) == "calm"
    settings.FIELD_SECRET = []
    with pytest.raises(CommandError, match="FIELD_SECRET"):
        printed()


def test_the_system_check_names_missing_and_unusable_keys(settings: Settings) -> None:
    assert check_field_keys(None) == []
    settings.FIELD_SECRET = ["wrong"]
    [found] = check_field_keys(None)
    assert isinstance(found, Error)
    assert "FIELD_SECRET" in found.msg
    settings.FIELD_KEYS = ["1"]
    assert [one.id for one in check_field_keys(None)] == ["crm.E001"]
    settings.FIELD_KEYS = []
    assert [one.id for one in check_field_keys(None)] == ["crm.W001"]


def test_a_sealed_value_is_read_in_its_own_row_alone() -> None:
    value = {"names": ["Haddad"], "n": 3}
    sealed = seal(value, place=PLACE, row=1)
    assert sealed.startswith(MARK.encode()) and b"Haddad" not in sealed
    assert unseal(sealed, place=PLACE, row=1) == value
    for place, row in ((PLACE, 2), ("meetings_meeting.facts", 1)):
        with pytest.raises(NotDecrypted):
            unseal(sealed, place=place, row=row)
    with pytest.raises(NotDecrypted):
        unseal(sealed[:-1] + bytes([sealed[-1] ^ 1]), place=PLACE, row=1)


def test_a_value_sealed_before_there_were_data_keys_is_still_read_in_its_row_alone(
    settings: Settings,
) -> None:
    settings.FIELD_KEYS = []
    sealed = seal(["Haddad"], place=PLACE, row=1)
    assert not sealed.startswith(MARK.encode()) and b"Haddad" not in sealed
    settings.FIELD_KEYS = KEYS_OF_SECRET
    assert unseal(sealed, place=PLACE, row=1) == ["Haddad"]
    for wrong in ((sealed, 2), (b"", 1), (b"\x02" + sealed[1:], 1)):
        with pytest.raises(NotDecrypted):
            unseal(wrong[0], place=PLACE, row=wrong[1])
