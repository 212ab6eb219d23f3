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
from api.resources.reading import Visible, read_one, read_tuples

Expression = Any
#: Always included, whatever `?fields=` selects.
ALWAYS = ("id", "version")


class Row(dict[str, Any]):
    """A serialised object.

    `district_ids` are not sent, but recorded: supervisors of these districts see the event.
    """

    __slots__ = ("district_ids",)
    district_ids: set[UUID]


@dataclass(frozen=True, slots=True)
class Column:
    """A field of the response.

    `sql` is an expression, a function that makes one, or None for the model field `name`.
    """

    name: str
    shape: serializers.Field[Any, Any, Any, Any]
    sql: Expression | Callable[[Actor], Expression] | None = None
    scope: str = ""  # a key without this scope reads null

    def expression(self, actor: Actor) -> Expression:
        if self.scope and actor.kind == "key" and self.scope not in actor.scopes:
            return models.Value(None, output_field=models.TextField())
        if self.sql is None:
            return F(self.name)
        return _made_for(actor, self.sql)


@dataclass(frozen=True, slots=True)
class Expansion:
    """A reference that `?expand=` replaces with its row. `inside` is the field's name within child rows."""

    column: str
    spec: Callable[[], "RowSpec"]
    rows: Callable[[Actor], models.QuerySet[Any]]
    inside: str = ""
    scope: str = ""
    fields: tuple[str, ...] = ()  # defaults to all
    people: bool = False  # the rows are contacts and count for the quota


@dataclass(frozen=True, slots=True, eq=False)
class RowSpec:
    """The specification of an object: `object_type` as in the activity log, `columns` in response order.

    The `where` expressions read the IDs of the districts in which the object is visible, each as one ID or a
    list. They are read for any selection of columns.
    """

    object_type: str
    columns: Sequence[Column]
    expansions: Mapping[str, Expansion] = field(default_factory=dict)
    where: Sequence[Expression | Callable[[Actor], Expression]] = ()
    title: str = ""  # in the documentation; defaults to a name made from `object_type`

    @property
    def component(self) -> str:
        """The name in the documentation, such as FollowUp."""
        return self.title or "".join(part.capitalize() for part in self.object_type.split("_"))

    def expansions_of(self, column: str) -> list[Expansion]:
        return [expansion for expansion in self.expansions.values() if expansion.column == column]

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    def expressions(self, actor: Actor, names: Sequence[str]) -> list[Expression]:
        """Expressions for the columns `names` (default: all), followed by those of `where`."""
        of_columns = [
            column.expression(actor) for column in self.columns if not names or column.name in names
        ]
        return of_columns + [_made_for(actor, expression) for expression in self.where]

    def read(self, queryset: models.QuerySet[Any], actor: Actor, names: Sequence[str] = ()) -> list[Row]:
        """Read the rows of `queryset` in its order, with one statement.

        `names` selects the columns (default: all).
        """
        return self.rows(read_tuples(self, queryset, actor, names), names)

    def read_one(self, visible: Visible, pk: UUID, actor: Actor, names: Sequence[str] = ()) -> list[Row]:
        """Read the row with this ID, or none if it is not visible to the actor. One statement."""
        return self.rows(read_one(self, visible, pk, actor, names), names)

    def rows(self, tuples: Iterable[tuple[Any, ...]], names: Sequence[str] = ()) -> list[Row]:
        selected_names = [name for name in self.names if not names or name in names]
        end = len(selected_names) + len(self.where)
        return [
            _row(zip(selected_names, values, strict=False), values[len(selected_names) : end])
            for values in tuples
        ]

    def expand(
        self, rows: Sequence[Row], expansion_names: Iterable[str], actor: Actor
    ) -> dict[str, list[Row]]:
        """Replace the named references with rows, one query for each, and return the rows by name."""
        return {name: _inline(rows, self.expansions[name], actor) for name in expansion_names}

    def people_in(self, rows: Sequence[Row]) -> list[UUID]:
        """IDs of the contacts that rows name, before they are expanded."""
        slots = [
            slot
            for expansion in self.expansions.values()
            if expansion.people
            for slot in _slots(rows, expansion)
        ]
        return list(dict.fromkeys(UUID(str(holder[name])) for holder, name in slots if holder[name]))


def _made_for(actor: Actor, sql: Expression | Callable[[Actor], Expression]) -> Expression:
    return sql(actor) if callable(sql) else sql


def _row(values_by_name: Iterable[tuple[str, Any]], district_values: Iterable[Any]) -> Row:
    row = Row(values_by_name)
    row.district_ids = {
        pk
        for district_value in district_values
        for pk in (district_value if isinstance(district_value, list) else [district_value])
        if pk
    }
    return row


def _inline(rows: Sequence[Row], expansion: Expansion, actor: Actor) -> list[Row]:
    spec = expansion.spec()
    slots = list(_slots(rows, expansion))
    ids = {str(slot[name]) for slot, name in slots if slot[name]}
    names = ["id", *expansion.fields] if expansion.fields else []
    related_rows = spec.read(expansion.rows(actor).filter(pk__in=ids), actor, names)
    by_id = {str(row["id"]): row for row in related_rows}
    for slot, name in slots:
        slot[name] = by_id.get(str(slot[name]))
    return related_rows


def _slots(rows: Sequence[Row], expansion: Expansion) -> Iterable[tuple[Any, Any]]:
    """Yield the positions of the references as (container, key)."""
    for row in rows:
        value = row.get(expansion.column)
        if expansion.inside:
            yield from ((child, expansion.inside) for child in value or ())
        elif isinstance(value, list):
            yield from ((value, number) for number in range(len(value)))
        elif value is not None:
            yield row, expansion.column


def children(queryset: models.QuerySet[Any], **columns: Expression) -> Expression:
    """Child rows as a JSON list inside the parent's query, in the order of `queryset`."""
    return ArraySubquery(queryset.values(row=JSONObject(**columns)))


def ids_of(queryset: models.QuerySet[Any], column: str) -> Expression:
    """IDs (or codes) of related rows as a list inside the parent's query."""
    return ArraySubquery(queryset.values(column))
