"""Publications: each is a list of files with their digests. Only the files of the current one are kept."""

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
AGES: Final = 7  # days after which unchanged pages get another day
_ERROR: Final = 200


@transaction.atomic
def keep_publication(build: Callable[[date, date], Mapping[str, bytes]], today: date) -> Publication | None:
    """Publish the site if it says something else than the last time, or says a day of a week ago."""
    lock_releases()
    last = Publication.objects.done().latest_first().first()
    if last is not None and last.is_of(today, AGES) and digests(build(today, last.as_of)) == last.files:
        return None
    files = build(today, today)
    found = digests(files)
    known = set(PublicFile.objects.filter(pk__in=found.values()).values_list("pk", flat=True))
    new = {digest: files[path] for path, digest in found.items() if digest not in known}
    PublicFile.objects.bulk_create(PublicFile(digest=digest, content=new[digest]) for digest in sorted(new))
    made = Publication.objects.create(number=_next_number(), as_of=today, files=found)
    PublicFile.objects.superseded_by(made).delete()
    return made


def publish_soon(_actor: Acting, _leaving: Leaving) -> None:
    """Publish again when a person was erased or restricted: files that name them are replaced and deleted."""
    wake_on_commit(PUBLISH)


@transaction.atomic
def note_failure(today: date, error: Exception) -> None:
    """Note that publishing failed. The site before stays. A failure that lasts adds nothing more."""
    lock_releases()
    if not has_failed():
        text = type(error).__name__
        Publication.objects.create(number=_next_number(), as_of=today, error=text[:_ERROR])


@transaction.atomic
def note_success() -> None:
    """End a failure by what was published before it, if nothing new was published since."""
    lock_releases()
    last = Publication.objects.latest_first().first()
    if last is not None and last.error and (kept := Publication.objects.done().latest_first().first()):
        Publication.objects.create(number=_next_number(), as_of=kept.as_of, files=kept.files)


def has_failed() -> bool:
    last = Publication.objects.latest_first().values_list("error", flat=True)[:FAILURES]
    return len(last) == FAILURES and all(last)


def digests(files: Mapping[str, bytes]) -> dict[str, str]:
    return {path: hashlib.sha256(files[path]).hexdigest() for path in sorted(files)}


def _next_number() -> int:
    last = Publication.objects.latest_first().first()
    return last.number + 1 if last else 1
