"""Making deliveries out of changes, and sending them: claim with a lease, send, mark.

A worker that dies leaves its lease to run out, and another goes on: at least once, always under
the same `webhook-id`.
"""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from accounts.actors import SYSTEM
from api.actors import actor_for_key
from api.changes import as_rows, last_seq, numbered_for, readable_types
from api.delivery import NotDelivered, post
from api.models import Webhook, WebhookDelivery
from api.renderers import to_json
from api.rules import BadTarget, wait_after
from api.signing import signed_headers
from api.targets import Resolve, check_target, resolve
from audit.models import Action
from audit.services import record
from lib.waking import wake

SEND: Final = "api.send_webhooks"
ROWS: Final = 500  # of changes read at once for one webhook
BATCH: Final = 50
LEASE: Final = timedelta(minutes=2)
MAX_SECONDS: Final = 5  # then another task goes on, so that a worker can stop in between
KEPT: Final = timedelta(days=30)
GONE: Final = 410

log = structlog.get_logger(__name__)


# --- Making -------------------------------------------------------------------------------------------


def make_deliveries() -> int:
    """A row for each change a webhook has not been told of; answers how many. May run twice at once."""
    last = last_seq()
    behind = Webhook.objects.live(timezone.now()).filter(last_seq__lt=last)
    return sum(_make_for(pk, last) for pk in behind.values_list("pk", flat=True))


def _make_for(webhook_id: UUID, last: int) -> int:
    """Up to `last`: numbers are given in order, so none below it comes later (audit.publishing)."""
    made, more = 0, True
    while more:
        with transaction.atomic():
            free = Webhook.objects.select_for_update(skip_locked=True, of=("self",)).select_related("key")
            webhook = free.filter(pk=webhook_id, is_active=True, last_seq__lt=last).first()
            if webhook is None:
                break
            actor = actor_for_key(webhook.key)
            types = set(webhook.types) & set(readable_types(actor))
            new = numbered_for(actor, types).filter(seq__gt=webhook.last_seq, seq__lte=last)
            rows = list(new.order_by("seq")[:ROWS])
            more = len(rows) == ROWS
            WebhookDelivery.objects.bulk_create(
                WebhookDelivery(webhook=webhook, seq=row["seq"], payload=orjson.loads(to_json(row)))
                for row in as_rows(actor, rows)
            )
            webhook.last_seq = rows[-1].seq if more else last
            webhook.save(update_fields=["last_seq"])
            made += len(rows)
    return made


# --- Sending ------------------------------------------------------------------------------------------


def send_due(resolve: Resolve = resolve) -> int:
    """Send what is due; answers how many arrived. Any number of these may run at once."""
    started, arrived = time.monotonic(), 0
    while claimed := _claim():
        arrived += _send_all(claimed, resolve)
        if time.monotonic() - started > MAX_SECONDS:
            wake(SEND)
            break
    return arrived


@transaction.atomic
def _claim() -> list[WebhookDelivery]:
    """Some due rows of one webhook, nobody else's until the lease ends, by the database's clock."""
    now = _database_now()
    due = WebhookDelivery.objects.due(now).order_by("due_at", "pk").select_for_update(skip_locked=True)
    first = due.first()
    if first is None:
        return []
    rows = list(due.filter(webhook=first.webhook_id)[:BATCH])
    WebhookDelivery.objects.filter(pk__in=[row.pk for row in rows]).update(due_at=now + LEASE)
    for row in rows:
        row.due_at = now + LEASE
    return rows


def _database_now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now


def _send_all(rows: Sequence[WebhookDelivery], resolve: Resolve) -> int:
    """Send rows of one webhook in their order; where nobody answers, the rest waits too."""
    arrived = 0
    for number, row in enumerate(rows):
        webhook = Webhook.objects.live(timezone.now()).filter(pk=row.webhook_id).first()
        if webhook is None:
            break
        if not _begin(row):
            continue
        try:
            status = _send(webhook, row, resolve)
        except (BadTarget, NotDelivered) as error:
            _postpone(rows[number:], None, error.code)
            break
        if 200 <= status < 300:
            _mine(row).update(delivered_at=Now(), last_status=status, last_error="")
            arrived += 1
        elif status == GONE:
            _disable(webhook, row)
            break
        else:
            _postpone([row], status, "status")
    return arrived


def _begin(row: WebhookDelivery) -> bool:
    """Start the lease again, so that it lasts however long those before took; false when it is not ours."""
    until = _database_now() + LEASE
    ours = _mine(row).update(due_at=until)
    row.due_at = until
    return bool(ours)


def _mine(row: WebhookDelivery) -> Any:
    return WebhookDelivery.objects.waiting().filter(pk=row.pk, due_at=row.due_at)


def _send(webhook: Webhook, row: WebhookDelivery, resolve: Resolve) -> int:
    checked = check_target(webhook.url, resolve)
    body = to_json(row.payload)
    headers = {
        "content-type": "application/json",
        "user-agent": "Proximity-CRM-Webhooks/1",
        **signed_headers(webhook, str(row.pk), body, timezone.now()),
    }
    return post(checked, body, headers, limit_seconds=settings.WEBHOOK_SECONDS)


def _postpone(rows: Sequence[WebhookDelivery], status: int | None, error: str) -> None:
    """Try again later, or give up and leave it to be replayed."""
    for row in rows:
        attempts = row.attempts + 1
        wait = wait_after(attempts)
        ended = {"failed_at": Now()} if wait is None else {"due_at": Now() + wait}
        _mine(row).update(attempts=attempts, last_status=status, last_error=error, **ended)
    log.warning("webhook_not_delivered", webhook=str(rows[0].webhook_id), status=status, error=error)


@transaction.atomic
def _disable(webhook: Webhook, row: WebhookDelivery) -> None:
    """Its receiver said 410: nothing more goes there until somebody switches it on again."""
    _mine(row).update(attempts=row.attempts + 1, last_status=GONE, last_error="gone", failed_at=Now())
    Webhook.objects.filter(pk=webhook.pk).update(
        is_active=False, disabled_reason="gone", version=F("version") + 1, updated_at=Now()
    )
    record(SYSTEM, Action.UPDATE, "webhook", [webhook.pk], field_names=["is_active"])


def forget_old_deliveries() -> int:
    """Delete what ended more than 30 days ago; answers how many."""
    old = WebhookDelivery.objects.filter(created_at__lt=timezone.now() - KEPT)
    return old.exclude(pk__in=WebhookDelivery.objects.waiting().values("pk")).delete()[0]
