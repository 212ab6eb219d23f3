"""Subscriptions to reports: one email on each due day, with a link to the report and no data."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.actors import SYSTEM, Actor, actor_for
from accounts.models import User
from accounts.services.mailing import LoggedNotice, Mailing, mail_to, message_id_for, send_mails
from audit.models import Action, Op
from audit.services import Changed, record_changes
from districts.models import District
from reports.indicators.catalogue import REPORTS, title_of
from reports.queries.periods import Period
from reviews import rules
from reviews.models import Delivery, Subscription
from reviews.policies import can_subscribe

SEND: Final = "reviews.send_reports"
BATCH_SIZE: Final = 50


@transaction.atomic
def subscribe(*, actor: Actor, district_id: UUID, rhythm: str, report: str = "") -> Subscription:
    """Subscribe the actor to a report of a district, and return the new or existing subscription.

    `report` is the slug of a report, or empty for the scorecard. Raises PermissionDenied unless the actor is
    a supervisor, DoesNotExist unless the actor covers the district, and ValidationError for an unknown report
    or rhythm.
    """
    if not can_subscribe(actor) or actor.id is None:
        raise PermissionDenied
    district = District.objects.covered_by(actor).active().get(pk=district_id)
    if report and report not in REPORTS:
        raise ValidationError({"report": _("Report not found.")})
    requested = Subscription(user_id=actor.id, report=report, district=district, rhythm=rhythm)
    requested.full_clean(exclude=["user"], validate_constraints=False)
    subscription, is_new = Subscription.objects.get_or_create(
        user_id=actor.id, report=report, district=district, rhythm=rhythm
    )
    if is_new:
        _record_subscription(actor, Action.CREATE, Op.CREATED, subscription)
    return subscription


def follow_redrawn(district: District, successor: District) -> None:
    """Copy the subscriptions to a redrawn district, so that subscribers also get its successor's reports."""
    for old_subscription in Subscription.objects.filter(district=district).order_by("pk"):
        subscription, is_new = Subscription.objects.get_or_create(
            user_id=old_subscription.user_id,
            report=old_subscription.report,
            district=successor,
            rhythm=old_subscription.rhythm,
        )
        if is_new:
            _record_subscription(SYSTEM, Action.CREATE, Op.CREATED, subscription)


@transaction.atomic
def unsubscribe(*, actor: Actor, subscription_id: UUID) -> Subscription:
    """Delete the actor's own subscription and return it. Raises DoesNotExist."""
    subscription: Subscription = (
        Subscription.objects.visible_to(actor).select_for_update().get(pk=subscription_id)
    )
    _record_subscription(actor, Action.ERASE, Op.ERASED, subscription)
    Subscription.objects.filter(pk=subscription_id).delete()
    return subscription


def is_deliverable(subscription: Subscription) -> bool:
    """Whether the subscriber is still an active supervisor who covers the district."""
    actor = actor_for(subscription.user)
    return can_subscribe(actor) and actor.covers(subscription.district_id)


def report_url(subscription: Subscription, period: Period) -> str:
    """Return the URL of the report's page for a period."""
    page = reverse("report", args=[subscription.report]) if subscription.report else reverse("reports")
    parameters = {
        "district": subscription.district.code,
        "from": period.since.isoformat(),
        "to": period.until.isoformat(),
    }
    return f"{settings.SITE_URL}{page}?{urlencode(parameters)}"


# --- Sending ----------------------------------------------------------------------------------------------


def send_reports() -> int:
    """Create due emails, send them, and return how many were sent. Parallel runs are safe."""
    _create_due_deliveries(timezone.now())
    return send_mails(REPORT_MAIL)


def _create_due_deliveries(now: datetime) -> None:
    """Store a delivery for each due day of each subscription. An existing delivery does not change."""
    subscriptions = Subscription.objects.select_related("user").filter(user__is_active=True)
    deliveries = (
        Delivery(subscription=subscription, day=day)
        for subscription in subscriptions.iterator()
        for day in rules.due_days(
            subscription.rhythm, ZoneInfo(subscription.user.time_zone), since=subscription.created_at, now=now
        )
    )
    for batch in _batches(deliveries):
        Delivery.objects.bulk_create(batch, ignore_conflicts=True)


def _batches(deliveries: Iterator[Delivery]) -> Iterator[list[Delivery]]:
    batch: list[Delivery] = []
    for delivery in deliveries:
        batch.append(delivery)
        if len(batch) == BATCH_SIZE:
            yield batch
            batch = []
    yield batch


def _build_message(delivery: Delivery) -> EmailMultiAlternatives:
    subscription = delivery.subscription
    user: User = subscription.user
    period = Period(*rules.period_before(subscription.rhythm, delivery.day))
    with translation.override(user.language):
        title_values = {"district": subscription.district.name, "period": str(period)}
        title_values["report"] = title_of(subscription.report)
        context = {
            "name": user.name,
            "title": _("%(report)s: %(district)s, %(period)s") % title_values,
            "url": report_url(subscription, period),
            "list_url": settings.SITE_URL + reverse("subscriptions"),
            "language": user.language,
        }
        text = render_to_string("reviews/report_mail.txt", context)
        html = render_to_string("reviews/report_mail.html", context)
    headers = {"List-Unsubscribe": f"<{context['list_url']}>"}
    message_id = message_id_for(f"report-{delivery.pk}")
    return mail_to(user, context["title"], text, message_id, html=html, headers=headers)


def _due_deliveries() -> QuerySet[Delivery]:
    rows = Delivery.objects.due().select_related("subscription__user", "subscription__district")
    return rows.order_by("attempts", "day", "pk")


REPORT_MAIL: Final = Mailing(
    task=SEND,
    object_type="subscription",
    due=_due_deliveries,
    is_wanted=lambda row: is_deliverable(row.subscription),
    logged_notice=lambda row: LoggedNotice(
        row.subscription_id, [row.subscription.district_id], row.subscription.user_id
    ),
    message=_build_message,
)


def _record_subscription(actor: Actor, action: Action, op: Op, subscription: Subscription) -> None:
    changed = Changed("subscription", subscription.pk, op, 1, [subscription.district_id])
    record_changes(actor, action, [changed])
