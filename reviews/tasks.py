"""Sending reports and signing statements in the background: safe to run twice at once, or again."""

import structlog
from celery import shared_task

from audit.signing import NoKey
from reviews.services.names import forget_erased
from reviews.services.signing import SIGN
from reviews.services.signing import sign_statements as sign_waiting
from reviews.services.subscriptions import SEND, send_reports

log = structlog.get_logger(__name__)


@shared_task(name=SEND)
def send_subscribed_reports() -> int:
    return send_reports()


@shared_task(name=SIGN)
def sign_statements() -> int:
    """Sign what waits. Without a key it is logged, and the statements wait for the next run."""
    try:
        return sign_waiting()
    except NoKey as error:
        log.error("audits_not_signed", error=str(error))
        return 0


@shared_task(name="reviews.forget_names")
def forget_names() -> int:
    return forget_erased()
