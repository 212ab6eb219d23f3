"""Finding a person in texts: in either script, in any order, with a typo, by phone and email."""

import random

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.rules.finding import EMAIL, EXACT, PHONE, SIMILAR, PersonSearch, person_search
from tests.examples import examples

LEILA = person_search(["Leila Haddad"], ["+441144960648"], ["l.haddad@harbour.example"])


def kinds(search: PersonSearch, text: str) -> list[str]:
    return [hit.matched for hit in search.hits(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Leila Haddad said so",
        "spoke with HADDAD, LEILA at noon",
        "Leila's aunt (Leila Haddad)",
        "leila  haddad",
        "Léila Haddád",
    ],
)
def test_a_whole_name_is_exact_in_any_order_and_spelling_of_letters(text: str) -> None:
    assert kinds(LEILA, text) == [EXACT]


@pytest.mark.parametrize(
    "text", ["Leyla Haddad", "Leila Hadad", "Layla Hadad", "Лейла Хаддад", "L. Haddad", "Haddad Leial"]
)
def test_a_typo_another_script_or_an_initial_is_similar(text: str) -> None:
    assert kinds(LEILA, text) == [SIMILAR]


@pytest.mark.parametrize(
    "text",
    [
        "Leila Mansour met Omar Haddadi-Berg",
        "Leila was there. Weeks later, at the other end of the town, Haddad",
        "Laura Hassan",
        "L. H.",
        "",
        "nobody",
    ],
)
def test_somebody_else_is_not_found(text: str) -> None:
    assert kinds(LEILA, text) == []


def test_a_name_in_another_script_is_found_in_both() -> None:
    search = person_search(["Георги Димитров"], (), ())
    assert kinds(search, "Georgi Dimitrov и Димитров Георги") == [EXACT, EXACT]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Leila Haddad", "ليلى حداد"),
        ("Haddad", "حداد"),
        ("Fatima Zahra", "فاطمة الزهراء"),
        ("Mohammed Al-Haddad", "محمد الحداد"),
        ("Yusuf Karimi", "يوسف كريمي"),
        ("Khalid Ghanem", "خالد غانم"),
        ("Jasmína Šahinović", "ياسمينا شاهينوفيتش"),
        ("Čedomir Jovanović", "تشيدومير يوفانوفيتش"),
        ("Emir Hadžić", "أمير حاجيتش"),
        ("Goran Nikolić", "غوران نيكوليتش"),
    ],
)
def test_a_script_without_vowels_is_compared_by_consonants(name: str, written: str) -> None:
    assert kinds(person_search([name], (), ()), f"{written} 2026") == [SIMILAR]
    assert kinds(person_search([written], (), ()), f"Then {name} came") == [SIMILAR]
    assert kinds(person_search([written], (), ()), f"{written} 2026") == [EXACT]
    assert kinds(person_search([name], (), ()), "سمير ناصر") == []
    assert kinds(person_search([written], (), ()), "Then Omar Nasser came") == []


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("राहुल शर्मा", "रोहन वर्मा"),  # Devanagari
        ("कृष्ण बहादुर श्रेष्ठ", "कृष्ण बहादुर थापा"),  # Nepali
        ("রহিমা বেগম", "ফাতেমা খাতুন"),  # Bengali
        ("ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ", "ਹਰਜੀਤ ਕੌਰ"),  # Gurmukhi
        ("முருகன் செல்வம்", "குமார் ராஜன்"),  # Tamil
        ("వెంకట రెడ్డి", "సీత నాయుడు"),  # Telugu
        ("สมชาย ใจดี", "มานี รักไทย"),  # Thai
        ("גבריאל", "רפאל"),
    ],
)
def test_a_name_whose_vowels_are_signs_is_found_as_it_is_written(name: str, other: str) -> None:
    search = person_search([name], (), ())
    text = f"12:30 {name}, {other}."
    assert [(text[hit.start : hit.end], hit.matched) for hit in search.hits(text)] == [(name, EXACT)]
    assert kinds(search, " ".join(reversed(name.split()))) == [EXACT]
    assert kinds(search, "कल बैठक में सब लोग आए और बात हुई। সভা শেষ হলো। கூட்டம் முடிந்தது.") == []


@pytest.mark.parametrize(
    ("name", "pointed"),
    [
        ("דוד לוי", "דָּוִד לֵוִי"),
        ("محمد الخطيب", "محمّد الخطيب"),
        ("محمد الخطيب", "مُحَمَّد اَلْخَطِيب"),
        ("محمد الخطيب", "محمـــد الخطيب"),
        ("علی رضا", "علی\u200cرضا"),
        ("Léa Élodie", "Le\u0301a E\u0301lodie"),
        ("Haddad", "Had\u00addad"),
    ],
)
def test_points_of_a_script_make_no_difference_on_either_side(name: str, pointed: str) -> None:
    for stated, written in ((name, pointed), (pointed, name), (pointed, pointed)):
        text = f"({written})"
        found = [
            (text[hit.start : hit.end], hit.matched) for hit in person_search([stated], (), ()).hits(text)
        ]
        assert found == [(written, EXACT)]


