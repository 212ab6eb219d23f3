"""Who asks, as the lower rooms see it; `accounts.actors.Actor` is the type behind it."""

from typing import Protocol
from uuid import UUID


class Acting(Protocol):
    """Something that reads or writes for someone: a user, a key or the system."""

    @property
    def kind(self) -> str:
        """`user`, `key` or `system`."""

    @property
    def id(self) -> UUID | None: ...

    @property
    def role(self) -> str:
        """A code of domain.md's roles; empty for a key and the system."""

    @property
    def purpose(self) -> str: ...

    @property
    def request_id(self) -> str: ...

    @property
    def district_ids(self) -> frozenset[UUID]:
        """Districts covered, descendants included."""

    @property
    def sees_everywhere(self) -> bool: ...
