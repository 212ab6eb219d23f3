"""The call to a watchdog outside: it raises the alarm if the call does not come."""

import urllib.request
from typing import Final

import structlog
from celery import shared_task
from django.conf import settings

from crm import health

WATCHDOG: Final = "crm.call_watchdog"
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
