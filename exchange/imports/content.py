"""The file of an import under way, packed in its draft."""

import zlib
from typing import BinaryIO, Final

from exchange.models import ImportDraft
from jobs.services.files import spool

_PIECE: Final = 16 * 1024  # packed: at most a thousand times as much unpacked


def content_of(draft: ImportDraft) -> BinaryIO:
    """The table as it was given, on disk once it is large: a file of 50 MB is never in memory whole."""
    copy, unpacking = spool(), zlib.decompressobj()
    # Past the draft, which would hold it as long as the work lasts and write it anew each time it is saved.
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
