"""The guide beside the fields of a concern: complete, with sources, and never deciding anything."""

import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.actors import SYSTEM
from meetings.codes import BiasGround, BiasIndicator, ConcernKind, Outcome
from meetings.guide.first import FIRST_INDICATORS, SHOWN_FIRST, indicators_first, ranks_of
from meetings.guide.indicators import GUIDANCE, LONGEST_QUESTION
from meetings.guide.offers import OFFERS
from meetings.guide.reviews import REVIEWS, Review, is_reviewed
from meetings.guide.sources import Source
from meetings.guide.words import WORDS
from meetings.models import Concern
from meetings.services.concerns import log_concern
from tests.architecture.test_languages import ENGLISH, translated
from tests.factories import make_district, make_officer

ENTRIES = [*GUIDANCE.values(), *FIRST_INDICATORS.values(), *WORDS.values(), *OFFERS.values()]


def texts_of(entry: Any) -> Iterator[str]:
    """Return what an entry says, without its codes and its source."""
    for one in fields(entry):
        value = getattr(entry, one.name)
        if one.name in {"question", "but", "text"}:
            yield str(value)
        elif one.name == "examples":
            yield from map(str, value)


def test_every_code_has_its_entry() -> None:
    assert list(GUIDANCE) == BiasIndicator.values
    assert list(FIRST_INDICATORS) == ConcernKind.values
    assert list(WORDS) == BiasGround.values
    assert set(OFFERS) <= set(Outcome.values)


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_entry_names_a_source_and_says_something(entry: Any) -> None:
    assert isinstance(entry.source, Source)
    assert entry.source.title and entry.source.url.startswith("https://")
    assert all(text.endswith((".", "?")) for text in texts_of(entry))


def test_questions_are_read_at_a_glance() -> None:
    for guidance in GUIDANCE.values():
        assert len(str(guidance.question)) <= LONGEST_QUESTION
        assert str(guidance.question).endswith("?")
        assert len(set(guidance.examples)) == 2


def test_every_text_is_in_every_language() -> None:
    said = {text for entry in ENTRIES for text in texts_of(entry)}
    for language in {code for code, _name in settings.LANGUAGES} - {ENGLISH}:
        assert said - translated(language) == set(), language


def test_no_text_explains_an_incident_with_a_group() -> None:
    cause = re.compile(r"\b(?:due to|caused by|provoked by|fault of|known for|typical of)\b", re.IGNORECASE)
    assert [text for entry in ENTRIES for text in texts_of(entry) if cause.search(text)] == []


def test_the_first_three_follow_what_happened() -> None:
    for kind in ConcernKind.values:
        assert len(set(indicators_first([kind]))) == SHOWN_FIRST
    assert indicators_first([]) == indicators_first(["other"]) == indicators_first(["no such kind"])
    both = indicators_first(["graffiti_symbol", "assault"])
    assert both == ["symbols", "words_gestures", "brutality"]


def test_ranks_say_where_an_indicator_stands() -> None:
    assert "graffiti_symbol:0" in ranks_of("symbols") and "graffiti_symbol:2" in ranks_of("location_timing")
    assert not any(rank.startswith("graffiti_symbol:") for rank in ranks_of("brutality"))
    assert ranks_of("group_difference") == []  # a difference alone shows nothing


def test_two_different_people_sign_a_language() -> None:
    today = date(2026, 11, 27)
    officer, adviser = Review("hate crime officer", today), Review("adviser of a community group", today)
    assert is_reviewed([officer, adviser])
    assert not is_reviewed([officer, officer])
    assert not is_reviewed([])
    assert set(REVIEWS) <= {code for code, _name in settings.LANGUAGES}


def selected(html: str) -> list[str]:
    boxes = re.findall(r'<input[^>]*name="bias_indicators"[^>]*>', html)
    assert len(boxes) == len(BiasIndicator)
    assert not any("required" in box for box in boxes)
    return [found[1] for box in boxes if "checked" in box and (found := re.search(r'value="(\w+)"', box))]


@pytest.mark.django_db
def test_the_forms_show_the_guide_and_select_nothing(client: Client) -> None:
    north = make_district()
    client.force_login(make_officer(north))
    concern = log_concern(actor=SYSTEM, kinds=["graffiti_symbol"], district=north, bias_grounds=["anti_roma"])
    edit = client.get(reverse("concern_edit", args=[concern.pk])).text
    assert selected(edit) == selected(client.get("/concerns/log/").text) == []
    assert str(WORDS["anti_roma"].text) in edit and str(WORDS["anti_black"].text) not in edit
    questions = [str(GUIDANCE[code].question) for code in indicators_first(concern.kinds)]
    places = [edit.index(text) for text in [*questions, str(GUIDANCE["no_other_motive"].question)]]
    assert places == sorted(places)
    assert "Not reviewed yet" in edit
    assert edit.count("<details") > len(BiasIndicator)  # each is read without a script


@pytest.mark.django_db
def test_what_was_selected_is_saved_and_nothing_else(client: Client) -> None:
    north = make_district()
    client.force_login(make_officer(north))
    data: dict[str, Any] = {"kinds": ["threat"], "bias_indicators": ["symbols"]}
    client.post("/concerns/log/", data)
    concern = Concern.objects.get()
    assert (concern.bias_indicators, concern.bias_grounds) == (["symbols"], ["unknown"])
    assert client.post("/concerns/log/", data | {"bias_indicators": ["guessed"]}).status_code == 422
    suggested = client.post("/concerns/log/", data | {"suggest": "1"}).text
    assert selected(suggested) == ["symbols"]
    assert str(OFFERS["declined"].text) in client.get(reverse("concern", args=[concern.pk])).text


@pytest.mark.django_db
def test_tools_read_the_questions(client: Client) -> None:
    client.force_login(make_officer(make_district()))
    rows = client.get("/api/v1/vocabularies/").json()
    assert {row["code"]: row["question"] for row in rows["bias_indicator"]} == {
        code: str(guidance.question) for code, guidance in GUIDANCE.items()
    }
    assert all("question" not in row for row in rows["bias_ground"])
