"""Whoever keeps a copy learns what changed in rows that nobody wrote.

A row is seen through others (a meeting through its organisations), and it names others to whoever sees
these. So if one row is seen elsewhere, or no longer, others come, leave or show something else. `crm.wiring`
lists the kinds of rows of all apps, which name how they refer to each other. No writer knows the apps above
it (ADR 8).
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
from lib.id_in import as_array, id_in
from lib.prepared import Placeholder, Statement
from lib.row_context import Opened, opened
from lib.wired import Wired

Pairs = Iterable[tuple[UUID, UUID]]  # a row, and what it refers to


@dataclass(frozen=True, slots=True)
class Kind:
    """Rows of the change feed. `seen_in` returns the districts that each of some rows is seen in.

    `save` writes locked rows in their next version. Rows that lose a reference without being written need it.
    `counter` counts versions. `is_seen_from_parts`: whoever covers a part of the row's district sees it.
    `only` are lookups of rows that a copy can have. `links` are how rows refer to others.
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
    """Rows of type `of` refer to rows of type `to` by `path`, and show their IDs to whoever sees these.

    `is_through`: they are also seen through these. `pairs` returns the pairs for some `to`, if `path` has
    more. `field` is what an event calls the reference.
    """

    of: str
    to: str
    path: str
    is_through: bool = False
    pairs: Callable[[Collection[UUID]], Pairs] | None = None

    @property
    def field(self) -> str:
        return self.path.split("__")[0]

    def find(self, ids: Collection[UUID]) -> Pairs:
        """Rows that refer to these, each with the one that it refers to."""
        if self.pairs:
            return self.pairs(ids)
        rows = kinds()[self.of].model._default_manager.filter(**{f"{self.path}__in": list(ids)})
        found: Pairs = rows.order_by().values_list("pk", self.path).distinct()
        return found


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
def tell_of_moves(
    actor: Actor,
    object_type: str,
    moved: Mapping[UUID, Collection[UUID]],
    *,
    told: Collection[UUID] = (),
    purpose: str = "",
) -> None:
    """Record as changed whatever is seen through `moved`, or names one of them or what is seen through them.

    `moved`: ID → the districts where it is or was seen. What is seen through it came or left there; what
    names it shows it or not, wherever it is seen itself. `told`: IDs that are recorded anyway. It is done in
    the transaction of the move, because a task could be lost with the broker.
    """
    if not moved:
        return
    came_or_left: dict[str, dict[UUID, set[UUID]]] = {object_type: {pk: set(d) for pk, d in moved.items()}}
    waiting = deque([object_type])
    while waiting:
        to = waiting.popleft()
        for link in (one for one in links() if one.to == to and one.is_through):
            rows = came_or_left.setdefault(link.of, {})
            for pk, target in link.find(came_or_left[to]):
                rows.setdefault(pk, set()).update(came_or_left[to][target])
            waiting.append(link.of)
    naming: dict[str, set[UUID]] = defaultdict(set)
    for link in (one for one in links() if not one.is_through and came_or_left.get(one.to)):
        naming[link.of].update(pk for pk, _target in link.find(came_or_left[link.to]))
    for name, kind in kinds().items():
        own = {} if name == object_type else came_or_left.get(name, {})
        where = own | seen_in(kind, naming[name].difference(own, told))
        if not where:
            continue
        rows = kind.model._default_manager.filter(*kind.only, pk__in=set(where).difference(told))
        changes = [
            Changed(name, pk, Op.UPDATED, version, where[pk])
            for pk, version in rows.values_list("pk", kind.counter)
        ]
        if changes:
            record_changes(actor, Action.UPDATE, changes, purpose=purpose)


@opened(Opened.RECOUNT)
def seen_in(kind: Kind, ids: Iterable[UUID]) -> dict[UUID, set[UUID]]:
    """The districts that each of these rows is seen in, by its own district and through others."""
    wanted = list(ids)
    rows = list(kind.model._default_manager.filter(pk__in=wanted)) if wanted else []
    return {pk: set(districts) for pk, districts in kind.seen_in(rows).items()} if rows else {}


def kind_of(model: type[Model]) -> Kind | None:
    """The kind of rows of a model, if the change feed has them."""
    return next((kind for kind in KINDS if kind.model is model), None)


@opened(Opened.WRITER)
def hold_named(model: type[Model], ids: Collection[UUID], values: object = ()) -> None:
    """Keep what these rows are seen through, or name, where it is until the transaction ends.

    `values`: what the rows are about to name, such as the fields of an edit. It is held together with what
    they name now, in one order.

    Whoever moves or erases a row locks it FOR UPDATE, and FOR KEY SHARE waits for that. The foreign keys take
    the same lock, but only at the commit: after the districts of the rows were read. Other writes do not
    wait, such as that of the moment of the last meeting. The actor need not see what is named.
    """
    new: dict[str, set[UUID]] = defaultdict(set)
    for row in _rows_in(values):
        if kind := kind_of(type(row)):
            new[kind.object_type].add(row.pk)
    statement = _holding(model, frozenset(new)) if ids or new else None
    if statement:
        arrays = {f"{name}_array": as_array(found) for name, found in new.items()}
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, statement.bind(rows_array=as_array(ids), **arrays))


