"""Record the rows of an exported file in the activity log before anybody can download the file."""

from collections.abc import Iterable, Iterator
from typing import Final
from uuid import UUID

from accounts.actors import Actor
from audit.models import Action
from disclosure.services.disclosing import disclose

_IDS: Final = 5_000  # in one event, because an index includes them


class LeavingRows:
    """IDs of exported rows, 16 bytes each."""

    def __init__(self) -> None:
        self.rows = 0
        self.districts: set[UUID] = set()
        self._ids = bytearray()
        self._other_ids: set[UUID] = set()

    def add(
        self, pk: UUID, districts: UUID | Iterable[UUID], other_ids: Iterable[UUID] | None = None
    ) -> None:
        """Add a row, its districts, and the IDs of other rows that its cells show."""
        self.rows += 1
        self._ids += pk.bytes
        self.districts.update([districts] if isinstance(districts, UUID) else districts)
        self._other_ids.update(other_id for other_id in other_ids or () if other_id)

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
        """Yield the IDs of the rows and of their cells in batches. An empty file gives one empty batch."""
        everything, step = (
            self._ids + b"".join(other_id.bytes for other_id in sorted(self._other_ids)),
            16 * _IDS,
        )
        for start in range(0, max(len(everything), 1), step):
            part = bytes(everything[start : start + step])
            yield [UUID(bytes=part[at : at + 16]) for at in range(0, len(part), 16)]
