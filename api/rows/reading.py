"""Reading rows in one statement whose columns are written once.

A statement has two halves: which rows, in which order (short, made anew for each request), and what
is read of them (long, always the same). Django takes longer to write the second than PostgreSQL to
answer it, so it is kept, with places for what differs from caller to caller. Of one object by its id
both halves are kept: then PostgreSQL does not plan it anew either. Statements are kept, never rows.
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
from lib.among import as_array
from lib.days import city_today
from lib.planned import planned_cursor

if TYPE_CHECKING:
    from api.rows.base import RowSpec

# Stand in for the id of the row asked for, and for the caller's own id and districts.
ROW: Final = UUID(int=0)
CALLER: Final = UUID(int=1)
DISTRICT: Final = UUID(int=2)
DISTRICTS: Final = as_array([DISTRICT])

Values = tuple[Any, ...]
Visible = Callable[[Actor], models.QuerySet[Any]]
Converter = Callable[[Any, Any, Any], Any]


@dataclass(frozen=True, slots=True)
class _Statement:
    """`sql` reads every row of a table, or that of an id; its last column, called `key`, is the id."""

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
    model: type[models.Model] = queryset.model
    columns = _write(spec, model, _asking(actor), tuple(names), tuple(extra), city_today())
    try:
        which, parameters = _write_ids(queryset)
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_of(which, columns), [*parameters, *_own(columns.parameters, actor)])
        rows = cursor.fetchall()
    return [_convert(row, columns) for row in rows] if columns.converters else rows


def read_one(
    spec: "RowSpec", visible: Visible, pk: UUID, actor: Actor, names: Sequence[str] = ()
) -> list[Values]:
    """The same of the row of that id, where the actor sees it; none or one."""
    statement = _write_one(spec, visible, _asking(actor), tuple(names), city_today())
    if statement is None:
        return []
    with planned_cursor() as cursor:
        cursor.execute(statement.sql, _own(statement.parameters, actor, pk))
        rows = cursor.fetchall()
    return [_convert(row, statement) for row in rows]


def _asking(actor: Actor) -> Actor:
    """All callers who may ask alike are one: the rest is in the parameters."""
    districts = frozenset({DISTRICT} if actor.district_ids else ())
    return replace(actor, id=CALLER, name="", purpose="", request_id="", district_ids=districts)


def _own(parameters: Sequence[Any], actor: Actor, pk: UUID | None = None) -> list[Any]:
    """The parameters of a kept statement, for this caller."""
    places = {DISTRICTS: as_array(actor.district_ids), CALLER: actor.id, ROW: pk}
    return [places.get(value, value) if isinstance(value, (str, UUID)) else value for value in parameters]


def _of(which: str, columns: _Statement) -> str:
    return (
        f"SELECT found.* FROM unnest(ARRAY({which})) WITH ORDINALITY AS page (id, place) "  # noqa: S608  # SQL that Django wrote
        f'JOIN ({columns.sql}) AS found ON found."{columns.key}" = page.id ORDER BY page.place'
    )


def _write_ids(queryset: models.QuerySet[Any]) -> tuple[str, Sequence[Any]]:
    """Raises EmptyResultSet."""
    sql, parameters = queryset.values("pk").query.get_compiler(connection=connection).as_sql()
    return sql, parameters


@lru_cache(maxsize=512)
def _write_one(
    spec: "RowSpec", visible: Visible, asking: Actor, names: tuple[str, ...], day: date
) -> _Statement | None:
    """`day`: whom a role makes visible depends on it. None for who sees no row."""
    queryset = visible(asking).filter(pk=ROW)
    model: type[models.Model] = queryset.model
    columns = _write(spec, model, asking, names, (), day)
    try:
        which, parameters = _write_ids(queryset)
    except EmptyResultSet:
        return None
    _check_districts(spec, parameters)
    return replace(columns, sql=_of(which, columns), parameters=[*parameters, *columns.parameters])


@lru_cache(maxsize=512)
def _write(
    spec: "RowSpec",
    model: type[models.Model],
    asking: Actor,
    names: tuple[str, ...],
    extra: tuple[str, ...],
    day: date,
) -> _Statement:
    """`day`: what is current depends on it."""
    wanted = [column.expression(asking) for column in spec.columns if not names or column.name in names]
    rows = model._default_manager.values_list(*wanted, *spec.places(asking), *map(F, extra), F("pk"))
    compiler = rows.query.get_compiler(connection=connection)
    sql, parameters = compiler.as_sql()
    _check_districts(spec, parameters)
    selected = [expression for expression, _sql, _alias in compiler.select]
    converters = [(place, *found) for place, found in compiler.get_converters(selected).items()]
    return _Statement(sql, parameters, str(compiler.select[-1][2]), converters)


def _check_districts(spec: "RowSpec", parameters: Sequence[Any]) -> None:
    if DISTRICT in parameters:
        raise TypeError(f"{spec.object_type}: give districts as one array (lib.among), not one by one")


def _convert(row: Values, columns: _Statement) -> Values:
    values = list(row)
    for place, converters, expression in columns.converters:
        for converter in converters:
            values[place] = converter(values[place], expression, connection)
    return tuple(values)
