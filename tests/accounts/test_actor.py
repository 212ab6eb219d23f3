import pytest

from accounts.actors import NOBODY, SYSTEM, actor_for
from accounts.models import Role
from contacts.models import Contact, Organisation
from meetings.models import Concern, FollowUp, Meeting
from tests.factories import make_contact, make_district, make_meeting, make_organisation, make_user

pytestmark = pytest.mark.django_db


def test_a_district_covers_all_its_descendants_and_nothing_beside_them() -> None:
    city = make_district()
    north, south = make_district(parent=city), make_district(parent=city)
    market = make_district(parent=north)
    actor = actor_for(make_user(Role.OFFICER, north))
    assert actor.district_ids == {north.pk, market.pk}
    assert not actor.covers(south.pk)
    assert not actor.covers(city.pk)


@pytest.mark.parametrize("role", [Role.PRIVACY_OFFICER, Role.ADMINISTRATOR])
def test_districts_of_an_account_give_nothing_to_roles_that_do_not_work_in_districts(role: Role) -> None:
    district = make_district()
    assert actor_for(make_user(role, district)).district_ids == frozenset()


def test_somebody_switched_off_is_nobody() -> None:
    district = make_district()
    actor = actor_for(make_user(Role.SUPERVISOR, district, is_active=False))
    assert (actor.role, actor.district_ids, actor.reads, actor.writes) == ("", frozenset(), False, False)


@pytest.mark.parametrize("model", [Organisation, Contact, Meeting])
def test_who_sees_rows_of_a_district(model: type[Organisation] | type[Contact] | type[Meeting]) -> None:
    north, south = make_district(), make_district()
    organisation = make_organisation(north)
    make_contact(north, organisation)
    make_meeting(north, organisation)
    rows = model.objects
    assert rows.visible_to(actor_for(make_user(Role.OFFICER, north))).count() == 1
    assert rows.visible_to(actor_for(make_user(Role.SUPERVISOR, north))).count() == 1
    assert rows.visible_to(actor_for(make_user(Role.PRIVACY_OFFICER))).count() == 1
    assert rows.visible_to(SYSTEM).count() == 1
    assert not rows.visible_to(actor_for(make_user(Role.OFFICER, south))).exists()
    assert not rows.visible_to(actor_for(make_user(Role.OFFICER))).exists()
    assert not rows.visible_to(actor_for(make_user(Role.ADMINISTRATOR, north))).exists()
    assert not rows.visible_to(NOBODY).exists()


@pytest.mark.parametrize("model", [Organisation, Contact, Meeting, FollowUp, Concern])
def test_nobody_sees_nothing_and_asks_nothing_of_the_database(model: type[Organisation]) -> None:
    make_meeting()
    assert list(model.objects.visible_to(NOBODY)) == []
