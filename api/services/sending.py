"""Send webhook deliveries: webhooks take turns, send one request at a time, and pause after failures.

A worker leases a webhook, sends its rows in order and marks them. If the worker dies, the lease expires and
another worker continues. So each change is sent at least once, always with the same `webhook-id`. Requests to
different receivers run at the same time, each in a thread without database access, so that a hanging receiver
delays no other. A receiver that fails or is slow loses its turn.
"""

import time
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from accounts.actors import SYSTEM
from api.models import Webhook, WebhookDelivery
from api.rules import GIVEN_UP_AFTER, pause_after, read_retry_after, to_json, wait_after
from api.services.deliveries import SEND, make_deliveries
from api.services.signing import signed_headers
from audit.models import Action
from audit.services import record
from lib.calling import Answer, NotDelivered, post
from lib.leases import Lease, claim, database_now
from lib.target_rules import BadTarget
from lib.targets import Resolve, check_target, resolve
from lib.waking import wake

BATCH: Final = 50  # rows per turn of a webhook
AT_ONCE: Final = 8  # receivers called at the same time
LEASE: Final = timedelta(minutes=2)
MAX_SECONDS: Final = 5.0  # then the task ends and another continues, so that a worker can be stopped
SLOW_SECONDS: Final = 1.0
GONE: Final = 410

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Turn:
    """A webhook leased by this worker, and the row being sent."""

    lease: Lease[Webhook]
    row: WebhookDelivery
    sent: int = 0
    began: float = 0.0


def send_due(resolve: Resolve = resolve) -> int:
    """Send due deliveries and return the number delivered. May run concurrently."""
    started, arrived = time.monotonic(), 0
    with ThreadPoolExecutor(AT_ONCE, "webhook") as pool:
        under_way: dict[Future[Answer], _Turn] = {}
        while True:
            if _may_begin(started, under_way.values()):
                while len(under_way) < AT_ONCE and (turn := _claim()):
                    _begin(turn, pool, under_way, resolve)
            if not under_way:
                break
            done, _others = wait(under_way, SLOW_SECONDS, FIRST_COMPLETED)
            for future in done:
                turn = under_way.pop(future)
                arrived += (well := _finish(turn, future))
                if well and _goes_on(turn, started):
                    _begin(turn, pool, under_way, resolve)
                else:
                    turn.lease.end()
            if not done:
                make_deliveries()  # a receiver hangs: send new changes to the others
    if time.monotonic() - started > MAX_SECONDS:
        wake(SEND)
    return arrived


# --- Turns ----------------------------------------------------------------------------------------------


def _may_begin(started: float, turns: Iterable[_Turn]) -> bool:
    """Whether to lease more webhooks.

    A worker does so for 5 seconds, and longer while a hanging receiver keeps it busy.
    """
    now = time.monotonic()
    spent = now - started
    hangs = any(now - turn.began > SLOW_SECONDS for turn in turns)
    return spent <= MAX_SECONDS or (hangs and spent <= MAX_SECONDS + settings.WEBHOOK_SECONDS)


@transaction.atomic
def _claim() -> _Turn | None:
    """Lease the webhook that was unserved for longest, by the database's clock. None if nothing is due."""
    for lease in claim(Webhook.objects.free(database_now()), LEASE, 1, served_at=Now()):
        if row := _next_row(lease.row):
            return _Turn(lease, row)
        lease.end()
    return None


def _next_row(webhook: Webhook) -> WebhookDelivery | None:
    waiting = WebhookDelivery.objects.waiting().filter(webhook=webhook, due_at__lte=Now())
    return waiting.order_by("seq").first()


