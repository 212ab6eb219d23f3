"""Pages on which administrators invite and change accounts, and the settings page of each user."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import Role, User
from audit.models import Action, Event
from crm.embedded.run import free_port
from tests.factories import PASSWORD, make_district, make_officer, make_user
from tests.languages import pseudo_language
from tests.plugins.mail import MailSink

pytestmark = pytest.mark.django_db

INVITE = "/settings/people/invite/"
TYPED = {"name": "Ann Lee", "email": "ann@police.example", "role": "officer", "language": "en-gb"}


@pytest.fixture
def administrator(client: Client) -> User:
    user = make_user(Role.ADMINISTRATOR, name="Ada Admin")
    client.force_login(user)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return user


def typed(user: User, **fields: Any) -> dict[str, Any]:
    """The data that the account form sends."""
    return {
        "name": user.name,
        "email": user.email,
        "role": user.role,
        "version": user.version,
        "is_active": "on",
        "districts": [str(district.pk) for district in user.districts.all()],
    } | fields


@pytest.mark.parametrize("role", ["officer", "supervisor", "privacy_officer"])
def test_other_roles_are_refused(client: Client, role: str) -> None:
    other = make_officer()
    client.force_login(make_user(role))
    for path in ("", "invite/", f"{other.pk}/"):
        assert client.get(f"/settings/people/{path}").status_code == 403
    for path in ("invite/", f"{other.pk}/", f"{other.pk}/invite/"):
        assert client.post(f"/settings/people/{path}", typed(other, role="administrator")).status_code == 403
    assert not User.objects.with_role(Role.ADMINISTRATOR).exists()


def test_an_invitation_makes_an_account_and_sends_a_link(
    client: Client, administrator: User, mail_sink: MailSink
) -> None:
    district = make_district()
    answer = client.post(INVITE, TYPED | {"districts": [str(district.pk)], "language": "en-gb"}, follow=True)
    assert "Invitation sent to ann@police.example." in answer.content.decode()
    assert "never signed in" in answer.content.decode()
    user = User.objects.get(email="ann@police.example")
    assert list(user.districts.all()) == []
    assert list(user.acts.waiting().get().districts.all()) == [district]
    assert "/accounts/password/reset/key/" in mail_sink.messages[0].get_content()
    event = Event.objects.get(action=Action.CREATE, object_type="user")
    assert (event.actor_id, event.object_ids) == (administrator.pk, [user.pk])
    client.post(f"/settings/people/{user.pk}/invite/")
    assert len(mail_sink.messages) == 2


def test_an_invitation_that_cannot_be_sent_leaves_the_account(
    client: Client, administrator: User, mail_sink: MailSink, settings: Settings
) -> None:
    settings.EMAIL_PORT = free_port()
    answer = client.post(INVITE, TYPED, follow=True)
    assert "was created, but the email could not be sent" in answer.content.decode()
    assert User.objects.filter(email="ann@police.example").exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "ann"},
        {"email": "ada@police.example"},
        {"email": "ADA@police.example"},
        {"name": ""},
        {"name": "a\0b"},
        {"role": "chief"},
        {"districts": "x"},
        {"districts": str(uuid4())},
    ],
)
def test_bad_input_is_422_and_nothing_typed_is_lost(
    client: Client, administrator: User, wrong: dict[str, str]
) -> None:
    User.objects.update(email="ada@police.example")
    answer = client.post(INVITE, TYPED | wrong)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="mistakes"' in page
    assert "Ann Lee" in page or "name" in wrong
    assert User.objects.count() == 1


def test_roles_and_districts_change(client: Client, administrator: User) -> None:
    user, south = make_officer(make_district()), make_district()
    answer = client.post(
        f"/settings/people/{user.pk}/", typed(user, role="supervisor", districts=[str(south.pk)]), follow=True
    )
    assert f"Account of {user.name} saved. Changes listed under" in answer.content.decode()
    assert f"{user.name} covers no district" in answer.content.decode(), "what was removed is gone at once"
    user.refresh_from_db()
    assert (user.role, user.asked_role, list(user.districts.all())) == ("officer", "supervisor", [])
    page = client.get(f"/settings/people/{user.pk}/").content.decode()
    assert "Pending" in page
    assert f'value="{south.pk}"' in page
    assert south in client.get(f"/settings/people/{user.pk}/").context["form"].initial["districts"]


def test_a_district_out_of_use_is_not_taken_away_unseen(client: Client, administrator: User) -> None:
    old = make_district(is_active=False)
    user = make_officer(old)
    assert old.name in client.get(f"/settings/people/{user.pk}/").content.decode()
    assert old.name not in client.get(INVITE).content.decode()


def test_switching_off_ends_the_session(client: Client, administrator: User) -> None:
    user = make_officer()
    theirs = Client()
    theirs.force_login(user)
    data = typed(user)
    del data["is_active"]
    answer = client.post(f"/settings/people/{user.pk}/", data, follow=True)
    assert "can no longer sign in" in answer.content.decode()
    assert theirs.get("/settings/").status_code == 302
    assert client.post(f"/settings/people/{user.pk}/invite/", follow=True).status_code == 200


def test_ones_own_role_is_not_ones_own_to_change(client: Client, administrator: User) -> None:
    answer = client.post(f"/settings/people/{administrator.pk}/", typed(administrator, role="officer"))
    assert answer.status_code == 422
    assert "Ask another administrator" in answer.content.decode()


def test_a_conflict_shows_both_texts(client: Client, administrator: User) -> None:
    user = make_officer(name="Ann")
    client.post(f"/settings/people/{user.pk}/", typed(user, name="Anna"))
    answer = client.post(f"/settings/people/{user.pk}/", typed(user, name="Anne"))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Anna" in page
    assert "Anne" in page


def test_who_is_not_there_is_404(client: Client, administrator: User) -> None:
    assert client.get(f"/settings/people/{uuid4()}/").status_code == 404
    assert client.post(f"/settings/people/{uuid4()}/invite/").status_code == 404


def test_the_list_costs_the_same_however_many_work_here(
    client: Client, administrator: User, django_assert_max_num_queries: Any
) -> None:
    for _number in range(6):
        make_officer(make_district(), make_district())
    with django_assert_max_num_queries(10):
        client.get("/settings/people/")


PREFERENCES = {"language": "en-gb", "time_zone": "Europe/Madrid", "theme": "auto"}


@pytest.mark.parametrize("role", list(Role.values))
def test_everybody_changes_their_settings(client: Client, role: str) -> None:
    user = make_user(role)
    client.force_login(user)
    sent = PREFERENCES | {"time_zone": "Europe/Riga", "theme": "dark", "reminder_channels": ["email"]}
    page = client.post("/settings/", sent, follow=True).content.decode()
    assert "Settings saved." in page
    assert 'data-theme="dark"' in page
    user.refresh_from_db()
    assert (user.time_zone, user.theme, user.reminder_channels, user.uses_shortcuts) == (
        "Europe/Riga",
        "dark",
        ["email"],
        False,
    )
    assert Event.objects.get(action=Action.UPDATE).object_ids == [user.pk]


@pytest.mark.parametrize(
    "wrong",
    [
        {"time_zone": "Mars"},
        {"time_zone": ""},
        {"theme": "pink"},
        {"reminder_channels": "x"},
    ],
)
def test_settings_that_do_not_exist_are_422(client: Client, wrong: dict[str, str]) -> None:
    client.force_login(make_officer())
    assert client.post("/settings/", PREFERENCES | wrong).status_code == 422


@pytest.mark.parametrize(("address", "sent"), [(INVITE, TYPED), ("/settings/", PREFERENCES)])
def test_a_language_that_is_not_offered_is_422(
    client: Client, administrator: User, address: str, sent: dict[str, str]
) -> None:
    with pseudo_language():
        assert client.post(address, sent | {"language": "xx"}).status_code == 422
    assert User.objects.count() == 1


def test_nobodys_role_changes_by_settings(client: Client) -> None:
    user = make_officer()
    client.force_login(user)
    client.post(
        "/settings/", PREFERENCES | {"role": "administrator", "is_active": "", "email": "x@y.example"}
    )
    user.refresh_from_db()
    assert (user.role, user.is_active) == ("officer", True)


def test_a_zone_outside_the_list_that_an_account_has_can_be_kept(client: Client) -> None:
    client.force_login(make_officer(time_zone="Etc/GMT+1"))
    assert client.post("/settings/", PREFERENCES | {"time_zone": "Etc/GMT+1"}).status_code == 302


def test_a_number_at_work_is_kept_by_its_person_and_by_administrators(
    client: Client, administrator: User
) -> None:
    person = make_officer(make_district("North"))
    address = f"/settings/people/{person.pk}/"
    assert client.post(address, typed(person, phone="617 862 338")).status_code == 302
    person.refresh_from_db()
    assert person.phone == "+34617862338"
    assert client.post(address, typed(person, phone="no number")).status_code == 422
    client.force_login(person)
    page = client.get("/settings/").content.decode()
    assert 'value="+34 617 86 23 38"' in page
    kept = {"language": "en-gb", "time_zone": "Europe/Riga", "theme": "auto"}
    assert client.post("/settings/", kept | {"phone": "12"}).status_code == 422
    assert client.post("/settings/", kept | {"phone": ""}).status_code == 302
    person.refresh_from_db()
    assert person.phone == ""
    named = Event.objects.filter(actor_id=person.pk).values_list("field_names", flat=True)
    assert any("phone" in names for names in named)
