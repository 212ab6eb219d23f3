"""Inviting, changing and deactivating users."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from pytest_django import Settings

from accounts.actors import NOBODY, SYSTEM, actor_for
from accounts.models import Role, Session, User
from accounts.services.acts import REFRESH_REMINDERS, confirm_all
from accounts.services.users import (
    edit_preferences,
    edit_user,
    invite_user,
    send_invitation,
)
from audit.models import Action, Change, Event
from lib.conflicts import StaleVersion
from tests.factories import make_actor, make_district, make_officer, make_user
from tests.plugins import services
from tests.plugins.mail import MailSink

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator() -> Any:
    return actor_for(make_user(Role.ADMINISTRATOR, name="Ada Admin"))


def test_an_administrator_invites(administrator: Any, mail_sink: MailSink) -> None:
    district = make_district()
    user = invite_user(
        actor=administrator, name="Ann  Lee", email="Ann@Police.example", role="officer", districts=[district]
    )
    assert (user.name, user.email, user.has_usable_password()) == ("Ann Lee", "ann@police.example", False)
    assert actor_for(user).district_ids == frozenset()  # until a second person confirms
    change = Change.objects.get(object_id=user.pk)
    assert (change.op, change.district_ids, change.event.actor_id) == ("created", [], administrator.id)
    send_invitation(actor=administrator, user_id=user.pk)
    (message,) = mail_sink.messages
    body = message.get_content()
    assert message["To"] == "ann@police.example"
    assert "Ada Admin" in body
    assert "http://testserver/accounts/password/reset/key/" in body
    assert Event.objects.get(action=Action.NOTIFY).object_ids == [user.pk]


def test_the_link_of_an_invitation_works_once(
    administrator: Any, mail_sink: MailSink, client: Client
) -> None:
    user = invite_user(actor=administrator, name="Ann", email="ann@police.example", role="officer")
    send_invitation(actor=administrator, user_id=user.pk)
    link = next(w for w in mail_sink.messages[0].get_content().split() if w.startswith("http://testserver/"))
    page = client.get(link, follow=True)
    typed = {"password1": "a long pass phrase", "password2": "a long pass phrase"}
    assert client.post(page.request["PATH_INFO"], typed).status_code == 302
    signed_in = client.post("/accounts/login/", {"login": user.email, "password": "a long pass phrase"})
    assert (signed_in.status_code, signed_in["Location"]) == (302, "/")
    assert "no longer works" in Client().get(link).content.decode()


def test_a_password_is_not_ones_own_name_or_address(
    administrator: Any, mail_sink: MailSink, client: Client
) -> None:
    user = invite_user(
        actor=administrator, name="New Person", email="starling77@police.example", role="officer"
    )
    send_invitation(actor=administrator, user_id=user.pk)
    link = next(w for w in mail_sink.messages[0].get_content().split() if w.startswith("http://testserver/"))
    invited = client.get(link, follow=True).request["PATH_INFO"]
    _refuses_likeness(client, invited, {}, "a long pass phrase")
    client.force_login(User.objects.get(pk=user.pk))
    changed = {"oldpassword": "a long pass phrase"}
    _refuses_likeness(client, "/accounts/password/change/", changed, "another pass phrase")


def _refuses_likeness(client: Client, address: str, sent: dict[str, str], good: str) -> None:
    for password in ("New Person12", "newperson2026", "starling7777", "starling77@police"):
        answer = client.post(address, sent | {"password1": password, "password2": password})
        assert answer.status_code == 422
        assert "too similar to the" in answer.content.decode()
    assert client.post(address, sent | {"password1": good, "password2": good}).status_code == 302


def test_the_link_of_an_invitation_ends_after_three_days(
    administrator: Any, mail_sink: MailSink, settings: Settings
) -> None:
    assert settings.PASSWORD_RESET_TIMEOUT == 3 * 24 * 60 * 60
    user = invite_user(actor=administrator, name="Ann", email="ann@police.example", role="officer")
    send_invitation(actor=administrator, user_id=user.pk)
    link = next(w for w in mail_sink.messages[0].get_content().split() if w.startswith("http://testserver/"))
    assert "Choose a password" in Client().get(link, follow=True).content.decode()
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert "no longer works" in Client().get(link).content.decode()


@pytest.mark.parametrize("role", ["officer", "supervisor", "privacy_officer"])
def test_other_roles_manage_nobody(role: str) -> None:
    actor = make_actor(role=role)
    other = make_officer()
    with pytest.raises(PermissionDenied):
        invite_user(actor=actor, name="Ann", email="ann@police.example", role="officer")
    with pytest.raises(PermissionDenied):
        edit_user(actor=actor, user_id=other.pk, role="administrator")
    with pytest.raises(PermissionDenied):
        edit_user(actor=actor, user_id=actor.id, role="administrator")
    with pytest.raises(PermissionDenied):
        send_invitation(actor=actor, user_id=other.pk)


def test_nobody_manages_nobody() -> None:
    with pytest.raises(PermissionDenied):
        edit_user(actor=NOBODY, user_id=make_officer().pk, name="X")


@pytest.mark.parametrize(
    "fields",
    [
        {"email": "no address"},
        {"email": "a@police.example\nBcc: b@police.example"},
        {"email": ""},
        {"name": ""},
        {"name": "\u200b"},
        {"name": "x" * 121},
        {"role": "chief"},
        {"language": "xx"},
    ],
)
def test_bad_fields_are_refused(administrator: Any, fields: dict[str, Any]) -> None:
    good = {"name": "Ann", "email": "ann@police.example", "role": "officer"}
    with pytest.raises(ValidationError):
        invite_user(actor=administrator, **(good | fields))
    assert User.objects.count() == 1


def test_an_address_is_used_once_whatever_its_case(administrator: Any) -> None:
    make_officer(email="ann@police.example")
    with pytest.raises(ValidationError):
        invite_user(actor=administrator, name="Ann", email="ANN@police.example", role="officer")


def test_role_and_districts_change_and_the_trail_says_where(administrator: Any) -> None:
    north, south = make_district(), make_district()
    user = make_officer(north)
    edit_user(actor=administrator, user_id=user.pk, version=1, role="supervisor", districts=[south])
    user.refresh_from_db()
    assert (user.asked_role, user.version, set(actor_for(user).district_ids)) == ("supervisor", 2, set())
    event = Event.objects.get(action=Action.UPDATE, object_type="user")
    assert event.field_names == ["asked_districts", "asked_role", "districts"]
    assert set(event.district_ids) == {north.pk}


def test_nothing_changed_nothing_written(administrator: Any) -> None:
    user = make_officer(make_district())
    events = Event.objects.count()
    same = edit_user(
        actor=administrator, user_id=user.pk, name=user.name, districts=list(user.districts.all())
    )
    assert (same.version, Event.objects.count()) == (1, events)


def test_an_older_version_is_refused(administrator: Any) -> None:
    user = make_officer()
    edit_user(actor=administrator, user_id=user.pk, version=1, name="Ann")
    with pytest.raises(StaleVersion):
        edit_user(actor=administrator, user_id=user.pk, version=1, name="Anna")


def test_switching_off_ends_sessions_at_once(administrator: Any, client: Client) -> None:
    user, other = make_officer(), make_officer()
    client.force_login(user)
    stays = Client()
    stays.force_login(other)
    edit_user(actor=administrator, user_id=user.pk, is_active=False)
    assert Session.objects.count() == 1
    answer = client.get("/settings/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=/settings/")
    assert stays.get("/settings/").status_code == 200
    user.refresh_from_db()
    assert actor_for(user).role == ""
    assert Event.objects.filter(action=Action.ARCHIVE, object_ids=[user.pk]).exists()


def test_who_is_switched_off_while_signed_in_is_nobody_even_with_a_session(client: Client) -> None:
    user = make_officer()
    client.force_login(user)
    User.objects.update(is_active=False)
    assert client.get("/settings/").status_code == 302


def test_nobody_changes_their_own_role_or_switches_themselves_off(administrator: Any) -> None:
    make_user(Role.ADMINISTRATOR)
    for fields in ({"role": "officer"}, {"is_active": False}):
        with pytest.raises(ValidationError, match="another administrator"):
            edit_user(actor=administrator, user_id=administrator.id, **fields)
    assert edit_user(actor=administrator, user_id=administrator.id, name="Ada").name == "Ada"


def test_the_last_administrator_stays() -> None:
    last = make_user(Role.ADMINISTRATOR)
    make_user(Role.ADMINISTRATOR, is_active=False)
    for fields in ({"role": "officer"}, {"is_active": False}):
        with pytest.raises(ValidationError, match="There must be at least one administrator"):
            edit_user(actor=SYSTEM, user_id=last.pk, **fields)


def test_an_old_address_no_longer_signs_in(administrator: Any) -> None:
    user = make_officer(email="old@police.example")
    credentials = {"login": "old@police.example", "password": "correct horse battery"}
    assert Client().post("/accounts/login/", credentials).status_code == 302
    edit_user(actor=administrator, user_id=user.pk, email="new@police.example")
    confirm_all(actor=SYSTEM, user_id=user.pk)
    assert Client().post("/accounts/login/", credentials).status_code == 422
    credentials["login"] = "new@police.example"  # nor does a password that was chosen by the old one
    assert Client().post("/accounts/login/", credentials).status_code == 422
    user.refresh_from_db()
    user.set_password(credentials["password"])
    user.save()
    assert Client().post("/accounts/login/", credentials).status_code == 302


def test_an_account_that_is_off_gets_no_invitation(administrator: Any, mail_sink: MailSink) -> None:
    user = make_officer(is_active=False)
    with pytest.raises(ValidationError):
        send_invitation(actor=administrator, user_id=user.pk)
    with pytest.raises(User.DoesNotExist):
        send_invitation(actor=administrator, user_id=uuid4())
    assert mail_sink.messages == []


def test_everybody_has_settings_of_their_own() -> None:
    user = make_officer()
    edit_preferences(
        actor=actor_for(user), theme="dark", time_zone="Europe/Helsinki", reminder_channels=["in_page"]
    )
    user.refresh_from_db()
    assert (user.theme, user.time_zone, user.reminder_channels) == ("dark", "Europe/Helsinki", ["in_page"])
    event = Event.objects.get(action=Action.UPDATE)
    assert (event.actor_id, event.object_ids) == (user.pk, [user.pk])


@pytest.mark.parametrize(
    "fields",
    [
        {"language": "xx"},
        {"time_zone": "Mars/Olympus"},
        {"time_zone": "../etc/passwd"},
        {"theme": "pink"},
        {"reminder_channels": ["pigeon"]},
    ],
)
def test_settings_that_do_not_exist_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        edit_preferences(actor=make_actor(), **fields)


def test_reminders_follow_a_person_to_another_time_zone(
    django_capture_on_commit_callbacks: Any,
) -> None:
    actor = make_actor()
    with django_capture_on_commit_callbacks(execute=True):
        edit_preferences(actor=actor, theme="dark")
    assert waiting_tasks() == []
    with django_capture_on_commit_callbacks(execute=True):
        edit_preferences(actor=actor, time_zone="Europe/Riga")
    assert waiting_tasks() == [(REFRESH_REMINDERS, str([str(actor.id)]))]


def test_without_a_broker_the_change_stays(django_capture_on_commit_callbacks: Any) -> None:
    actor = make_actor()
    services.valkey.stop()
    with django_capture_on_commit_callbacks(execute=True):
        edit_preferences(actor=actor, time_zone="Europe/Riga")
    assert User.objects.get(pk=actor.id).time_zone == "Europe/Riga"


def waiting_tasks() -> list[tuple[str, str]]:
    """Return name and arguments of the tasks that no worker has taken yet."""
    with services.valkey.client() as client:
        headers = [json.loads(message)["headers"] for message in client.lrange("work", 0, -1)]
    return [(one["task"], one["argsrepr"]) for one in headers]
