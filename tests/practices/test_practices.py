"""A practice is published after a review by another person, and its level is what four answers allow."""

from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import DatabaseError, transaction

from accounts.actors import Actor, actor_for
from audit.models import Event
from districts.models import District
from lib.conflicts import StaleVersion
from lib.days import city_today
from lib.languages import is_known_language
from pages.forms.languages import language_choices
from practices import rules
from practices.models import Adoption, EditorialReview, Practice
from practices.reading import Results, results_of, with_adoption_results
from practices.services.adoptions import record_adoption, withdraw_adoption
from practices.services.practices import (
    confirm_practice,
    create_practice,
    discard_practice,
    edit_practice,
    publish_practice,
    remove_text,
    retire_practice,
    retire_unconfirmed,
    review_practice,
    submit_practice,
)
from tests.factories import make_actor, make_district, make_user
from tests.practices.making import FIELDS, STARTED, YES, drafted, published, texts, tried

pytestmark = pytest.mark.django_db


@pytest.fixture
def north() -> District:
    return make_district("Northgate")


@pytest.fixture
def author(north: District) -> Actor:
    return make_actor(north)


@pytest.fixture
def reviewer(north: District) -> Actor:
    return make_actor(north, role="supervisor")


def refused(call: Any, **arguments: Any) -> list[str]:
    """The fields that a service refuses, or its code."""
    with pytest.raises(ValidationError) as caught, transaction.atomic():
        call(**arguments)
    error = caught.value
    return list(error.error_dict) if hasattr(error, "error_dict") else [error.code or ""]


def test_all_who_work_with_records_see_the_library_and_nobody_else(author: Actor, reviewer: Actor) -> None:
    draft, ready = drafted(author, "A draft"), published(author, reviewer)

    def seen(actor: Any) -> set[Any]:
        return set(Practice.objects.visible_to(actor).values_list("pk", flat=True))

    elsewhere = make_actor(make_district(), role="supervisor")
    assert seen(elsewhere) == seen(actor_for(make_user("privacy_officer"))) == {draft.pk, ready.pk}
    assert seen(Actor(kind="key", scopes=frozenset({"organisations:read"}))) == {ready.pk}
    for role in ("administrator", "confirmer"):
        assert seen(actor_for(make_user(role))) == set()
    tried(author, ready, District.objects.get(pk__in=author.district_ids))
    assert Adoption.objects.visible_to(elsewhere).exists()
    assert not Adoption.objects.visible_to(actor_for(make_user("administrator"))).exists()


def test_a_practice_is_written_by_its_author_and_supervisors(author: Actor, reviewer: Actor) -> None:
    row = drafted(author)
    about: dict[str, Any] = {"practice_id": row.pk, "size": "district of 40,000"}
    for actor in (make_actor(make_district()), actor_for(make_user("privacy_officer"))):
        with pytest.raises(PermissionDenied):
            edit_practice(actor=actor, **about)
    with pytest.raises(ObjectDoesNotExist):
        edit_practice(actor=actor_for(make_user("administrator")), **about)
    assert edit_practice(actor=author, **about).version == 2
    with pytest.raises(StaleVersion):
        edit_practice(actor=reviewer, version=1, practice_id=row.pk, size="city")
    with pytest.raises(PermissionDenied):
        create_practice(actor=actor_for(make_user("privacy_officer")), language="en", text=texts(), **FIELDS)
    assert Event.objects.filter(object_type="practice", object_ids=[row.pk]).count() == 2


def test_the_author_alone_cannot_publish(north: District, reviewer: Actor) -> None:
    author = make_actor(north, role="supervisor")
    row = drafted(author)
    about: dict[str, Any] = {"actor": author, "practice_id": row.pk}
    assert refused(publish_practice, **about) == ["not_in_review"]
    submit_practice(**about)
    assert refused(publish_practice, **about) == ["not_reviewed"]
    with pytest.raises(PermissionDenied):
        review_practice(**about, level="described", **YES)
    with pytest.raises(PermissionDenied):
        review_practice(actor=make_actor(north), practice_id=row.pk, level="described", **YES)
    review_practice(actor=reviewer, practice_id=row.pk, level="evaluated", **YES)
    assert publish_practice(**about).confirm_by == city_today() + timedelta(days=365)
    assert Practice.objects.get().level == "evaluated"


