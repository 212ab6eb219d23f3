"""A receiver that hangs, fails or is slow delays only its own deliveries."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from email.utils import format_datetime

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.actors import SYSTEM
from api.models import Webhook, WebhookDelivery
from api.rules import GIVEN_UP_AFTER, LONGEST_PAUSE
from api.services import sending
from api.services.deliveries import make_deliveries
from api.services.sending import send_due
from api.services.webhooks import edit_webhook, replay_delivery
from tests.api.clients import Tool
from tests.api.receivers import Receiver, receiving
from tests.api.test_webhooks import fast_forward, register
from tests.audit.numbering import number_open_transaction
from tests.factories import make_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def receivers(settings: Settings) -> Iterator[list[Receiver]]:
    with ExitStack() as stack:
        found = [stack.enter_context(receiving()) for _n in range(4)]
        settings.WEBHOOK_ALLOWED_HOSTS = [one.place for one in found]
        yield found


def due(*receivers: Receiver, changes: int = 1) -> list[Webhook]:
    webhooks = [register(Tool(), one)[0] for one in receivers]
    for _n in range(changes):
        make_organisation()
    number_open_transaction()
    make_deliveries()
    return webhooks


def test_two_receivers_that_hang_do_not_delay_a_third(receivers: list[Receiver], settings: Settings) -> None:
    settings.WEBHOOK_SECONDS = 20
    *hanging, well = receivers[:3]
    all_arrived, meanwhile = threading.Event(), []
    for one in hanging:
        one.statuses, one.before_answer = [500], lambda: meanwhile.append(all_arrived.wait(15))
    due(*hanging, well, changes=60)
    well.before_answer = lambda: all_arrived.set() if len(well.taken) == 60 else None
    assert send_due() == 60
    assert meanwhile == [True, True], "all arrived while each of the two hung in its first request"
    assert [len(one.taken) for one in hanging] == [1, 1]
    assert send_due() == 0  # both are paused


def test_more_that_hang_than_are_asked_at_once_cost_no_more_than_one_request(
    receivers: list[Receiver], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "AT_ONCE", 1)
    settings.WEBHOOK_SECONDS = 1
    first, second, well = receivers[:3]
    first.seconds = second.seconds = 5
    due(first, second, well, changes=3)
    assert send_due() == 3
    assert (len(first.taken), len(second.taken)) == (1, 1)


def test_what_happens_while_somebody_hangs_is_told_to_the_others_meanwhile(
    receivers: list[Receiver], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WEBHOOK_SECONDS = 20
    hanging, well = receivers[:2]
    both_arrived, meanwhile = threading.Event(), []
    hanging.statuses = [500]
    hanging.before_answer = lambda: meanwhile.append(both_arrived.wait(15))
    well.before_answer = lambda: both_arrived.set() if len(well.taken) == 2 else None
    due(hanging, well)
    made = iter([True])

    def make() -> int:
        if next(made, False):
            make_organisation()
            number_open_transaction()
        return make_deliveries()

    monkeypatch.setattr(sending, "make_deliveries", make)
    assert send_due() == 2
    assert (len(well.taken), meanwhile) == (2, [True])


def test_a_failure_ends_the_turn_and_a_quick_answer_goes_on(receivers: list[Receiver]) -> None:
    failing, well = receivers[:2]
    failing.statuses = [204, 503, 204]
    bad, good = due(failing, well, changes=5)
    assert send_due() == 1 + 5
    assert len(failing.taken) == 2
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.failures, good.failures) == (1, 0)
    assert bad.resume_at is not None and bad.resume_at > timezone.now()
    Webhook.objects.update(resume_at=timezone.now() - timedelta(seconds=1))
    assert send_due() == 3  # all except the one that is due later
    bad.refresh_from_db()
    assert bad.failures == 0
    assert not bad.resume_at and not bad.failing_since
    fast_forward()
    assert send_due() == 1
    waiting = WebhookDelivery.objects.waiting()
    assert not waiting.exists()


def test_one_row_that_a_receiver_cannot_take_does_not_take_the_others_down(
    receivers: list[Receiver],
) -> None:
    (receiver, *_) = receivers
    receiver.statuses = [500, 204]
    due(receiver, changes=3)
    assert send_due() == 0
    Webhook.objects.update(resume_at=timezone.now() - timedelta(seconds=1))
    assert send_due() == 2
    stuck = WebhookDelivery.objects.waiting().get()
    assert (stuck.attempts, stuck.last_status) == (1, 500)


@pytest.mark.parametrize("form", ["seconds", "moment"])
def test_retry_after_is_respected_and_bounded(receivers: list[Receiver], form: str) -> None:
    (receiver, *_) = receivers
    receiver.statuses = [429]
    (webhook,) = due(receiver)
    later = timezone.now() + timedelta(hours=2)
    receiver.headers = {"Retry-After": "7200" if form == "seconds" else format_datetime(later, usegmt=True)}
    assert send_due() == 0
    webhook.refresh_from_db()
    row = WebhookDelivery.objects.get()
    assert webhook.resume_at is not None
    for moment in (webhook.resume_at, row.due_at):
        assert abs(moment - later) < timedelta(minutes=1)
    receiver.headers = {"Retry-After": "9" * 40}
    fast_forward()
    send_due()
    webhook.refresh_from_db()
    assert webhook.resume_at is not None
    assert webhook.resume_at - timezone.now() <= LONGEST_PAUSE


@pytest.mark.parametrize("nonsense", ["soon", "-5", "", "1e9", "Thu, 99 Nov 2026 99:00:00 GMT"])
def test_a_retry_after_that_says_nothing_is_not_believed(receivers: list[Receiver], nonsense: str) -> None:
    (receiver, *_) = receivers
    receiver.statuses, receiver.headers = [503], {"Retry-After": nonsense}
    (webhook,) = due(receiver)
    send_due()
    webhook.refresh_from_db()
    assert webhook.resume_at is not None
    assert webhook.resume_at - timezone.now() <= timedelta(seconds=5)


def test_a_receiver_that_is_gone_for_days_loses_what_waited_as_long(receivers: list[Receiver]) -> None:
    (receiver, *_) = receivers
    receiver.statuses = [500]
    due(receiver, changes=3)
    send_due()
    WebhookDelivery.objects.filter(seq__lt=3).update(created_at=timezone.now() - GIVEN_UP_AFTER)
    fast_forward()
    send_due()
    assert not WebhookDelivery.objects.failed().exists()  # it has not failed long enough
    Webhook.objects.update(failing_since=timezone.now() - GIVEN_UP_AFTER)
    fast_forward()
    send_due()
    assert WebhookDelivery.objects.failed().count() == 2
    assert WebhookDelivery.objects.waiting().count() == 1


def test_whoever_puts_it_right_does_not_wait_for_the_pause(receivers: list[Receiver]) -> None:
    (receiver, *_) = receivers
    receiver.statuses = [500, 204]
    (webhook,) = due(receiver, changes=2)
    assert send_due() == 0
    edit_webhook(actor=SYSTEM, webhook_id=webhook.pk, version=1, name="Put right")
    assert send_due() == 1
    WebhookDelivery.objects.filter(attempts__gt=0, delivered_at=None).update(failed_at=timezone.now())
    Webhook.objects.update(resume_at=timezone.now() + timedelta(hours=1))
    replay_delivery(actor=SYSTEM, delivery_id=WebhookDelivery.objects.failed().latest("seq").pk)
    assert send_due() == 1


def test_one_webhook_is_one_workers_at_a_time(receivers: list[Receiver]) -> None:
    (receiver, *_) = receivers
    due(receiver, changes=2)
    turn = sending._claim()
    assert turn is not None
    assert (send_due(), receiver.taken) == (0, [])
    turn.lease.end()
    assert send_due() == 2
    assert [row["seq"] for row in receiver.rows] == [1, 2]
