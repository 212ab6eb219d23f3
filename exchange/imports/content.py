"""The file of an import under way, packed in its draft."""

import zlib
from typing import BinaryIO, Final

from exchange.models import ImportDraft
from jobs.services.files import spool

_PIECE: Final = 16 * 1024  # packed: at most a thousand times as much unpacked


def content_of(draft: ImportDraft) -> BinaryIO:
    """Open the uploaded table. A large one is on disk, so that 50 MB are never in memory at once."""
    copy, unpacking = spool(), zlib.decompressobj()
    # Not through the draft, which would keep the content in memory and write it again with each save.
    packed = ImportDraft.objects.values_list("content", flat=True).get(pk=draft.pk) or b""
    for start in range(0, len(packed), _PIECE):
        copy.write(unpacking.decompress(packed[start : start + _PIECE]))
    copy.write(unpacking.flush())
    copy.seek(0)
    return copy


def pack_content(content: BinaryIO) -> bytes:
    packing, parts = zlib.compressobj(6), []
    content.seek(0)
    while piece := content.read(_PIECE):
        parts.append(packing.compress(piece))
    return b"".join([*parts, packing.flush()])
