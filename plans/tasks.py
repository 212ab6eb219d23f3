"""Background tasks: changed figures, and signed files. Each is safe to run twice, also at once."""

import structlog
from celery import shared_task

from audit.signing import NoKey
from lib.days import city_today
from plans.sending import record_changed_figures
from plans.services.comparison import SIGN, sign_files

log = structlog.get_logger(__name__)


@shared_task(name="plans.tell_of_figures")
def tell_of_figures_of_today() -> int:
    return record_changed_figures(city_today())


@shared_task(name=SIGN)
def sign_comparison_files() -> int:
    """Sign the waiting files. Without a key, log an error and leave the files for the next run."""
    try:
        return sign_files()
    except NoKey as error:
        log.error("comparison_files_not_signed", error=str(error))
        return 0
