"""COPY for model rows: what `bulk_create` does, several times faster on wide tables."""

from collections.abc import Iterable

from django.db import connection, models


def copy_rows(model: type[models.Model], rows: Iterable[models.Model]) -> None:
    """Insert `rows`, whose fields but a serial key are all set. Constraints hold as they always do."""
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {quote(model._meta.db_table)} ({columns}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(
                [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
            )
