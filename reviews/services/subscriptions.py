"""Having a report sent: a link by e-mail, never the data, once per occasion.

Rows are the truth: beat only looks for what is due. A worker that dies leaves its lease to run out.
"""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode, urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.actors import SYSTEM, Actor, actor_for
from accounts.models import User
from audit.models import Action, Op
from audit.services import Changed, record, record_changes
from districts.models import District
from lib.leases import Lease, claim, give_back
from lib.mail import MailNotSent, sending
from lib.waking import wake_on_commit
from reports.catalogue import REPORTS
from reports.periods import Period
from reviews import rules
from reviews.models import Delivery, Subscription
from reviews.policies import can_subscribe

SEND: Final = "reviews.send_reports"
BATCH: Final = 50
MAX_SECONDS: Final = 5  # then another task goes on, so that a worker can stop in between
LEASE: Final = timedelta(minutes=5)
LONGEST_WAIT: Final = timedelta(hours=3)
MAX_ATTEMPTS: Final = 10

log = structlog.get_logger(__name__)


@transaction.atomic
def subscribe(*, actor: Actor, district_id: UUID, rhythm: str, report: str = "") -> Subscription:
    """Have a report (its slug; empty: the scorecard) of a district sent. Asked twice, it is one.

    Raises PermissionDenied unless the actor is a supervisor, DoesNotExist for a district not covered,
    ValidationError.
    """
    if not can_subscribe(actor) or actor.id is None:
        raise PermissionDenied
    district = District.objects.covered_by(actor).active().get(pk=district_id)
    if report and report not in REPORTS:
        raise ValidationError({"report": _("There is no such report.")})
    wanted = Subscription(user_id=actor.id, report=report, district=district, rhythm=rhythm)
    wanted.full_clean(exclude=["user"], validate_constraints=False)
    subscription, made = Subscription.objects.get_or_create(
        user_id=actor.id, report=report, district=district, rhythm=rhythm
    )
    if made:
        _record(actor, Action.CREATE, Op.CREATED, subscription)
    return subscription


@transaction.atomic
def unsubscribe(*, actor: Actor, subscription_id: UUID) -> Subscription:
    """Answers what it was. Raises DoesNotExist when it is not the actor's own."""
    subscription: Subscription = (
        Subscription.objects.visible_to(actor).select_for_update().get(pk=subscription_id)
    )
    _record(actor, Action.ERASE, Op.ERASED, subscription)
    Subscription.objects.filter(pk=subscription_id).delete()
    return subscription


def stands(subscription: Subscription) -> bool:
    """Whether its owner still works here, still supervises, and still covers the district."""
    actor = actor_for(subscription.user)
    return can_subscribe(actor) and actor.covers(subscription.district_id)


def report_url(subscription: Subscription, period: Period) -> str:
    """The page of the report over that period. Pages are a room above: their names are known here only."""
    page = reverse("report", args=[subscription.report]) if subscription.report else reverse("reports")
    asked = {
        "district": subscription.district.code,
        "from": period.since.isoformat(),
        "to": period.until.isoformat(),
    }
    return f"{settings.SITE_URL}{page}?{urlencode(asked)}"


# --- Sending ----------------------------------------------------------------------------------------------


def send_reports() -> int:
    """Make what has become due, and send it; answers how many were sent. Any number may run at once."""
    _make_due(timezone.now())
    until, sent = time.monotonic() + MAX_SECONDS, 0
    while claimed := _claim():
        for number, lease in enumerate(claimed):
            if time.monotonic() > until:
                give_back(claimed[number:])
                wake_on_commit(SEND)
                return sent
            sent += _deliver(lease)
    return sent


def _make_due(now: datetime) -> None:
    rows = Subscription.objects.select_related("user").filter(user__is_active=True)
    due = (
        Delivery(subscription=row, day=day)
        for row in rows.iterator()
        for day in rules.due_days(row.rhythm, ZoneInfo(row.user.time_zone), since=row.created_at, now=now)
    )
    for batch in _batches(due):
        Delivery.objects.bulk_create(batch, ignore_conflicts=True)


def _batches(rows: Iterator[Delivery]) -> Iterator[list[Delivery]]:
    batch: list[Delivery] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch


def _claim() -> list[Lease[Delivery]]:
    due = Delivery.objects.due().select_related("subscription__user", "subscription__district")
    return claim(due.order_by("day", "pk"), LEASE, BATCH)


def _deliver(lease: Lease[Delivery]) -> bool:
    """Send one, or give it up when it is not wanted any more, or leave it for later."""
    delivery = lease.row
    if not stands(delivery.subscription):
        lease.end(failed_at=Now(), last_error="not wanted any more")
        return False
    if not _begin(lease):
        return False
    try:
        with sending():
            _message(delivery).send()
    except Exception as error:  # one that cannot be sent must not keep the others
        _postpone(lease, str(error) if isinstance(error, MailNotSent) else type(error).__name__)
        return False
    # Whoever holds it now: it has left.
    Delivery.objects.filter(pk=delivery.pk).update(sent_at=Now(), lease_until=None, last_error="")
    return True


@transaction.atomic
def _begin(lease: Lease[Delivery]) -> bool:
    """Count the attempt and record who is told, before it leaves; false when it is not ours any more."""
    if not lease.renew(attempts=lease.row.attempts + 1):
        return False
    subscription = lease.row.subscription
    record(
        SYSTEM,
        Action.NOTIFY,
        "subscription",
        [subscription.pk],
        district_ids=[subscription.district_id],
        recipient=str(subscription.user_id),
    )
    return True


def _postpone(lease: Lease[Delivery], error: str) -> None:
    """Try again later, each time later; give up after a mail server's bad day."""
    attempts = lease.row.attempts + 1
    given_up = attempts >= MAX_ATTEMPTS
    pause = None if given_up else min(LEASE * 2**attempts, LONGEST_WAIT)
    lease.end(pause, last_error=error[:500], failed_at=Now() if given_up else None)
    log.warning("report_not_sent", delivery=str(lease.row.pk), attempts=attempts, error=error)


def _message(delivery: Delivery) -> EmailMultiAlternatives:
    """In the recipient's language; the same Message-ID at every attempt (RFC 5322)."""
    subscription = delivery.subscription
    user: User = subscription.user
    period = Period(*rules.period_before(subscription.rhythm, delivery.day))
    with translation.override(user.language):
        words = {"district": subscription.district.name, "period": str(period)}
        report = str(REPORTS[subscription.report].title) if subscription.report in REPORTS else ""
        context = {
            "title": f"{report or _('Scorecard')}: " + _("%(district)s, %(period)s") % words,
            "url": report_url(subscription, period),
            "list_url": settings.SITE_URL + reverse("subscriptions"),
            "language": user.language,
        }
        text = render_to_string("reviews/report_mail.txt", context)
        html = render_to_string("reviews/report_mail.html", context)
    message = EmailMultiAlternatives(
        context["title"],
        text,
        to=[user.email],
        headers={
            "Message-ID": f"<report-{delivery.pk}@{urlsplit(settings.SITE_URL).hostname or 'localhost'}>",
            "Auto-Submitted": "auto-generated",
            "Content-Language": user.language,
            "List-Unsubscribe": f"<{context['list_url']}>",
        },
    )
    message.attach_alternative(html, "text/html")
    return message


def _record(actor: Actor, action: Action, op: Op, subscription: Subscription) -> None:
    changed = Changed("subscription", subscription.pk, op, 1, [subscription.district_id])
    record_changes(actor, action, [changed])
