"""Prometheus metrics: requests by view name, and waiting background work. No IDs and no personal data.

Disabled without METRICS_TOKEN. Otherwise the token is required as a bearer token.
"""

import hmac
import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from math import inf
from typing import Any, Final

import prometheus_client
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import connection
from django.db.models import Max, Min
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, multiprocess
from prometheus_client.core import GaugeMetricFamily

from accounts.models import QueuedMail
from accounts.services.mailing import NOT_WANTED
from api.models import KeyWarning, WebhookDelivery
from audit.models import Change, Event, Seal
from audit.services.witnesses import FAILURES
from audit.tasks import SEAL_FAILURES
from crm import heartbeat, progress, required_settings
from crm.backups import BACKUP, DRILL
from crm.queues import QUEUES
from jobs.models import Job, JobStatus
from lib import waking
from lib.encryption import data_keys
from reminders.models import Reminder
from reviews.models import Delivery


def _seconds_since(moment: datetime | None) -> float:
    return 0.0 if moment is None else max(0.0, (timezone.now() - moment).total_seconds())


def _reminder_wait() -> float:
    due = Reminder.objects.due(timezone.now())
    return _seconds_since(due.aggregate(first=Min("occurrence"))["first"])


def _webhook_wait() -> float:
    due = WebhookDelivery.objects.due(timezone.now())
    return _seconds_since(due.aggregate(first=Min("due_at"))["first"])


def _seal_age() -> float:
    """Return the age of the newest seal. Nothing is sealed while nothing happens: see the alert's wording."""
    return _seconds_since(Seal.objects.aggregate(last=Max("at"))["last"])


def _job_age(kind: str) -> float:
    """Return the age of the last job of this kind, or infinity if there was none."""
    done = Job.objects.filter(kind=kind, status=JobStatus.DONE)
    finished_at = done.aggregate(last=Max("finished_at"))["last"]
    return _seconds_since(finished_at) if finished_at else inf


def _ask(question: Callable[[Any], Any]) -> Any:
    with connection.cursor() as cursor:
        return question(cursor)


def _unnumbered() -> float:
    """Count unnumbered rows of the last hour only, because numbering takes seconds."""
    since = timezone.now() - timedelta(hours=1)
    return sum(rows.objects.filter(at__gte=since, numbered__isnull=True).count() for rows in (Event, Change))


#: Emails with one row for each recipient, other than reminders.
MAILS: Final[tuple[Any, ...]] = (QueuedMail, Delivery, KeyWarning)


def _due_mails() -> float:
    return float(sum(rows.objects.due().count() for rows in MAILS))


def _delayed_mails() -> float:
    return float(sum(rows.objects.waiting().exclude(last_error="").count() for rows in MAILS))


def _given_up_mails() -> float:
    failed = (rows.objects.filter(failed_at__isnull=False) for rows in MAILS)
    return float(sum(rows.exclude(last_error=NOT_WANTED).count() for rows in failed))


GAUGES: Final[dict[str, tuple[str, Callable[[], float]]]] = {
    "reminders_due": ("Reminders due and not yet sent", lambda: Reminder.objects.due(timezone.now()).count()),
    "reminders_oldest_due_seconds": ("Age of the oldest due reminder in seconds", _reminder_wait),
    "reminders_given_up": ("Reminders given up", lambda: Reminder.objects.failed().count()),
    "reminders_delayed": (
        "Reminders due whose last attempt failed",
        lambda: Reminder.objects.waiting().exclude(last_error="").count(),
    ),
    "mails_due": ("Other emails due and not yet sent", _due_mails),
    "mails_delayed": ("Other emails whose last attempt failed", _delayed_mails),
    "mails_given_up": ("Other emails given up, as long as their rows are kept", _given_up_mails),
    "seal_age_seconds": ("Age of the newest seal in seconds", _seal_age),
    "witness_failures": ("Witnesses that the last seal did not reach", lambda: cache.get(FAILURES, 0)),
    "seal_failures": ("Runs since the last one that sealed", lambda: cache.get(SEAL_FAILURES, 0)),
    "backup_age_seconds": ("Age of the newest backup in seconds", lambda: _job_age(BACKUP)),
    "drill_age_seconds": ("Age of the last restore drill in seconds", lambda: _job_age(DRILL)),
    "archive_failing": (
        "1 if changes are not archived",
        lambda: bool(_ask(required_settings.broken_archiving)),
    ),
    "policies_off": (
        "Tables whose row-level policies are off",
        lambda: _ask(required_settings.tables_without_policies),
    ),
    "encryption": ("1 if fields are encrypted", lambda: data_keys() is not None),
    "webhook_deliveries_due": (
        "Deliveries that wait to be sent",
        lambda: WebhookDelivery.objects.due(timezone.now()).count(),
    ),
    "webhook_deliveries_oldest_due_seconds": ("Age of the oldest due delivery in seconds", _webhook_wait),
    "jobs_waiting": ("Jobs waiting", lambda: Job.objects.filter(status=JobStatus.WAITING).count()),
    "jobs_running": ("Jobs running", lambda: Job.objects.filter(status=JobStatus.RUNNING).count()),
    "trail_unnumbered": ("Rows of the trail of the last hour without a number", _unnumbered),
    "worker_alive": ("1 if a worker is alive", lambda: heartbeat.is_alive(heartbeat.WORKER)),
    "beat_alive": ("1 if beat is alive", lambda: heartbeat.is_alive(heartbeat.BEAT)),
}


class WaitingWork:
    """Collector that reads waiting work from the database rows at each scrape (docs/adr/0004)."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for name, (description, value) in GAUGES.items():
            yield GaugeMetricFamily(f"proximity_{name}", description, value=float(value()))
        stands = GaugeMetricFamily(
            "proximity_standing_seconds",
            "Age of the oldest task of this kind in seconds",
            labels=["work"],
        )
        with connection.cursor() as cursor:
            for part, seconds in progress.standing(cursor).items():
                stands.add_metric([part], seconds)
        yield stands
        queued = GaugeMetricFamily("proximity_queue_length", "Messages in each queue", labels=["queue"])
        alive = GaugeMetricFamily("proximity_queue_alive", "Whether a worker serves it", labels=["queue"])
        for queue, length in waking.lengths(QUEUES).items():
            queued.add_metric([queue], length)
            alive.add_metric([queue], heartbeat.is_alive(queue))
        yield from (queued, alive)


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Return the metrics as text. 404 without METRICS_TOKEN, 401 if the token is missing or wrong."""
    token = settings.METRICS_TOKEN
    if not token:
        raise Http404
    authorization = request.headers.get("Authorization", "")
    if not hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": 'Bearer realm="metrics"'})
    registry = CollectorRegistry()
    registry.register(WaitingWork())
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # prometheus_client has few types
    else:
        registry.register(prometheus_client.REGISTRY)
    return HttpResponse(
        prometheus_client.generate_latest(registry),
        content_type=prometheus_client.CONTENT_TYPE_LATEST,
        headers={"Cache-Control": "no-store"},
    )
