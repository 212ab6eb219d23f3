"""Background tasks: retire practices, and sign files. Each is safe to run twice, also at once."""

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
    """Sign the waiting files. Without a key, log an error and leave the files for the next run."""
    try:
        return sign_files()
    except NoKey as error:
        log.error("practice_files_not_signed", error=str(error))
        return 0
