"""What belongs to districts, registered by the apps above when they are ready.

kinds.follow_access(...)  who covers a district that is redrawn covers its successor too
kinds.follow_rows(...)    what is at home in it moves; called after all access
kinds.counts(...)         how many of these there are
kinds.has_records(...)    whether records have ever been in districts
kinds.is_signed(...)      whether a signed record has figures of districts
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from lib.registry import add_once


@dataclass(frozen=True, slots=True)
class Successors:
    """Where the records of a redrawn district go: to the first, if none was chosen for their organisation."""

    first: Any
    chosen: Mapping[UUID, Any] = field(default_factory=dict)

    def of(self, organisation_ids: Iterable[UUID]) -> Any:
        """Where something of these organisations goes: to the first, unless they go elsewhere together."""
        found = {self.chosen.get(pk, self.first) for pk in organisation_ids}
        return found.pop() if len(found) == 1 else self.first


# They get the district that is redrawn, and the successor or all of them. They write as the system: who
# redraws may manage districts, and need not see what is in them.
Follow = Callable[[Any, Any], None]
FollowRows = Callable[[Any, Successors], None]
Count = Callable[[Any], Mapping[str, int]]
Ask = Callable[[Collection[UUID]], bool]

ACCESS: Final[list[Follow]] = []
ROWS: Final[list[FollowRows]] = []
COUNTS: Final[list[Count]] = []
RECORDS: Final[list[Ask]] = []
SIGNED: Final[list[Ask]] = []


def follow_access(follow: Follow) -> None:
    add_once(ACCESS, follow)


def follow_rows(follow: FollowRows) -> None:
    add_once(ROWS, follow)


def counts(count: Count) -> None:
    add_once(COUNTS, count)


def has_records(ask: Ask) -> None:
    add_once(RECORDS, ask)


def is_signed(ask: Ask) -> None:
    add_once(SIGNED, ask)
