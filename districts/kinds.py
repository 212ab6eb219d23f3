"""What belongs to districts, registered by the apps above when they are ready.

kinds.follow_access(...)  who covers a district that is redrawn covers its successor too
kinds.follow_rows(...)    what is at home in it moves; called after all access
kinds.has_records(...)    whether records have ever been in districts
kinds.is_signed(...)      whether a signed record has figures of districts
"""

from collections.abc import Callable, Collection
from typing import Any, Final
from uuid import UUID

# Both get the district that is redrawn and the successor. They write as the system: who redraws may manage
# districts, and need not see what is in them.
Follow = Callable[[Any, Any], None]
Ask = Callable[[Collection[UUID]], bool]

ACCESS: Final[list[Follow]] = []
ROWS: Final[list[Follow]] = []
RECORDS: Final[list[Ask]] = []
SIGNED: Final[list[Ask]] = []


def follow_access(follow: Follow) -> None:
    ACCESS.append(follow)


def follow_rows(follow: Follow) -> None:
    ROWS.append(follow)


def has_records(ask: Ask) -> None:
    RECORDS.append(ask)


def is_signed(ask: Ask) -> None:
    SIGNED.append(ask)
