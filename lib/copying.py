"""COPY for model rows: what `bulk_create` does, several times faster on wide tables."""

from collections.abc import Iterable
from itertools import chain

from django.db import connection, models
from django.db.models.expressions import DatabaseDefault


def copy_rows(model: type[models.Model], rows: Iterable[models.Model]) -> None:
    """Insert `rows`, whose fields are all set but a serial key and what the database fills in.

    Constraints and triggers hold as they always do.
    """
    rest = iter(rows)
    if (first := next(rest, None)) is None:
        return
    fields = [
        field
        for field in model._meta.concrete_fields
        if not isinstance(field, models.AutoField)
        and not isinstance(getattr(first, field.attname), DatabaseDefault)
    ]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {quote(model._meta.db_table)} ({columns}) FROM STDIN") as copy,
    ):
        for row in chain([first], rest):
            copy.write_row(
                [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
            )