def test_who_edited_last_does_not_review(north: District, author: Actor, reviewer: Actor) -> None:
    row = drafted(author)
    edit_practice(actor=reviewer, practice_id=row.pk, size="city")
    submit_practice(actor=author, practice_id=row.pk)
    with pytest.raises(PermissionDenied):
        review_practice(actor=reviewer, practice_id=row.pk, level="described", **YES)
    other = make_actor(north, role="supervisor")
    assert review_practice(actor=other, practice_id=row.pk, level="described", **YES).edition == 1


def test_four_answers_bound_the_level() -> None:
    for answers in product(("yes", "no", "unsure"), repeat=4):
        given = dict(zip(rules.QUESTIONS, answers, strict=True))
        problem, mechanism, evidence, _repeat = answers
        allowed = {level for level in rules.LEVELS if rules.is_allowed(level, given)}
        if answers.count("no") >= 2 or problem != "yes" or mechanism != "yes":
            assert allowed == {"described"}, answers
        elif evidence != "yes":
            assert allowed == {"described", "plausible"}, answers
        else:
            assert allowed == set(rules.LEVELS), answers


def test_a_level_above_the_answers_is_refused(author: Actor, reviewer: Actor) -> None:
    row = drafted(author)
    submit_practice(actor=author, practice_id=row.pk)
    about: dict[str, Any] = {"actor": reviewer, "practice_id": row.pk}
    said = YES | {"has_evidence": "no", "can_be_repeated": "no"}
    assert refused(review_practice, **about, level="plausible", **said) == ["level"]
    assert refused(review_practice, **about, level="certain", **said) == ["level"]
    assert not EditorialReview.objects.exists()
    review_practice(**about, level="described", **said)


def test_a_signed_review_stays(author: Actor, reviewer: Actor) -> None:
    published(author, reviewer)
    review = EditorialReview.objects.get()
    for change in (lambda: EditorialReview.objects.update(note="Better"), review.delete):
        with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic():
            change()


def test_a_change_of_what_is_published_needs_another_review(author: Actor, reviewer: Actor) -> None:
    row = published(author, reviewer)
    about: dict[str, Any] = {"actor": author, "practice_id": row.pk}
    changed = edit_practice(**about, language="en", text={"went_wrong": "Two visits came too late."})
    assert (changed.status, changed.edition) == ("draft", 2)
    submit_practice(**about)
    assert refused(publish_practice, **about) == ["not_reviewed"], "the review was of edition 1"
    review_practice(actor=reviewer, practice_id=row.pk, level="plausible", **YES)
    assert publish_practice(**about).is_published
    assert edit_practice(**about, language="en", text={}).is_published, "nothing changed"


def test_a_gap_in_an_original_is_named(author: Actor) -> None:
    row = create_practice(actor=author, language="en", text=texts() | {"went_wrong": " "}, **FIELDS)
    about: dict[str, Any] = {"actor": author, "practice_id": row.pk}
    assert refused(submit_practice, **about) == ["went_wrong"]
    with pytest.raises(ValidationError, match="Enter “What went wrong”"):
        submit_practice(**about)
    edit_practice(**about, language="en", text={"went_wrong": "Nothing known yet"})
    row.texts.update(translated="by_machine")
    assert refused(submit_practice, **about) == ["original"]
    row.texts.update(translated="original")
    edit_practice(**about, language="es", text=texts("Visita") | {"translated": "by_machine"})
    assert submit_practice(**about).status == "in_review"
    assert refused(remove_text, **about, language="en") == ["original"]
    assert remove_text(**about, language="es").texts.count() == 1


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({"phases": []}, {"phases", "__all__"}),
        ({"strands": ["cook"]}, {"strands", "__all__"}),
        ({"since": 19}, {"since"}),
        ({"contact": "nobody"}, {"contact"}),
        ({"level": "certain"}, {"level", "__all__"}),
        ({"language": "klingon-x", "text": {"title": "x"}}, {"language"}),
        ({"language": "xx", "text": {"title": "x"}}, {"language"}),
        ({"language": "en", "text": {"title": "x" * 121}}, {"title"}),
        (
            {"language": "en", "text": {"sources": [{"title": "x", "url": "javascript:alert(1)"}]}},
            {"sources"},
        ),
        ({"language": "en", "text": {"sources": [{"title": "x", "url": "data:text/html,x"}]}}, {"sources"}),
        ({"language": "en", "text": {"sources": [{"title": "x", "url": "http://a.example/"}]}}, {"sources"}),
        (
            {"language": "en", "text": {"sources": [{"title": "x", "url": "https://a@b.example/"}]}},
            {"sources"},
        ),
        ({"language": "en", "text": {"sources": [{"title": "", "url": ""}]}}, {"sources"}),
        ({"language": "en", "text": {"sources": [{"title": "x"}] * 21}}, {"sources"}),
        ({"language": "en", "text": {"sources": ["x"]}}, {"sources"}),
    ],
)
def test_a_practice_that_cannot_be_is_refused(author: Actor, given: Any, names: set[str]) -> None:
    row = drafted(author)
    assert set(refused(edit_practice, actor=author, practice_id=row.pk, **given)) <= names
    assert Practice.objects.get().version == 1


