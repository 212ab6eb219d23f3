"""Tables of figures shared with other cities. The proof of a later release includes them."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from lib.wired import Wired
from publishing.rules.cells import Table

SOURCES: Final = Wired[Callable[[], Iterable[Table]]]("publishing.queries.comparison_tables.SOURCES")


def comparison_tables() -> Iterator[Table]:
    for tables_of in SOURCES:
        yield from tables_of()
