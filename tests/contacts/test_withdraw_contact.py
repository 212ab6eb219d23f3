"""A contact opts out."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from contacts.models import Affiliation, PrivateChannel
from contacts.services.contacts import edit_contact, withdraw_contact
from contacts.services.private_channels import set_private_channel
from lib.days import city_today
from tests.factories import make_actor, make_contact, make_district, make_organisation

pytestmark = pytest.mark.django_db


def test_what_is_private_is_gone_and_nobody_calls_first() -> None:
    north = make_district()
    actor = make_actor(north)
    contact = make_contact(north, make_organisation(north))
    contact.affiliations.update(is_primary=True)
    set_private_channel(actor=actor, contact_id=contact.pk, phone="+34612345678")
    contact = withdraw_contact(actor=actor, contact_id=contact.pk, version=2)
    assert (contact.withdrawn_on, contact.version) == (city_today(), 3)
    assert not PrivateChannel.objects.exists()
    assert not Affiliation.objects.filter(is_primary=True).exists()


def test_nothing_private_is_kept_of_somebody_who_withdrew() -> None:
    north = make_district()
    actor, contact = make_actor(north), make_contact(north)
    withdraw_contact(actor=actor, contact_id=contact.pk)
    with pytest.raises(ValidationError):
        set_private_channel(actor=actor, contact_id=contact.pk, phone="+34612345678")


def test_a_new_agreement_ends_the_withdrawal() -> None:
    north = make_district()
    actor, contact = make_actor(north), make_contact(north)
    withdraw_contact(actor=actor, contact_id=contact.pk)
    contact = edit_contact(
        actor=actor, contact_id=contact.pk, agreement_how="written", agreement_on=city_today()
    )
    assert contact.withdrawn_on is None


def test_read_only_here_is_refused() -> None:
    north, south = make_district(), make_district()
    contact = make_contact(south, make_organisation(south, also_in=[north]))
    with pytest.raises(PermissionDenied):
        withdraw_contact(actor=make_actor(north), contact_id=contact.pk)
