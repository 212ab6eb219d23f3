"""Keeping a record whose period is over: a reason, a sentence after some keeps, and an end."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.actors import Actor, actor_for
from accounts.models import Role, User
from districts.models import District
from lib.days import city_today
from privacy.models import (
    RetentionDecision,
)
from privacy.services.retention import act_on_rules
from privacy.services.retention_decisions import keep_record, undo_keep
from tests.factories import (
    make_district,
    make_supervisor,
    make_user,
)
from tests.privacy.reviewing import OWN, erased, kept, made, noted, rows
from tests.privacy.test_retention_rules import in_force

pytestmark = pytest.mark.django_db


@pytest.fixture
def north() -> District:
    return make_district("North")


@pytest.fixture
def supervisor(north: District) -> User:
    return make_supervisor(north)


@pytest.fixture
def actor(supervisor: User) -> Actor:
    return actor_for(supervisor)


@pytest.fixture(autouse=True)
def rules() -> Actor:
    desk = actor_for(make_user(Role.PRIVACY_OFFICER))
    in_force(desk, "contact", 365)
    in_force(desk, "meeting_texts", 1095)
    return desk


@pytest.mark.parametrize("junk", ["x" * 20 + " 1", "aaa bbb ccc ddd eee fff", "." * 23])
def test_a_sentence_is_words_and_not_the_same_with_another_number(
    north: District, actor: Actor, junk: str
) -> None:
    row = made(north)
    with pytest.raises(ValidationError, match="Explain in a few words"):
        kept(actor, row, sentence=junk)
    kept(actor, row, sentence=OWN.format(n=1))
    with pytest.raises(ValidationError, match="already used"):
        kept(actor, made(north), sentence=OWN.format(n=2))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"reason": "because"}, "reason"),
        ({"until": timedelta(0)}, "until"),
        ({"until": timedelta(days=366)}, "until"),
        ({"sentence": "Too short"}, "sentence"),
    ],
)
def test_a_keep_needs_a_reason_and_lasts_no_longer_than_the_rule(
    north: District, actor: Actor, wrong: dict[str, Any], field: str
) -> None:
    row = made(north)
    if "until" in wrong:
        wrong = {"until": city_today() + wrong["until"]}
    with pytest.raises(ValidationError) as refused:
        kept(actor, row, **wrong)
    assert field in refused.value.message_dict
    assert not RetentionDecision.objects.exists()
    assert kept(actor, row).until == city_today() + timedelta(days=365)


def test_the_third_keep_in_a_row_needs_a_new_sentence(north: District, actor: Actor) -> None:
    """Nobody ticks through the queue: each third keep costs a sentence, and never the same."""
    for _number in range(2):
        kept(actor, made(north))
    with pytest.raises(ValidationError, match="20 characters"):
        kept(actor, made(north))
    kept(actor, made(north), sentence=OWN.format(n=1))
    for _number in range(2):
        kept(actor, made(north))
    with pytest.raises(ValidationError, match="already used"):
        kept(actor, made(north), sentence=OWN.format(n=1).upper())
    erased(actor, made(north))
    kept(actor, made(north))  # an erasure in between: no longer in a row


def test_a_record_that_was_kept_twice_needs_a_sentence(north: District, actor: Actor) -> None:
    row = made(north)
    for _time in range(2):
        kept(actor_for(make_supervisor(north)), row)
        RetentionDecision.objects.update(until=city_today())
    with pytest.raises(ValidationError, match="20 characters"):
        kept(actor, row)
    kept(actor, row, sentence=OWN.format(n=2))


def test_a_keep_can_be_undone_by_whoever_decided(north: District, actor: Actor) -> None:
    row = made(north)
    decision = kept(actor, row)
    with pytest.raises(RetentionDecision.DoesNotExist):
        undo_keep(actor=actor_for(make_supervisor(north)), decision_id=decision.pk)
    undo_keep(actor=actor, decision_id=decision.pk)
    assert rows(actor) == [row]


def test_sentences_about_a_contact_go_with_the_contact(north: District, actor: Actor) -> None:
    row = made(north)
    kept(actor, row, sentence=OWN.format(n=3))
    RetentionDecision.objects.update(until=city_today())
    erased(actor, row)
    assert not RetentionDecision.objects.exclude(sentence="").exists()


def test_a_kept_text_stays_when_the_rule_acts(north: District, actor: Actor) -> None:
    note = noted(north, "They spoke about lamps")
    keep_record(actor=actor, noun="meeting", object_id=note.pk, reason="law")
    assert act_on_rules(city_today() + timedelta(days=60)) == 0
    assert act_on_rules(city_today() + timedelta(days=1200)) == 1
