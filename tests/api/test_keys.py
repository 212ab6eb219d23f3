"""Access by key: a valid secret, not expired or revoked, from an allowed network, within the rate limit."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.actors import SYSTEM, actor_for
from accounts.models import Role, User
from api.codes import OPENS_NOTHING, Scope
from api.models import ApiKey, ApiSecret
from api.services.keys import confirm_key, create_key, revoke_key, rotate_key
from api.services.webhooks import create_webhook
from audit.models import Action, Event
from audit.services import record
from tests.api.clients import Tool
from tests.factories import make_district, make_organisation, make_user

pytestmark = pytest.mark.django_db


def reason(token: str, **headers: str) -> str:
    """The code with which a key is refused."""
    answer = Client(headers={"authorization": f"Bearer {token}"}).get("/api/v1/me/", **headers)
    assert answer.status_code == 401
    code: str = answer.json()["code"]
    return code


def call(token: str, **headers: str) -> int:
    return Client(headers={"authorization": f"Bearer {token}"}).get("/api/v1/me/", **headers).status_code


@pytest.mark.parametrize("change", ["x", "crm_.", "", "crm_zz.abc", "crm_" + "0" * 32 + ".secret"])
def test_a_token_that_is_not_ours_answers_401_and_says_how(change: str) -> None:
    answer = Client(headers={"authorization": f"Bearer {change}"}).get("/api/v1/me/")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer["Content-Type"] == "application/problem+json"
    assert Client().get("/api/v1/me/").status_code == 401


def test_the_secret_is_nowhere_and_the_wrong_one_is_refused() -> None:
    tool = Tool()
    assert call(tool.token) == 200
    assert call(tool.token[:-1] + ("a" if tool.token[-1] != "a" else "b")) == 401
    secret = tool.token.split(".")[1]
    stored = ApiSecret.objects.values_list("secret_hash", flat=True)
    assert secret.encode() not in b"".join(bytes(one) for one in stored)


def test_a_key_works_until_it_expires() -> None:
    tool = Tool()
    ApiKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert reason(tool.token) == "key_expired"
    assert reason(tool.token + "x") == reason("crm_" + "0" * 32 + ".secret") == "authentication_failed"


def test_revoking_acts_at_once() -> None:
    tool = Tool()
    assert call(tool.token) == 200
    revoke_key(actor=SYSTEM, key_id=tool.key.pk)
    assert reason(tool.token) == "authentication_failed"


def test_two_secrets_live_while_a_key_rotates_and_then_one() -> None:
    tool = Tool()
    _key, token = rotate_key(actor=SYSTEM, key_id=tool.key.pk)
    assert call(tool.token) == 200
    assert call(str(token)) == 200
    ApiSecret.objects.filter(expires_at__isnull=False).update(expires_at=timezone.now())
    assert call(tool.token) == 401
    assert call(str(token)) == 200


def test_a_key_may_be_held_to_its_networks() -> None:
    tool = Tool(cidrs=["192.0.2.0/24"])
    assert call(tool.token, REMOTE_ADDR="192.0.2.7") == 200
    assert call(tool.token, REMOTE_ADDR="198.51.100.7") == 401


def test_behind_a_proxy_its_network_is_what_the_proxy_wrote(settings: Settings) -> None:
    tool = Tool(cidrs=["192.0.2.0/24"])
    through = {"REMOTE_ADDR": "10.0.0.1"}
    assert call(tool.token, **through, HTTP_X_FORWARDED_FOR="192.0.2.7") == 401  # no proxy is known
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert call(tool.token, **through, HTTP_X_FORWARDED_FOR="192.0.2.7") == 200
    assert call(tool.token, **through, HTTP_X_FORWARDED_FOR="192.0.2.7, 198.51.100.7") == 401
    assert call(tool.token, **through) == 401


def test_plain_http_is_refused_and_not_led_on(settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    client, tool = Client(), Tool(make_district())
    given = {"authorization": f"Bearer {tool.token}"}
    for send in (client.get, client.post):
        answer = send("/api/v1/organisations/", headers=given)
        assert (answer.status_code, answer.json()["code"]) == (403, "https_required")
    assert client.get("/api/v1/organisations/", headers=given, secure=True).status_code == 200
    assert client.get("/settings/")["Location"] == "https://testserver/settings/"
    assert client.get("/api/docs/").status_code == 301


def test_too_many_requests_a_minute_answer_429_and_say_when_to_come_back() -> None:
    tool = Tool(requests_per_minute=3)
    allowed = tool.get("/me/")
    assert allowed["RateLimit-Policy"] == '"default";q=3;w=60'
    assert "r=2" in allowed["RateLimit"]
    answers = [tool.get("/me/") for _ in range(2 * 3)]  # also if the minute ends in between
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert int(refused["Retry-After"]) <= 60


def test_a_key_sees_the_districts_it_was_given_and_all_that_lies_in_them() -> None:
    north, south = make_district(), make_district()
    market = make_district(parent=north)
    make_organisation(market, name="Inside")
    make_organisation(south, name="Outside")
    names = [row["name"] for row in Tool(north).get("/organisations/").json()["results"]]
    assert names == ["Inside"]
    assert len(Tool().get("/organisations/").json()["results"]) == 2


FIELDS: dict[str, Any] = {"name": "Platform", "purpose": "participation", "is_citywide": True}
OPENS = [scope for scope in Scope.values if scope not in OPENS_NOTHING]


def test_all_scopes_but_these_open_the_book() -> None:
    assert {"changes:read", "webhooks:write"} == OPENS_NOTHING


@pytest.mark.parametrize("scope", OPENS)
def test_an_administrators_key_that_opens_the_book_waits_for_a_privacy_officer(scope: str) -> None:
    administrator = actor_for(make_user(Role.ADMINISTRATOR))
    key, token = create_key(
        actor=administrator, scopes=[scope], source="platform", cidrs=["127.0.0.1/32"], **FIELDS
    )
    assert (reason(str(token)), reason(str(token) + "x")) == ("key_pending", "authentication_failed")
    assert reason(str(token), REMOTE_ADDR="198.51.100.7") == "authentication_failed"
    with pytest.raises(PermissionDenied):
        confirm_key(actor=administrator, key_id=key.pk)
    confirm_key(actor=actor_for(make_user(Role.PRIVACY_OFFICER)), key_id=key.pk)
    assert call(str(token)) == 200


@pytest.mark.parametrize("scopes", [[scope] for scope in sorted(OPENS_NOTHING)])
def test_one_that_opens_nothing_works_at_once(scopes: list[str]) -> None:
    administrator = actor_for(make_user(Role.ADMINISTRATOR))
    _key, token = create_key(actor=administrator, scopes=scopes, source="figures", **FIELDS)
    assert call(str(token)) == 200


def test_whoever_asked_for_a_key_or_was_taken_over_by_them_does_not_confirm_it() -> None:
    user, second = make_user(Role.ADMINISTRATOR), make_user(Role.PRIVACY_OFFICER)
    key, _token = create_key(actor=actor_for(user), scopes=["contacts:write"], source="platform", **FIELDS)
    record(actor_for(user), Action.UPDATE, "user", [second.pk], field_names=["second_factor"])
    User.objects.filter(pk=user.pk).update(role=Role.PRIVACY_OFFICER)
    for one in (User.objects.get(pk=user.pk), second):
        with pytest.raises(PermissionDenied):
            confirm_key(actor=actor_for(one), key_id=key.pk)


def test_a_key_of_before_works_on_and_a_privacy_officer_can_confirm_it() -> None:
    tool = Tool()
    assert tool.key.is_unconfirmed
    confirm_key(actor=actor_for(make_user(Role.PRIVACY_OFFICER)), key_id=tool.key.pk)
    assert not ApiKey.objects.get(pk=tool.key.pk).is_unconfirmed
    assert call(tool.token) == 200
    assert not Tool(scopes=("changes:read",)).key.is_unconfirmed


def test_nobody_else_gets_the_secret_of_a_key_that_opens_the_book() -> None:
    maker, other = (actor_for(make_user(Role.ADMINISTRATOR)) for _number in range(2))
    key, token = create_key(actor=maker, scopes=["contacts:read"], source="platform", **FIELDS)
    confirm_key(actor=actor_for(make_user(Role.PRIVACY_OFFICER)), key_id=key.pk)
    for one in (key, Tool().key):
        with pytest.raises(ValidationError):
            rotate_key(actor=other, key_id=one.pk)
    with pytest.raises(ValidationError, match="Only Person"):
        create_webhook(actor=other, key_id=key.pk, name="Hook", url="https://mine.evil.example/")
    assert call(str(rotate_key(actor=maker, key_id=key.pk)[1])) == 200
    assert call(str(token)) == 200


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SUPERVISOR, Role.PRIVACY_OFFICER])
def test_only_administrators_make_and_rotate_keys(role: Role) -> None:
    actor = actor_for(make_user(role, make_district()))
    with pytest.raises(PermissionDenied):
        create_key(actor=actor, name="x", scopes=["meetings:read"], purpose="x", source="x", is_citywide=True)
    with pytest.raises((PermissionDenied, ApiKey.DoesNotExist)):
        rotate_key(actor=actor, key_id=Tool().key.pk)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"scopes": ["all"]}, "scopes"),
        ({"scopes": []}, "scopes"),
        ({"days": 366}, "days"),
        ({"days": 0}, "days"),
        ({"cidrs": ["somewhere"]}, "cidrs"),
        ({"purpose": ""}, "purpose"),
        ({"purpose": "..."}, "purpose"),
        ({"name": "\u3164"}, "name"),
        ({"is_citywide": False}, "districts"),
        ({"source": "not a slug"}, "source"),
    ],
)
def test_a_key_that_is_not_right_names_its_field(fields: dict[str, object], name: str) -> None:
    good: dict[str, object] = {
        "name": "Tool", "purpose": "test", "source": "tool", "scopes": ["meetings:read"], "is_citywide": True,
    }  # fmt: skip
    with pytest.raises(ValidationError) as refused:
        create_key(actor=SYSTEM, **(good | fields))
    assert name in refused.value.message_dict


def test_the_command_prints_the_token_alone_on_the_last_line_and_the_trail_knows() -> None:
    north = make_district()
    out = StringIO()
    call_command(
        "create_api_key", name="My tool", scopes="meetings:read,contacts:read", districts=north.code,
        purpose="testing", stdout=out, stderr=StringIO(),
    )  # fmt: skip
    assert call(out.getvalue().splitlines()[-1]) == 200
    event = Event.objects.get(object_type="api_key")
    assert event.actor_kind == "system"
    with pytest.raises(CommandError, match="no district"):
        call_command("create_api_key", name="x", scopes="meetings:read", districts="ZZ", purpose="x")


def test_a_key_cannot_be_used_once_the_deployments_secret_is_another(settings: Settings) -> None:
    tool = Tool()
    settings.SECRET_KEY = "another secret of the deployment"
    assert call(tool.token) == 401


def test_a_key_that_is_refused_is_in_the_trail_and_one_that_never_was_is_not() -> None:
    tool = Tool()
    assert call(tool.token) == 200
    refused = Event.objects.filter(action=Action.SIGN_IN_FAILED, allowed=False)
    assert not refused.exists()
    revoke_key(actor=SYSTEM, key_id=tool.key.pk)
    assert call(tool.token) == 401
    assert call("crm_" + "0" * 32 + ".secret") == 401
    event = refused.get()
    assert (event.actor_kind, event.actor_id, event.object_ids) == ("key", tool.key.pk, [tool.key.pk])
