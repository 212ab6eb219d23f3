"""Freezing values and signing files in the background: safe to run twice at once, or again."""

import structlog
from celery import shared_task

from audit.signing import NoKey
from lib.days import city_today
from plans.sending import tell_of_figures
from plans.services.comparison import SIGN, sign_files
from plans.services.indicators import freeze_due

log = structlog.get_logger(__name__)


@shared_task(name="plans.freeze_values")
def freeze_values() -> int:
    return freeze_due()


@shared_task(name="plans.tell_of_figures")
def tell_of_figures_of_today() -> int:
    return tell_of_figures(city_today())


@shared_task(name=SIGN)
def sign_comparison_files() -> int:
    """Sign what waits. Without a key it is logged, and the files wait for the next run."""
    try:
        return sign_files()
    except NoKey as error:
        log.error("comparison_files_not_signed", error=str(error))
        return 0
