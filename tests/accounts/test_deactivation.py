"""Deactivating an account ends its sessions, keys and feeds at once (the rule allows 60 seconds)."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from accounts.actors import SYSTEM, Actor, actor_for
from accounts.models import Role, User
from accounts.services.acts import confirm_all
from accounts.services.users import edit_user
from api.models import Webhook
from api.services.feeds import create_feed
from api.services.keys import confirm_key, create_key, rotate_key
from tests.factories import PASSWORD, make_actor, make_district, make_officer, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator() -> Actor:
    return actor_for(make_user(Role.ADMINISTRATOR))


def switch(administrator: Actor, user: User, *, on: bool) -> None:
    edit_user(actor=administrator, user_id=user.pk, is_active=on)


def key_of(user: User, **fields: Any) -> tuple[Any, str]:
    given: dict[str, Any] = {"name": "BI", "scopes": ["meetings:read"], "purpose": "figures", "source": "bi"}
    key, token = create_key(actor=actor_for(user), is_citywide=True, **(given | fields))
    confirm_key(actor=make_actor(role=Role.PRIVACY_OFFICER), key_id=key.pk)
    return key, str(token)


def call(token: str) -> int:
    return Client().get("/api/v1/me/", headers={"authorization": f"Bearer {token}"}).status_code


def test_sessions_on_every_device(client: Client, administrator: Actor) -> None:
    user, phone = make_officer(), Client()
    for one in (client, phone):
        one.force_login(user)
        assert one.get("/settings/").status_code == 200
    switch(administrator, user, on=False)
    for one in (client, phone):
        assert one.get("/settings/").status_code == 302
        assert one.get("/api/v1/me/").status_code == 401
    sent = {"login": user.email, "password": PASSWORD}
    assert client.post("/accounts/login/", sent)["Location"] == "/accounts/inactive/"
    switch(administrator, user, on=True)
    confirm_all(actor=SYSTEM, user_id=user.pk)
    assert client.post("/accounts/login/", sent)["Location"] == "/"


def test_the_calendar_a_phone_has_subscribed_to(client: Client, administrator: Actor) -> None:
    user = make_officer(make_district())
    address = f"/feeds/{create_feed(actor=actor_for(user))}/meetings.ics"
    assert client.get(address).status_code == 200
    switch(administrator, user, on=False)
    assert client.get(address).status_code == 404


def test_keys_whose_secret_they_have_seen(administrator: Actor) -> None:
    leaver = make_user(Role.ADMINISTRATOR)
    key, token = key_of(leaver)
    _other, stays = key_of(User.objects.get(pk=administrator.id), source="other")
    assert call(token) == 200
    switch(administrator, leaver, on=False)
    assert call(token) == 401
    assert call(stays) == 200
    _key, taken_over = rotate_key(actor=administrator, key_id=key.pk)
    assert call(str(taken_over)) == 401
    confirm_key(actor=make_actor(role=Role.PRIVACY_OFFICER), key_id=key.pk)
    assert call(str(taken_over)) == 200
    assert call(token) == 401


def test_webhooks_of_such_keys(administrator: Actor) -> None:
    leaver = make_user(Role.ADMINISTRATOR)
    key, _token = key_of(leaver)
    Webhook.objects.create(key=key, name="w", url="https://x.example", types=["meetings"], secret=b"x")
    assert Webhook.objects.live(timezone.now()).exists()
    switch(administrator, leaver, on=False)
    assert not Webhook.objects.live(timezone.now()).exists()


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": Role.OFFICER}, {"role": Role.SUPERVISOR}])
def test_the_only_privacy_officer_stays(administrator: Actor, change: dict[str, Any]) -> None:
    only = make_user(Role.PRIVACY_OFFICER)
    make_user(Role.PRIVACY_OFFICER, is_active=False)
    with pytest.raises(ValidationError) as error:
        edit_user(actor=administrator, user_id=only.pk, **change)
    assert list(error.value.message_dict) == list(change)
    assert "Invite another privacy officer first" in str(error.value)
    only.refresh_from_db()
    assert (only.is_active, only.role) == (True, Role.PRIVACY_OFFICER)
    edit_user(actor=administrator, user_id=only.pk, name="Another name")
    make_user(Role.PRIVACY_OFFICER)
    edit_user(actor=administrator, user_id=only.pk, **change)
    only.refresh_from_db()
    assert not (only.is_active and only.role == Role.PRIVACY_OFFICER)
