"""Alarms: the call to a watchdog outside, and a mail if the activity log stands.

The watchdog raises the alarm if the call does not come.
"""

import urllib.request
from typing import Final

import structlog
from celery import shared_task
from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string
from django.utils import translation

from accounts.actors import SYSTEM
from accounts.models import Role, User
from audit.models import Action
from audit.services import record
from crm import health, progress
from lib.mail import MailNotSent, sending

WATCHDOG: Final = "crm.call_watchdog"
STANDING_TRAIL: Final = "crm.tell_of_standing_trail"
TOLD: Final = "mail:told_of_standing_trail"  # cache key
TIMEOUT_SECONDS: Final = 10

log = structlog.get_logger(__name__)


@shared_task(name=WATCHDOG)
def call_watchdog() -> bool:
    """Call WATCHDOG_URL if every part is up, and return whether it was called.

    Silence is the alarm, because a machine that is off cannot send one.
    """
    if not settings.WATCHDOG_URL:
        return False
    down = sorted(part for part, state in health.states().items() if state != "up")
    if down:
        log.error("watchdog_not_called", down=down)
        return False
    try:
        with urllib.request.urlopen(settings.WATCHDOG_URL, timeout=TIMEOUT_SECONDS):  # noqa: S310 (https by a check of the settings)
            return True
    except OSError as error:
        log.error("watchdog_not_reached", error=type(error).__name__)
        return False


@shared_task(name=STANDING_TRAIL)
def tell_of_standing_trail() -> int:
    """Mail privacy officers once if the activity log is no longer numbered or sealed. Return how many.

    The mail is sent again only after the work has gone on and stopped again.
    """
    with health.probe() as cursor:
        stands = sorted(progress.stopped(cursor, progress.standing(cursor)) & {"trail", "seals"})
    if not stands:
        cache.delete(TOLD)
        return 0
    log.error("trail_stands", parts=stands)
    if not cache.add(TOLD, 1, None):
        return 0
    officers = User.objects.active().with_role(Role.PRIVACY_OFFICER).in_order()
    try:
        with sending():
            get_connection().send_messages([_standing_trail(user) for user in officers])
    except MailNotSent as error:
        cache.delete(TOLD)
        log.error("mail_not_sent", template="trail_stands", error=str(error))
        return 0
    record(SYSTEM, Action.NOTIFY, "user", [user.pk for user in officers])
    return len(officers)


def _standing_trail(user: User) -> EmailMessage:
    words = {"user": user, "city": settings.CITY_NAME}
    with translation.override(user.language):
        subject = render_to_string("account/email/trail_stands_subject.txt", words).strip()
        body = render_to_string("account/email/trail_stands_message.txt", words)
    return EmailMessage(subject, body, to=[user.email])
