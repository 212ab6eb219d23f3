"""Authenticator apps and recovery codes: who needs them, and what is closed without them."""

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.actors import SYSTEM
from accounts.models import Role, User
from accounts.services.users import forget_second_factor
from audit.models import Action, Event
from tests.accounts.codes import code_of, set_up_app, set_up_app_with_code
from tests.factories import PASSWORD, make_district, make_officer, make_organisation, make_user
from tests.plugins import services

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"
CODE = "/accounts/2fa/sign-in/"
ABOVE = [Role.SUPERVISOR, Role.PRIVACY_OFFICER, Role.ADMINISTRATOR]


@pytest.fixture
def required(settings: Settings) -> None:
    settings.REQUIRE_SECOND_FACTOR = True


def enrolled(role: str = Role.OFFICER, **fields: str) -> tuple[User, str]:
    user = make_user(role, **fields)
    client = Client()
    client.force_login(user)
    return user, set_up_app(client)


def give_password(client: Client, user: User) -> None:
    answer = client.post(LOGIN, {"login": user.email, "password": PASSWORD})
    assert answer["Location"] == CODE


def test_with_an_app_the_password_is_not_enough(client: Client) -> None:
    user, secret = enrolled()
    give_password(client, user)
    assert client.get("/settings/").status_code == 302
    assert client.post(CODE, {"code": "000000"}).status_code == 422
    assert client.get("/settings/").status_code == 302
    assert client.post(CODE, {"code": code_of(secret, steps_ahead=1)})["Location"] == "/"
    assert client.get("/settings/").status_code == 200


def test_a_passkey_asks_for_a_fingerprint_face_or_pin_each_time(client: Client) -> None:
    """Otherwise a touch of a key that is plugged in would do, on a device that was found unlocked."""
    client.force_login(make_officer())
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    asked = re.findall(r'"userVerification": "(\w+)"', client.get("/accounts/2fa/passkeys/add/").text)
    assert asked and set(asked) == {"required"}


def test_a_code_works_once(client: Client) -> None:
    user, secret = enrolled()
    code = code_of(secret, steps_ahead=1)
    for one, status in ((client, 302), (Client(), 422)):
        give_password(one, user)
        assert one.post(CODE, {"code": code}).status_code == status


def test_the_code_that_set_the_app_up_does_not_sign_in(client: Client) -> None:
    user, own = make_user(), Client()
    own.force_login(user)
    secret, code = set_up_app_with_code(own)
    give_password(client, user)
    assert client.post(CODE, {"code": code}).status_code == 422
    assert client.post(CODE, {"code": code_of(secret, steps_ahead=1)}).status_code == 302


def test_a_code_works_once_for_as_long_as_it_fits(client: Client) -> None:
    """allauth's own mark expires after 30 seconds, but the code may be valid for up to 90."""
    user, secret = enrolled()
    code = code_of(secret, steps_ahead=1)
    give_password(client, user)
    assert client.post(CODE, {"code": code}).status_code == 302
    assert cache.delete(f"allauth.mfa.totp.used?user={user.pk}&code={code}")
    for again in (code, f"{code[:3]} {code[3:]}"):
        other = Client()
        give_password(other, user)
        assert other.post(CODE, {"code": again}).status_code == 422
        cache.delete(f"allauth.mfa.totp.used?user={user.pk}&code={code}")
    assert client.post("/accounts/2fa/reauthenticate/", {"code": code}).status_code == 422
    failed = Event.objects.filter(action=Action.SIGN_IN_FAILED, reason_code="second_factor")
    assert failed.count() == 3


def test_a_recovery_code_works_once(client: Client) -> None:
    user, _secret = enrolled()
    owner = Client()
    owner.force_login(user)
    owner.post("/accounts/2fa/reauthenticate/", {"code": code_of(_secret, steps_ahead=1)})
    codes = re.findall(r"^\d{8}$", owner.get("/accounts/2fa/codes/download/").content.decode(), re.MULTILINE)
    assert len(codes) == 10
    for one, status in ((client, 302), (Client(), 422)):
        give_password(one, user)
        assert one.post(CODE, {"code": codes[0]}).status_code == status


