"""Statements that are written once, kept, and asked again and again with other values.

Django takes longer to write a long statement than PostgreSQL to answer it. It is written with placeholders
for what differs from caller to caller, and bound to each caller's values. Statements are kept, never rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self
from uuid import NAMESPACE_OID, UUID, uuid5

from django.db import connection, models
from django.db.backends.postgresql.base import ServerBindingCursor


class Placeholder(UUID):
    """A name in the place of an id: the value is given when the statement is asked."""

    __slots__ = ("name",)
    name: str

    def __init__(self, name: str) -> None:
        super().__init__(int=uuid5(NAMESPACE_OID, name).int)
        object.__setattr__(self, "name", name)

    def __reduce__(self) -> tuple[Any, ...]:
        return Placeholder, (self.name,)

    @property
    def array(self) -> "Placeholder":
        """The name of the array that holds all ids for which this one stands (lib.id_in)."""
        return Placeholder(f"{self.name}_array")


@dataclass(frozen=True, slots=True)
class Statement:
    """`parameters` are values and placeholders."""

    sql: str
    parameters: Sequence[Any]

    @classmethod
    def of(cls, queryset: models.QuerySet[Any]) -> Self:
        """Raises EmptyResultSet."""
        return cls(*queryset.query.get_compiler(connection=connection).as_sql())

    def bind(self, **values: Any) -> list[Any]:
        """The parameters with the values of the placeholders. Raises KeyError where one has none."""
        return [values[one.name] if isinstance(one, Placeholder) else one for one in self.parameters]


def join_page(page: Statement, columns: Statement, key: str) -> Statement:
    """The rows that `columns` reads of the ids in `page`, in its order; the column `key` is the id."""
    sql = (
        f"SELECT found.* FROM unnest(ARRAY({page.sql})) WITH ORDINALITY AS page (id, place) "  # noqa: S608  # SQL that Django wrote
        f'JOIN ({columns.sql}) AS found ON found."{key}" = page.id ORDER BY page.place'
    )
    return Statement(sql, [*page.parameters, *columns.parameters])


def prepared_cursor() -> Any:
    """A cursor whose statements PostgreSQL plans once for each connection, when they are often asked.

    For what finds its row by an id: the plan is made without the values, which a list needs.
    """
    database: Any = connection  # neither Django nor its types give such a cursor beside its own
    database.close_if_health_check_failed()
    database.ensure_connection()
    with database.wrap_database_errors:
        cursor: Any = ServerBindingCursor
        return database._prepare_cursor(cursor(database.connection))
