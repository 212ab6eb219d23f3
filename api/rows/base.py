"""RowSpec: the columns of an object, each with the SQL that reads it and the type that documents it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F
from django.db.models.functions import JSONObject
from rest_framework import serializers

from accounts.actors import Actor
from api.rows.reading import Visible, read_one, read_tuples

Expression = Any
#: In every answer, whatever `?fields=` asks for: what a row is, and what its writer must name.
ALWAYS = ("id", "version")


class Row(dict[str, Any]):
    """An object as it leaves; `district_ids` stay here: whose supervisors find in the trail that it left."""

    __slots__ = ("district_ids",)
    district_ids: set[UUID]


@dataclass(frozen=True, slots=True)
class Column:
    """One field of the answer: `sql` is an expression or makes one; None reads the field of that name."""

    name: str
    shape: serializers.Field[Any, Any, Any, Any]
    sql: Expression | Callable[[Actor], Expression] | None = None
    scope: str = ""  # null for a key without it

    def expression(self, actor: Actor) -> Expression:
        if self.scope and actor.kind == "key" and self.scope not in actor.scopes:
            return models.Value(None, output_field=models.TextField())
        if self.sql is None:
            return F(self.name)
        return _made_for(actor, self.sql)


@dataclass(frozen=True, slots=True)
class Expansion:
    """A reference that `?expand=` replaces by its row: the column, and the name inside its child rows."""

    column: str
    spec: Callable[[], "RowSpec"]
    rows: Callable[[Actor], models.QuerySet[Any]]
    inside: str = ""
    scope: str = ""
    fields: tuple[str, ...] = ()  # all of the spec's, unless given
    people: bool = False  # the rows are contacts: they count for the key's quota


@dataclass(frozen=True, slots=True, eq=False)
class RowSpec:
    """`object_type` as in the trail; `columns` in the order of the answer.

    `where` reads the ids of the districts in which the object is seen, each one id or a list of them,
    whatever columns are asked for.
    """

    object_type: str
    columns: Sequence[Column]
    expansions: Mapping[str, Expansion] = field(default_factory=dict)
    where: Sequence[Expression | Callable[[Actor], Expression]] = ()
    title: str = ""  # in the documentation; made of `object_type` unless given

    @property
    def component(self) -> str:
        """Its name in the documentation, such as FollowUp."""
        return self.title or "".join(part.capitalize() for part in self.object_type.split("_"))

    def expansions_of(self, column: str) -> list[Expansion]:
        return [expansion for expansion in self.expansions.values() if expansion.column == column]

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    def expressions(self, actor: Actor, names: Sequence[str]) -> list[Expression]:
        """What reads the columns `names`, all unless given, and then `where`."""
        wanted = [column.expression(actor) for column in self.columns if not names or column.name in names]
        return wanted + [_made_for(actor, one) for one in self.where]

    def read(self, queryset: models.QuerySet[Any], actor: Actor, names: Sequence[str] = ()) -> list[Row]:
        """The rows of `queryset` in its order: `names` of them, all unless given. One statement."""
        return self.rows(read_tuples(self, queryset, actor, names), names)

    def read_one(self, visible: Visible, pk: UUID, actor: Actor, names: Sequence[str] = ()) -> list[Row]:
        """The row of that id, or none where the actor does not see it. One statement."""
        return self.rows(read_one(self, visible, pk, actor, names), names)

    def rows(self, tuples: Iterable[tuple[Any, ...]], names: Sequence[str] = ()) -> list[Row]:
        wanted = [name for name in self.names if not names or name in names]
        end = len(wanted) + len(self.where)
        return [_row(zip(wanted, values, strict=False), values[len(wanted) : end]) for values in tuples]

    def expand(self, rows: Sequence[Row], wanted: Iterable[str], actor: Actor) -> dict[str, list[Row]]:
        """Replace the references named by the rows they mean, one query each; answers the rows shown."""
        return {name: _inline(rows, self.expansions[name], actor) for name in wanted}


def _made_for(actor: Actor, sql: Expression | Callable[[Actor], Expression]) -> Expression:
    return sql(actor) if callable(sql) else sql


def _row(named: Iterable[tuple[str, Any]], where: Iterable[Any]) -> Row:
    row = Row(named)
    row.district_ids = {pk for one in where for pk in (one if isinstance(one, list) else [one]) if pk}
    return row


def _inline(rows: Sequence[Row], expansion: Expansion, actor: Actor) -> list[Row]:
    spec = expansion.spec()
    slots = list(_slots(rows, expansion))
    ids = {str(slot[name]) for slot, name in slots if slot[name]}
    names = ["id", *expansion.fields] if expansion.fields else []
    found = spec.read(expansion.rows(actor).filter(pk__in=ids), actor, names)
    by_id = {str(row["id"]): row for row in found}
    for slot, name in slots:
        slot[name] = by_id.get(str(slot[name]))
    return found


def _slots(rows: Sequence[Row], expansion: Expansion) -> Iterable[tuple[Any, Any]]:
    """Where the references stand: (container, key)."""
    for row in rows:
        value = row.get(expansion.column)
        if expansion.inside:
            yield from ((child, expansion.inside) for child in value or ())
        elif isinstance(value, list):
            yield from ((value, number) for number in range(len(value)))
        elif value is not None:
            yield row, expansion.column


def children(queryset: models.QuerySet[Any], **columns: Expression) -> Expression:
    """Child rows as a JSON list inside the row's own query, in the order of `queryset`."""
    return ArraySubquery(queryset.values(row=JSONObject(**columns)))


def ids_of(queryset: models.QuerySet[Any], column: str) -> Expression:
    """Ids (or codes) of related rows as a list inside the row's own query."""
    return ArraySubquery(queryset.values(column))