def test_secrets_are_stored_encrypted() -> None:
    _user, secret = enrolled()
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    assert "gAAAA" in stored


def test_a_secret_survives_the_change_of_the_deployments_key(client: Client, settings: Settings) -> None:
    user, secret = enrolled()
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another " * 9
    give_password(client, user)
    assert client.post(CODE, {"code": code_of(secret, steps_ahead=1)}).status_code == 302


def test_without_the_deployments_key_no_code_fits(client: Client, settings: Settings) -> None:
    user, secret = enrolled()
    settings.SECRET_KEY = "another " * 9
    give_password(client, user)
    for guess in (secret, ""):
        assert client.post(CODE, {"code": code_of(guess, steps_ahead=1)}).status_code == 422


def test_wrong_codes_are_counted_and_in_the_trail(client: Client) -> None:
    user, secret = enrolled()
    give_password(client, user)
    for _attempt in range(6):
        client.post(CODE, {"code": "000000"})
    answer = client.post(CODE, {"code": code_of(secret, steps_ahead=1)})
    assert (answer.status_code, "Wait 5 minutes" in answer.content.decode()) == (422, True)
    event = Event.objects.filter(action=Action.SIGN_IN_FAILED, reason_code="second_factor").latest("at")
    assert (event.object_ids, event.allowed) == ([user.pk], False)


def test_while_nothing_counts_attempts_no_code_is_taken(client: Client) -> None:
    user, secret = enrolled()
    give_password(client, user)
    services.valkey.stop()
    assert client.post(CODE, {"code": code_of(secret, steps_ahead=1)}).status_code == 503


def test_setting_up_and_removing_are_in_the_trail(client: Client) -> None:
    user = make_officer()
    client.force_login(user)
    set_up_app(client)
    client.post("/accounts/2fa/app/remove/")
    assert not Authenticator.objects.exists()
    events = Event.objects.filter(action=Action.UPDATE, object_ids=[user.pk])
    assert [event.field_names for event in events][:2] == [["second_factor"]] * 2


@pytest.mark.parametrize("role", ABOVE)
@pytest.mark.usefixtures("required")
def test_who_must_have_one_sees_nothing_else_until_they_have(client: Client, role: str) -> None:
    district = make_district()
    organisation = make_organisation(district)
    client.force_login(make_user(role, district))
    home = "/accounts/2fa/?required=1"
    for address in ("/", "/settings/", f"/organisations/{organisation.pk}/", "/settings/people/", "/duty/"):
        for answer in (client.get(address), client.post(address)):
            assert (answer.status_code, answer.headers.get("Location")) == (302, home)
    refused = client.get("/api/v1/me/")
    assert (refused.status_code, refused.json()["code"]) == (403, "second_factor_required")
    page = client.get(home).content.decode()
    assert "Your role needs two-factor authentication." in page
    assert client.get("/help/").status_code == 200
    set_up_app(client)
    assert client.get("/settings/").status_code == 200
    assert client.get("/api/v1/me/").status_code == 200


@pytest.mark.usefixtures("required")
def test_a_city_may_leave_it_to_officers(client: Client, settings: Settings) -> None:
    settings.SECOND_FACTOR_FOR_ALL = False
    client.force_login(make_officer())
    assert client.get("/settings/").status_code == 200


@pytest.mark.usefixtures("required")
def test_officers_must_have_one_too_unless_the_city_decides_otherwise(client: Client) -> None:
    client.force_login(make_officer())
    assert client.get("/settings/")["Location"] == "/accounts/2fa/?required=1"
    assert client.get("/api/v1/me/").status_code == 403
    set_up_app(client)
    assert client.get("/settings/").status_code == 200
    assert client.post("/accounts/2fa/app/remove/").status_code == 422


