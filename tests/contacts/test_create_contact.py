"""Creating a contact."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from accounts.models import Role
from audit.models import Action, Change, Event, Op
from contacts.models import Contact
from contacts.services.contacts import create_contact
from lib.days import city_today
from tests.factories import make_actor, make_contact, make_district, make_organisation

pytestmark = pytest.mark.django_db


def test_nothing_but_a_name_is_asked_on_the_pavement() -> None:
    north = make_district()
    contact = create_contact(actor=make_actor(north), family_name="Bērziņš", home_district=north)
    assert (contact.lawful_basis, contact.purpose) == ("public_task", "community_liaison")
    assert (contact.review_on - city_today()).days == 365
    assert contact.folded == "berzins"


@pytest.mark.parametrize("field", ["lawful_basis", "purpose"])
def test_a_person_needs_a_lawful_basis_and_a_purpose(field: str) -> None:
    north = make_district()
    with pytest.raises(ValidationError) as refused:
        create_contact(actor=make_actor(north), family_name="X", home_district=north, **{field: ""})
    assert field in refused.value.message_dict


@pytest.mark.parametrize("field", ["lawful_basis", "purpose"])
def test_the_database_itself_wants_a_lawful_basis_and_a_purpose(field: str) -> None:
    contact = make_contact()
    with pytest.raises(IntegrityError), transaction.atomic():
        Contact.objects.filter(pk=contact.pk).update(**{field: ""})


def test_speaks_for_an_organisation() -> None:
    north = make_district()
    organisation = make_organisation(north)
    contact = create_contact(
        actor=make_actor(north),
        family_name="Saar",
        home_district=north,
        affiliations=[{"organisation": organisation, "role_title": "coordinator", "is_primary": True}],
    )
    row = contact.affiliations.get()
    assert (row.organisation, row.role_title, row.is_primary) == (organisation, "coordinator", True)


def test_may_live_elsewhere_and_speak_for_an_organisation_here() -> None:
    north, south = make_district(), make_district()
    organisation = make_organisation(north)
    contact = create_contact(
        actor=make_actor(north),
        family_name="Saar",
        home_district=south,
        affiliations=[{"organisation": organisation, "role_title": "coordinator"}],
    )
    assert contact.home_district == south


def test_not_in_a_district_that_is_not_covered() -> None:
    south = make_district()
    with pytest.raises(PermissionDenied):
        create_contact(actor=make_actor(make_district()), family_name="X", home_district=south)
    assert not Contact.objects.exists()


@pytest.mark.parametrize("role", [Role.PRIVACY_OFFICER, Role.ADMINISTRATOR])
def test_only_officers_and_supervisors_add_people(role: str) -> None:
    north = make_district()
    with pytest.raises(PermissionDenied):
        create_contact(actor=make_actor(north, role=role), family_name="X", home_district=north)


def test_an_organisation_that_is_not_seen_does_not_exist_here() -> None:
    north = make_district()
    with pytest.raises(ValidationError) as refused:
        create_contact(
            actor=make_actor(north),
            family_name="X",
            home_district=north,
            affiliations=[{"organisation": make_organisation(), "role_title": "coordinator"}],
        )
    assert "affiliations" in refused.value.message_dict


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("family_name", ""),
        ("family_name", "\u200b\u200d\u2060"),
        ("family_name", "x" * 121),
        ("phone", "call me"),
        ("phone", "612 ABC DEF"),
        ("email", "a@example.org\r\nBcc: b@example.org"),
        ("email", "nobody"),
        ("preferred_channel", "pigeon"),
        ("lawful_basis", "curiosity"),
        ("agreement_how", "spoken"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_saved(field: str, value: str) -> None:
    north = make_district()
    fields = {"family_name": "Saar", "home_district": north} | {field: value}
    with pytest.raises(ValidationError):
        create_contact(actor=make_actor(north), **fields)
    assert not Contact.objects.exists()


def test_what_was_typed_is_cleaned() -> None:
    north = make_district()
    contact = create_contact(
        actor=make_actor(north),
        given_name="Ma\u202erc\r\n",
        family_name=" de  la\u200b Cruz\n",
        phone="٦١٢ ٣٤٥ ٦٧٨",
        home_district=north,
    )
    assert (contact.given_name, contact.family_name) == ("Marc", "de la Cruz")
    assert contact.phone.as_e164 == "+34612345678"


def test_it_is_in_the_trail() -> None:
    north = make_district()
    actor = make_actor(north)
    contact = create_contact(actor=actor, family_name="Saar", home_district=north)
    event = Event.objects.get(actor_id=actor.id)
    assert (event.action, event.object_type, event.object_ids) == (Action.CREATE, "contact", [contact.pk])
    change = Change.objects.get(object_id=contact.pk)
    assert (change.op, change.version, change.district_ids) == (Op.CREATED, 1, [north.pk])
