"""Model fields whose values are encrypted in the database (lib.encryption).

The columns are texts, and an empty value stays empty. Only `isnull` and `exact` with an empty text find rows.

A value is bound to its table, its column and its row, and cannot be read anywhere else. A SELECT reads the ID
of the row together with the value. `save`, `bulk_create` and COPY know the row that they write. An UPDATE of
many rows does not, and is refused.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db import models
from django.db.models.expressions import Expression
from django.utils.functional import cached_property
from phonenumber_field.modelfields import PhoneNumberField

from lib.encryption import (
    data_keys,
    decrypt_bytes,
    decrypt_text,
    encrypt_bytes,
    encrypt_text,
    is_encrypted,
)

if TYPE_CHECKING:
    _Field = models.Field[Any, Any]
else:
    _Field = object

_SEALED: Final = "sealed"  # member of an encrypted JSON value
_ROW: Final = "row"  # member that a SELECT adds
_BEFORE: Final = "\x02"  # before and after the row's ID in what a SELECT reads
_UNKNOWN: Final = "?"  # row of a value that an expression has computed
_COLUMN: Final = re.compile(r'("[^"]+"|\w+)\."[^"]+"')


class NotOfOneRow(TypeError):
    """An encrypted value was written without its row. Save the rows one by one."""


@dataclass(frozen=True, slots=True)
class OfRow:
    """A value to write, and the row that it belongs to."""

    value: Any
    row: str


def bind_values(row: models.Model) -> None:
    """Bind the encrypted values of a row that is saved raw, as deserialised rows are."""
    for field in row._meta.concrete_fields:
        if isinstance(field, RowBound):
            row.__dict__[field.attname] = field.pre_save(row, add=False)


@contextmanager
def bound_values(rows: Sequence[models.Model], columns: Iterable[str]) -> Iterator[None]:
    """Bind the encrypted values of these columns while `bulk_update` writes the rows."""
    plain_values: list[tuple[models.Model, str, Any]] = []
    column_names = set(columns)
    try:
        for row in rows:
            for field in row._meta.concrete_fields:
                if isinstance(field, RowBound) and field.name in column_names:
                    plain_values.append((row, field.attname, row.__dict__[field.attname]))
                    bound = models.Value(field.pre_save(row, add=False), output_field=field)
                    row.__dict__[field.attname] = bound
        yield
    finally:
        for row, name, value in plain_values:
            row.__dict__[name] = value


class RowBound(_Field):
    """Mixin for a field with values that can be read in their own row alone.

    `bound_to` names the fields that identify the row if its key is a serial number, which is not known before
    the row is written. Migrations do not state it, because the column is the same.
    """

    bound_to: Sequence[str]
    db_returning = False  # RETURNING has no row's ID with the value; each field has a default in Python

    def __init__(self, *args: Any, bound_to: Sequence[str] = (), **options: Any) -> None:
        self.bound_to = tuple(bound_to)
        super().__init__(*args, **options)

    @property
    def place(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    @cached_property
    def row_fields(self) -> list[Any]:
        """The fields that identify the row."""
        key: Any = self.model._meta.pk
        return [self.model._meta.get_field(name) for name in self.bound_to or (key.name,)]

    @staticmethod
    def row_of(values: Iterable[Any]) -> str:
        """Return the ID of a row with these values of `row_fields`, as SQL states it."""
        return ":".join(str(value) for value in values)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = super().pre_save(model_instance, add)
        if hasattr(value, "resolve_expression"):
            return value
        return OfRow(value, self.row_of(getattr(model_instance, field.attname) for field in self.row_fields))

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if isinstance(value, OfRow):
            return super().get_db_prep_save(self.sealed(value.value, value.row, connection), connection)
        if value and data_keys() and not hasattr(value, "resolve_expression"):
            raise NotOfOneRow(f"{self.place} is bound to its row. Save the row.")
        return super().get_db_prep_save(value, connection)

    def sealed(self, value: Any, row: str, connection: Any) -> Any:
        raise NotImplementedError

    def select_format(self, compiler: Any, sql: str, params: Any) -> tuple[str, Any]:
        """Read the row's ID with the value."""
        match = _COLUMN.fullmatch(sql)
        if match is None:
            return sql, params
        quote = compiler.connection.ops.quote_name
        row = " || ':' || ".join(f"{match[1]}.{quote(field.column)}::text" for field in self.row_fields)
        return self.with_row(sql, row), params

    def with_row(self, sql: str, row: str) -> str:
        """Return SQL for the value with the row's ID before it. NULL stays NULL."""
        return f"(chr(2) || {row} || chr(2) || {sql})"

    # How `encrypt_fields` finds and rewrites stored values, whatever their form.
    has_content: str = "{column} <> ''"
    begins_with: str = "starts_with({column}, {mark})"

    def rewritten(self, stored: Any, row: str, *, undo: bool) -> Any:
        """Return a stored value, plain or encrypted, encrypted under the current key; with `undo` plain."""
        raise NotImplementedError


