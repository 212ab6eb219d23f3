"""A release as files: its document as JSON, its tables as CSV. The same release is the same bytes."""

import json
from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final

from lib.sheets import CSV_TYPE, Column, Sheet, write_csv
from publishing.models import Release

TYPES: Final = {"json": "application/json", "csv": CSV_TYPE}
_COLUMNS: Final = (
    *("release", "released_on", "quarter", "indicator", "title", "definition", "split", "group", "name"),
    *("n", "of"),
)


def write_release(release: Release, extension: str) -> bytes:
    """The file; `extension` is one of TYPES."""
    if extension == "json":
        text = json.dumps(release.document, ensure_ascii=False, indent=2, sort_keys=True)
        return f"{text}\n".encode()
    out = BytesIO()
    columns = [Column(name) for name in _COLUMNS]
    write_csv(out, Sheet("", columns, _rows(release.document)))
    return out.getvalue()


def _rows(document: dict[str, Any]) -> Iterator[list[Any]]:
    """A line each, the total of a table last, without a group; a hidden number is empty."""
    for table in document["tables"]:
        for row in (*table["rows"], {"group": "", "name": "", **table["total"]}):
            line = {**document, **table, **row}
            yield [line[name] for name in _COLUMNS]
