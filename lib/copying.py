"""Bulk inserts with COPY, several times faster than `bulk_create`."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import chain
from types import NoneType
from typing import Any, Final
from uuid import UUID

from django.db import connection, models, transaction
from django.db.models.expressions import DatabaseDefault

from lib.encrypted_fields import OfRow, RowBound

# Fields whose values are stored as they are, because converting them takes longer than writing. Members of
# code lists (which have their own type) and values of JSONField and ArrayField are not included.
_AS_IT_IS = frozenset({str, int, bool, UUID, date, datetime, NoneType})
_SIMPLE = (
    models.CharField,
    models.TextField,
    models.IntegerField,
    models.BooleanField,
    models.UUIDField,
    models.DateField,
    models.ForeignKey,
)


MANY: Final = 100  # rows from which COPY is faster


def insert_rows(model: type[models.Model], rows: Sequence[Any]) -> None:
    """Insert any number of new instances of `model`."""
    if len(rows) <= MANY:
        model._base_manager.bulk_create(rows)
        return
    copy_rows(model, rows)
    for row in rows:
        row._state.adding = False


def insert_values(model: type[models.Model], names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert any number of rows, given as values of the columns `names`."""
    if len(rows) <= MANY:
        model._base_manager.bulk_create(model(**dict(zip(names, row, strict=True))) for row in rows)
    else:
        copy_values(model, names, rows)


def copy_rows(model: type[models.Model], rows: Iterable[Any]) -> None:
    """Insert `rows`, which have all fields of `model` except a serial key and columns the database fills.

    Constraints and triggers apply as usual.
    """
    remaining_rows = iter(rows)
    if (first_row := next(remaining_rows, None)) is None:
        return
    names = [
        field.attname
        for field in model._meta.concrete_fields
        if not isinstance(field, models.AutoField)
        and not isinstance(getattr(first_row, field.attname), DatabaseDefault)
    ]
    copy_values(
        model, names, ([getattr(row, name) for name in names] for row in chain([first_row], remaining_rows))
    )


def copy_values(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows, given as values of the columns `names`, which is faster than model instances."""
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    quote = connection.ops.quote_name
    table, columns = quote(model._meta.db_table), ", ".join(quote(field.column) for field in fields)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT row_security_active(%s::regclass)", [table])
        if not cursor.fetchone()[0]:
            _copy(cursor, table, columns, fields, rows)
            return
        # PostgreSQL refuses COPY into a table with policies.
        cursor.execute(
            f"CREATE TEMPORARY TABLE copied ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA"  # noqa: S608  # names of the model
        )
        _copy(cursor, "copied", columns, fields, rows)
        cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM copied")  # noqa: S608  # see above
        cursor.execute("DROP TABLE copied")


def _copy(
    cursor: Any, table: str, columns: str, fields: Sequence[Any], rows: Iterable[Sequence[Any]]
) -> None:
    simple = [isinstance(field, _SIMPLE) and not isinstance(field, RowBound) for field in fields]
    bound = [
        (place, field, [fields.index(row_field) for row_field in field.row_fields])
        for place, field in enumerate(fields)
        if isinstance(field, RowBound)
    ]
    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row_values in rows:
            row: Any = list(row_values) if bound else row_values
            for place, field, field_places in bound:
                row[place] = OfRow(
                    row[place], field.row_of(row_values[field_place] for field_place in field_places)
                )
            copy.write_row(
                [
                    value
                    if is_simple and type(value) in _AS_IT_IS
                    else field.get_db_prep_save(value, connection)
                    for value, is_simple, field in zip(row, simple, fields, strict=True)
                ]
            )
