"""Tasks that send reports, sign statements and erase names. Each can run twice, or in parallel."""

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
    """Sign waiting statements. Without a key, log an error and leave them to the next run."""
    try:
        return sign_waiting()
    except NoKey as error:
        log.error("audits_not_signed", error=str(error))
        return 0


@shared_task(name="reviews.forget_names")
def forget_names() -> int:
    return forget_erased()
