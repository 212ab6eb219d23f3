"""Editing a contact: versions, roles, privacy notice and agreement."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import Role
from audit.models import Change, Event
from contacts.models import Affiliation, Contact
from contacts.services.contacts import edit_contact, end_affiliation
from lib.conflicts import StaleVersion
from lib.days import city_today
from tests.factories import make_actor, make_contact, make_district, make_organisation

pytestmark = pytest.mark.django_db


def test_a_change_raises_the_version_and_is_in_the_trail() -> None:
    north = make_district()
    actor, contact = make_actor(north), make_contact(north)
    contact = edit_contact(actor=actor, contact_id=contact.pk, version=1, given_name="Åsa")
    assert (contact.version, contact.given_name) == (2, "Åsa")
    event = Event.objects.get(actor_id=actor.id)
    assert event.field_names == ["given_name"]
    assert Change.objects.get(object_id=contact.pk).version == 2


def test_nothing_changed_is_nothing_written() -> None:
    north = make_district()
    organisation = make_organisation(north)
    contact = make_contact(north, organisation)
    rows = [{"organisation": organisation, "role_title": "coordinator"}]
    contact = edit_contact(
        actor=make_actor(north), contact_id=contact.pk, given_name=contact.given_name, affiliations=rows
    )
    assert contact.version == 1
    assert not Change.objects.filter(object_id=contact.pk).exists()


def test_an_older_version_is_refused() -> None:
    north = make_district()
    contact = make_contact(north)
    edit_contact(actor=make_actor(north), contact_id=contact.pk, version=1, given_name="A")
    with pytest.raises(StaleVersion):
        edit_contact(actor=make_actor(north), contact_id=contact.pk, version=1, given_name="B")


def test_not_seen_does_not_exist() -> None:
    with pytest.raises(Contact.DoesNotExist):
        edit_contact(actor=make_actor(make_district()), contact_id=make_contact().pk, given_name="A")


def test_seen_through_an_organisation_that_visits_is_read_only() -> None:
    north, south = make_district(), make_district()
    contact = make_contact(south, make_organisation(south, also_in=[north]))
    with pytest.raises(PermissionDenied):
        edit_contact(actor=make_actor(north), contact_id=contact.pk, given_name="A")


def test_a_privacy_officer_changes_nothing() -> None:
    contact = make_contact()
    with pytest.raises(PermissionDenied):
        edit_contact(actor=make_actor(role=Role.PRIVACY_OFFICER), contact_id=contact.pk, given_name="A")


def test_a_person_is_not_pushed_into_a_district_that_is_not_covered() -> None:
    north, south = make_district(), make_district()
    contact = make_contact(north)
    with pytest.raises(PermissionDenied):
        edit_contact(actor=make_actor(north), contact_id=contact.pk, home_district=south)


def test_roles_the_editor_does_not_see_are_kept() -> None:
    north, south = make_district(), make_district()
    ours, theirs = make_organisation(north), make_organisation(south)
    contact = make_contact(north, ours, theirs)
    edit_contact(actor=make_actor(north), contact_id=contact.pk, affiliations=[])
    assert [row.organisation for row in contact.affiliations.all()] == [theirs]


def test_a_second_first_to_call_takes_the_place_of_the_first() -> None:
    north = make_district()
    organisation = make_organisation(north)
    before, after = make_contact(north, organisation), make_contact(north, organisation)
    before.affiliations.update(is_primary=True)
    actor = make_actor(north)
    rows = [{"organisation": organisation, "role_title": "coordinator", "is_primary": True}]
    edit_contact(actor=actor, contact_id=after.pk, affiliations=rows)
    assert Affiliation.objects.get(is_primary=True).contact == after
    before.refresh_from_db()
    assert before.version == 2
    assert Change.objects.filter(object_id=before.pk, version=2).exists()


def test_nobody_is_demoted_in_an_organisation_that_is_read_only() -> None:
    north, south = make_district(), make_district()
    organisation = make_organisation(south, also_in=[north])
    make_contact(south, organisation).affiliations.update(is_primary=True)
    contact = make_contact(north)
    rows = [{"organisation": organisation, "role_title": "coordinator", "is_primary": True}]
    with pytest.raises(ValidationError):
        edit_contact(actor=make_actor(north), contact_id=contact.pk, affiliations=rows)


def test_speaking_twice_for_the_same_organisation_is_refused() -> None:
    north = make_district()
    organisation = make_organisation(north)
    contact = make_contact(north)
    rows = [{"organisation": organisation, "role_title": title} for title in ("coordinator", "treasurer")]
    with pytest.raises(ValidationError) as refused:
        edit_contact(actor=make_actor(north), contact_id=contact.pk, affiliations=rows)
    assert "affiliations" in refused.value.message_dict


def test_a_role_ends_and_stays_known() -> None:
    north = make_district()
    organisation = make_organisation(north)
    contact = make_contact(north, organisation)
    row = contact.affiliations.get()
    contact = end_affiliation(actor=make_actor(north), contact_id=contact.pk, affiliation_id=row.pk)
    row.refresh_from_db()
    assert (row.until, contact.version) == (city_today(), 2)


def test_a_role_that_is_not_there_cannot_end() -> None:
    north = make_district()
    contact = make_contact(north)
    with pytest.raises(Affiliation.DoesNotExist):
        end_affiliation(actor=make_actor(north), contact_id=contact.pk, affiliation_id=uuid4())


def test_an_agreement_says_who_recorded_it() -> None:
    north = make_district()
    actor, contact = make_actor(north), make_contact(north)
    contact = edit_contact(
        actor=actor, contact_id=contact.pk, agreement_how="spoken", agreement_on=city_today()
    )
    assert contact.agreement_recorded_by_id == actor.id


def test_a_notice_given_is_kept_with_its_version() -> None:
    north = make_district()
    yesterday = city_today() - timedelta(days=1)
    contact = edit_contact(
        actor=make_actor(north),
        contact_id=make_contact(north).pk,
        notice_given_on=yesterday,
        notice_version="2026-1",
    )
    assert (contact.notice_given_on, contact.notice_version) == (yesterday, "2026-1")
