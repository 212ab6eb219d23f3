"""Lock, change, write and record rows of any model."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.utils import timezone

from accounts.actors import Actor
from accounts.services.widening import refuse_widening
from audit.models import Action, Op
from audit.services import Changed, record_changes
from contacts.services.change_feed import KINDS, Kind, links, lock_references, record_moves
from lib.cleaning import assign
from lib.conflicts import check_version, constraints_in_words
from lib.copying import insert_rows
from lib.encrypted_fields import bound_values
from lib.erasable import Rewrite
from lib.freezing import refuse_frozen
from lib.id_lists import id_in

_ACTIONS: Final = {Op.CREATED: Action.CREATE, Op.UPDATED: Action.UPDATE, Op.ARCHIVED: Action.ARCHIVE}

Row = TypeVar("Row", bound=Model)
# Returns the districts where each row is visible, by the row's ID.
SeenIn = Callable[[Collection[Any]], Mapping[UUID, set[UUID]]]


@dataclass(slots=True, eq=False)
class Change:
    """A requested change to one new or locked row, and its result.

    Fields that are not in `fields` stay unchanged, and so do child rows that are None. The writer sets
    `names` to the fields of a new row, or to the fields of an existing row that changed (empty: nothing was
    written). It sets `districts` to those where the row was and is visible.
    """

    row: Any
    fields: Mapping[str, Any] = field(default_factory=dict)
    may_have_left: bool = False  # an undo: a lead officer or deputy may be deactivated by now
    was_wrong: bool = False  # the old value was an error, so past figures change too
    op: Op = field(init=False)
    names: list[str] = field(init=False, default_factory=list)
    districts: set[UUID] = field(init=False, default_factory=set)
    _values_before: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.op = Op.CREATED if self.row._state.adding else Op.UPDATED
        self._values_before = {} if self.is_new else dict(self.row.__dict__)

    @property
    def is_new(self) -> bool:
        return self.op == Op.CREATED

    @property
    def is_changed(self) -> bool:
        """Whether an existing row was changed."""
        return bool(self.names) and not self.is_new

    @property
    def columns(self) -> dict[str, Any]:
        """Values before the change, by column, of an existing row's changed columns (derived ones too)."""
        values, values_before = self.row.__dict__, self._values_before
        return {
            column.name: values_before[column.attname]
            for column in self.row._meta.concrete_fields
            if column.attname in values_before and values_before[column.attname] != values[column.attname]
        }

    @property
    def before(self) -> dict[str, Any]:
        """Values before the change, by column, of the columns among `names`."""
        return {name: value for name, value in self.columns.items() if name in self.names}

    @property
    def unchanged(self) -> set[str]:
        """Names of the columns that stay. They are not validated again, because rules may be newer."""
        columns = {column.name for column in self.row._meta.concrete_fields}
        return set() if self.is_new else columns - self.columns.keys()

    def assign(self, child_rows: Collection[str] = (), *, is_clean: bool = False) -> None:
        """Set the columns on the row, and skip the names in `child_rows`. Raises as `lib.cleaning.assign`."""
        values = {name: value for name, value in self.fields.items() if name not in child_rows}
        changed = assign(self.row, values, is_clean=is_clean)
        self.names = list(values) if self.is_new else changed


def new_row(model: type[Row], id: UUID | None) -> Row:
    """Return an unsaved row, with `id` if the caller chose one."""
    return model(**({"id": id} if id else {}))


def lock(
    rows: QuerySet[Row], ids: Collection[UUID], values: object = (), *, stays: bool = False
) -> dict[UUID, Row]:
    """Lock the rows with these IDs in one order until the transaction ends, and return them by ID.

    The rows that they refer to, also by the new `values`, are locked first (`lock_references`). `stays`
    means that the rows stay in their districts, so writes that refer to them need not wait.
    """
    if not ids:
        return {}
    lock_references(rows.model, ids, values)
    locked_rows = rows.filter(id_in("pk", ids)).order_by("pk").select_for_update(of=("self",), no_key=stays)
    return {row.pk: row for row in locked_rows}


def lock_one(rows: QuerySet[Row], pk: UUID, values: object = ()) -> Row:
    """Lock the row with this ID as `lock` does, and return it. Raises DoesNotExist."""
    locked_rows = lock(rows, [pk], values)
    return locked_rows[pk] if locked_rows else rows.none().get()