@pytest.mark.usefixtures("required")
def test_a_new_officer_has_the_days_that_the_city_gives_and_a_supervisor_none(
    client: Client, settings: Settings
) -> None:
    settings.SECOND_FACTOR_GRACE_DAYS = 14
    officer = make_officer()
    client.force_login(officer)
    assert "Set up two-factor authentication in your settings before" in client.get("/settings/").text
    assert "Set up two-factor authentication in your settings before" not in client.get("/settings/").text
    assert client.get("/api/v1/me/").status_code == 200
    User.objects.filter(pk=officer.pk).update(created_at=timezone.now() - timedelta(days=14, minutes=1))
    assert client.get("/settings/")["Location"] == "/accounts/2fa/?required=1"
    for role in ABOVE:
        other = Client()
        other.force_login(make_user(role))
        assert other.get("/settings/")["Location"] == "/accounts/2fa/?required=1"


@pytest.mark.usefixtures("required")
def test_a_lost_factor_gives_no_days_again(client: Client, settings: Settings) -> None:
    settings.SECOND_FACTOR_GRACE_DAYS = 14
    officer = make_officer()
    User.objects.filter(pk=officer.pk).update(created_at=timezone.now() - timedelta(days=60))
    client.force_login(officer)
    set_up_app(client)
    forget_second_factor(actor=SYSTEM, user_id=officer.pk)
    client.force_login(officer)
    assert client.get("/settings/")["Location"] == "/accounts/2fa/?required=1"


@pytest.mark.parametrize("for_all", [False, True])
@pytest.mark.parametrize("role", ABOVE)
def test_the_demo_waives_it(client: Client, role: str, for_all: bool, settings: Settings) -> None:
    settings.REQUIRE_SECOND_FACTOR, settings.SECOND_FACTOR_FOR_ALL = False, for_all
    client.force_login(make_user(role))
    assert client.get("/settings/").status_code == 200


@pytest.mark.usefixtures("required")
def test_the_last_one_of_who_must_have_one_stays(client: Client) -> None:
    client.force_login(make_user(Role.SUPERVISOR))
    set_up_app(client)
    answer = client.post("/accounts/2fa/app/remove/")
    assert answer.status_code == 422
    assert client.get("/settings/").status_code == 200
    assert Authenticator.objects.filter(type="totp").exists()


@pytest.mark.usefixtures("required")
def test_who_loses_it_meanwhile_is_confined_at_the_next_sign_in(client: Client) -> None:
    user = make_user(Role.SUPERVISOR)
    client.force_login(user)
    set_up_app(client)
    Authenticator.objects.all().delete()
    client.force_login(user)
    assert client.get("/settings/").status_code == 302


@pytest.mark.usefixtures("required")
def test_a_confirmed_role_asks_for_one_at_once(client: Client, settings: Settings) -> None:
    settings.SECOND_FACTOR_FOR_ALL = False
    user = make_officer()
    client.force_login(user)
    assert client.get("/settings/").status_code == 200
    User.objects.update(role=Role.SUPERVISOR)
    assert client.get("/settings/").status_code == 302


def test_who_has_one_proves_it_with_that_and_not_with_the_password(client: Client) -> None:
    administrator, secret = enrolled(Role.ADMINISTRATOR)
    client.force_login(administrator)
    asked = client.get("/settings/keys/new/")
    assert asked["Location"].startswith("/accounts/2fa/reauthenticate/")
    refused = client.post("/accounts/reauthenticate/?next=/settings/keys/new/", {"password": PASSWORD})
    assert refused["Location"].startswith("/accounts/2fa/reauthenticate/")
    assert client.get("/settings/keys/new/").status_code == 302
    given = client.post(asked["Location"], {"code": code_of(secret, steps_ahead=1)})
    assert given["Location"] == "/settings/keys/new/"
    assert client.get("/settings/keys/new/").status_code == 200


def test_who_has_none_proves_it_with_the_password(client: Client) -> None:
    client.force_login(make_user(Role.ADMINISTRATOR))
    asked = client.get("/settings/keys/new/")
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    client.post(asked["Location"], {"password": PASSWORD})
    assert client.get("/settings/keys/new/").status_code == 200
