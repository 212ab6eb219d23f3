"""Texts of a ValidationError that are safe to show: written for users, without values quoted by a library."""

from collections.abc import Iterator
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

#: Values that a text may quote. Django's fields quote `value` (possibly a database row) or `pk`.
_QUOTED: Final = {
    "code",
    "field_label",
    "field_labels",
    "limit_value",
    "line",
    "max",
    "model_name",
    "n",
    "names",
    "nth",
    "show_value",
    "zone",
}


class _Asked(dict[str, Any]):
    """Mapping that records which values a text quotes."""

    def __init__(self, params: Any) -> None:
        super().__init__(params)
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.names.add(name)
        return super().__getitem__(name)


def safe_text(error: ValidationError) -> str:
    """Return the text of an error. If it would quote an unsafe value, return a general text instead."""
    if not error.params:
        return str(error.message)
    values = _Asked(error.params)
    text = error.message % values
    if values.names <= _QUOTED:
        return str(text)
    return _("Enter a different value. This one cannot be used here.")


def leaves(error: ValidationError) -> Iterator[ValidationError]:
    """Yield each single error, regardless of its field."""
    if hasattr(error, "error_dict"):
        for errors in error.error_dict.values():
            yield from errors
    else:
        yield from error.error_list


def at(field: str, error: ValidationError) -> ValidationError:
    """Move all errors to one field, so that errors of child rows are shown at their list."""
    return ValidationError({field: list(leaves(error))})


def texts(error: ValidationError) -> list[str]:
    """Return the texts of all errors, for a page that shows them in one place."""
    return [safe_text(leaf) for leaf in leaves(error)]
