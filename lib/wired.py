"""Tuples that `crm.wiring` fills once, with what the rooms above add to a room below (docs/adr/0075).

CHECKS: Final = Wired[Check]("audit.services.verifying.CHECKS")   # in the room below, which reads it
verifying.CHECKS.fill(verify_reviews)                    # in crm/wiring.py
"""

from collections.abc import Sequence
from typing import TypeVar, overload

T = TypeVar("T")


class NotWired(RuntimeError):
    """A tuple was read before `crm.wiring` filled it: Django is not set up yet."""


class WiredTwice(RuntimeError):
    """A tuple was filled a second time. Only `crm.wiring` fills tuples, each once."""


class Wired(Sequence[T]):
    """A tuple that is filled once. Reading it before raises NotWired. `name` is its place in the code."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._values: tuple[T, ...] | None = None

    def fill(self, *values: T) -> None:
        if self._values is not None:
            raise WiredTwice(self.name)
        self._values = values

    @property
    def values(self) -> tuple[T, ...]:
        if self._values is None:
            raise NotWired(f"{self.name} is empty until crm.wiring is imported")
        return self._values

    def __len__(self) -> int:
        return len(self.values)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[T, ...]: ...
    def __getitem__(self, index: int | slice) -> T | tuple[T, ...]:
        return self.values[index]
