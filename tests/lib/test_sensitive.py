"""Words about origin, belief, orientation and health are detected in each language, except about groups."""

import pytest

from lib.sensitive import TOPICS, find_sensitive
from lib.sensitive_words import GROUPS

LANGUAGES = {"en", "es", "pt", "it", "fi", "et", "lv", "bg", "sv"}


def topics(text: str, language: str = "") -> list[str]:
    return [found.topic for found in find_sensitive(text, language)]


def test_each_topic_has_words_in_each_interface_language() -> None:
    for by_language in (*TOPICS.values(), GROUPS):
        assert set(by_language) == LANGUAGES
        assert all(len(line.split(",")) >= 8 for line in by_language.values())
    assert set(TOPICS) == {"origin", "belief", "orientation", "health"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("He is GAY, and of Roma family.", ["orientation", "origin"]),
        ("Es gitano y está enfermo", ["origin", "health"]),
        ("É muçulmana e está grávida", ["belief", "health"]),
        ("È di religione ebraica, omosessuale", ["belief", "belief", "orientation"]),
        ("Hän on romani ja sairastunut", ["origin"]),
        ("Hän on vammainen, muslimi", ["health", "belief"]),
        ("Ta on õigeusklik ja lesbi", ["belief", "orientation"]),
        ("Viņš ir ebrejs, viņam ir depresija", ["belief", "health"]),
        ("Той е ром и е болен", ["origin", "health"]),
        ("Тя е еврейка", ["belief"]),
        ("Hon är troende och rullstolsburen, lesbisk", ["belief", "health", "orientation"]),
        ("uses a wheelchair; mental health", ["health", "health"]),
    ],
)
def test_words_about_a_person_are_found_in_any_language(text: str, found: list[str]) -> None:
    assert topics(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "The Muslim community centre wants lamps",
        "La comunidad gitana pide un local; mujeres musulmanas del barrio",
        "Romanien yhdistys, muslimien yhteisö",
        "Ромската общност и еврейската организация",
        "Romska föreningen, judiska församlingen",
        "Christian will call about the keys of the black door before the race",
        "Coordinator, treasurer, secretaria, tesorero, puheenjohtaja, председател",
        "Willing to help; still waiting; skill, pillar, sickle",
        "",
    ],
)
def test_what_is_said_of_groups_and_everyday_words_pass(text: str) -> None:
    assert topics(text) == []


def test_letters_are_compared_whole_words_without_accents_and_told_as_written() -> None:
    assert find_sensitive("Está ENFERMA") == [("ENFERMA", "health")]
    assert find_sensitive("enférma enférma")[0].topic == "health"
    assert find_sensitive("in a wheel chair, wheelchair-bound") == [("wheelchair", "health")]
    assert find_sensitive("Silla  de\nruedas") == [("Silla de ruedas", "health")]


@pytest.mark.parametrize(
    ("language", "text"), [("sv", "på andra sida"), ("it", "va a Roma"), ("en-gb", "Invalid number")]
)
def test_what_is_harmless_in_the_writers_language_passes(language: str, text: str) -> None:
    assert topics(text, language) == []
    assert topics(text) != []


def test_a_long_text_takes_no_longer_than_its_length() -> None:
    assert topics("muslim " * 20_000) == ["belief"]
