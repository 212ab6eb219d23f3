"""What a ValidationError tells a caller: texts written for callers, never a value that a library quotes."""

from collections.abc import Iterator
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

#: What a text may quote. Django's fields quote `value`, which may be a row of the database, or `pk`.
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
    """Notes which of the values a text quotes."""

    def __init__(self, params: Any) -> None:
        super().__init__(params)
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.names.add(name)
        return super().__getitem__(name)


def told(error: ValidationError) -> str:
    """The text of one error; one that would quote a value says only that the value is not right."""
    if not error.params:
        return str(error.message)
    asked = _Asked(error.params)
    text = error.message % asked
    if asked.names <= _QUOTED:
        return str(text)
    return _("Enter a different value. This one cannot be used here.")


def leaves(error: ValidationError) -> Iterator[ValidationError]:
    """Each error inside, whichever field it is of."""
    if hasattr(error, "error_dict"):
        for errors in error.error_dict.values():
            yield from errors
    else:
        yield from error.error_list


def at(field: str, error: ValidationError) -> ValidationError:
    """All that is in `error`, at one field: what a child row refuses is said of the list that it is in."""
    return ValidationError({field: list(leaves(error))})


def texts(error: ValidationError) -> list[str]:
    """All of them, for a page that shows them in one place."""
    return [told(one) for one in leaves(error)]