def _rows_in(values: object) -> Iterable[Model]:
    """The rows among the values of an edit, also within its lists."""
    if isinstance(values, Model):
        yield values
    elif isinstance(values, Mapping | list | tuple | set):
        for value in values.values() if isinstance(values, Mapping) else values:
            yield from _rows_in(value)


@cache
def _holding(model: type[Model], new: frozenset[str]) -> Statement | None:
    """One statement that locks the rows, table by table in the order of `KINDS` and each by ID.

    `new` are types of rows that are about to be named. What these are seen through is locked, too.
    """
    kind = kind_of(model)
    named: dict[str, list[Statement]] = {}
    for to, path in _paths(kind.object_type) if kind else ():
        rows: Any = model._default_manager.filter(id_in("pk", [Placeholder("rows")])).order_by()
        named.setdefault(to, []).append(Statement.of(rows.values(path)))
    for name in sorted(new):
        named.setdefault(name, []).append(Statement("SELECT unnest(%s::uuid[])", [Placeholder(name).array]))
        for to, path in _paths(name, only_through=True):
            rows = kinds()[name].model._default_manager.filter(id_in("pk", [Placeholder(name)])).order_by()
            named.setdefault(to, []).append(Statement.of(rows.values(path)))
    held = [
        f"held_{to} AS (SELECT FROM {kinds()[to].model._meta.db_table} "
        f"WHERE id IN ({' UNION ALL '.join(one.sql for one in named[to])}) ORDER BY id FOR KEY SHARE)"
        for to in kinds()
        if to in named
    ]
    if not held:
        return None
    counted = " + ".join(f"(SELECT count(*) FROM held_{to})" for to in kinds() if to in named)  # noqa: S608 (names)
    parameters = [value for to in kinds() for one in named.get(to, ()) for value in one.parameters]
    return Statement(f"WITH {', '.join(held)} SELECT {counted}", parameters)


def _paths(object_type: str, before: str = "", *, only_through: bool = False) -> Iterable[tuple[str, str]]:
    """The types that rows of a type refer to, by their paths, and those that these are seen through."""
    for link in links():
        if link.of == object_type and (link.is_through or not only_through):
            yield link.to, before + link.path
            yield from _paths(link.to, f"{before}{link.path}__", only_through=True)


@opened(Opened.RECOUNT)
def districts_by_organisation(ids: Iterable[UUID]) -> dict[UUID, set[UUID]]:
    """Where each of these organisations is seen: at home, and where else it is active."""
    wanted = list(set(ids))
    homes = Organisation.objects.filter(pk__in=wanted).values_list("pk", "home_district")
    where: dict[UUID, set[UUID]] = {pk: {home} for pk, home in homes}
    visited = Organisation.also_in.through.objects.filter(organisation__in=wanted)
    for pk, district_id in visited.values_list("organisation", "district"):
        where[pk].add(district_id)
    return where


def districts_of_organisations(rows: Collection[Organisation]) -> dict[UUID, set[UUID]]:
    """Where each is seen: at home, and where else it is active."""
    return districts_by_organisation(row.pk for row in rows)


@opened(Opened.RECOUNT)
def districts_of_contacts(rows: Collection[Contact]) -> dict[UUID, set[UUID]]:
    """Where each is seen: at home, and where the organisations they speak for are.

    With those they spoke for until a day that the change feed has not been told of.
    """
    where: dict[UUID, set[UUID]] = {row.pk: {row.home_district_id} for row in rows}
    roles = Affiliation.objects.current_to_copies().filter(contact__in=list(where))
    speaking = list(roles.values_list("contact", "organisation"))
    seen = districts_by_organisation(organisation_id for _pk, organisation_id in speaking)
    for pk, organisation_id in speaking:
        where[pk] |= seen[organisation_id]
    return where


def _speaking(organisation_ids: Collection[UUID]) -> Pairs:
    roles = Affiliation.objects.current_to_copies().filter(organisation__in=list(organisation_ids))
    pairs: Pairs = roles.values_list("contact", "organisation")
    return pairs


ORGANISATIONS: Final = Kind("organisation", Organisation, districts_of_organisations)
CONTACTS: Final = Kind(
    "contact",
    Contact,
    districts_of_contacts,
    links=(  # a role that has ended is shown, but shows no contact
        Link("contact", "organisation", "affiliations__organisation", is_through=True, pairs=_speaking),
        Link("contact", "organisation", "affiliations__organisation"),
    ),
)
