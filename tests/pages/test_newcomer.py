"""An officer's first day: the newcomer, the administrator and the confirmers read what waits for whom."""

import pytest
from django.test import Client

from accounts.actors import actor_for
from accounts.models import Role, User
from accounts.services.acts import confirm_all
from accounts.services.users import invite_user
from districts.models import District
from tests.factories import (
    PASSWORD,
    make_district,
    make_officer,
    make_organisation,
    make_supervisor,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def district() -> District:
    return make_district("New Quay")


def invited_to(district: District) -> User:
    administrator = actor_for(make_user(Role.ADMINISTRATOR))
    given = {"name": "Ann Lee", "email": "ann@police.example", "role": "officer", "districts": [district]}
    return invite_user(actor=administrator, **given)


def page(user: User, address: str = "/") -> str:
    client = Client()
    client.force_login(user)
    return " ".join(client.get(address).text.split())


def test_a_newcomer_reads_who_can_confirm_the_district_and_nothing_that_is_not_so(district: District) -> None:
    sofia, newcomer = (
        make_supervisor(district, name="Sofia Marsh", phone="+442079460902"),
        invited_to(district),
    )
    elsewhere = make_supervisor(make_district("Far"), name="Vera Far")
    for address in ("/", f"/districts/{district.code}/", "/concerns/log/", "/organisations/new/"):
        shown = page(newcomer, address)
        assert "New Quay waits for a second person" in shown, address
        assert "Sofia Marsh" in shown and "20 7946 0902" in shown
        assert "Vera Far" not in shown or address == "/organisations/new/", "she can lead one there"
        assert "Nothing overdue" not in shown and "You do not cover this district" not in shown, address
    assert "Ann Lee" in page(sofia) and "Ann Lee" not in page(elsewhere)
    confirm_all(actor=actor_for(sofia), user_id=newcomer.pk)
    assert "Ann Lee" not in page(sofia) and "waits for a second person" not in page(newcomer)


def test_the_administrator_reads_what_waits_after_inviting_and_in_the_list(district: District) -> None:
    make_supervisor(district, name="Sofia Marsh")
    client = Client()
    client.force_login(make_user(Role.ADMINISTRATOR))
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    form = {"name": "Ann", "email": "ann@police.example", "role": "officer", "districts": district.pk}
    sent = client.post("/settings/people/invite/", form | {"language": "en-gb"}, follow=True).text
    assert "New Quay waits for a second person: Sofia Marsh." in sent
    assert "New Quay waits for a second person" in page(make_user(Role.ADMINISTRATOR), "/settings/people/")


def test_an_empty_district_says_where_to_start_until_there_is_an_organisation(district: District) -> None:
    officer = make_officer(district)
    assert "Start here" in page(officer) and "Nothing overdue" not in page(officer)
    make_organisation(district)
    assert "Start here" not in page(officer)
