"""Encrypt stored values of encrypted fields under the current data key, or decrypt all of them."""

from collections.abc import Callable, Iterator
from typing import Any, Final

from django.apps import apps
from django.db import connection, models, transaction

from lib.encrypted_fields import Encrypted, RowBound
from lib.encryption import MARK, data_keys

BATCH: Final = 500
BATCH_OF_COPIES: Final = 10  # a part of a file or an import can have megabytes


def encrypted_fields() -> Iterator[Any]:
    """Every model field whose values are encrypted: texts, and copies as bytes or JSON."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, RowBound):
                yield field


def encrypt_values(*, undo: bool = False, progress: Callable[[str, int], None] | None = None) -> int:
    """Rewrite the values that are not under the current data key, or not bound to their row.

    With `undo` decrypt all values.

    Return their number. Each batch is a transaction of its own, so that the command can stop and start again
    at any time. A row that a user changes meanwhile keeps the change.
    """
    total = 0
    for field in encrypted_fields():
        done = sum(_rewritten(field, undo=undo))
        total += done
        if progress:
            progress(field.place, done)
    return total


def _rewritten(field: Any, *, undo: bool) -> Iterator[int]:
    """Go through the table by key and yield the number of rewritten values of each batch."""
    model: type[models.Model] = field.model
    primary: Any = model._meta.pk
    names = (primary.column, model._meta.db_table, field.column)
    key, table, column = map(connection.ops.quote_name, names)
    row = " || ':' || ".join(
        f"{connection.ops.quote_name(row_field.column)}::text" for row_field in field.row_fields
    )
    current = field.begins_with.format(column=column, mark="%(mark)s::text")
    chosen = current if undo else f"NOT {current}"
    keys = data_keys()
    mark = f"{MARK}{keys.current}:" if keys and not undo else MARK
    batch_size = BATCH if isinstance(field, Encrypted) else BATCH_OF_COPIES
    after = None
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"""
                SELECT {key}, {row} AS of_row, {column} FROM {table}
                WHERE {field.has_content.format(column=column)} AND {chosen}
                  AND (%(after)s::text IS NULL OR {key} > %(after)s::{primary.db_type(connection)})
                ORDER BY {key} LIMIT {batch_size} FOR NO KEY UPDATE
                """,  # noqa: S608 (names of the model)
                {"mark": mark, "after": after},
            )
            rows = cursor.fetchall()
            for pk, row_id, stored in rows:
                new = field.rewritten(stored, row_id, undo=undo)
                cursor.execute(f"UPDATE {table} SET {column} = %s WHERE {key} = %s", [new, pk])  # noqa: S608 (as above)
        if not rows:
            return
        after = rows[-1][0]
        yield len(rows)
