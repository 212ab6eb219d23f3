"""Stalled work is detected in its rows by the database's clock; slow work that progresses is not."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from api.models import WebhookDelivery
from api.services.deliveries import make_deliveries
from crm.progress import STANDS_AFTER, standing, stopped
from jobs.models import Job, JobStatus
from reminders.models import Reminder
from tests.api.clients import Tool
from tests.api.receivers import Receiver
from tests.api.test_webhooks import receiver, register
from tests.audit.numbering import number_open_transaction
from tests.factories import make_organisation
from tests.reminders.test_sending import make_due, make_owner

__all__ = ["receiver"]
pytestmark = pytest.mark.django_db
AGO = timedelta(seconds=300)


def stands() -> set[str]:
    with connection.cursor() as cursor:
        waits = standing(cursor)
        assert waits.keys() == STANDS_AFTER.keys()
        return stopped(cursor, waits)


def test_an_empty_system_stands_nowhere() -> None:
    assert stands() == set()


def test_reminders_stand_when_one_is_due_for_long_and_none_is_sent() -> None:
    owner = make_owner("email")
    make_due(owner)
    make_due(owner)
    assert stands() == set(), "it has only just been made, whenever it was due"
    past = timezone.now() - AGO
    due = [row.pk for row in Reminder.objects.due(timezone.now())]
    Reminder.objects.filter(pk__in=due).update(occurrence=past, created_at=past)
    assert stands() == {"reminders"}
    sent = Reminder.objects.due(timezone.now()).first()
    assert sent is not None
    Reminder.objects.filter(pk=sent.pk).update(sent_at=timezone.now())
    assert stands() == set(), "a slow mail server, but it goes on"
    Reminder.objects.filter(pk=sent.pk).update(sent_at=past)
    assert stands() == {"reminders"}
    Reminder.objects.update(lease_until=timezone.now() + AGO)
    assert stands() == set(), "it is somebody's, or waits to be tried again"
    Reminder.objects.update(lease_until=None, failed_at=timezone.now())
    assert stands() == set(), "given up: an administrator's"


def test_webhooks_stand_when_one_is_due_for_long_and_none_arrives(receiver: Receiver) -> None:
    webhook, _secret = register(Tool(), receiver)
    for _ in range(2):
        make_organisation()
    number_open_transaction()
    make_deliveries()
    assert stands() == set()
    WebhookDelivery.objects.update(due_at=timezone.now() - AGO)
    assert stands() == {"webhooks"}
    first = WebhookDelivery.objects.order_by("seq").first()
    assert first is not None
    WebhookDelivery.objects.filter(pk=first.pk).update(delivered_at=timezone.now())
    assert stands() == set()
    WebhookDelivery.objects.filter(pk=first.pk).update(delivered_at=timezone.now() - AGO)
    assert stands() == {"webhooks"}
    type(webhook).objects.update(is_active=False)
    assert stands() == set(), "nobody wants them"


def test_jobs_stand_when_one_waits_and_none_runs_or_its_worker_is_gone() -> None:
    job = Job.objects.create(kind="x")
    assert stands() == set()
    Job.objects.update(created_at=timezone.now() - AGO)
    assert stands() == {"jobs"}
    other = Job.objects.create(
        kind="x", status=JobStatus.RUNNING, lease_until=timezone.now() + timedelta(seconds=60)
    )
    assert stands() == set(), "it waits for its turn"
    Job.objects.filter(pk=other.pk).update(lease_until=timezone.now() - AGO)
    assert stands() == {"jobs"}
    Job.objects.update(status=JobStatus.DONE, lease_until=None)
    assert stands() == set()
    Job.objects.filter(pk=job.pk).update(status=JobStatus.RUNNING)
    assert stands() == set(), "a command's own: it has no lease"
