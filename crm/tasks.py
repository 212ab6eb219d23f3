"""Alarms: the call to a watchdog outside, and a mail if the activity log stands.

The watchdog raises the alarm if the call does not come.
"""

import urllib.request
from typing import Any, Final

import structlog
from celery import shared_task
from django.conf import settings
from django.core.cache import cache

from accounts.models import QueuedMail, Role, User
from accounts.services.mailing import LoggedNotice, Mailing, mail_of, queue_mails, send_mails
from crm import health, progress
from lib.ids import uuid7

WATCHDOG: Final = "crm.call_watchdog"
STANDING_TRAIL: Final = "crm.tell_of_standing_trail"
TOLD: Final = "mail:told_of_standing_trail"  # cache key; the value is the ID of the occasion
MAIL_KIND: Final = "trail_stands"
TIMEOUT_SECONDS: Final = 10

log = structlog.get_logger(__name__)


@shared_task(name=WATCHDOG)
def call_watchdog() -> bool:
    """Call WATCHDOG_URL if every part is up, and return whether it was called.

    Silence is the alarm, because a machine that is off cannot send one.
    """
    if not settings.WATCHDOG_URL:
        return False
    down = sorted(part for part, state in health.states().items() if state not in health.HEALTHY)
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
    """Mail privacy officers once if the activity log is no longer numbered or sealed. Return the number sent.

    The mail is sent again only after the work has gone on and stopped again.
    """
    with health.probe() as cursor:
        stands = sorted(progress.stopped(cursor, progress.standing(cursor)) & {"trail", "seals"})
    if not stands:
        cache.delete(TOLD)
        return send_mails(STANDING_TRAIL_MAIL)  # gives up emails that are no longer true
    log.error("trail_stands", parts=stands)
    occasion = uuid7()
    if cache.add(TOLD, str(occasion), None):
        queue_mails(MAIL_KIND, occasion, User.objects.active().with_role(Role.PRIVACY_OFFICER).in_order())
    return send_mails(STANDING_TRAIL_MAIL)


def _is_wanted(row: QueuedMail) -> bool:
    recipient: Any = row.recipient
    is_privacy_officer = recipient.is_active and recipient.role == Role.PRIVACY_OFFICER
    return bool(is_privacy_officer and cache.get(TOLD) == str(row.object_id))


def _logged_notice(row: QueuedMail) -> LoggedNotice:
    recipient: Any = row.recipient
    return LoggedNotice(recipient.pk, [], recipient.pk)


STANDING_TRAIL_MAIL: Final = Mailing(
    task=STANDING_TRAIL,
    object_type="user",
    due=lambda: QueuedMail.objects.of_kind(MAIL_KIND).due(),
    is_wanted=_is_wanted,
    logged_notice=_logged_notice,
    message=lambda row: mail_of(row, "account/email/trail_stands", {}),
)
