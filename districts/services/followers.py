"""Functions of apps above that update records and access when a district is redrawn (`crm.wiring`)."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from lib.wired import Wired


@dataclass(frozen=True, slots=True)
class Successors:
    """Successors of a redrawn district: the chosen one of some organisations, and the default."""

    default: Any
    chosen: Mapping[UUID, Any] = field(default_factory=dict)

    def for_organisations(self, organisation_ids: Iterable[UUID]) -> Any:
        """Return the successor for a record of these organisations: their common one, or the default."""
        successors = {self.chosen.get(pk, self.default) for pk in organisation_ids}
        return successors.pop() if len(successors) == 1 else self.default


# A follower takes the redrawn district, and its successor or all successors. It writes as the system, because
# a user who redraws a district may not see the records in it.
Follow = Callable[[Any, Any], None]
FollowRows = Callable[[Any, Successors], None]
Count = Callable[[Any], Mapping[str, int]]
Ask = Callable[[Collection[UUID]], bool]

#: Functions that give accounts and keys of a redrawn district access to its successor.
ACCESS: Final = Wired[Follow]("districts.services.followers.ACCESS")
#: Functions that move the records of a redrawn district. Called after ACCESS.
ROWS: Final = Wired[FollowRows]("districts.services.followers.ROWS")
#: Functions that count the records that will move.
COUNTS: Final = Wired[Count]("districts.services.followers.COUNTS")
#: Functions that return whether records have ever been in these districts.
RECORDS: Final = Wired[Ask]("districts.services.followers.RECORDS")
#: Functions that return whether a signed record has figures of these districts.
SIGNED: Final = Wired[Ask]("districts.services.followers.SIGNED")