@pytest.mark.parametrize(
    "text",
    [
        "ring +44 114 496 0648 after five",
        "0114 496 0648",
        "0114-496-0648.",
        "(0)114 4960648",
        "00441144960648",
        "on 12 0114 496 0648 10 am",
        "0114–496–0648",
        "0114\u2011496\u20110648",
        "0114·496·0648",
        "0114, 496, 0648",
        "_0114_496_0648_",
        "**0114**496**0648**",
        "0114 — 496 — 0648",
        "\u202a+44 114 496 0648\u202c",
        "644555666," * 20 + "0114,496,0648",
    ],
)
def test_a_number_is_found_as_people_write_it(text: str) -> None:
    assert kinds(LEILA, text) == [PHONE]


@pytest.mark.parametrize(
    "text",
    ["+44 114 496 0649", "496 06", "12 November 2026", "case 1144960", "2026-11-24, 14:05, 96, 06, 48"],
)
def test_another_number_is_not_found(text: str) -> None:
    assert kinds(LEILA, text) == []


def test_each_place_of_a_number_in_a_list_is_found() -> None:
    text = "+44 114 496 0648, 644 555 666, 01144960648"
    found = [text[hit.start : hit.end] for hit in LEILA.hits(text)]
    assert found == ["+44 114 496 0648", "01144960648"]


@pytest.mark.parametrize(
    "around",
    [
        *(
            "{}",
            "“{}”",
            "'{}'",
            "‘{}’",
            "„{}“",
            "«{}»",
            "{}’s",
            "{}'s",
            "{}…",
            "{}،",
            "{}؛",
            "{}—",
            "—{}—",
            "{}.",
        ),
        *("{}?subject=lamps", "mailto:{}", "?to={}&x=1", "_{}_", "**{}**", "`{}`", "|{}|", "{}!", "<{}>,"),
        *("{}、", "（{}）", "to:{};", "/{}/", "{}. Then", "…{}"),
    ],
)
def test_an_address_is_found_in_any_typography(around: str) -> None:
    search, address = person_search((), (), ["kurier77@example.org"]), "Kurier77@Example.org"
    text = around.format(address)
    assert [(text[hit.start : hit.end], hit.matched) for hit in search.hits(text)] == [(address, EMAIL)]


@pytest.mark.parametrize(
    "around", ["a{}", "a.{}", "a+{}", "o'{}", "a_{}", "a-{}", "{}.uk", "{}a", "{}-x", "ä{}"]
)
def test_a_longer_address_is_another_one(around: str) -> None:
    assert kinds(person_search((), (), ["kurier77@example.org"]), around.format("kurier77@example.org")) == []


def test_a_passage_has_its_place_in_the_text() -> None:
    text = "At noon Leila Haddad came."
    [hit] = LEILA.hits(text)
    assert text[hit.start : hit.end] == "Leila Haddad"


def test_misspelt_names_are_found_almost_always() -> None:
    """One letter of each name is dropped, doubled, exchanged with the next or replaced."""
    chance, names = random.Random(17), ["Milena Petrova", "Samuel Okonkwo", "Fatima Zahra", "Joanna Kowalska"]
    missed = 0
    count = examples(2000)
    for _ in range(count):
        name = chance.choice(names)
        place = chance.randrange(1, len(name) - 1)
        while " " in name[place : place + 2]:
            place = chance.randrange(1, len(name) - 1)
        typo = chance.choice(
            [
                name[:place] + name[place + 1 :],
                name[:place] + name[place] + name[place:],
                name[:place] + name[place + 1] + name[place] + name[place + 2 :],
                name[:place] + chance.choice("aeioulnrst") + name[place + 1 :],
            ]
        )
        missed += not kinds(person_search([name], (), ()), f"On Tuesday {typo} asked about the lamps.")
    assert missed <= count * 0.05


PIECES = (
    *(
        "Leila",
        "Haddad",
        "L.",
        "leyla",
        "Хаддад",
        "حداد",
        "L3ila",
        "a1b2",
        "١٢",
        "1",
        "é",
        "'",
        " ",
        "\n",
        "-",
        "(",
    ),
    *("+44", "1144", "960648", "0", "l.haddad@harbour.example", "@", ".uk", "on Tuesday"),
)


@hypothesis.settings(max_examples=examples(300), deadline=None)
@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=7).map("".join), max_size=5))
def test_texts_that_are_read_as_one_are_passed_over_only_if_none_has_a_hit(texts: list[str]) -> None:
    for search in (
        LEILA,
        LEILA.exactly(),
        person_search(["ليلى حداد"], (), ()),
        person_search((), ["+441144960648"], ()),
    ):
        if any(kinds(search, text) for text in texts):
            assert search.may_hit(texts)


@pytest.mark.parametrize(
    ("word", "found"), [("Hadd4d", [SIMILAR]), ("H44ddad", [SIMILAR]), ("H4dd3d", []), ("Haddad1", [SIMILAR])]
)
def test_one_digit_in_a_word_is_a_typo_and_two_different_ones_are_not(word: str, found: list[str]) -> None:
    assert kinds(LEILA, f"Leila {word}") == found
    assert LEILA.may_hit([word]) is bool(found)


@pytest.mark.parametrize(
    "text",
    ["3f2a9c1e-77d0-4b1f-9a6e-0c5d8e7f6a5b", "Tuesday, at the harbour", "L., H. and a school", "مدرسة"],
)
def test_ids_and_other_words_are_passed_over(text: str) -> None:
    assert not LEILA.may_hit([text] * 3)


@pytest.mark.parametrize("name", ["", " ", "-", "X"])
def test_a_name_of_one_letter_is_no_search(name: str) -> None:
    assert not person_search([name], (), ())
