"""Listings: on the word of the organisation, never of a place that is protected."""

from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError

from accounts.actors import actor_for
from audit.models import Change
from contacts.models import Organisation
from contacts.services.organisations import edit_organisation
from lib.days import city_today
from publishing.models import PublicListing
from publishing.services.listings import list_organisation, withdraw_listing
from publishing.services.pages import announce_meeting
from tests.factories import (
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
    make_supervisor,
)

pytestmark = pytest.mark.django_db


def agreed(**more: Any) -> dict[str, Any]:
    fields = ["website", "address", "languages"]
    return {"agreed_by": "the chair", "agreed_on": city_today(), "how": "form", "language": "en",
            "fields": fields} | more  # fmt: skip


def test_an_organisation_is_listed_as_it_agreed_until_it_withdraws() -> None:
    north = make_district()
    supervisor, officer = actor_for(make_supervisor(north)), actor_for(make_officer(north))
    choir = make_organisation(north)
    with pytest.raises(PermissionDenied):
        list_organisation(actor=officer, organisation_id=choir.pk, **agreed())
    with pytest.raises(ObjectDoesNotExist):
        list_organisation(
            actor=actor_for(make_supervisor(make_district())), organisation_id=choir.pk, **agreed()
        )
    listing = list_organisation(actor=supervisor, organisation_id=choir.pk, is_home=True, **agreed())
    assert listing.fields == ["name", "website", "languages"]
    assert (listing.review_on - listing.agreed_on).days == 365
    choir.refresh_from_db()
    assert choir.is_listed_publicly
    withdraw_listing(actor=officer, organisation_id=choir.pk)
    assert not Organisation.objects.get().is_listed_publicly
    assert not PublicListing.objects.in_force().exists()
    again = list_organisation(actor=supervisor, organisation_id=choir.pk, **agreed())
    assert (again.pk == listing.pk, again.public_id) == (False, listing.public_id)
    assert Change.objects.filter(object_type="listing").count() == 3


def test_the_focus_is_listed_in_the_words_of_the_organisation_only() -> None:
    north = make_district()
    supervisor, choir = actor_for(make_supervisor(north)), make_organisation(north)
    with pytest.raises(ValidationError, match="in the words of the organisation"):
        list_organisation(actor=supervisor, organisation_id=choir.pk, **agreed(fields=["focus"]))
    list_organisation(
        actor=supervisor, organisation_id=choir.pk, **agreed(fields=["focus"], focus_words="All who sing")
    )


@pytest.mark.parametrize("given", [{"kind": "shelter"}, {"kind": "ngo", "location_protected": True}])
def test_a_protected_location_has_no_open_address_no_listing_and_no_announced_meeting(
    given: dict[str, Any],
) -> None:
    north = make_district()
    supervisor, refuge = actor_for(make_supervisor(north)), make_organisation(north, **given)
    with pytest.raises(ValidationError, match="protected"):
        list_organisation(actor=supervisor, organisation_id=refuge.pk, **agreed())
    with pytest.raises(ValidationError, match="private"):
        edit_organisation(actor=supervisor, organisation_id=refuge.pk, address="1 Quay Street")
    meeting = make_meeting(north, refuge, kind="drop_in", status="planned")
    words: Any = {"title": "Drop-in", "place": "Library", "language": "en"}
    with pytest.raises(ValidationError, match="protected"):
        announce_meeting(actor=supervisor, meeting_id=meeting.pk, **words)
    other = make_meeting(north, kind="drop_in", status="planned")
    announce_meeting(actor=supervisor, meeting_id=other.pk, **words)
    with pytest.raises(ValidationError, match="for everyone"):
        announce_meeting(actor=supervisor, meeting_id=make_meeting(north, status="planned").pk, **words)


def test_a_listed_organisation_cannot_become_protected_unnoticed() -> None:
    north = make_district()
    supervisor, choir = actor_for(make_supervisor(north)), make_organisation(north)
    list_organisation(actor=supervisor, organisation_id=choir.pk, **agreed())
    with pytest.raises(ValidationError, match="cannot be listed publicly"):
        edit_organisation(actor=supervisor, organisation_id=choir.pk, location_protected=True)
    withdraw_listing(actor=supervisor, organisation_id=choir.pk)
    edit_organisation(actor=supervisor, organisation_id=choir.pk, location_protected=True)
