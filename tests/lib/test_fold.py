import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.fold import fold, squash
from lib.rows import clean_text


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
    ],
)
def test_accents_case_and_signs_make_no_difference(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_composed_and_decomposed_letters_fold_alike() -> None:
    assert fold("Zoe\u0308") == fold("Zo\u00eb")


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_a_name_keeps_its_letters_and_loses_what_cannot_be_seen() -> None:
    assert squash("Ana\r\nBeatriz\u202e  Núñez\u200b\x00") == "Ana Beatriz Núñez"
    assert squash("\u200b\u200d\ufeff") == ""


def test_a_text_keeps_its_lines() -> None:
    assert clean_text(" one\r\ntwo\u202e\x07 ") == "one\ntwo"
