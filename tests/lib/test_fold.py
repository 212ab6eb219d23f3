import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.cleaning import clean_text
from lib.fold import can_be_seen, findable, fold, latin, squash
from lib.reasons import read_reason


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Asociación  «ÁLAVA»", "asociacion alava"),
        ("Σίσυφος", "σισυφοσ"),
        ("Сдружение „Младост“", "сдружение младост"),
        ("Øresund Straße Łódź", "oresund strasse lodz"),
        ("Mārtiņš Bērziņš", "martins berzins"),
        ("  \u200b\u202e ", ""),
        ("AC/DC & Co.", "ac dc co"),
        ("Lamps\nBroken\r\nsince\tMay\x85Núñez", "lamps broken since may nunez"),
    ],
)
def test_accents_case_and_signs_make_no_difference(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_composed_and_decomposed_letters_fold_alike() -> None:
    assert fold("Zoe\u0308") == fold("Zo\u00eb")


@given(st.text(), st.text())
def test_words_are_found_in_either_script_of_theirs(text: str, more: str) -> None:
    kept = findable(text, more)
    for word in fold(text).split():
        assert word in kept
        assert latin(word) in kept
        assert latin(word).isascii()


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_a_name_keeps_its_letters_and_loses_what_cannot_be_seen() -> None:
    assert squash("Ana\r\nBeatriz\u202e  Núñez\u200b\x00") == "Ana Beatriz Núñez"
    assert squash("\u200b\u200d\ufeff") == ""


# Fillers, blank Braille, a joiner, variation selectors, noncharacters, and an accent without a letter.
UNSEEN = [
    *("\u3164", "\u115f", "\u1160", "\uffa0", "\u2800", "\u034f"),
    *("\ufe0f", "\u180b", "\U000e0100", "\uffff", "\U0010fffe", "\ufdd0", "\u2065", "\ufff0", "\u0301"),
]


@pytest.mark.parametrize("sign", UNSEEN)
def test_what_draws_nothing_is_no_text_and_beside_letters_makes_no_difference(sign: str) -> None:
    assert (squash(sign * 3), clean_text(sign * 3), fold(sign * 3), read_reason(sign * 3)) == ("",) * 4
    if sign != "\u0301":
        assert fold(f"Ana{sign}") == fold("Ana")


@pytest.mark.parametrize("text", ["7", "Ж", "ہ", "中", "♥", "§", "?", "\u0915\u093f"])
def test_one_letter_digit_or_sign_that_draws_something_is_a_text(text: str) -> None:
    assert (squash(text), clean_text(text)) == (text, text)


def test_a_sign_newer_than_this_python_stays() -> None:
    new = next(chr(code) for code in range(0x1FA70, 0x1FB00) if unicodedata.category(chr(code)) == "Cn")
    for text in (new, f"Thanks {new}"):
        assert (squash(text), clean_text(text), can_be_seen(text)) == (text, text, True)
    assert fold(f"Ana{new}Gil") == "ana gil"


@given(st.text())
def test_what_is_clean_stays_as_it_is(text: str) -> None:
    assert squash(squash(text)) == squash(text)
    assert clean_text(clean_text(text)) == clean_text(text)


@pytest.mark.parametrize("text", ["...", "ok", "- - -", "a.b", "?!?!", "x" * 201])
def test_a_reason_is_three_letters_or_digits_at_least_and_200_characters_at_most(text: str) -> None:
    assert read_reason(text) == ""
    assert read_reason(" case  17\u200b") == "case 17"


def test_a_text_keeps_its_lines() -> None:
    assert clean_text(" one\r\ntwo\u202e\x07 ") == "one\ntwo"
