"""The daily limit of different contacts: a hint, then a reason, then a stop (docs/adr/0048)."""

from dataclasses import dataclass
from typing import Final

HINT_AT: Final = 0.8  # of the limit
DAYS_KEPT: Final = 60  # numbers of past days, from which a user's own usual day is known
#: Contacts that a user read are kept so long, so that many small days together can be noticed.
READS_KEPT: Final = 31


@dataclass(frozen=True, slots=True)
class ReadCount:
    """The number of different contacts that a reader read today or is about to, and the limit."""

    new: int
    before: int
    limit: int
    is_explained: bool = False

    @property
    def total(self) -> int:
        return self.new + self.before

    @property
    def allowed(self) -> int:
        """The limit, or twice the limit for users who have given a reason today.

        >>> ReadCount(0, 0, 60).allowed, ReadCount(0, 0, 60, is_explained=True).allowed
        (60, 120)
        """
        return 2 * self.limit if self.is_explained else self.limit

    @property
    def remaining(self) -> int:
        """Return the number of further contacts that the reader can read today."""
        return max(0, self.allowed - self.before)

    @property
    def is_refused(self) -> bool:
        """Whether the new contacts are too many. Contacts that were read today are never refused again.

        >>> ReadCount(1, 60, 60).is_refused, ReadCount(0, 60, 60).is_refused
        (True, False)
        """
        return self.new > 0 and self.total > self.allowed

    @property
    def is_near(self) -> bool:
        """Whether the page should show the reader how many contacts they have read today."""
        return self.new > 0 and self.total >= HINT_AT * self.limit


NOTHING_READ: Final = ReadCount(0, 0, 0)
