"""Pairs of possible duplicates, and pairs that a user marked as different."""

import pytest

from accounts.actors import SYSTEM
from contacts.models import Contact, NotADuplicate, Organisation
from contacts.queries.pairs import contact_pairs, organisation_pairs
from contacts.rules.clues import organisation_clues, person_clues, score
from contacts.services.duplicates import mark_as_different, unmark_as_different
from contacts.services.organisations import edit_organisation
from tests.factories import make_actor, make_contact, make_district, make_organisation

pytestmark = pytest.mark.django_db


def clues(name: str, **others: str) -> set[str]:
    nothing = dict.fromkeys(("phone", "email", "website", "address", "postcode"), "")
    return set(organisation_clues(names=[name], **(nothing | others)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Asociación Kaleidos", "KALEIDOS"),
        ("Club Fútbol Dinamo de Alcalá", "Alcala Dinamo, Club Futbol"),
        ("Kulttuuri ry", "Kulttuuri"),
        ("Сдружение Заедно", "Zaedno"),
        ("Σωματείο Φίλοι", "Filoi"),
        ("Biedrība Saule", "Saule"),
        ("Föreningen Älvan", "Alvan"),
    ],
)
def test_a_name_is_the_same_however_it_is_written(one: str, other: str) -> None:
    shared = clues(one) & clues(other)
    assert any(clue.startswith("name:") for clue in shared)
    assert score(shared) >= 0.6


@pytest.mark.parametrize(("one", "other"), [("Casa Romaní", "Casa Romani"), ("Kaleidos", "Kalleidoss")])
def test_slips_of_the_keyboard_are_alike(one: str, other: str) -> None:
    assert clues(one) & clues(other)


def test_other_names_share_nothing() -> None:
    assert not clues("Casa Roma") & clues("Puente Verde")


def test_a_given_name_alone_says_nothing_of_a_person() -> None:
    nothing = {"phone": "", "email": ""}
    assert not person_clues(given_name="", family_name="García", **nothing)
    turned = set(person_clues(given_name="García", family_name="Ana", **nothing))
    assert turned & set(person_clues(given_name="Ana", family_name="Garcia", **nothing))


def test_the_likeliest_pair_comes_first_and_says_why() -> None:
    north = make_district()
    make_organisation(north, name="Casa Roma", phone="+34600000001")
    make_organisation(north, name="Asociación Casa Roma", phone="+34600000001")
    make_organisation(north, name="Something else", phone="+34600000001")
    pairs, total = organisation_pairs(make_actor(north))
    assert total == 3
    assert [str(reason) for reason in pairs[0].reasons] == ["same name", "same phone"]
    assert pairs[0].score > pairs[1].score


def test_pairs_are_of_what_the_actor_sees() -> None:
    north, south = make_district(), make_district()
    ours = make_organisation(north, name="Casa Roma")
    theirs = make_organisation(south, name="Casa Roma")
    assert organisation_pairs(make_actor(north)) == ([], 0)
    with pytest.raises(Organisation.DoesNotExist):
        mark_as_different(actor=make_actor(north), object_type="organisation", ids=(ours.pk, theirs.pk))
    assert organisation_pairs(make_actor(north, south))[1] == 1


def test_a_clue_of_many_says_nothing() -> None:
    north = make_district()
    for number in range(9):
        make_organisation(north, name=f"Group {'abcdefghk'[number] * 4}", email="hall@city.example")
    assert organisation_pairs(make_actor(north)) == ([], 0)


def test_not_a_duplicate_is_remembered_and_can_be_taken_back() -> None:
    north = make_district()
    one, other = make_organisation(north, name="Casa Roma"), make_organisation(north, name="Casa Roma")
    actor = make_actor(north)
    for _twice in range(2):
        mark_as_different(actor=actor, object_type="organisation", ids=(other.pk, one.pk))
    assert NotADuplicate.objects.count() == 1
    assert organisation_pairs(actor) == ([], 0)
    unmark_as_different(actor=actor, object_type="organisation", ids=(one.pk, other.pk))
    assert organisation_pairs(actor)[1] == 1


def test_people_are_alike_by_their_own_name_and_number() -> None:
    north = make_district()
    organisation = make_organisation(north, name="Only here")
    one = make_contact(north, organisation, given_name="Ana", family_name="García")
    other = make_contact(north, given_name="Ana", family_name="Garcia")
    make_contact(north, organisation, given_name="Eva", family_name="Núñez")
    pairs, total = contact_pairs(make_actor(north))
    assert (total, set(pairs[0].ids)) == (1, {one.pk, other.pk})
    with pytest.raises(Contact.DoesNotExist):
        mark_as_different(actor=make_actor(), object_type="contact", ids=pairs[0].ids)


def test_a_new_number_brings_new_clues() -> None:
    north = make_district()
    make_organisation(north, name="Puente Verde", phone="+34600000001")
    other = make_organisation(north, name="Casa Roma")
    assert organisation_pairs(SYSTEM) == ([], 0)
    edit_organisation(actor=SYSTEM, organisation_id=other.pk, phone="+34600000001")
    assert organisation_pairs(SYSTEM)[1] == 1
