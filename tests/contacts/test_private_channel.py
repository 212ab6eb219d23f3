"""A private phone and email are hidden, and shown only with a reason in the activity log (rule 6)."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import Role
from audit.models import Action, Event
from contacts.models import Contact, PrivateChannel
from contacts.services.private_channels import reveal_private_channel, set_private_channel
from tests.factories import make_actor, make_contact, make_district

pytestmark = pytest.mark.django_db


def make_private_contact() -> Contact:
    contact = make_contact()
    PrivateChannel.objects.create(contact=contact, phone="+34612345678")
    return contact


def test_kept_replaced_and_taken_away() -> None:
    north = make_district()
    actor, contact = make_actor(north), make_contact(north)
    set_private_channel(actor=actor, contact_id=contact.pk, version=1, phone="612 345 678")
    assert PrivateChannel.objects.get().phone.as_e164 == "+34612345678"
    contact = set_private_channel(actor=actor, contact_id=contact.pk, version=2)
    assert contact.version == 3
    assert not PrivateChannel.objects.exists()


def test_a_number_that_is_none_is_refused() -> None:
    north = make_district()
    with pytest.raises(ValidationError):
        set_private_channel(actor=make_actor(north), contact_id=make_contact(north).pk, phone="12")


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SUPERVISOR, Role.PRIVACY_OFFICER])
def test_revealed_with_a_reason_that_is_kept(role: str) -> None:
    contact = make_private_contact()
    actor = make_actor(contact.home_district, role=role)
    channel = reveal_private_channel(actor=actor, contact_id=contact.pk, reason="Urgent:  no answer")
    assert channel.phone == "+34612345678"
    event = Event.objects.get(actor_id=actor.id)
    assert (event.action, event.purpose, event.object_ids) == (
        Action.REVEAL,
        "Urgent: no answer",
        [contact.pk],
    )


@pytest.mark.parametrize("reason", ["", " ", "\u200b\u200b\u200b", "\u3164" * 3, "...", "ok", "x" * 201])
def test_without_a_reason_it_stays_hidden(reason: str) -> None:
    contact = make_private_contact()
    with pytest.raises(ValidationError):
        reveal_private_channel(actor=make_actor(contact.home_district), contact_id=contact.pk, reason=reason)
    assert not Event.objects.filter(action=Action.REVEAL).exists()


def test_not_seen_does_not_exist() -> None:
    with pytest.raises(Contact.DoesNotExist):
        reveal_private_channel(
            actor=make_actor(make_district()), contact_id=make_private_contact().pk, reason="Urgent"
        )


def test_a_privacy_officer_keeps_nothing() -> None:
    with pytest.raises(PermissionDenied):
        set_private_channel(actor=make_actor(role=Role.PRIVACY_OFFICER), contact_id=make_contact().pk)
