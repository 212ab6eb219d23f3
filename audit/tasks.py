"""Background tasks that number and seal the activity log."""

import structlog
from celery import shared_task
from django.db import ProgrammingError
from psycopg.errors import InsufficientPrivilege

from audit.publishing import publish
from audit.sealing import SealsAreGone, seal
from audit.signing import NoKey

log = structlog.get_logger(__name__)


NOT_THE_PUBLISHER = (
    "This role of the database may neither number nor seal the trail: set DATABASE_AUDIT_URL for the worker "
    "to the one that may (docs/operations.md)."
)


@shared_task(name="audit.publish")
def publish_trail() -> int:
    """Number rows, once a second.

    If the role lacks the right, the rows wait and the log names the setting.
    """
    try:
        return publish()
    except ProgrammingError as error:
        _raise_unless_refused(error)
        log.error("trail_not_numbered", error=NOT_THE_PUBLISHER)
        return 0


@shared_task(name="audit.seal")
def seal_trail() -> int:
    """Seal rows, once a minute. A problem is logged each time, and the rows wait for the next run."""
    try:
        return seal()
    except (NoKey, SealsAreGone, OSError, ValueError) as error:
        log.error("trail_not_sealed", error=str(error))
        return 0
    except ProgrammingError as error:
        _raise_unless_refused(error)
        log.error("trail_not_sealed", error=NOT_THE_PUBLISHER)
        return 0


def _raise_unless_refused(error: ProgrammingError) -> None:
    if not isinstance(error.__cause__, InsufficientPrivilege):
        raise error
