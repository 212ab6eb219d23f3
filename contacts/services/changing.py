"""How a change of a row is given, written and recorded, whichever noun it is of."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from accounts.actors import Actor
from accounts.services.relief import refuse_widening
from audit.models import Action, Op
from audit.services import Changed, record_changes
from lib.cleaning import assign
from lib.conflicts import check_version, constraints_in_words

_KEPT: Final = frozenset({"folded", "clues", "version", "updated_at"})  # written with whatever changed
_ACTIONS: Final = {Op.CREATED: Action.CREATE, Op.UPDATED: Action.UPDATE, Op.ARCHIVED: Action.ARCHIVE}


@dataclass(slots=True)
class Change:
    """A change of one row. Values that are not given stay as they are.

    `id` names the row; a new row (`is_new`) needs none. `beside` holds the complete child rows by name after
    the change, or None where they stay as they are.
    """

    id: UUID | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    is_new: bool = False
    version: int | None = None
    beside: Mapping[str, Any] = field(default_factory=dict)

    def made_on(self, row: Any, *, is_clean: bool = False) -> dict[str, Any]:
        """Set the values on a row. Returns the changed columns with their old values.

        Raises StaleVersion, and as `assign` does.
        """
        check_version(row.version, self.version)
        were = {name: getattr(row, row._meta.get_field(name).attname) for name in self.values}
        return {name: were[name] for name in assign(row, self.values, is_clean=is_clean)}


@dataclass(slots=True)
class Written:
    """What became of a change: `names` of what is other now (none: nothing was written), and to take it back
    what the columns among them were `before`. `districts` are those it was and is seen in.
    """

    row: Any
    op: Op
    districts: set[UUID]
    names: list[str]
    before: dict[str, Any] = field(default_factory=dict)


def save_changed(changed: Mapping[Any, Iterable[str]], fold: Callable[[Any], None]) -> None:
    """Write known rows of one model that have new values in the columns named: folded, in their next version.

    The caller holds the rows, has checked them and records it.
    """
    now, model = timezone.now(), type(next(iter(changed)))
    for row in changed:
        fold(row)
        row.version += 1
        row.updated_at = now
    with constraints_in_words(model):
        model.objects.bulk_update(changed, sorted(_KEPT.union(*changed.values())), batch_size=250)


def follow_districts(actor: Actor, written: Iterable[Written], seen_in: Callable[[Any], set[UUID]]) -> None:
    """Add where known rows are seen now. Raises ValidationError where temporary access may not show them."""
    for one in written:
        before = set(one.districts)
        one.districts |= seen_in(one.row)
        refuse_widening(actor, before, one.districts)


def record_written(
    actor: Actor,
    object_type: str,
    written: Iterable[Written],
    action: Action | None = None,
    purpose: str = "",
) -> None:
    """One event for all that was done alike; `action` is what the trail calls it, if not what each is."""
    alike: dict[tuple[Action, bool], list[Changed]] = {}
    for one in written:
        change = Changed(
            object_type, one.row.pk, one.op, one.row.version, one.districts, field_names=one.names
        )
        alike.setdefault((action or _ACTIONS[one.op], one.op == Op.CREATED), []).append(change)
    for (does, _is_new), changes in alike.items():
        record_changes(actor, does, changes, purpose=purpose)


def record_erased(
    actor: Actor,
    object_type: str,
    rows: Iterable[Any],
    seen_in: Callable[[Any], set[UUID]],
    purpose: str = "",
) -> None:
    """Whoever has a copy is told of the version after the last."""
    gone = [Changed(object_type, row.pk, Op.ERASED, row.version + 1, seen_in(row)) for row in rows]
    if gone:
        record_changes(actor, Action.ERASE, gone, purpose=purpose)
