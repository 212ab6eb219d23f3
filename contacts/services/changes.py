"""How rows are locked, changed, written and recorded, whichever noun they are of."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.utils import timezone

from accounts.actors import Actor
from accounts.services.relief import refuse_widening
from audit.models import Action, Op
from audit.services import Changed, record_changes
from contacts.services.change_feed import KINDS, Kind, hold_named, links, tell_of_moves
from lib.cleaning import assign
from lib.conflicts import check_version, constraints_in_words
from lib.copying import insert_rows
from lib.encrypted_fields import bound_values
from lib.erasable import Rewrite
from lib.freezing import refuse_frozen
from lib.id_in import id_in

_ACTIONS: Final = {Op.CREATED: Action.CREATE, Op.UPDATED: Action.UPDATE, Op.ARCHIVED: Action.ARCHIVE}

Row = TypeVar("Row", bound=Model)
# The districts that each of some rows is seen in, by its id.
SeenIn = Callable[[Collection[Any]], Mapping[UUID, set[UUID]]]


@dataclass(slots=True, eq=False)
class Change:
    """What a row, a new one or one that is locked, is to have in some fields, and what became of it.

    Fields that are not given stay, and child rows that are None. The writer sets `names` to what was given
    or, of a known row, to what is other now (none: nothing was written), and `districts` to where it was and
    is seen.
    """

    row: Any
    fields: Mapping[str, Any] = field(default_factory=dict)
    may_have_left: bool = False  # an undo: whom it names need not work here any more
    was_wrong: bool = False  # it is not other now, but was recorded wrongly
    op: Op = field(init=False)
    names: list[str] = field(init=False, default_factory=list)
    districts: set[UUID] = field(init=False, default_factory=set)
    _was: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.op = Op.CREATED if self.row._state.adding else Op.UPDATED
        self._was = {} if self.is_new else dict(self.row.__dict__)

    @property
    def is_new(self) -> bool:
        return self.op == Op.CREATED

    @property
    def is_changed(self) -> bool:
        """Whether something of a known row is other now."""
        return bool(self.names) and not self.is_new

    @property
    def columns(self) -> dict[str, Any]:
        """What the columns of a known row that are other now were; with those that follow from others."""
        now, was = self.row.__dict__, self._was
        return {
            column.name: was[column.attname]
            for column in self.row._meta.concrete_fields
            if column.attname in was and was[column.attname] != now[column.attname]
        }

    @property
    def before(self) -> dict[str, Any]:
        """What the columns among `names` were."""
        return {name: value for name, value in self.columns.items() if name in self.names}

    @property
    def kept(self) -> set[str]:
        """Columns that the change leaves as they were. They are not checked again: rules may be newer."""
        columns = {column.name for column in self.row._meta.concrete_fields}
        return set() if self.is_new else columns - self.columns.keys()

    def assign(self, beside: Collection[str] = (), *, is_clean: bool = False) -> None:
        """Set the columns on the row; names in `beside` are of none. Raises as `lib.cleaning.assign` does."""
        values = {name: value for name, value in self.fields.items() if name not in beside}
        changed = assign(self.row, values, is_clean=is_clean)
        self.names = list(values) if self.is_new else changed


def new_row(model: type[Row], id: UUID | None) -> Row:
    """A row that is not in the book yet, by the id that somebody gave it."""
    return model(**({"id": id} if id else {}))


def lock(
    rows: QuerySet[Row], ids: Collection[UUID], values: object = (), *, stays: bool = False
) -> dict[UUID, Row]:
    """Those of `rows` with these ids, locked in one order until the transaction ends.

    What they refer to, also by the new `values`, is locked before them, and stays where it is
    (`hold_named`). If the rows themselves
    stay where they are (`stays`), whoever refers to them does not wait.
    """
    if not ids:
        return {}
    hold_named(rows.model, ids, values)
    found = rows.filter(id_in("pk", ids)).order_by("pk").select_for_update(of=("self",), no_key=stays)
    return {row.pk: row for row in found}


def lock_one(rows: QuerySet[Row], pk: UUID, values: object = ()) -> Row:
    """The row among `rows` with this id, locked as `lock` does. Raises DoesNotExist."""
    found = lock(rows, [pk], values)
    return found[pk] if found else rows.none().get()


def lock_versions(
    rows: QuerySet[Row],
    versions: Mapping[UUID, int | None],
    may_write: Callable[[Row], bool],
    values: object = (),
) -> list[Row]:
    """All of `rows`, which are those the actor sees, with these ids and versions (None: whichever it is),
    locked.

    Raises DoesNotExist where one is not seen, PermissionDenied where one is read-only, StaleVersion.
    """
    model: Any = rows.model
    found: Mapping[UUID, Any] = lock(rows, versions.keys(), values)
    if len(found) < len(versions):
        raise model.DoesNotExist
    if not all(map(may_write, found.values())):
        raise PermissionDenied
    for pk, row in found.items():
        check_version(row.version, versions[pk])
    return list(found.values())


def note_districts(changes: Iterable[Change], seen_in: SeenIn) -> None:
    """Before anything is written: where known rows are seen."""
    known = {change.row.pk: change for change in changes if not change.is_new}
    where = seen_in([change.row for change in known.values()]) if known else {}
    for pk, change in known.items():
        change.districts |= where[pk]


def insert_new(changes: Iterable[Change]) -> list[Any]:
    """Insert the new rows and return them. The caller has checked and folded them."""
    rows = [change.row for change in changes if change.is_new]
    if rows:
        with constraints_in_words(type(rows[0])):
            insert_rows(type(rows[0]), rows)
    return rows


def save_changed(changes: Collection[Change]) -> None:
    """Write known rows as they are now, in their next version.

    The caller holds the rows, has checked and folded them, and records the change.
    """
    rows, now = [change.row for change in changes], timezone.now()
    for row in rows:
        row.version += 1
        row.updated_at = now
    if rows:
        columns = sorted(set[str]().union(*(change.columns for change in changes)))
        with constraints_in_words(type(rows[0])), bound_values(rows, columns):
            type(rows[0]).objects.bulk_update(rows, columns, batch_size=250)


def record_written(
    actor: Actor,
    object_type: str,
    changes: Iterable[Change],
    seen_in: SeenIn,
    action: Action | None = None,
    purpose: str = "",
) -> None:
    """One event for all that was done alike; `action` is what the trail calls it, if not what each is.

    What is seen through rows that are seen elsewhere now, or names them, is recorded too (`tell_of_moves`).
    Raises ValidationError where temporary access may not show a row where it is seen now.
    """
    written = [change for change in changes if change.is_new or change.is_changed]
    if not written:
        return
    hold_named(type(written[0].row), [change.row.pk for change in written])
    where, moved = seen_in([change.row for change in written]), {}
    alike: dict[tuple[Action, bool], list[Changed]] = {}
    for one in written:
        row, after = one.row, where[one.row.pk]
        if not one.is_new:
            refuse_widening(actor, one.districts, after)
            if one.districts != after:
                moved[row.pk] = one.districts | after
        one.districts |= after
        told = Changed(object_type, row.pk, one.op, row.version, one.districts, field_names=one.names)
        alike.setdefault((action or _ACTIONS[one.op], one.is_new), []).append(told)
    for (does, _is_new), changed in alike.items():
        record_changes(actor, does, changed, purpose=purpose)
    tell_of_moves(actor, object_type, moved, purpose=purpose)


def record_erased(
    actor: Actor, object_type: str, rows: Sequence[Any], seen_in: SeenIn, purpose: str = ""
) -> None:
    """Record that these rows are about to be deleted. The change feed gets the version after the last.

    What refers to these rows loses the reference, and is written in its next version. Raises Frozen if one
    of them is needed for a data request.
    """
    if not rows:
        return
    refuse_frozen(actor, rows)
    ids = [row.pk for row in rows]
    hold_named(type(rows[0]), ids)
    where = seen_in(rows)
    gone = [Changed(object_type, row.pk, Op.ERASED, row.version + 1, where[row.pk]) for row in rows]
    record_changes(actor, Action.ERASE, gone, purpose=purpose)
    for kind in KINDS:
        _lose_references(actor, kind, object_type, ids)


def _lose_references(actor: Actor, kind: Kind, object_type: str, ids: Collection[UUID]) -> None:
    """Write what refers to rows that are about to be erased in its next version, and record it."""
    names: dict[UUID, set[str]] = {}
    for link in (one for one in links() if kind.save and (one.of, one.to) == (kind.object_type, object_type)):
        for pk, _target in link.find(ids):
            names.setdefault(pk, set()).add(link.field)
    changes = [Change(row) for row in lock(kind.model.objects.all(), names).values()]
    for change in changes:
        change.names = sorted(names[change.row.pk])
    if changes and kind.save:
        note_districts(changes, kind.seen_in)
        kind.save(changes)
        record_written(actor, kind.object_type, changes, kind.seen_in)


def rewrite_rows(
    actor: Actor,
    rows: QuerySet[Any],
    keys: Collection[str],
    rewrite: Rewrite,
    save: Callable[[Collection[Change]], None],
    object_type: str,
    seen_in: SeenIn,
) -> list[Any]:
    """Set what `rewrite` returns for rows with these keys, and return those that changed.

    The caller has decided who may do this: no permission to edit is checked.
    """
    found = lock(rows, [UUID(key) for key in keys]).values()
    changes = [Change(row, values) for row in found if (values := rewrite(row))]
    note_districts(changes, seen_in)
    for change in changes:
        change.assign()
    changed = [change for change in changes if change.is_changed]
    save(changed)
    record_written(actor, object_type, changed, seen_in)
    return [change.row for change in changed]