def lock_versions(
    rows: QuerySet[Row],
    versions: Mapping[UUID, int | None],
    may_write: Callable[[Row], bool],
    values: object = (),
) -> list[Row]:
    """Lock and return the rows with these IDs and versions (None: any version).

    `rows` are those that the actor can see. Raises DoesNotExist if a row is not among them, PermissionDenied
    if `may_write` rejects a row, and StaleVersion.
    """
    model: Any = rows.model
    locked_rows: Mapping[UUID, Any] = lock(rows, versions.keys(), values)
    if len(locked_rows) < len(versions):
        raise model.DoesNotExist
    if not all(map(may_write, locked_rows.values())):
        raise PermissionDenied
    for pk, row in locked_rows.items():
        check_version(row.version, versions[pk])
    return list(locked_rows.values())


def note_districts(changes: Iterable[Change], seen_in: SeenIn) -> None:
    """Note on each change where its existing row is visible. Call this before anything is written."""
    existing = {change.row.pk: change for change in changes if not change.is_new}
    districts_by_id = seen_in([change.row for change in existing.values()]) if existing else {}
    for pk, change in existing.items():
        change.districts |= districts_by_id[pk]


def insert_new(changes: Iterable[Change]) -> list[Any]:
    """Insert the new rows and return them. The caller has validated them and set their search fields."""
    rows = [change.row for change in changes if change.is_new]
    if rows:
        with constraints_in_words(type(rows[0])):
            insert_rows(type(rows[0]), rows)
    return rows


def save_changed(changes: Collection[Change]) -> None:
    """Write existing rows in their next version.

    The caller has locked and validated the rows and set their search fields. It also records the change.
    """
    rows, written_at = [change.row for change in changes], timezone.now()
    for row in rows:
        row.version += 1
        row.updated_at = written_at
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
    """Record one event for all changes with the same action. `action` replaces the action of each change.

    If rows are visible in other districts now, rows that depend on them are recorded too (`record_moves`).
    Raises ValidationError if a duty shift does not allow the actor to show a row in its new district.
    """
    written = [change for change in changes if change.is_new or change.is_changed]
    if not written:
        return
    lock_references(type(written[0].row), [change.row.pk for change in written])
    districts_by_id, moved = seen_in([change.row for change in written]), {}
    changed_by_action: dict[tuple[Action, bool], list[Changed]] = {}
    for change in written:
        row, after = change.row, districts_by_id[change.row.pk]
        if not change.is_new:
            refuse_widening(actor, change.districts, after)
            if change.districts != after:
                moved[row.pk] = change.districts | after
        change.districts |= after
        changed_row = Changed(
            object_type, row.pk, change.op, row.version, change.districts, field_names=change.names
        )
        changed_by_action.setdefault((action or _ACTIONS[change.op], change.is_new), []).append(changed_row)
    for (recorded_action, _is_new), changed in changed_by_action.items():
        record_changes(actor, recorded_action, changed, purpose=purpose)
    record_moves(actor, object_type, moved, purpose=purpose)


def record_erased(
    actor: Actor, object_type: str, rows: Sequence[Any], seen_in: SeenIn, purpose: str = ""
) -> None:
    """Record that these rows are about to be deleted. The change feed gets the version after the last.

    Rows that lose a reference to these are written in their next version. Raises Frozen if a row is needed
    for a data request.
    """
    if not rows:
        return
    refuse_frozen(actor, rows)
    ids = [row.pk for row in rows]
    lock_references(type(rows[0]), ids)
    districts_by_id = seen_in(rows)
    erased = [
        Changed(object_type, row.pk, Op.ERASED, row.version + 1, districts_by_id[row.pk]) for row in rows
    ]
    record_changes(actor, Action.ERASE, erased, purpose=purpose)
    for kind in KINDS:
        _record_lost_references(actor, kind, object_type, ids)


def _record_lost_references(actor: Actor, kind: Kind, object_type: str, ids: Collection[UUID]) -> None:
    """Write and record, in their next version, the rows of `kind` that refer to rows about to be erased."""
    names: dict[UUID, set[str]] = {}
    for link in links() if kind.save else ():
        if (link.source_type, link.target_type) == (kind.object_type, object_type):
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
    """Set the values that `rewrite` returns for rows with these keys, and return the changed rows.

    The caller has decided who may do this: no permission to edit is checked.
    """
    locked_rows = lock(rows, [UUID(key) for key in keys]).values()
    changes = [Change(row, values) for row in locked_rows if (values := rewrite(row))]
    note_districts(changes, seen_in)
    for change in changes:
        change.assign()
    changed = [change for change in changes if change.is_changed]
    save(changed)
    record_written(actor, object_type, changed, seen_in)
    return [change.row for change in changed]
