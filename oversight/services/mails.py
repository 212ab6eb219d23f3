"""Emails about new alerts, to the user who answers and to those who review. They name nobody."""

from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from structlog import get_logger

from accounts.actors import SYSTEM, actor_for
from accounts.models import User
from audit.models import Action
from audit.services import record
from lib.mail import MailNotSent, sending
from oversight.models import Alert
from oversight.policies import REVIEWS

BATCH = 50

log = get_logger(__name__)


def mail_new_alerts() -> int:
    """Notify about new alerts and return their number. If the mail server is down, later calls try again."""
    new = Alert.objects.open().filter(mailed_at__isnull=True).order_by("raised_at", "pk")
    sent = 0
    try:
        for alert_id in new.values_list("pk", flat=True)[:BATCH]:
            sent += _mail(alert_id)
    except MailNotSent as error:
        log.warning("alert_not_mailed", error=str(error))
    return sent


def reviewers_of(alert: Alert) -> list[User]:
    """Active users other than its subject who see the alert and can close it."""
    users = User.objects.active().with_role(*REVIEWS).exclude(pk=alert.user_id).in_order()
    return [user for user in users if Alert.objects.visible_to(actor_for(user)).filter(pk=alert.pk).exists()]


@transaction.atomic
def _mail(alert_id: UUID) -> bool:
    unsent = Alert.objects.open().filter(pk=alert_id, mailed_at__isnull=True)
    alert = unsent.select_for_update(skip_locked=True, of=("self",), no_key=True).first()
    if alert is None:
        return False
    asked = [alert.user] if alert.user and alert.user.is_active and not alert.answer else []
    reviewers = reviewers_of(alert)
    with sending():
        get_connection().send_messages(
            [_message(user, "asked") for user in asked] + [_message(user, "review") for user in reviewers]
        )
    alert.mailed_at = timezone.now()
    alert.save(update_fields=["mailed_at"])
    record(SYSTEM, Action.NOTIFY, "user", [user.pk for user in (*asked, *reviewers)])
    return True


def _message(user: User, what: str) -> EmailMessage:
    words = {"user": user, "link": settings.SITE_URL + reverse("alerts"), "city": settings.CITY_NAME}
    with translation.override(user.language):
        subject = render_to_string(f"oversight/email/{what}_subject.txt", words).strip()
        body = render_to_string(f"oversight/email/{what}_message.txt", words)
    return EmailMessage(subject, body, to=[user.email])
