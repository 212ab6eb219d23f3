"""Rank the likely encodings of a file that is not UTF-8.

charset-normalizer distinguishes scripts, but not two encodings of Latin letters. The country's own encoding
therefore comes first among those, and a person looks at some rows and chooses.
"""

import csv
import io
from itertools import islice
from typing import BinaryIO, Final

from charset_normalizer import from_bytes
from django.conf import settings

from lib.fold import squash

# What spreadsheets of the nine languages write, and their neighbours'.
KNOWN: Final = {
    "cp1252": "Windows-1252",
    "cp1251": "Windows-1251",
    "cp1253": "Windows-1253",
    "cp1257": "Windows-1257",
    "cp1250": "Windows-1250",
    "mac_roman": "Macintosh",
    "cp850": "DOS 850",
}
_USUAL: Final = {
    **dict.fromkeys(("EE", "LV", "LT"), "cp1257"),
    **dict.fromkeys(("BG", "MK", "RS"), "cp1251"),
    **dict.fromkeys(("GR", "CY"), "cp1253"),
    **dict.fromkeys(("CZ", "HR", "HU", "PL", "RO", "SI", "SK"), "cp1250"),
}
_LATIN: Final = ("cp1252", "cp1257", "cp1250")
_SAMPLE: Final = 32 * 1024
_LOOKED_AT: Final = 4 * 1024 * 1024
ROWS: Final = 3


def likely_encodings(file: BinaryIO) -> list[str]:
    """Return possible encodings of a text that is not UTF-8, the likeliest first."""
    sample = _odd_lines(file)
    matches = from_bytes(sample, cp_isolation=list(KNOWN), preemptive_behaviour=False)
    ranked: list[str] = []
    for match in matches:
        for name in (match.encoding, *match.could_be_from_charset):
            if name in KNOWN and name not in ranked:
                ranked.append(name)
    national_encoding = _USUAL.get(settings.PHONENUMBER_DEFAULT_REGION, "cp1252")
    if ranked and (ranked[0] in _LATIN or ranked[0] not in ("cp1251", "cp1253")):
        latin = [national_encoding, *_LATIN] if national_encoding in _LATIN else _LATIN
        ranked = [*latin, *ranked]
    return list(dict.fromkeys([*ranked, national_encoding, *KNOWN]))


def _odd_lines(file: BinaryIO) -> bytes:
    """Return lines with non-ASCII bytes. A long register may have few of them, far below the first rows."""
    file.seek(0)
    lines: list[bytes] = []
    size = read = 0
    while size < _SAMPLE and read < _LOOKED_AT and (line := file.readline(_SAMPLE)):
        read += len(line)
        if not line.isascii():
            lines.append(line)
            size += len(line)
    return b"".join(lines)


def telling_rows(file: BinaryIO, encoding: str, delimiter: str) -> list[str]:
    """Return the first rows with non-ASCII characters, in this encoding, so that a person can compare."""
    sample = _odd_lines(file)[:_SAMPLE]
    text = io.StringIO(sample.decode(encoding, "replace"), newline="")
    rows = (" · ".join(filter(None, map(squash, row))) for row in csv.reader(text, delimiter=delimiter))
    return [row[:120] for row in islice(filter(None, rows), ROWS)]