class Encrypted(RowBound):
    """Mixin for a field with a text in the database."""

    def db_type(self, connection: Any) -> str:
        return "text"

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if isinstance(value, OfRow):
            text = super(RowBound, self).get_db_prep_save(value.value, connection)
            return encrypt_text(text, self.place, value.row) if isinstance(text, str) else text
        return super().get_db_prep_save(value, connection)

    def from_db_value(self, value: Any, expression: Expression, connection: Any) -> Any:
        if not isinstance(value, str):
            return value
        row, text = _UNKNOWN, value
        if value.startswith(_BEFORE):
            _before, row, text = value.split(_BEFORE, 2)
        return decrypt_text(text, self.place, row)

    def rewritten(self, stored: str, row: str, *, undo: bool) -> str:
        plain_text = decrypt_text(stored, self.place, row)
        return plain_text if undo else encrypt_text(plain_text, self.place, row)

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name in ("exact", "isnull") else None


class EncryptedTextField(Encrypted, models.TextField):  # type: ignore[type-arg]  # as the mixin
    pass


class EncryptedCharField(Encrypted, models.CharField):  # type: ignore[type-arg]  # as the mixin
    pass


class EncryptedEmailField(Encrypted, models.EmailField):  # type: ignore[type-arg]  # as the mixin
    pass


class EncryptedPhoneField(Encrypted, PhoneNumberField):  # type: ignore[misc]  # brings no types
    pass


class EncryptedBinaryField(RowBound, models.BinaryField):  # type: ignore[type-arg]  # as above
    """Bytes that are encrypted in the database."""

    begins_with = "substring({column} FROM 1 FOR octet_length({mark})) = convert_to({mark}, 'UTF8')"

    def rewritten(self, stored: bytes | memoryview, row: str, *, undo: bool) -> bytes:
        plain_bytes = decrypt_bytes(bytes(stored), self.place, row)
        return plain_bytes if undo else encrypt_bytes(plain_bytes, self.place, row)

    def sealed(self, value: Any, row: str, connection: Any) -> Any:
        if isinstance(value, bytes | bytearray | memoryview):
            return encrypt_bytes(bytes(value), self.place, row)
        return value

    def with_row(self, sql: str, row: str) -> str:
        return f"(convert_to(chr(2) || {row} || chr(2), 'UTF8') || {sql})"

    def from_db_value(self, value: Any, expression: Expression, connection: Any) -> Any:
        if value is None:
            return None
        row, content = _UNKNOWN, bytes(value)
        if content.startswith(_BEFORE.encode()):
            _before, row_name, content = content.split(_BEFORE.encode(), 2)
            row = row_name.decode()
        return decrypt_bytes(content, self.place, row)


class EncryptedJSONField(RowBound, models.JSONField):
    """JSON that is encrypted in the database, except members of an object in `clear`, which SQL reads."""

    has_content = "jsonb_typeof({column}) IN ('object', 'array') AND {column} NOT IN ('{{}}', '[]')"
    begins_with = f"starts_with(coalesce({{column}} ->> '{_SEALED}', ''), {{mark}})"

    def rewritten(self, stored: str, row: str, *, undo: bool) -> str:
        envelope = json.loads(stored)
        sealed = envelope.get(_SEALED) if isinstance(envelope, dict) else None
        if isinstance(sealed, str) and is_encrypted(sealed):
            envelope = json.loads(decrypt_text(sealed, self.place, row))
        return json.dumps(envelope if undo else self.sealed(envelope, row, None))

    def __init__(self, *args: Any, clear: Sequence[str] = (), **options: Any) -> None:
        self.clear = tuple(clear)
        super().__init__(*args, **options)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        return name, path, args, options | ({"clear": self.clear} if self.clear else {})

    def sealed(self, value: Any, row: str, connection: Any) -> Any:
        if not (isinstance(value, dict | list) and value):
            return value
        plain_json = json.dumps(value, cls=self.encoder)
        sealed = encrypt_text(plain_json, self.place, row)
        if sealed == plain_json:
            return value
        members: dict[str, Any] = value if isinstance(value, dict) else {}
        return {_SEALED: sealed, **{name: members[name] for name in self.clear if name in members}}

    def with_row(self, sql: str, row: str) -> str:
        return (
            f"(CASE WHEN starts_with({sql} ->> '{_SEALED}', chr(1)) "
            f"THEN {sql} || jsonb_build_object('{_ROW}', {row}) ELSE {sql} END)"
        )

    def from_db_value(self, value: Any, expression: Expression, connection: Any) -> Any:
        decrypted = super().from_db_value(value, expression, connection)
        sealed = decrypted.get(_SEALED) if isinstance(decrypted, dict) else None
        if isinstance(sealed, str) and is_encrypted(sealed):
            return json.loads(
                decrypt_text(sealed, self.place, decrypted.get(_ROW, _UNKNOWN)), cls=self.decoder
            )
        return decrypted


class DecryptedJSONField(models.JSONField):
    """The output of an SQL expression that makes a JSON object of encrypted columns of `model`.

    `row` is the member with the ID of their row. It is left out.
    """

    def __init__(self, columns: Sequence["Encrypted"], *, row: str, **options: Any) -> None:
        self.columns = columns
        self.row = row
        super().__init__(**options)

    def from_db_value(self, value: Any, expression: Expression, connection: Any) -> Any:
        decrypted = super().from_db_value(value, expression, connection)
        if isinstance(decrypted, dict):
            row = decrypted.pop(self.row, _UNKNOWN)
            for field in self.columns:
                if isinstance(text := decrypted.get(field.column), str):
                    decrypted[field.column] = decrypt_text(text, field.place, row)
        return decrypted
