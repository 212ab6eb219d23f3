"""Encrypt stored values of encrypted fields under the current data key, or decrypt all of them."""

from collections.abc import Callable, Iterator
from typing import Any, Final

from django.apps import apps
from django.db import connection, models, transaction

from lib.encrypted_fields import Encrypted
from lib.encryption import MARK, UNBOUND, data_keys, decrypt_text, encrypt_text

BATCH: Final = 500


def encrypted_fields() -> Iterator[Any]:
    """Every model field whose texts are encrypted."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, Encrypted):
                yield field


def encrypt_values(*, undo: bool = False, progress: Callable[[str, int], None] | None = None) -> int:
    """Rewrite the values that are not under the current data key, or not bound to their row.

    With `undo` decrypt all values.

    Return their number. Each batch is a transaction of its own, so that this can stop and start again at any
    time. A row that somebody changes meanwhile keeps what they wrote.
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
    keys = data_keys()
    current = f"{MARK}{keys.current}:" if keys else MARK
    chosen = f"NOT starts_with({column}, %(mark)s)"
    if undo:
        chosen = f"(starts_with({column}, %(mark)s) OR starts_with({column}, %(unbound)s))"
    after = None
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"""
                SELECT {key}, {column} FROM {table}
                WHERE {column} <> '' AND {chosen} AND (%(after)s::uuid IS NULL OR {key} > %(after)s)
                ORDER BY {key} LIMIT {BATCH} FOR NO KEY UPDATE
                """,  # noqa: S608 (names of the model)
                {"mark": MARK if undo else current, "unbound": UNBOUND, "after": after},
            )
            rows = cursor.fetchall()
            for pk, stored in rows:
                plain = decrypt_text(stored, field.place, pk)
                new = plain if undo else encrypt_text(plain, field.place, pk)
                cursor.execute(f"UPDATE {table} SET {column} = %s WHERE {key} = %s", [new, pk])  # noqa: S608 (as above)
        if not rows:
            return
        after = rows[-1][0]
        yield len(rows)