def test_forms_offer_only_languages_that_a_text_can_be_in() -> None:
    assert [code for code, _name in language_choices() if not is_known_language(code)] == []


def test_invisible_characters_are_left_out_of_texts(author: Actor) -> None:
    row = drafted(author, "Vis\u202eit")
    assert row.texts.get().title == "Visit"


def test_a_practice_is_retired_two_years_after_it_should_have_been_confirmed(
    author: Actor, reviewer: Actor
) -> None:
    row = published(author, reviewer)
    day = city_today()
    Practice.objects.update(confirm_by=day - timedelta(days=729))
    assert Practice.objects.get().is_unconfirmed
    assert retire_unconfirmed(day) == 0
    assert retire_unconfirmed(day + timedelta(days=1)) == 1
    late = Practice.objects.get()
    assert (late.status, late.retired_reason) == ("retired", "Not confirmed for two years.")
    assert retire_unconfirmed(day + timedelta(days=1)) == 0
    assert refused(confirm_practice, actor=author, practice_id=row.pk) == ["not_published"]


def test_a_practice_is_retired_for_a_reason_and_confirmed_for_a_year(author: Actor, reviewer: Actor) -> None:
    row = published(author, reviewer)
    Practice.objects.update(confirm_by=date(2026, 1, 1))
    about: dict[str, Any] = {"actor": reviewer, "practice_id": row.pk}
    assert confirm_practice(**about).confirm_by == city_today() + timedelta(days=365)
    assert refused(retire_practice, **about, reason="no") == ["retired_reason"]
    assert retire_practice(**about, reason="Shifts are too short now.").retired_on == city_today()
    assert refused(discard_practice, **about) == ["reviewed"]
    spare = drafted(author, "Spare")
    discard_practice(actor=author, practice_id=spare.pk)
    assert not Practice.objects.filter(pk=spare.pk).exists()


def test_what_came_of_a_practice_is_recorded_where_one_works(
    north: District, author: Actor, reviewer: Actor
) -> None:
    row = published(author, reviewer)
    tried(author, row, north, came_of_it="made_worse")
    about: dict[str, Any] = {"practice_id": row.pk, "started_on": STARTED, "would_again": "no"}
    with pytest.raises(PermissionDenied):
        record_adoption(actor=make_actor(make_district()), district=north, came_of_it="helped", **about)
    given = {"actor": author, "district": north, "came_of_it": "helped"}
    assert refused(record_adoption, **given, **(about | {"started_on": date(2018, 12, 31)})) == ["started_on"]
    tomorrow = city_today() + timedelta(days=1)
    assert refused(record_adoption, **given, **(about | {"started_on": tomorrow})) == ["started_on"]
    assert refused(record_adoption, **(given | {"came_of_it": "rich"}), **about) == ["came_of_it"]
    draft = drafted(author, "Draft")
    assert refused(record_adoption, **given, **(about | {"practice_id": draft.pk})) == ["not_published"]
    counted = with_adoption_results(Practice.objects.filter(pk=row.pk)).get()
    assert results_of(counted.tried) == Results(1, [("made_worse", 1)])
    with pytest.raises(PermissionDenied):
        withdraw_adoption(actor=reviewer, adoption_id=Adoption.objects.get().pk)
    withdraw_adoption(actor=author, adoption_id=Adoption.objects.get().pk)
    assert not Adoption.objects.exists()


def test_codes_of_practices_with_one_title_differ(author: Actor) -> None:
    codes = [drafted(author, title).code for title in ("Über uns!", "Über uns!", "…")]
    assert codes == ["uber-uns", "uber-uns-2", "practice"]


@pytest.mark.parametrize(
    ("mailbox", "is_personal"),
    [
        ("prevention@city.example", False),
        ("hate-crime.unit@city.example", False),
        ("maria@city.example", True),
        ("m.lopez@city.example", True),
        ("lopez_maria@city.example", True),
    ],
)
def test_a_mailbox_of_a_person_is_noticed(mailbox: str, is_personal: bool) -> None:
    assert rules.looks_like_a_person(mailbox, ["maria lopez"]) is is_personal
