"""Background tasks that number and seal the activity log."""

from contextlib import suppress
from typing import Final

import structlog
from celery import shared_task
from django.core.cache import cache
from django.db import IntegrityError, ProgrammingError
from psycopg.errors import InsufficientPrivilege
from redis.exceptions import RedisError

from audit.services.numbering import publish
from audit.services.sealing import SealsAreGone, seal
from audit.services.witnesses import tell_witnesses
from audit.signing import NoKey
from lib.counting import count

#: Cache key with the number of runs since the last one that sealed, for metrics.
SEAL_FAILURES: Final = "trail:seal_failures"

log = structlog.get_logger(__name__)


NOT_THE_PUBLISHER = (
    "This role of the database may neither number nor seal the activity log: set DATABASE_AUDIT_URL "
    "for the worker "
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
        sealed = seal()
    except (NoKey, SealsAreGone, OSError, ValueError, IntegrityError) as error:
        return _not_sealed(str(error))
    except ProgrammingError as error:
        _raise_unless_refused(error)
        return _not_sealed(NOT_THE_PUBLISHER)
    with suppress(RedisError):
        cache.delete(SEAL_FAILURES)
    return sealed


@shared_task(name="audit.tell_witnesses")
def tell_of_seals() -> int:
    """Send the newest seal to the witnesses, once an hour."""
    return tell_witnesses()


def _not_sealed(error: str) -> int:
    log.error("trail_not_sealed", error=error)
    with suppress(RedisError):
        count(SEAL_FAILURES, None)
    return 0


def _raise_unless_refused(error: ProgrammingError) -> None:
    if not isinstance(error.__cause__, InsufficientPrivilege):
        raise error
