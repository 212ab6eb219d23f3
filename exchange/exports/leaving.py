"""Which rows a file holds, for the activity log: recorded before anybody can fetch the file."""

from collections.abc import Iterable, Iterator
from typing import Final
from uuid import UUID

from accounts.actors import Actor
from audit.models import Action
from disclosure.services.disclosing import disclose

_IDS: Final = 5_000  # of one event: an index has to take them in


class LeavingRows:
    """The IDs that leave, 16 bytes each."""

    def __init__(self) -> None:
        self.rows = 0
        self.districts: set[UUID] = set()
        self._ids = bytearray()
        self._others: set[UUID] = set()

    def add(self, pk: UUID, where: UUID | Iterable[UUID], others: Iterable[UUID] | None = None) -> None:
        """Add a row, its districts, and the IDs of other rows that its cells show."""
        self.rows += 1
        self._ids += pk.bytes
        self.districts.update([where] if isinstance(where, UUID) else where)
        self._others.update(one for one in others or () if one)

    def disclose(
        self,
        actor: Actor,
        object_type: str,
        *,
        field_names: Iterable[str],
        purpose: str,
        recipient: str,
        searched: str = "",
    ) -> None:
        """Record the export, in the transaction that stores the file."""
        names = list(field_names)
        for ids in self._batches():
            disclose(
                actor,
                object_type,
                ids,
                action=Action.EXPORT,
                reason=purpose,
                searched=searched,
                recipient=recipient,
                district_ids=self.districts,
                field_names=names,
            )

    def _batches(self) -> Iterator[list[UUID]]:
        """Those of the rows, then those their cells show. One if empty: that tells something too."""
        everything, step = self._ids + b"".join(one.bytes for one in sorted(self._others)), 16 * _IDS
        for start in range(0, max(len(everything), 1), step):
            part = bytes(everything[start : start + step])
            yield [UUID(bytes=part[at : at + 16]) for at in range(0, len(part), 16)]
