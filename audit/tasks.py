"""Work in the background: numbering the trail, and sealing it."""

import structlog
from celery import shared_task

from audit.publishing import publish
from audit.sealing import SealsAreGone, seal
from audit.signing import NoKey

log = structlog.get_logger(__name__)


@shared_task(name="audit.publish")
def publish_trail() -> int:
    return publish()


@shared_task(name="audit.seal")
def seal_trail() -> int:
    """Once a minute. What hinders it is told each time, and the rows wait for the next minute."""
    try:
        return seal()
    except (NoKey, SealsAreGone, OSError, ValueError) as error:
        log.error("trail_not_sealed", error=str(error))
        return 0
