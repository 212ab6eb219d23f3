"""Retiring and signing in the background: safe to run twice at once, or again."""

import structlog
from celery import shared_task

from audit.signing import NoKey
from practices.services.practices import retire_unconfirmed
from practices.services.sent_files import SIGN, sign_files

log = structlog.get_logger(__name__)


@shared_task(name="practices.retire_unconfirmed")
def retire() -> int:
    return retire_unconfirmed()


@shared_task(name=SIGN)
def sign_practice_files() -> int:
    """Sign what waits. Without a key it is logged, and the files wait for the next run."""
    try:
        return sign_files()
    except NoKey as error:
        log.error("practice_files_not_signed", error=str(error))
        return 0
