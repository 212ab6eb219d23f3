"""Webhook pages: administrators register webhooks for a key, watch, replay and end them."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from api.models import Webhook, WebhookDelivery
from audit.models import Action, Event
from tests.api.clients import Tool
from tests.contacts.pages import browse
from tests.factories import make_district, make_officer, make_user
from tests.markup import joined
from tests.pages.test_api_keys import sure

pytestmark = pytest.mark.django_db

NEW = "/settings/webhooks/new/"
TARGET = "https://93.184.216.34/hook"  # an address, so that no name is looked up


@pytest.fixture
def administrator() -> User:
    return make_user(Role.ADMINISTRATOR)


@pytest.fixture
def tool() -> Tool:
    return Tool(name="Platform")


def secret_on(answer: Any) -> str:
    found = re.search(r'<code id="token">(whsec_[^<]+)</code>', answer.content.decode())
    assert found is not None, answer.content.decode()
    return found[1]


def register(client: Client, tool: Tool, **fields: Any) -> Any:
    typed = {"key": str(tool.key.pk), "name": "Hook", "url": TARGET, "types": ["meetings"]}
    return client.post(NEW, typed | fields)


def delivery(webhook: Webhook, **fields: Any) -> WebhookDelivery:
    payload = {"type": "meetings", "op": "created"}
    return WebhookDelivery.objects.create(webhook=webhook, seq=1, payload=payload, **fields)


@pytest.mark.parametrize("role", ["officer", "supervisor", "privacy_officer"])
def test_other_roles_are_refused(role: str, administrator: User, tool: Tool) -> None:
    register(sure(administrator), tool)
    webhook = Webhook.objects.get()
    sent = delivery(webhook, failed_at=timezone.now())
    client = sure(make_user(role, make_district()))
    for path in ("", "new/", f"{webhook.pk}/", f"{webhook.pk}/rotate/", f"{webhook.pk}/delete/"):
        assert client.get(f"/settings/webhooks/{path}").status_code == 403, path
    one, again = f"{webhook.pk}/", f"deliveries/{sent.pk}/replay/"
    for path in ("new/", f"{one}rotate/", f"{one}switch/", f"{one}delete/", again):
        assert client.post(f"/settings/webhooks/{path}").status_code == 403, path
    webhook.refresh_from_db()
    assert webhook.is_active


def test_a_webhook_is_registered_and_its_secret_shown_once(administrator: User, tool: Tool) -> None:
    client = sure(administrator)
    assert "Platform" in client.get(NEW).content.decode()
    secret = secret_on(register(client, tool))
    webhook = Webhook.objects.get()
    assert (webhook.key_id, webhook.url, webhook.types) == (tool.key.pk, TARGET, ["meetings"])
    assert secret not in str(dict(client.session))
    for path in ("", f"{webhook.pk}/"):
        page = client.get(f"/settings/webhooks/{path}").content.decode()
        assert secret not in page
        assert "Hook" in page
    assert Event.objects.get(object_type="webhook", action=Action.CREATE).object_ids == [webhook.pk]


def test_the_password_is_asked_for_first(administrator: User, tool: Tool) -> None:
    assert register(browse(administrator), tool).status_code == 302
    assert not Webhook.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"url": "http://93.184.216.34/"},
        {"url": "https://127.0.0.1/"},
        {"url": "https://10.0.0.1/"},
        {"url": "nonsense"},
        {"types": ["people"]},
        {"key": "x"},
    ],
)
def test_bad_input_is_422_and_nothing_typed_is_lost(
    administrator: User, tool: Tool, wrong: dict[str, Any]
) -> None:
    answer = register(sure(administrator), tool, **wrong)
    assert answer.status_code == 422
    assert 'id="mistakes"' in answer.content.decode()
    assert not Webhook.objects.exists()


def test_it_is_switched_rotated_and_deleted(administrator: User, tool: Tool) -> None:
    client = sure(administrator)
    first = secret_on(register(client, tool))
    webhook = Webhook.objects.get()
    path = f"/settings/webhooks/{webhook.pk}/"
    off = client.post(f"{path}switch/", follow=True).content.decode()
    assert f"{webhook.name} turned off." in off
    on = client.post(f"{path}switch/", {"to": "on"}, follow=True).content.decode()
    assert f"{webhook.name} turned on. Deliveries continue from where they stopped." in on
    assert "the current one stops working in 7 days" in client.get(f"{path}rotate/").content.decode()
    assert secret_on(client.post(f"{path}rotate/")) != first
    assert (
        f"Delete webhook {webhook.name} and its delivery history?"
        in client.get(f"{path}delete/").content.decode()
    )
    client.post(f"{path}delete/")
    assert client.get(path).status_code == 404
    assert not Webhook.objects.exists()


def test_a_delivery_is_sent_again(administrator: User, tool: Tool) -> None:
    client = sure(administrator)
    register(client, tool)
    sent = delivery(Webhook.objects.get(), failed_at=timezone.now(), attempts=10, last_error="timeout")
    page = client.get(f"/settings/webhooks/{sent.webhook_id}/").content.decode()
    assert '<span class="status">failed</span>' in joined(page)
    assert "timeout" in page
    answer = client.post(f"/settings/webhooks/deliveries/{sent.pk}/replay/", follow=True)
    assert "The delivery is being sent again." in answer.content.decode()
    sent.refresh_from_db()
    assert (sent.failed_at, sent.attempts) == (None, 0)
    answer = client.post(f"/settings/webhooks/deliveries/{sent.pk}/replay/", follow=True)
    assert "This delivery is already being sent." in answer.content.decode()


def test_what_is_not_there_is_404(administrator: User) -> None:
    client, missing = sure(administrator), make_officer().pk
    assert client.get(f"/settings/webhooks/{missing}/").status_code == 404
    assert client.post(f"/settings/webhooks/{missing}/switch/").status_code == 404
    assert client.post(f"/settings/webhooks/deliveries/{missing}/replay/").status_code == 404
