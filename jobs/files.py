"""Files of jobs, in parts: written from a file, read as a stream."""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import BinaryIO, Final, cast
from uuid import UUID

from django.utils import timezone

from jobs.models import JobFile, JobFileChunk

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
) -> JobFile:
    """Copy `content`, from its beginning, into rows; the caller's transaction makes it whole.

    `district_ids` are those its maker covers: the file is for who covers them all; without them for nobody.
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
        expires_at=timezone.now() + KEPT_FOR,
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
    """The file's content, one part in memory at a time."""
    parts = JobFileChunk.objects.filter(file=file_id)
    number = 0
    while (part := parts.filter(number=number).values_list("content", flat=True).first()) is not None:
        yield bytes(part)
        number += 1


@contextmanager
def opened(file_id: UUID) -> Iterator[BinaryIO]:
    """The file as one that can be read and sought: on disk once it is large."""
    with spool() as copy:
        for part in parts_of(file_id):
            copy.write(part)
        copy.seek(0)
        yield copy


def spool() -> BinaryIO:
    """A new file for as long as it is open: in memory while small, then on disk without a name."""
    return cast(BinaryIO, tempfile.SpooledTemporaryFile(IN_MEMORY))  # its user closes it
