"""Read rows with one statement, caching the SQL of the columns.

A statement has two halves. The selection and order of rows is short and written for each request. The columns
are long and always the same, so their SQL is cached, with placeholders for the caller. For one object read by
its ID, both halves are cached, so that PostgreSQL plans the statement only once.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any, Final, Protocol
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import F

from accounts.actors import Actor
from accounts.queries.prepared import DISTRICT, cache_actor, values_of
from lib.days import city_today
from lib.prepared import Placeholder, Statement, join_page, prepared_cursor

ROW: Final = Placeholder("row")

Values = tuple[Any, ...]
Visible = Callable[[Actor], models.QuerySet[Any]]
Converter = Callable[[Any, Any, Any], Any]


class Spec(Hashable, Protocol):
    """The parts of `RowSpec` used here."""

    @property
    def object_type(self) -> str: ...

    def expressions(self, actor: Actor, names: Sequence[str]) -> Sequence[Any]: ...


@dataclass(frozen=True, slots=True)
class _Columns:
    """`statement` reads all rows of a table, or one by ID. Its last column, named `key`, is the ID."""

    statement: Statement
    key: str
    converters: Sequence[tuple[int, Sequence[Converter], Any]]

    def fetch(self, cursor: Any, statement: Statement, actor: Actor, pk: UUID | None = None) -> list[Values]:
        values = statement.bind(**values_of(actor), row=pk)
        cursor.execute(statement.sql, values)
        rows: list[Values] = cursor.fetchall()
        return [self._convert(row) for row in rows] if self.converters else rows

    def _convert(self, row: Values) -> Values:
        values = list(row)
        for place, converters, expression in self.converters:
            for converter in converters:
                values[place] = converter(values[place], expression, connection)
        return tuple(values)


def read_tuples(
    spec: Spec,
    queryset: models.QuerySet[Any],
    actor: Actor,
    names: Sequence[str] = (),
    extra: Sequence[str] = (),
) -> list[Values]:
    """Read the rows of `queryset` in its order.

    Each tuple has the columns `names`, the `where` columns, the model's columns `extra`, and the ID.
    """
    model: type[models.Model] = queryset.model
    columns = _write(spec, model, cache_actor(actor), tuple(names), tuple(extra), city_today())
    try:
        page = Statement.of(queryset.values("pk"))
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        return columns.fetch(cursor, join_page(page, columns.statement, columns.key), actor)


def read_one(spec: Spec, visible: Visible, pk: UUID, actor: Actor, names: Sequence[str] = ()) -> list[Values]:
    """Like `read_tuples` for one ID. The list is empty if the actor cannot see the row."""
    columns = _write_one(spec, visible, cache_actor(actor), tuple(names), city_today())
    if columns is None:
        return []
    with prepared_cursor() as cursor:
        return columns.fetch(cursor, columns.statement, actor, pk)


@lru_cache(maxsize=512)
def _write_one(
    spec: Spec, visible: Visible, asking: Actor, names: tuple[str, ...], day: date
) -> _Columns | None:
    """Write the statement for one row. Returns None if the caller sees no rows at all.

    `day` is part of the cache key because the visibility of rows depends on it.
    """
    queryset = visible(asking).filter(pk=ROW)
    model: type[models.Model] = queryset.model
    columns = _write(spec, model, asking, names, (), day)
    try:
        page = Statement.of(queryset.values("pk"))
    except EmptyResultSet:
        return None
    _check_districts(spec, page)
    return replace(columns, statement=join_page(page, columns.statement, columns.key))


@lru_cache(maxsize=512)
def _write(
    spec: Spec,
    model: type[models.Model],
    asking: Actor,
    names: tuple[str, ...],
    extra: tuple[str, ...],
    day: date,
) -> _Columns:
    """Write the statement's columns. `day` is part of the cache key because current roles depend on it."""
    expressions = [*spec.expressions(asking, names), *map(F, extra), F("pk")]
    compiler = model._default_manager.values_list(*expressions).query.get_compiler(connection=connection)
    statement = Statement(*compiler.as_sql())
    _check_districts(spec, statement)
    selected = [expression for expression, _sql, _alias in compiler.select]
    converters = [
        (place, *converters_and_expression)
        for place, converters_and_expression in compiler.get_converters(selected).items()
    ]
    return _Columns(statement, str(compiler.select[-1][2]), converters)


def _check_districts(spec: Spec, statement: Statement) -> None:
    if DISTRICT in statement.parameters:
        raise TypeError(f"{spec.object_type}: give districts as one array (lib.id_lists), not one by one")
