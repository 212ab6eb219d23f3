"""Figures that leave the city beside releases, with which later releases are proven safe too."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from lib.wired import Wired
from publishing.rules.cells import Table

SOURCES: Final = Wired[Callable[[], Iterable[Table]]]("publishing.queries.comparison_tables.SOURCES")


def tables() -> Iterator[Table]:
    for tables_of in SOURCES:
        yield from tables_of()
