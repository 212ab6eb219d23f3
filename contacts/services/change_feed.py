"""Report rows to the change feed that changed for a reader although no one wrote them.

A row is visible through other rows, such as a meeting through its organisations. It also shows references to
rows. If one row moves to another district, rows that depend on it appear, disappear or show other
references. `crm.wiring` lists the kinds of rows of all apps with their links, so that no writer depends on
the apps above it (ADR 8).
"""

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Model

from accounts.actors import Actor
from audit.models import Action, Op
from audit.services import Changed, record_changes
from contacts.models import Affiliation, Contact, Organisation
from lib.id_lists import as_array, id_in
from lib.prepared import Placeholder, Statement
from lib.row_context import Opened, opened
from lib.wired import Wired

Pairs = Iterable[tuple[UUID, UUID]]  # a row and the row that it refers to


@dataclass(frozen=True, slots=True)
class Kind:
    """A model whose rows the change feed has. `seen_in` returns the districts where each row is visible.

    `save` writes locked rows in their next version; it is needed if an erasure can remove a reference.
    `counter` is the version column. `is_seen_from_parts`: covering a part of the row's district is enough to
    see it. `only` are lookups of the rows that a copy can have. `links` are the references to other rows.
    """

    object_type: str
    model: Any
    seen_in: Callable[[Collection[Any]], Mapping[UUID, set[UUID]]]
    save: Callable[[Collection[Any]], None] | None = None
    counter: str = "version"
    is_seen_from_parts: bool = False
    only: tuple[tuple[str, Any], ...] = ()
    links: "tuple[Link, ...]" = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A reference by `path` from rows of `source_type` to rows of `target_type`, whose IDs the rows show.

    `is_through`: a reader of the target can also see the source. `pairs` returns the pairs for some targets,
    if `path` alone returns too many. `field` is the reference's name in events.
    """

    source_type: str
    target_type: str
    path: str
    is_through: bool = False
    pairs: Callable[[Collection[UUID]], Pairs] | None = None

    @property
    def field(self) -> str:
        return self.path.split("__")[0]

    def find(self, ids: Collection[UUID]) -> Pairs:
        """Return pairs of a row and one of these rows that it refers to."""
        if self.pairs:
            return self.pairs(ids)
        rows = kinds()[self.source_type].model._default_manager.filter(**{f"{self.path}__in": list(ids)})
        references: Pairs = rows.order_by().values_list("pk", self.path).distinct()
        return references


#: Kinds of rows in the order in which they are locked and recorded.
KINDS: Final = Wired[Kind]("contacts.services.change_feed.KINDS")


@cache
def kinds() -> Mapping[str, Kind]:
    """Kinds of rows by their object type, in the order in which they are locked and recorded."""
    return {kind.object_type: kind for kind in KINDS}


@cache
def links() -> Sequence[Link]:
    """References of rows of all kinds to other rows."""
    return tuple(link for kind in KINDS for link in kind.links)


@opened(Opened.PUBLISHER)
def record_moves(
    actor: Actor,
    object_type: str,
    moved: Mapping[UUID, Collection[UUID]],
    *,
    already_recorded: Collection[UUID] = (),
    purpose: str = "",
) -> None:
    """Record as changed every row that is visible through a moved row, or that refers to such rows.

    `moved` are the districts where each row is or was visible, by ID. Rows that are visible through it
    appeared or disappeared there. Rows that only refer to it are recorded in their own districts.
    `already_recorded` are IDs to skip. This is done in the transaction of the move, because a task could be
    lost with the broker.
    """
    if not moved:
        return
    moved_by_type: dict[str, dict[UUID, set[UUID]]] = {object_type: {pk: set(d) for pk, d in moved.items()}}
    waiting = deque([object_type])
    while waiting:
        moved_type = waiting.popleft()
        for link in (link for link in links() if link.target_type == moved_type and link.is_through):
            rows = moved_by_type.setdefault(link.source_type, {})
            for pk, target in link.find(moved_by_type[moved_type]):
                rows.setdefault(pk, set()).update(moved_by_type[moved_type][target])
            waiting.append(link.source_type)
    referring: dict[str, set[UUID]] = defaultdict(set)
    for link in links():
        if not link.is_through and (targets := moved_by_type.get(link.target_type)):
            referring[link.source_type].update(pk for pk, _target in link.find(targets))
    for name, kind in kinds().items():
        own_districts = {} if name == object_type else moved_by_type.get(name, {})
        districts_by_id = own_districts | seen_in(
            kind, referring[name].difference(own_districts, already_recorded)
        )
        if not districts_by_id:
            continue
        rows = kind.model._default_manager.filter(
            *kind.only, pk__in=set(districts_by_id).difference(already_recorded)
        )
        changes = [
            Changed(name, pk, Op.UPDATED, version, districts_by_id[pk])
            for pk, version in rows.values_list("pk", kind.counter)
        ]
        if changes:
            record_changes(actor, Action.UPDATE, changes, purpose=purpose)


@opened(Opened.RECOUNT)
def seen_in(kind: Kind, ids: Iterable[UUID]) -> dict[UUID, set[UUID]]:
    """Return the districts where each row is visible, by its own district and through other rows."""
    wanted_ids = list(ids)
    rows = list(kind.model._default_manager.filter(pk__in=wanted_ids)) if wanted_ids else []
    return {pk: set(districts) for pk, districts in kind.seen_in(rows).items()} if rows else {}


def kind_of(model: type[Model]) -> Kind | None:
    """The kind of rows of a model, if the change feed has them."""
    return next((kind for kind in KINDS if kind.model is model), None)


@opened(Opened.WRITER)
def lock_references(model: type[Model], ids: Collection[UUID], values: object = ()) -> None:
    """Lock the rows that these rows refer to: they stay in their districts until the transaction ends.

    `values` are new references, such as the fields of an edit. They are locked together with the present
    references, in one order. The actor need not see the rows that are locked.

    A move or an erasure locks a row FOR UPDATE, and FOR KEY SHARE waits for that. The foreign keys take the
    same lock, but only at the commit, after the districts of the rows were read. Other writes do not wait,
    such as a new time of the last meeting.
    """
    new: dict[str, set[UUID]] = defaultdict(set)
    for row in _rows_among(values):
        if kind := kind_of(type(row)):
            new[kind.object_type].add(row.pk)
    statement = _lock_statement(model, frozenset(new)) if ids or new else None
    if statement:
        arrays = {f"{name}_array": as_array(row_ids) for name, row_ids in new.items()}
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, statement.bind(rows_array=as_array(ids), **arrays))


def _rows_among(values: object) -> Iterable[Model]:
    """Yield the rows among the values of an edit, also within its lists."""
    if isinstance(values, Model):
        yield values
    elif isinstance(values, Mapping | list | tuple | set):
        for value in values.values() if isinstance(values, Mapping) else values:
            yield from _rows_among(value)


@cache
def _lock_statement(model: type[Model], new_types: frozenset[str]) -> Statement | None:
    """Return a statement that locks the referenced rows, table by table in the order of `KINDS`, by ID.

    `new_types` are the types of new references. Rows through which these are visible are locked, too.
    Returns None if rows of the model have no references.
    """
    kind = kind_of(model)
    statements_by_type: dict[str, list[Statement]] = {}
    for target_type, path in _reference_paths(kind.object_type) if kind else ():
        rows: Any = model._default_manager.filter(id_in("pk", [Placeholder("rows")])).order_by()
        statements_by_type.setdefault(target_type, []).append(Statement.of(rows.values(path)))
    for name in sorted(new_types):
        statements_by_type.setdefault(name, []).append(
            Statement("SELECT unnest(%s::uuid[])", [Placeholder(name).array])
        )
        for target_type, path in _reference_paths(name, only_through=True):
            rows = kinds()[name].model._default_manager.filter(id_in("pk", [Placeholder(name)])).order_by()
            statements_by_type.setdefault(target_type, []).append(Statement.of(rows.values(path)))
    locked_types = [target_type for target_type in kinds() if target_type in statements_by_type]
    if not locked_types:
        return None
    locks = []
    for target_type in locked_types:
        union = " UNION ALL ".join(statement.sql for statement in statements_by_type[target_type])
        table = kinds()[target_type].model._meta.db_table
        locks.append(
            f"held_{target_type} AS (SELECT FROM {table} WHERE id IN ({union}) ORDER BY id FOR KEY SHARE)"
        )
    counted = " + ".join(f"(SELECT count(*) FROM held_{target_type})" for target_type in locked_types)  # noqa: S608 (names)
    statements = [statement for target_type in locked_types for statement in statements_by_type[target_type]]
    parameters = [value for statement in statements for value in statement.parameters]
    return Statement(f"WITH {', '.join(locks)} SELECT {counted}", parameters)


def _reference_paths(
    object_type: str, before: str = "", *, only_through: bool = False
) -> Iterable[tuple[str, str]]:
    """Yield the types that rows of a type refer to, with their paths.

    Types through which those rows are visible follow. With `only_through`, all are of that sort.
    """
    for link in links():
        if link.source_type == object_type and (link.is_through or not only_through):
            yield link.target_type, before + link.path
            yield from _reference_paths(link.target_type, f"{before}{link.path}__", only_through=True)


@opened(Opened.RECOUNT)
def districts_by_organisation(ids: Iterable[UUID]) -> dict[UUID, set[UUID]]:
    """Return the districts where each organisation is visible: its home, and those where it is active."""
    organisation_ids = list(set(ids))
    homes = Organisation.objects.filter(pk__in=organisation_ids).values_list("pk", "home_district")
    districts_by_id: dict[UUID, set[UUID]] = {pk: {home} for pk, home in homes}
    visited = Organisation.also_in.through.objects.filter(organisation__in=organisation_ids)
    for pk, district_id in visited.values_list("organisation", "district"):
        districts_by_id[pk].add(district_id)
    return districts_by_id


def districts_of_organisations(rows: Collection[Organisation]) -> dict[UUID, set[UUID]]:
    """Return the districts where each organisation is visible, by ID."""
    return districts_by_organisation(row.pk for row in rows)


@opened(Opened.RECOUNT)
def districts_of_contacts(rows: Collection[Contact]) -> dict[UUID, set[UUID]]:
    """Return the districts where each contact is visible: its own, and those of organisations it represents.

    An ended role counts until the change feed has reported its end.
    """
    districts_by_id: dict[UUID, set[UUID]] = {row.pk: {row.home_district_id} for row in rows}
    roles = Affiliation.objects.current_to_copies().filter(contact__in=list(districts_by_id))
    role_pairs = list(roles.values_list("contact", "organisation"))
    organisation_districts = districts_by_organisation(organisation_id for _pk, organisation_id in role_pairs)
    for pk, organisation_id in role_pairs:
        districts_by_id[pk] |= organisation_districts[organisation_id]
    return districts_by_id


def _current_roles(organisation_ids: Collection[UUID]) -> Pairs:
    roles = Affiliation.objects.current_to_copies().filter(organisation__in=list(organisation_ids))
    pairs: Pairs = roles.values_list("contact", "organisation")
    return pairs


ORGANISATIONS: Final = Kind("organisation", Organisation, districts_of_organisations)
CONTACTS: Final = Kind(
    "contact",
    Contact,
    districts_of_contacts,
    links=(  # an ended role is shown, but a reader of its organisation does not see the contact by it
        Link("contact", "organisation", "affiliations__organisation", is_through=True, pairs=_current_roles),
        Link("contact", "organisation", "affiliations__organisation"),
    ),
)
