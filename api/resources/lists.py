"""Lists in request bodies, with a maximum length and one query for all references."""

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers

from api.resources.mistakes import ITEMS
from lib.limits import MOST_BESIDE


class Reference(serializers.RelatedField[Any, Any, Any]):
    """A field that refers to a row. `many=True` accepts `max_length`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._known: dict[Any, Any] = {}

    @classmethod
    def many_init(cls, *args: Any, max_length: int = MOST_BESIDE, **kwargs: Any) -> "References":
        return References(child_relation=cls(*args), max_length=max_length, **kwargs)

    def key(self, value: Any) -> Any:
        """The key for looking up the row, or None if `value` is not a valid key."""
        raise NotImplementedError

    def rows_by_key(self, keys: set[Any]) -> dict[Any, Any]:
        """Rows by key, in one statement."""
        raise NotImplementedError

    def look_up(self, values: Iterable[Any]) -> None:
        """Fetch the rows that `values` refer to, for use by `to_internal_value`."""
        keys = {self.key(value) for value in values} - {None}
        self._known = dict.fromkeys(keys) | self.rows_by_key(keys)

    def to_internal_value(self, data: Any) -> Any:
        key = self.key(data)
        if key not in self._known:
            return super().to_internal_value(data)
        if self._known[key] is None:
            self.fail("does_not_exist", pk_value=data, value=data)
        return self._known[key]


class References(serializers.ManyRelatedField):
    """A list of references to rows."""

    default_error_messages = {"max_length": ITEMS["max_length"]}

    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.max_length = max_length

    def to_internal_value(self, data: Any) -> list[Any]:
        if isinstance(data, list):
            if len(data) > self.max_length:
                self.fail("max_length", max_length=self.max_length)
            self.child_relation.look_up(data)  # type: ignore[attr-defined]  # child is a Reference
        rows: list[Any] = super().to_internal_value(data)  # type: ignore[assignment]  # stubs declare a dict
        return rows


class Entries(serializers.ListSerializer[Any]):
    """A list of objects. References are fetched for all objects at once."""

    child: serializers.Serializer[Any]
    max_length: int

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", MOST_BESIDE)
        super().__init__(*args, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, list) and len(data) <= self.max_length:
            rows = [row for row in data if isinstance(row, dict)]
            for name, field in self.child.fields.items():
                if isinstance(field, Reference):
                    field.look_up(row[name] for row in rows if name in row)
        return super().to_internal_value(data)


class Entry(serializers.Serializer[Any]):
    """An object in a list."""

    class Meta:
        list_serializer_class = Entries
