"""Figures that leave the city beside releases, with which later releases are proven safe too.

beside.register(tables_of_files)
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from publishing.rules.suppression import Table

_TOLD: Final[list[Callable[[], Iterable[Table]]]] = []


def register(told: Callable[[], Iterable[Table]]) -> None:
    _TOLD.append(told)


def tables() -> Iterator[Table]:
    for told in _TOLD:
        yield from told()
