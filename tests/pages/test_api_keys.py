"""The pages of API keys: created and renewed by administrators, confirmed by privacy officers, shown once."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actors import actor_for
from accounts.models import Role, User
from api.models import ApiKey, ApiSecret
from api.services.keys import confirm_key, create_key
from audit.models import Action, Event
from tests.api.clients import Tool
from tests.api.test_keys import call
from tests.contacts.pages import browse
from tests.factories import PASSWORD, make_district, make_officer, make_user

pytestmark = pytest.mark.django_db

NEW = "/settings/keys/new/"


def sure(user: User) -> Client:
    """Return a browser in which `user` has just confirmed the password."""
    client = browse(user)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


@pytest.fixture
def administrator() -> User:
    return make_user(Role.ADMINISTRATOR, name="Ada Admin")


@pytest.fixture
def privacy_officer() -> User:
    return make_user(Role.PRIVACY_OFFICER)


def typed(**fields: Any) -> dict[str, Any]:
    return {
        "name": "Participation platform",
        "purpose": "showing who meets whom",
        "scopes": ["organisations:read", "meetings:read"],
        "is_citywide": "on",
        "source": "participation",
        "days": "30",
        "daily_contacts": "50",
        "requests_per_minute": "100",
    } | fields


def waiting_key(administrator: User, **fields: Any) -> tuple[ApiKey, str]:
    values = {"name": "Platform", "purpose": "participation", "is_citywide": True, "source": "platform"}
    key, token = create_key(actor=actor_for(administrator), scopes=["contacts:read"], **(values | fields))
    return key, str(token)


def token_on(answer: Any) -> str:
    found = re.search(r'<code id="token">([^<]+)</code>', answer.content.decode())
    assert found is not None
    return found[1]


@pytest.mark.parametrize("role", ["officer", "supervisor"])
def test_those_who_keep_no_keys_are_refused(role: str) -> None:
    key, client = Tool().key, browse(make_user(role, make_district()))
    for path in ("", "new/", f"{key.pk}/", f"{key.pk}/rotate/", f"{key.pk}/revoke/"):
        assert client.get(f"/settings/keys/{path}").status_code == 403, path
    for path in ("new/", f"{key.pk}/confirm/", f"{key.pk}/rotate/", f"{key.pk}/revoke/"):
        assert client.post(f"/settings/keys/{path}", typed()).status_code == 403, path
    assert Event.objects.filter(action=Action.DENY).exists()


def test_a_privacy_officer_makes_and_rotates_none_and_an_administrator_confirms_none(
    administrator: User, privacy_officer: User
) -> None:
    key, _token = waiting_key(administrator)
    privacy = sure(privacy_officer)
    assert privacy.post(NEW, typed()).status_code == 403
    assert privacy.post(f"/settings/keys/{key.pk}/rotate/").status_code == 403
    assert sure(administrator).post(f"/settings/keys/{key.pk}/confirm/").status_code == 403
    key.refresh_from_db()
    assert (key.status, ApiKey.objects.count()) == ("waiting", 1)


def test_a_key_is_made_shown_once_and_kept_nowhere(administrator: User) -> None:
    client, north = sure(administrator), make_district("North")
    page = client.get(NEW).content.decode()
    assert "read organisations" in page
    answer = client.post(
        NEW, typed(is_citywide="", districts=[str(north.pk)], cidrs="127.0.0.0/8\n192.0.2.0/24\n")
    )
    token = token_on(answer)
    assert "no-store" in answer["Cache-Control"]
    assert call(token) == 401
    key = ApiKey.objects.get()
    assert (key.scopes, key.cidrs, list(key.districts.all())) == (
        ["meetings:read", "organisations:read"],
        ["127.0.0.0/8", "192.0.2.0/24"],
        [north],
    )
    secret = token.split(".")[1]
    assert secret not in str(dict(client.session))
    assert secret.encode() not in bytes(ApiSecret.objects.get().secret_hash)
    for path in ("/settings/keys/", f"/settings/keys/{key.pk}/"):
        shown = client.get(path).content.decode()
        assert secret not in shown
        assert "Read organisations" in shown or "read organisations" in shown
        assert "North" in shown
    assert Event.objects.get(object_type="api_key", action=Action.CREATE).object_ids == [key.pk]


def test_the_password_is_asked_for_and_what_was_typed_waits(administrator: User) -> None:
    client = browse(administrator)
    assert client.get(NEW)["Location"].startswith("/accounts/reauthenticate/")
    asked = client.post(NEW, typed())
    assert asked.status_code == 302
    assert not ApiKey.objects.exists()
    wrong = client.post(asked["Location"], {"password": "not it", "next": NEW})
    assert wrong.status_code == 422
    assert not ApiKey.objects.exists()
    token_on(client.post(asked["Location"], {"password": PASSWORD, "next": NEW}))
    assert ApiKey.objects.get().status == "waiting"


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "a\0b"},
        {"scopes": []},
        {"scopes": ["all:read"]},
        {"is_citywide": ""},
        {"districts": "x"},
        {"source": "not a slug"},
        {"source": "taken"},
        {"days": "366"},
        {"days": "0"},
        {"cidrs": "somewhere"},
        {"daily_contacts": "-1"},
        {"requests_per_minute": "0"},
        {"requests_per_minute": "9" * 30},
    ],
)
def test_bad_input_is_422_and_nothing_typed_is_lost(administrator: User, wrong: dict[str, Any]) -> None:
    Tool(source="taken")
    answer = sure(administrator).post(NEW, typed(**wrong))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="mistakes"' in page
    assert "showing who meets whom" in page
    assert ApiKey.objects.count() == 1


def test_districts_and_the_whole_city_are_not_both_chosen(administrator: User) -> None:
    answer = sure(administrator).post(NEW, typed(districts=[str(make_district().pk)]))
    assert answer.status_code == 422
    assert "not both" in answer.content.decode()


def test_a_key_that_reads_people_waits_until_a_privacy_officer_confirms_it(
    administrator: User, privacy_officer: User
) -> None:
    answer = sure(administrator).post(NEW, typed(scopes=["contacts:read"]))
    assert "it will not work until a privacy officer confirms it." in answer.content.decode()
    token, key = token_on(answer), ApiKey.objects.get()
    assert call(token) == 401
    privacy = browse(privacy_officer)
    assert "API keys to confirm" in privacy.get("/").content.decode()
    assert "Allow this tool to read contacts?" in privacy.get(f"/settings/keys/{key.pk}/").content.decode()
    asked = privacy.post(f"/settings/keys/{key.pk}/confirm/")
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    assert call(token) == 401
    sure(privacy_officer).post(f"/settings/keys/{key.pk}/confirm/")
    assert call(token) == 200
    assert "Participation platform" in privacy.get("/settings/keys/").content.decode()
    assert Event.objects.filter(object_type="api_key", action=Action.UPDATE).count() == 1


def test_keys_nobody_confirmed_are_listed_apart_until_a_privacy_officer_does(privacy_officer: User) -> None:
    key, client = Tool(name="Old tool").key, sure(privacy_officer)
    assert "Active, not confirmed" in client.get("/settings/keys/").content.decode()
    assert "no privacy officer has confirmed it" in client.get(f"/settings/keys/{key.pk}/").content.decode()
    client.post(f"/settings/keys/{key.pk}/confirm/")
    assert "Active, not confirmed" not in client.get("/settings/keys/").content.decode()


def test_another_administrators_key_is_not_rotated(administrator: User) -> None:
    key, _token = waiting_key(make_user(Role.ADMINISTRATOR, name="Max Maker"))
    page = sure(administrator).post(f"/settings/keys/{key.pk}/rotate/", follow=True).content.decode()
    assert "Only Max Maker can renew this key." in page


def test_rotating_shows_a_second_secret_and_the_first_lives_on_for_a_week(
    administrator: User, privacy_officer: User
) -> None:
    client = sure(administrator)
    first = token_on(client.post(NEW, typed()))
    key = ApiKey.objects.get()
    confirm_key(actor=actor_for(privacy_officer), key_id=key.pk)
    path = f"/settings/keys/{key.pk}/rotate/"
    assert "the current one stops working in 7 days" in client.get(path).content.decode()
    second = token_on(client.post(path))
    assert first != second
    assert (call(first), call(second)) == (200, 200)
    ApiSecret.objects.filter(expires_at__isnull=False).update(expires_at=timezone.now())
    assert (call(first), call(second)) == (401, 200)


def test_a_key_is_renewed_on_its_page_and_a_number_that_is_not_one_is_refused(
    administrator: User, privacy_officer: User
) -> None:
    client = sure(administrator)
    first = token_on(client.post(NEW, typed()))
    key = ApiKey.objects.get()
    confirm_key(actor=actor_for(privacy_officer), key_id=key.pk)
    path = f"/settings/keys/{key.pk}/rotate/"
    for wrong in ("366", "0", "soon", "1"):
        assert client.post(path, {"days": wrong}).status_code == 422, wrong
    second = token_on(client.post(path, {"days": "365"}))
    assert (call(first), call(second)) == (200, 200)
    key.refresh_from_db()
    assert key.expires_at > timezone.now() + timedelta(days=364)
    ApiKey.objects.update(expires_at=timezone.now() - timedelta(days=1))
    assert "has expired" in client.get(path).content.decode()
    assert client.post(path).status_code == 422
    assert call(token_on(client.post(path, {"days": "30"}))) == 200


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.PRIVACY_OFFICER])
def test_revoking_asks_first_and_acts_at_once(role: str) -> None:
    tool, client = Tool(name="Old tool"), browse(make_user(role))
    path = f"/settings/keys/{tool.key.pk}/revoke/"
    assert "will lose access immediately" in client.get(path).content.decode()
    assert call(tool.token) == 200
    answer = client.post(path, follow=True)
    assert "The key for Old tool has been revoked." in answer.content.decode()
    assert call(tool.token) == 401
    assert sure(make_user(Role.ADMINISTRATOR)).get(f"/settings/keys/{tool.key.pk}/rotate/").status_code == 302


def test_a_privacy_officer_sees_waiting_and_active_keys_an_administrator_all(
    administrator: User, privacy_officer: User
) -> None:
    waiting_key(administrator, name="Waiting one")
    Tool(name="Active one")
    for state in ({"status": "revoked", "revoked_at": timezone.now()}, {"expires_at": timezone.now()}):
        ApiKey.objects.filter(pk=Tool(name="Past one").key.pk).update(**state)
    for user, past in ((administrator, 2), (privacy_officer, 0)):
        page = browse(user).get("/settings/keys/").content.decode()
        assert "Waiting one" in page
        assert "Active one" in page
        assert page.count("Past one") == past


def test_what_is_not_there_is_404(administrator: User) -> None:
    client = sure(administrator)
    missing = make_officer().pk
    for path in ("", "rotate/", "revoke/"):
        assert client.get(f"/settings/keys/{missing}/{path}").status_code == 404
    assert client.post(f"/settings/keys/{missing}/confirm/").status_code == 404


def test_the_list_costs_the_same_however_many_there_are(
    administrator: User, django_assert_max_num_queries: Any
) -> None:
    for _number in range(5):
        Tool(make_district(), make_district())
    client = browse(administrator)
    with django_assert_max_num_queries(10):
        client.get("/settings/keys/")
