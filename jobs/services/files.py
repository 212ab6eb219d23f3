"""Files of jobs, stored in chunks: written from a file, read as a stream."""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import BinaryIO, Final, cast
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from jobs.models import JobFile, JobFileChunk
from jobs.services.kinds import JobRefused
from lib.age import encrypt
from lib.passphrases import PassphraseLost, open_passphrase

KEPT_FOR: Final = timedelta(hours=24)
PART: Final = 1024 * 1024  # bytes
IN_MEMORY: Final = 4 * PART


def keep_file(
    *,
    job_id: UUID,
    name: str,
    media_type: str,
    content: BinaryIO,
    is_input: bool,
    district_ids: Iterable[UUID] | None = None,
    kept_for: timedelta = KEPT_FOR,
) -> JobFile:
    """Store `content` (from its beginning) in chunks, inside the caller's transaction.

    Only users who cover all of `district_ids` may download the file. Without `district_ids`, no user may.
    """
    content.seek(0)
    row = JobFile.objects.create(
        job_id=job_id,
        is_input=is_input,
        name=name,
        media_type=media_type,
        size=0,
        digest="",
        district_ids=None if district_ids is None else sorted(district_ids),
        expires_at=timezone.now() + kept_for,
    )
    digest, number = hashlib.sha256(), 0
    while part := content.read(PART):
        JobFileChunk.objects.create(file=row, number=number, content=part)
        digest.update(part)
        row.size += len(part)
        number += 1
    row.digest = digest.hexdigest()
    row.save(update_fields=["size", "digest"])
    return row


def parts_of(file_id: UUID) -> Iterator[bytes]:
    """Yield the content of the file with one chunk in memory at a time."""
    parts = JobFileChunk.objects.filter(file=file_id)
    number = 0
    while (part := parts.filter(number=number).values_list("content", flat=True).first()) is not None:
        yield bytes(part)
        number += 1


@contextmanager
def opened(file_id: UUID) -> Iterator[BinaryIO]:
    """Open the file for reading and seeking. Large files are on disk."""
    with spool() as copy:
        for part in parts_of(file_id):
            copy.write(part)
        copy.seek(0)
        yield copy


def spool() -> BinaryIO:
    """Return a temporary file: in memory while small, then an unnamed file on disk."""
    return cast(BinaryIO, tempfile.SpooledTemporaryFile(IN_MEMORY))  # closed by the caller


def encrypted(readable: BinaryIO, encrypted_passphrase: str) -> BinaryIO:
    """Return the file encrypted to a kept passphrase (age), and close the plain file. Raises JobRefused."""
    out = spool()
    with readable:
        try:
            passphrase = open_passphrase(encrypted_passphrase)
        except PassphraseLost:
            raise JobRefused(_("The passphrase is no longer available. Create the file again.")) from None
        readable.seek(0)
        encrypt(readable, out, passphrase)
    return out