def _begin(
    turn: _Turn, pool: ThreadPoolExecutor, under_way: dict[Future[Answer], _Turn], resolve: Resolve
) -> None:
    """Send the turn's row, unless the webhook is no longer active or leased by this worker."""
    webhook = Webhook.objects.live(timezone.now()).filter(pk=turn.lease.row.pk).first()
    if webhook is None or not turn.lease.renew():
        turn.lease.end()
        return
    turn.began = time.monotonic()
    body = to_json(turn.row.payload)
    headers = {
        "content-type": "application/json",
        "user-agent": "Proximity-CRM-Webhooks/1",
        **signed_headers(webhook, str(turn.row.pk), body, timezone.now()),
    }
    under_way[pool.submit(_call, webhook.url, body, headers, resolve)] = turn


def _call(url: str, body: bytes, headers: dict[str, str], resolve: Resolve) -> Answer:
    """Send the request. Runs in a separate thread."""
    checked = check_target(url, resolve)
    return post(checked, body, headers, limit_seconds=settings.WEBHOOK_SECONDS)


def _goes_on(turn: _Turn, started: float) -> bool:
    """Advance the turn to its next row, unless it is slow or at its limits. Return whether it advanced."""
    turn.sent += 1
    slow = time.monotonic() - turn.began > SLOW_SECONDS
    if slow or turn.sent >= BATCH or time.monotonic() - started > MAX_SECONDS:
        return False
    row = _next_row(turn.lease.row)
    if row is not None:
        turn.row = row
    return row is not None


# --- Responses ------------------------------------------------------------------------------------------


def _finish(turn: _Turn, future: Future[Answer]) -> bool:
    """Mark the row as delivered or failed, and return whether it was delivered."""
    try:
        answer = future.result()
    except (BadTarget, NotDelivered) as error:
        _failed(turn, None, error.code)
        return False
    if 200 <= answer.status < 300:
        _row(turn).update(
            attempts=F("attempts") + 1, delivered_at=Now(), last_status=answer.status, last_error=""
        )
        well = {"failures": 0, "failing_since": None, "resume_at": None}
        Webhook.objects.filter(pk=turn.lease.row.pk, failures__gt=0).update(**well)
        return True
    if answer.status == GONE:
        _disable(turn)
    else:
        _failed(turn, answer.status, "status", read_retry_after(answer.retry_after, timezone.now()))
    return False


def _row(turn: _Turn) -> Any:
    return WebhookDelivery.objects.waiting().filter(pk=turn.row.pk)


@transaction.atomic
def _failed(turn: _Turn, status: int | None, error: str, requested_pause: timedelta = timedelta()) -> None:
    """Schedule a retry or give up (the row can then be replayed), and pause the receiver.

    If the receiver has failed for as long as a row is retried, rows that have waited as long are given up
    too.
    """
    webhook = Webhook.objects.select_for_update(no_key=True).filter(pk=turn.lease.row.pk).first()
    if webhook is None:
        return
    now, attempts = database_now(), turn.row.attempts + 1
    pause = pause_after(webhook.failures + 1, requested_pause)
    since = webhook.failing_since or now
    Webhook.objects.filter(pk=webhook.pk).update(
        failures=F("failures") + 1, failing_since=since, resume_at=now + pause
    )
    later = wait_after(attempts)
    ended = {"failed_at": now} if later is None else {"due_at": now + max(later, pause)}
    _row(turn).update(attempts=attempts, last_status=status, last_error=error, **ended)
    if now - since >= GIVEN_UP_AFTER:
        old = WebhookDelivery.objects.waiting().filter(webhook=webhook, created_at__lte=now - GIVEN_UP_AFTER)
        old.update(failed_at=now, last_status=status, last_error=error)
    log.warning("webhook_not_delivered", webhook=str(webhook.pk), status=status, error=error)


@transaction.atomic
def _disable(turn: _Turn) -> None:
    """Turn the webhook off after a 410 response, until a key or an administrator turns it on again."""
    _row(turn).update(attempts=F("attempts") + 1, last_status=GONE, last_error="gone", failed_at=Now())
    Webhook.objects.filter(pk=turn.lease.row.pk).update(
        is_active=False, disabled_reason="gone", version=F("version") + 1, updated_at=Now()
    )
    record(SYSTEM, Action.UPDATE, "webhook", [turn.row.webhook_id], field_names=["is_active"])
