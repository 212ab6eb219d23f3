"""Emails about new alerts, to reviewers and then to the user who answers. They name no person.

The user is asked only after the reviewers were notified. Otherwise a user could be warned of an alert that no
reviewer has seen.
"""

from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone

from accounts.actors import actor_for
from accounts.models import QueuedMail, User
from accounts.services.mailing import LoggedNotice, Mailing, mail_of, queue_mails, send_mails
from oversight.models import Alert
from oversight.policies import REVIEWS

TEND: Final = "oversight.tend_alerts"
REVIEW: Final = "alert_review"
ASKED: Final = "alert_asked"
ASKED_WITHIN: Final = timedelta(days=14)  # shorter than rows of emails are kept (mailing.KEPT_FOR)


def mail_new_alerts() -> int:
    """Queue emails about new alerts, send what is due and return the number sent. Safe to run in parallel."""
    _queue_reviews()
    count = send_mails(REVIEW_MAIL)
    _queue_questions()
    return count + send_mails(ASKED_MAIL)


def reviewers_of(alert: Alert) -> list[User]:
    """Active users other than its subject who see the alert and can close it."""
    users = User.objects.active().with_role(*REVIEWS).exclude(pk=alert.user_id).in_order()
    return [user for user in users if _can_review(user, alert)]


def _can_review(user: User, alert: Alert) -> bool:
    return user.role in REVIEWS and Alert.objects.visible_to(actor_for(user)).filter(pk=alert.pk).exists()


@transaction.atomic
def _queue_reviews() -> None:
    new = Alert.objects.open().filter(mailed_at__isnull=True).order_by("raised_at", "pk")
    for alert in new.select_for_update(skip_locked=True, of=("self",), no_key=True):
        reviewers = reviewers_of(alert)
        queue_mails(REVIEW, alert.pk, reviewers)
        if not reviewers and alert.user and not alert.answer:
            queue_mails(ASKED, alert.pk, [alert.user])
        alert.mailed_at = timezone.now()
        alert.save(update_fields=["mailed_at"])


def _queue_questions() -> None:
    """Queue the question of each alert whose reviewers were notified.

    They were notified if each of their emails was tried and one was sent, or if all were given up.
    """
    mails = QueuedMail.objects.filter(object_id=OuterRef("pk"))
    reviews = mails.of_kind(REVIEW)
    tried = Exists(reviews) & ~Exists(reviews.untried())
    reviewers_notified = tried & (Exists(reviews.sent()) | ~Exists(reviews.waiting()))
    unasked = Alert.objects.open().filter(
        reviewers_notified,
        ~Exists(mails.of_kind(ASKED)),
        mailed_at__isnull=False,
        raised_at__gt=timezone.now() - ASKED_WITHIN,
        answer="",
        user__is_active=True,
    )
    for alert in unasked.select_related("user").order_by("raised_at", "pk"):
        queue_mails(ASKED, alert.pk, [alert.user])


def _alert_of(row: QueuedMail) -> Alert | None:
    return Alert.objects.open().filter(pk=row.object_id).first()


def _is_review_wanted(row: QueuedMail) -> bool:
    recipient: Any = row.recipient
    alert = _alert_of(row)
    return alert is not None and recipient.is_active and _can_review(recipient, alert)


def _is_question_wanted(row: QueuedMail) -> bool:
    recipient: Any = row.recipient
    alert = _alert_of(row)
    return alert is not None and recipient.is_active and not alert.answer


def _logged_notice(row: QueuedMail) -> LoggedNotice:
    recipient: Any = row.recipient
    return LoggedNotice(recipient.pk, [], recipient.pk)


def _message(row: QueuedMail) -> EmailMultiAlternatives:
    template = row.kind.removeprefix("alert_")
    return mail_of(row, f"oversight/email/{template}", {"link": settings.SITE_URL + reverse("alerts")})


REVIEW_MAIL: Final = Mailing(
    task=TEND,
    object_type="user",
    due=lambda: QueuedMail.objects.of_kind(REVIEW).due(),
    is_wanted=_is_review_wanted,
    logged_notice=_logged_notice,
    message=_message,
)
ASKED_MAIL: Final = Mailing(
    task=TEND,
    object_type="user",
    due=lambda: QueuedMail.objects.of_kind(ASKED).due(),
    is_wanted=_is_question_wanted,
    logged_notice=_logged_notice,
    message=_message,
)
