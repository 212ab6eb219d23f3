"""Webhooks from registration to delivery, with a real receiver."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from accounts.actors import SYSTEM, actor_for
from accounts.models import Role
from api.models import ApiKey, IdempotentRequest, Webhook, WebhookDelivery
from api.rules import WAITS
from api.services import sending
from api.services.deliveries import forget_old_deliveries, make_deliveries
from api.services.keys import revoke_key
from api.services.sending import send_due
from api.services.webhooks import (
    create_webhook,
    disable_webhook,
    enable_webhook,
    replay_delivery,
    rotate_webhook,
)
from api.tasks import send_webhooks
from audit.models import Event
from contacts.models import Organisation
from contacts.services.organisations import edit_organisation
from lib import calling
from tests.api.clients import Tool
from tests.api.receivers import Receiver, receiving
from tests.audit.numbering import number_open_transaction
from tests.factories import make_district, make_organisation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    with receiving() as one:
        settings.WEBHOOK_ALLOWED_HOSTS = [one.place]
        yield one


def register(tool: Tool, receiver: Receiver, **fields: object) -> tuple[Webhook, str]:
    answer = tool.post("/webhooks/", {"name": "Platform", "url": receiver.url, **fields})
    assert answer.status_code == 201, answer.content
    body = answer.json()
    return Webhook.objects.get(pk=body["id"]), body["secret"]


def deliver() -> int:
    number_open_transaction()
    make_deliveries()
    return send_due()


def fast_forward() -> None:
    """Move all due times and leases into the past."""
    past = timezone.now() - timedelta(seconds=1)
    WebhookDelivery.objects.update(due_at=past)
    Webhook.objects.filter(resume_at__isnull=False).update(resume_at=past)
    Webhook.objects.filter(lease_until__isnull=False).update(lease_until=past)


def test_a_change_arrives_signed_and_as_the_change_feed_tells_it(receiver: Receiver) -> None:
    tool = Tool()
    _webhook, secret = register(tool, receiver)
    organisation = make_organisation()
    assert deliver() == 1
    assert receiver.verify(secret)["id"] == str(organisation.pk)
    assert receiver.rows == tool.get("/changes/").json()["results"]
    headers, _body = receiver.taken[0]
    delivery = WebhookDelivery.objects.get()
    assert headers["webhook-id"] == str(delivery.pk)
    assert headers["host"] == receiver.place
    assert delivery.delivered_at is not None
    assert delivery.last_status == 204
    assert deliver() == 0
    assert len(receiver.taken) == 1


def test_only_the_keys_districts_and_types_are_told_and_what_leaves_is_said(
    receiver: Receiver,
) -> None:
    north, south = make_district(), make_district()
    tool = Tool(north)
    register(tool, receiver, types=["organisations"])
    seen = make_organisation(north)
    make_organisation(south)
    deliver()
    assert [row["id"] for row in receiver.rows] == [str(seen.pk)]
    edit_organisation(actor=SYSTEM, organisation_id=seen.pk, version=seen.version, home_district=south)
    deliver()
    assert [row["op"] for row in receiver.rows] == ["created", "out_of_scope"]


def test_what_was_before_the_webhook_is_not_told(receiver: Receiver) -> None:
    make_organisation()
    number_open_transaction()
    register(Tool(), receiver)
    assert deliver() == 0


def test_a_failed_delivery_is_tried_ten_more_times_over_three_days(receiver: Receiver) -> None:
    register(Tool(), receiver)
    make_organisation()
    receiver.statuses = [500]
    assert deliver() == 0
    delivery = WebhookDelivery.objects.get()
    assert (delivery.attempts, delivery.last_status) == (1, 500)
    assert delivery.due_at > timezone.now()
    assert send_due() == 0
    assert len(receiver.taken) == 1  # not before it is due
    for _attempt in WAITS:
        fast_forward()
        send_due()
    delivery.refresh_from_db()
    assert delivery.failed_at is not None
    assert len(receiver.taken) == 1 + len(WAITS) == 11
    assert timedelta(days=2.9) < timedelta(seconds=sum(WAITS)) < timedelta(days=3.2)
    assert len({headers["webhook-id"] for headers, _body in receiver.taken}) == 1


def test_a_receiver_that_is_well_again_gets_what_waited(receiver: Receiver) -> None:
    register(Tool(), receiver)
    make_organisation()
    receiver.statuses = [503, 200]
    deliver()
    fast_forward()
    assert send_due() == 1


def test_410_switches_the_webhook_off(receiver: Receiver) -> None:
    webhook, _secret = register(Tool(), receiver)
    make_organisation()
    receiver.statuses = [410]
    deliver()
    webhook.refresh_from_db()
    assert not webhook.is_active
    assert webhook.disabled_reason == "gone"
    make_organisation()
    deliver()
    assert len(receiver.taken) == 1


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    register(Tool(), receiver)
    make_organisation()
    with receiving() as inner:
        receiver.statuses, receiver.headers = [307], {"Location": inner.url}
        assert deliver() == 0
        assert inner.taken == []
    assert WebhookDelivery.objects.get().last_status == 307


def test_a_slow_receiver_is_left_after_the_limit_and_the_rest_waits_too(
    receiver: Receiver, settings: Settings
) -> None:
    settings.WEBHOOK_SECONDS = 0.2
    register(Tool(), receiver)
    make_organisation()
    make_organisation()
    receiver.seconds = 1
    assert deliver() == 0
    rows = WebhookDelivery.objects.order_by("seq").values_list("last_error", "attempts")
    assert list(rows.all()) == [("timeout", 1), ("", 0)]
    assert send_due() == 0
    assert list(rows.all()) == [("timeout", 1), ("", 0)]  # the receiver is paused, and so are its others
    assert len(receiver.taken) <= 1


def test_both_secrets_sign_while_a_webhook_rotates_and_then_one(receiver: Receiver) -> None:
    tool = Tool()
    webhook, first = register(tool, receiver)
    second = tool.post(f"/webhooks/{webhook.pk}/rotate/", {}).json()["secret"]
    make_organisation()
    deliver()
    assert receiver.verify(first) == receiver.verify(second)
    Webhook.objects.update(previous_until=timezone.now())
    make_organisation()
    deliver()
    assert receiver.verify(second)
    assert len(receiver.taken[-1][0]["webhook-signature"].split()) == 1


def test_a_webhook_rotated_again_signs_with_every_secret_that_may_be_in_use(receiver: Receiver) -> None:
    tool = Tool()
    webhook, first = register(tool, receiver)
    path = f"/webhooks/{webhook.pk}/rotate/"
    lost = tool.post(path, {}).json()["secret"]
    third = tool.post(path, {}).json()["secret"]
    make_organisation()
    deliver()
    assert receiver.verify(first) == receiver.verify(lost) == receiver.verify(third)
    for _more in range(2):
        assert tool.post(path, {}).status_code == 200
    assert tool.post(path, {}).status_code == 400
    Webhook.objects.update(previous_until=timezone.now())
    last = tool.post(path, {}).json()["secret"]
    make_organisation()
    deliver()
    assert receiver.verify(last)
    assert len(receiver.taken[-1][0]["webhook-signature"].split()) == 2


def test_a_delivery_is_sent_again_on_request_under_the_same_id(receiver: Receiver) -> None:
    tool = Tool()
    register(tool, receiver)
    make_organisation()
    deliver()
    (row,) = tool.get("/webhook-deliveries/?status=delivered").json()["results"]
    assert tool.post(f"/webhook-deliveries/{row['id']}/replay/", {}).json()["status"] == "waiting"
    assert tool.post(f"/webhook-deliveries/{row['id']}/replay/", {}).status_code == 400
    assert send_due() == 1
    assert [headers["webhook-id"] for headers, _body in receiver.taken] == [row["id"]] * 2


def test_a_worker_that_dies_before_the_mark_leaves_it_to_another(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Died(BaseException):
        pass

    def die(*_: object, **__: object) -> calling.Answer:
        post(*_, **__)
        raise Died

    post = calling.post
    register(Tool(), receiver)
    make_organisation()
    monkeypatch.setattr(sending, "post", die)
    with pytest.raises(Died):
        deliver()
    monkeypatch.undo()
    assert send_due() == 0  # leased
    fast_forward()
    assert send_due() == 1
    assert len({headers["webhook-id"] for headers, _body in receiver.taken}) == 1
    assert len(receiver.taken) == 2


def test_a_key_that_may_not_call_any_more_is_told_nothing(receiver: Receiver) -> None:
    tool = Tool()
    register(tool, receiver)
    make_organisation()
    number_open_transaction()
    make_deliveries()
    revoke_key(actor=SYSTEM, key_id=tool.key.pk)
    assert send_due() == 0
    make_organisation()
    deliver()
    assert receiver.taken == []
    other = Tool()
    register(other, receiver)
    ApiKey.objects.filter(pk=other.key.pk).update(expires_at=timezone.now())
    make_organisation()
    assert deliver() == 0


def test_one_switched_off_goes_on_where_it_stopped(receiver: Receiver) -> None:
    webhook, _secret = register(Tool(), receiver)
    disable_webhook(actor=SYSTEM, webhook_id=webhook.pk)
    make_organisation()
    assert deliver() == 0
    enable_webhook(actor=SYSTEM, webhook_id=webhook.pk)
    assert deliver() == 1


def test_the_secret_is_nowhere_in_the_clear_and_not_shown_again(
    receiver: Receiver,
) -> None:
    tool = Tool()
    body = {"name": "Platform", "url": receiver.url}
    first = tool.post("/webhooks/", body, idempotency_key="once")
    secret = first.json()["secret"]
    again = tool.post("/webhooks/", body, idempotency_key="once")
    assert secret.startswith("whsec_")
    assert again.json()["secret"] is None
    assert again.json()["id"] == first.json()["id"]
    assert tool.get(f"/webhooks/{first.json()['id']}/").json()["secret"] is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT w::text FROM api_webhook w")
        stored = str(cursor.fetchall()) + str(bytes(Webhook.objects.get().secret))
    kept = str(list(IdempotentRequest.objects.values()))
    assert secret not in stored and secret[6:] not in stored
    assert secret not in kept


def test_a_key_sees_and_changes_its_own_only(receiver: Receiver) -> None:
    mine, other = Tool(), Tool()
    webhook, _secret = register(mine, receiver)
    path = f"/webhooks/{webhook.pk}/"
    assert other.get("/webhooks/").json()["results"] == []
    for answer in (
        other.get(path),
        other.patch(path, {"name": "x"}, if_match='"1"'),
        other.delete(path, if_match='"1"'),
        other.post(path + "rotate/", {}),
    ):
        assert answer.status_code == 404
    changed = mine.patch(path, {"types": ["meetings"], "is_active": False}, if_match='"1"')
    assert changed.json()["types"] == ["meetings"]
    assert mine.patch(path, {"name": "x"}, if_match='"1"').status_code == 412
    assert mine.delete(path, if_match='"2"').status_code == 204
    assert Event.objects.filter(object_type="webhook", actor_id=mine.key.pk).count() == 3


def test_without_its_scope_no_verb_is_allowed_and_types_are_those_the_key_reads(receiver: Receiver) -> None:
    assert Tool(scopes=("changes:read",)).get("/webhooks/").status_code == 403
    tool = Tool(scopes=("webhooks:write", "meetings:read"))
    webhook, _secret = register(tool, receiver)
    assert webhook.types == ["meetings"]
    refused = tool.post("/webhooks/", {"name": "x", "url": receiver.url, "types": ["contacts"]})
    assert refused.json()["errors"][0]["pointer"] == "/types"


def test_administrators_keep_the_webhooks_of_keys_and_others_do_not(receiver: Receiver) -> None:
    tool = Tool()
    administrator = actor_for(make_user(Role.ADMINISTRATOR))
    officer = actor_for(make_user(Role.OFFICER, make_district()))
    fields = {"name": "x", "url": receiver.url, "key_id": tool.key.pk}
    webhook, _secret = create_webhook(actor=administrator, **fields)
    rotate_webhook(actor=administrator, webhook_id=webhook.pk)
    with pytest.raises(PermissionDenied):
        create_webhook(actor=officer, **fields)
    with pytest.raises(PermissionDenied):
        disable_webhook(actor=officer, webhook_id=webhook.pk)
    make_organisation()
    deliver()
    with pytest.raises(PermissionDenied):
        replay_delivery(actor=officer, delivery_id=WebhookDelivery.objects.get().pk)
    assert replay_delivery(actor=administrator, delivery_id=WebhookDelivery.objects.get().pk)


def test_a_bad_target_is_refused_by_field() -> None:
    answer = Tool().post("/webhooks/", {"name": "x", "url": "https://127.0.0.1/"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0] | {"detail": ""} == {
        "pointer": "/url", "code": "not_public", "detail": "",
    }  # fmt: skip
    with pytest.raises(ValidationError):
        create_webhook(actor=SYSTEM, name="x", url="ftp://x.example/", key_id=Tool().key.pk)


def test_old_deliveries_are_forgotten_and_waiting_ones_kept(receiver: Receiver) -> None:
    register(Tool(), receiver)
    make_organisation()
    deliver()
    receiver.statuses = [500]
    make_organisation()
    send_webhooks()
    deliver()
    WebhookDelivery.objects.update(created_at=timezone.now() - timedelta(days=31))
    assert forget_old_deliveries() == 1
    assert Organisation.objects.count() == 2
