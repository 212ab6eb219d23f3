"""Model fields whose values are encrypted in the database (lib.encryption).

The columns are texts, and an empty value stays empty. Only `isnull` and `exact` with an empty text find rows.
The place of a value is its table and column, so that no value can be moved to another column.
"""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.expressions import Expression
from phonenumber_field.modelfields import PhoneNumberField

from lib.encryption import decrypt_bytes, decrypt_text, encrypt_bytes, encrypt_text

if TYPE_CHECKING:
    _Field = models.Field[Any, Any]
else:
    _Field = object

_SEALED = "sealed"  # member of an encrypted JSON value


class Encrypted(_Field):
    """Mixin for a field with a text in the database."""

    def db_type(self, connection: Any) -> str:
        return "text"

    @property
    def place(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        text = super().get_db_prep_save(value, connection)
        return encrypt_text(text, self.place) if isinstance(text, str) else text

    def from_db_value(self, value: Any, expression: Expression, connection: Any) -> Any:
        return decrypt_text(value, self.place) if isinstance(value, str) else value

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


class EncryptedBinaryField(models.BinaryField):  # type: ignore[type-arg]  # as above
    """Bytes that are encrypted in the database."""

    @property
    def place(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if isinstance(value, bytes | bytearray | memoryview):
            value = encrypt_bytes(bytes(value), self.place)
        return super().get_db_prep_save(value, connection)

    def from_db_value(self, value: Any, expression: Expression, connection: Any) -> Any:
        return value if value is None else decrypt_bytes(bytes(value), self.place)


class EncryptedJSONField(models.JSONField):
    """JSON that is encrypted in the database, except members of an object in `clear`, which SQL reads."""

    def __init__(self, *args: Any, clear: Sequence[str] = (), **options: Any) -> None:
        self.clear = tuple(clear)
        super().__init__(*args, **options)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        return name, path, args, options | ({"clear": self.clear} if self.clear else {})

    @property
    def place(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if isinstance(value, dict | list) and value:
            plain = json.dumps(value, cls=self.encoder)
            sealed = encrypt_text(plain, self.place)
            if sealed != plain:
                members: dict[str, Any] = value if isinstance(value, dict) else {}
                shown = {name: members[name] for name in self.clear if name in members}
                value = {_SEALED: sealed, **shown}
        return super().get_db_prep_save(value, connection)

    def from_db_value(self, value: Any, expression: Expression, connection: Any) -> Any:
        found = super().from_db_value(value, expression, connection)
        if isinstance(found, dict) and isinstance(sealed := found.get(_SEALED), str):
            return json.loads(decrypt_text(sealed, self.place), cls=self.decoder)
        return found


class DecryptedJSONField(models.JSONField):
    """The output of an SQL expression that makes a JSON object of encrypted columns of `model`."""

    def __init__(self, columns: Sequence["Encrypted"], **options: Any) -> None:
        self.columns = columns
        super().__init__(**options)

    def from_db_value(self, value: Any, expression: Expression, connection: Any) -> Any:
        found = super().from_db_value(value, expression, connection)
        if isinstance(found, dict):
            for field in self.columns:
                if isinstance(text := found.get(field.column), str):
                    found[field.column] = decrypt_text(text, field.place)
        return found
