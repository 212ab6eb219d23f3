"""Store converted rows in an unnamed temporary file, so that the length of a register needs no memory."""

import tempfile
from collections.abc import Iterator

import orjson

from exchange.imports.converting import Row


class Spool:
    """Rows in order, written once and read repeatedly. The file disappears with the process."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as this
        self._count = 0

    def append(self, row: Row) -> None:
        self._file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
        self._count += 1

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Row]:
        self._file.seek(0)
        for line in self._file:
            row = Row(**orjson.loads(line))
            row.notes = [(kind, text) for kind, text in row.notes]
            row.extras = [(channel, value) for channel, value in row.extras]
            yield row
