"""“Who sees which row” of docs/domain.md, for organisations and contacts."""

from datetime import timedelta

import pytest

from accounts.actors import NOBODY, SYSTEM
from accounts.models import Role
from contacts.models import Contact, Organisation
from contacts.policies import can_edit_contact, can_edit_organisation
from lib.days import city_today
from tests.factories import make_actor, make_contact, make_district, make_organisation

pytestmark = pytest.mark.django_db


def test_an_organisation_is_seen_at_home_and_where_it_visits() -> None:
    city = make_district()
    north, south = make_district(parent=city), make_district(parent=city)
    home, visiting = make_organisation(north), make_organisation(south, also_in=[north])
    seen = Organisation.objects.visible_to
    assert set(seen(make_actor(north))) == {home, visiting}
    assert set(seen(make_actor(south))) == {visiting}
    assert set(seen(make_actor(city))) == {home, visiting}
    assert not can_edit_organisation(make_actor(north), visiting)
    assert can_edit_organisation(make_actor(city), visiting)


@pytest.mark.parametrize(
    ("role", "sees", "writes"),
    [
        (Role.OFFICER, True, True),
        (Role.SUPERVISOR, True, True),
        (Role.PRIVACY_OFFICER, True, False),
        (Role.ADMINISTRATOR, False, False),
    ],
)
def test_what_a_role_sees_and_writes_in_its_own_district(role: str, sees: bool, writes: bool) -> None:
    north = make_district()
    organisation, contact = make_organisation(north), make_contact(north)
    actor = make_actor(north, role=role)
    assert Organisation.objects.visible_to(actor).exists() is sees
    assert Contact.objects.visible_to(actor).exists() is sees
    assert can_edit_organisation(actor, organisation) is writes
    assert can_edit_contact(actor, contact) is writes


def test_nobody_and_officers_of_no_district_see_nothing() -> None:
    make_contact(None, make_organisation())
    for actor in (NOBODY, make_actor()):
        assert not Organisation.objects.visible_to(actor).exists()
        assert not Contact.objects.visible_to(actor).exists()
    assert Contact.objects.visible_to(SYSTEM).exists()


def test_a_person_is_seen_at_home_and_through_whom_they_speak_for_now() -> None:
    north, south = make_district(), make_district()
    at_home = make_contact(north)
    speaking = make_contact(south, make_organisation(north))
    visiting = make_contact(south, make_organisation(south, also_in=[north]))
    former = make_contact(south, make_organisation(north))
    former.affiliations.update(until=city_today())
    leaving = make_contact(south, make_organisation(north))
    leaving.affiliations.update(until=city_today() + timedelta(days=1))
    actor = make_actor(north)
    assert set(Contact.objects.visible_to(actor)) == {at_home, speaking, visiting, leaving}
    assert can_edit_contact(actor, speaking)
    assert not can_edit_contact(actor, visiting)
    assert not can_edit_contact(actor, former)
