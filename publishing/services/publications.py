"""Publications of the site: lists of files with digests. Only files of the current publication are kept."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from django.db import transaction

from lib.acting import Acting
from lib.erasable import Leaving
from lib.waking import wake_on_commit
from publishing.models import Publication, PublicFile
from publishing.models.publication import FAILURES
from publishing.services.grids import lock_releases

PUBLISH: Final = "publishing.publish_site"
AGES: Final = 7  # days after which unchanged pages are published with a new date
_ERROR: Final = 200


@transaction.atomic
def keep_publication(build: Callable[[date, date], Mapping[str, bytes]], today: date) -> Publication | None:
    """Publish the site if its content has changed or its date is AGES days old. Return the publication."""
    lock_releases()
    last_publication = Publication.objects.done().latest_first().first()
    if (
        last_publication is not None
        and last_publication.is_recent(today, AGES)
        and digests(build(today, last_publication.as_of)) == last_publication.files
    ):
        return None
    files = build(today, today)
    digests_by_path = digests(files)
    known_digests = set(
        PublicFile.objects.filter(pk__in=digests_by_path.values()).values_list("pk", flat=True)
    )
    new = {digest: files[path] for path, digest in digests_by_path.items() if digest not in known_digests}
    PublicFile.objects.bulk_create(PublicFile(digest=digest, content=new[digest]) for digest in sorted(new))
    publication = Publication.objects.create(number=_next_number(), as_of=today, files=digests_by_path)
    PublicFile.objects.superseded_by(publication).delete()
    return publication


def publish_soon(_actor: Acting, _leaving: Leaving) -> None:
    """Publish again after a person was erased or restricted, so that files with their name are deleted."""
    wake_on_commit(PUBLISH)


@transaction.atomic
def note_failure(today: date, error: Exception) -> None:
    """Record that publishing failed. The earlier site stays. A lasting failure is recorded FAILURES times."""
    lock_releases()
    if not has_failed():
        text = type(error).__name__
        Publication.objects.create(number=_next_number(), as_of=today, error=text[:_ERROR])


@transaction.atomic
def note_success() -> None:
    """End a failure: publish the last good files again if nothing new was published since."""
    lock_releases()
    last_publication = Publication.objects.latest_first().first()
    if (
        last_publication is not None
        and last_publication.error
        and (last_success := Publication.objects.done().latest_first().first())
    ):
        Publication.objects.create(number=_next_number(), as_of=last_success.as_of, files=last_success.files)


def has_failed() -> bool:
    last_errors = Publication.objects.latest_first().values_list("error", flat=True)[:FAILURES]
    return len(last_errors) == FAILURES and all(last_errors)


def digests(files: Mapping[str, bytes]) -> dict[str, str]:
    return {path: hashlib.sha256(files[path]).hexdigest() for path in sorted(files)}


def _next_number() -> int:
    last_publication = Publication.objects.latest_first().first()
    return last_publication.number + 1 if last_publication else 1
