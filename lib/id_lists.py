"""Membership in a long list of IDs with a single statement parameter."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func
from django.db.models.sql.compiler import SQLCompiler

from lib.prepared import Placeholder


def as_array(ids: Iterable[UUID]) -> str | Placeholder:
    """Format IDs for `%s::uuid[]`. This is faster than psycopg, which checks the type of each ID."""
    ids = tuple(ids)
    if ids and isinstance(ids[0], Placeholder):
        return ids[0].array
    return f"{{{','.join([row_id.hex for row_id in ids])}}}"


class Among(Func):
    """`column = ANY (array)`.

    `__in` makes a parameter of each ID: with a city's districts, Django then needs longer to build the
    statement than PostgreSQL to run it.
    """

    output_field = BooleanField()

    def __init__(self, column: Any, ids: tuple[UUID, ...]) -> None:
        super().__init__(column)
        self.ids = ids

    def as_sql(  # type: ignore[override]  # Func's further arguments shape a call, and this is none
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any
    ) -> tuple[str, list[Any]]:
        column, parameters = compiler.compile(self.source_expressions[0])
        return f"{column} = ANY (%s::uuid[])", [*parameters, as_array(self.ids)]


def id_in(column: str, ids: Iterable[UUID]) -> Among:
    """Condition for `filter()`: `column`, a reference or an ID, is one of `ids`."""
    return Among(F(column), tuple(ids))
