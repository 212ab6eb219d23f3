"""What the writers of meetings, promises and concerns share: versions, and what the trail is told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone

from accounts.actors import Actor
from accounts.services.relief import refuse_widening
from audit.models import Op
from contacts.services import changing
from contacts.services.changing import Written

Districts = Mapping[UUID, set[UUID]]  # of each row by its id, where it is seen


@dataclass(slots=True)
class RowChange:
    """What a row is to say, a new one or one that is locked; `names` are of what is another now."""

    beside: ClassVar[frozenset[str]] = frozenset()  # fields that are rows of their own

    row: Any
    fields: Any
    is_new: bool = field(init=False)
    names: list[str] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.is_new = self.row._state.adding

    @property
    def op(self) -> Op:
        return Op.CREATED if self.is_new else Op.UPDATED

    @property
    def columns(self) -> dict[str, Any]:
        return {name: value for name, value in self.fields.items() if name not in self.beside}

    @property
    def told(self) -> Iterable[str]:
        """Of a new row all that was said of it."""
        return self.fields if self.is_new else self.names


def save_changed(changes: Iterable[RowChange]) -> None:
    """Rows of which something is another now, each as a version of its own."""
    for change in changes:
        if not change.is_new and change.names:
            change.row.version += 1
            change.row.updated_at = timezone.now()
            change.row.save()


def record_written(
    actor: Actor, object_type: str, changes: Sequence[RowChange], before: Districts, after: Districts
) -> None:
    """One event for each thing that was done to rows of a type."""
    for change in changes:
        if not change.is_new:
            refuse_widening(actor, before[change.row.pk], after[change.row.pk])
    written = [
        Written(change.row, change.op, before.get(pk, set()) | after[pk], list(change.told))
        for change in changes
        for pk in [change.row.pk]
    ]
    changing.record_written(actor, object_type, written)
