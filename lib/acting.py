"""The actor interface for lower layers; `accounts.actors.Actor` implements it."""

from typing import Protocol
from uuid import UUID


class Acting(Protocol):
    """An actor that reads or writes: a user, a key or the system."""

    @property
    def kind(self) -> str:
        """`user`, `key` or `system`."""

    @property
    def id(self) -> UUID | None: ...

    @property
    def role(self) -> str:
        """A code of accounts.models.Role; empty for a key and the system."""

    @property
    def purpose(self) -> str: ...

    @property
    def request_id(self) -> str: ...

    @property
    def district_ids(self) -> frozenset[UUID]:
        """IDs of the covered districts, including descendants."""

    @property
    def sees_everywhere(self) -> bool: ...

    @property
    def recording_in(self) -> UUID | None:
        """The only incident that the actor sees, to record results after a duty shift."""
