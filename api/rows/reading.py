"""Reading rows in one statement whose columns are written once.

A statement has two halves: which rows, in which order (short, made anew for each request), and what
is read of them (long, always the same). Django takes longer to write the second than PostgreSQL to
answer it, so it is kept, with places for what differs from caller to caller.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import F

from accounts.actors import Actor
from lib.days import city_today

if TYPE_CHECKING:
    from api.rows.base import RowSpec

# Stand in for the caller's own id and districts.
CALLER: Final = UUID(int=1)
DISTRICT: Final = UUID(int=2)

Values = tuple[Any, ...]
Converter = Callable[[Any, Any, Any], Any]


@dataclass(frozen=True, slots=True)
class _Columns:
    """`sql` reads every row of a table; its last column, called `key`, is the primary key."""

    sql: str
    parameters: Sequence[Any]
    key: str
    converters: Sequence[tuple[int, Sequence[Converter], Any]]


def read_tuples(
    spec: "RowSpec",
    queryset: models.QuerySet[Any],
    actor: Actor,
    names: Sequence[str] = (),
    extra: Sequence[str] = (),
) -> list[Values]:
    """`names` of the rows of `queryset` in its order, where they are, the model's columns `extra`, the id."""
    asking = replace(
        actor,
        id=CALLER,
        name="",
        purpose="",
        request_id="",
        district_ids=frozenset({DISTRICT} if actor.district_ids else ()),
    )
    model: type[models.Model] = queryset.model
    columns = _write(spec, model, asking, tuple(names), tuple(extra), city_today())
    try:
        which, parameters = queryset.values("pk").query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:
        return []
    districts = list(actor.district_ids)
    places = {CALLER: actor.id}
    own = [
        districts if value == [DISTRICT] else places.get(value, value) if isinstance(value, UUID) else value
        for value in columns.parameters
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT found.* FROM unnest(ARRAY({which})) WITH ORDINALITY AS page (id, place) "  # noqa: S608  # SQL that Django wrote
            f'JOIN ({columns.sql}) AS found ON found."{columns.key}" = page.id ORDER BY page.place',
            [*parameters, *own],
        )
        rows = cursor.fetchall()
    return [_convert(row, columns) for row in rows] if columns.converters else rows


@lru_cache(maxsize=512)
def _write(
    spec: "RowSpec",
    model: type[models.Model],
    asking: Actor,
    names: tuple[str, ...],
    extra: tuple[str, ...],
    day: date,
) -> _Columns:
    """`day`: what is current depends on it."""
    wanted = [column.expression(asking) for column in spec.columns if not names or column.name in names]
    rows = model._default_manager.values_list(*wanted, *spec.places(asking), *map(F, extra), F("pk"))
    compiler = rows.query.get_compiler(connection=connection)
    sql, parameters = compiler.as_sql()
    if DISTRICT in parameters:
        raise TypeError(f"{spec.object_type}: give districts as one array (lib.among), not one by one")
    selected = [expression for expression, _sql, _alias in compiler.select]
    converters = [(place, *found) for place, found in compiler.get_converters(selected).items()]
    return _Columns(sql, parameters, str(compiler.select[-1][2]), converters)


def _convert(row: Values, columns: _Columns) -> Values:
    values = list(row)
    for place, converters, expression in columns.converters:
        for converter in converters:
            values[place] = converter(values[place], expression, connection)
    return tuple(values)
