"""Statements that are built once, kept, and run many times with other values.

Django needs longer to build a long statement than PostgreSQL to run it. Placeholders are used for values that
differ from caller to caller, and each caller binds its own values. Only statements are kept, never rows.
"""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final, Self
from uuid import NAMESPACE_OID, UUID, uuid5

from django.db import connection, models


class Placeholder(UUID):
    """A named placeholder for an ID, whose value is given when the statement runs."""

    __slots__ = ("name",)
    name: str

    def __init__(self, name: str) -> None:
        super().__init__(int=uuid5(NAMESPACE_OID, name).int)
        object.__setattr__(self, "name", name)

    def __reduce__(self) -> tuple[Any, ...]:
        return Placeholder, (self.name,)

    @property
    def array(self) -> "Placeholder":
        """The placeholder of the array with all IDs that this one represents (lib.id_lists)."""
        return Placeholder(f"{self.name}_array")


class PlaceholderDay(date):
    """A named placeholder for a day."""

    name: str

    def __new__(cls, name: str) -> Self:
        self = super().__new__(cls, 1, 1, 1)
        self.name = name
        return self


class PlaceholderMoment(datetime):
    """A named placeholder for a moment."""

    name: str

    def __new__(cls, name: str) -> Self:
        self = super().__new__(cls, 1, 1, 2, tzinfo=UTC)
        self.name = name
        return self


_PLACEHOLDERS: Final = (Placeholder, PlaceholderDay, PlaceholderMoment)


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement whose `parameters` are values and placeholders."""

    sql: str
    parameters: Sequence[Any]

    @classmethod
    def of(cls, queryset: models.QuerySet[Any]) -> Self:
        """Build the statement of a queryset. Raises EmptyResultSet."""
        return cls(*queryset.query.get_compiler(connection=connection).as_sql())

    def bind(self, **values: Any) -> list[Any]:
        """Return the parameters with placeholders replaced by values.

        Raises KeyError if a value is missing.
        """
        return [
            values[parameter.name] if isinstance(parameter, _PLACEHOLDERS) else parameter
            for parameter in self.parameters
        ]


class Kept:
    """A queryset whose statement is built once; each run binds its own values and has its own rows.

    Raises EmptyResultSet if the queryset can have no rows, and TypeError if a moment is not a placeholder: it
    would soon be past.
    """

    def __init__(self, queryset: models.QuerySet[Any]) -> None:
        self._queryset = queryset
        self._compiler: Any = queryset.query.get_compiler(connection=connection)
        self.statement = Statement(*self._compiler.as_sql())
        for parameter in self.statement.parameters:
            if isinstance(parameter, datetime) and not isinstance(parameter, PlaceholderMoment):
                raise TypeError(f"{queryset.model.__name__}: use PlaceholderMoment instead of {parameter}")

    def fetch(self, **values: Any) -> list[Any]:
        """Return the rows. Raises KeyError if the value of a placeholder is missing."""
        bound = self.statement.bind(**values)
        compiler = copy(self._compiler)  # reading rows needs what the compiler knows of the columns
        compiler.as_sql = lambda: (self.statement.sql, bound)
        queryset: Any = self._queryset.all()
        queryset.query.get_compiler = lambda *_, **__: compiler
        return list(queryset)


def join_page(page: Statement, columns: Statement, key: str) -> Statement:
    """Return rows of `columns` for the IDs of `page`, in page order. `key` is the column with the ID."""
    sql = (
        f"SELECT found.* FROM unnest(ARRAY({page.sql})) WITH ORDINALITY AS page (id, place) "  # noqa: S608  # SQL that Django wrote
        f'JOIN ({columns.sql}) AS found ON found."{key}" = page.id ORDER BY page.place'
    )
    return Statement(sql, [*page.parameters, *columns.parameters])


def prepared_cursor() -> Any:
    """Return a cursor whose frequent statements PostgreSQL plans once per connection.

    Use it for lookups by ID only: the plan is made without the values, which a list needs.
    """
    database: Any = connection  # neither Django nor its types offer a second cursor class
    database.close_if_health_check_failed()
    database.ensure_connection()
    with database.wrap_database_errors:
        return database._prepare_cursor(database.prepared_cursor_class(database.connection))
