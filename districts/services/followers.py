"""Tuples that `crm.wiring` fills: records and access of the apps above, which follow a redrawn district."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from lib.wired import Wired


@dataclass(frozen=True, slots=True)
class Successors:
    """Where the records of a redrawn district go: to the first, if none was chosen for their organisation."""

    first: Any
    chosen: Mapping[UUID, Any] = field(default_factory=dict)

    def of(self, organisation_ids: Iterable[UUID]) -> Any:
        """Where something of these organisations goes: to the first, unless they go elsewhere together."""
        found = {self.chosen.get(pk, self.first) for pk in organisation_ids}
        return found.pop() if len(found) == 1 else self.first


# A follower takes the redrawn district, and its successor or all successors. It writes as the system, because
# a user who redraws a district may not see the records in it.
Follow = Callable[[Any, Any], None]
FollowRows = Callable[[Any, Successors], None]
Count = Callable[[Any], Mapping[str, int]]
Ask = Callable[[Collection[UUID]], bool]

#: Whoever covers a redrawn district covers its successor, too.
ACCESS: Final = Wired[Follow]("districts.services.followers.ACCESS")
#: Functions that move the records of a redrawn district. Called after ACCESS.
ROWS: Final = Wired[FollowRows]("districts.services.followers.ROWS")
#: The number of records that will move.
COUNTS: Final = Wired[Count]("districts.services.followers.COUNTS")
#: Whether records have ever been in districts.
RECORDS: Final = Wired[Ask]("districts.services.followers.RECORDS")
#: Whether a signed record has figures of districts.
SIGNED: Final = Wired[Ask]("districts.services.followers.SIGNED")
