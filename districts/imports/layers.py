"""A layer of a boundary file: features as in GeoJSON, in the coordinate system of the file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MAX_FEATURES: Final = 5_000
MAX_TEXT: Final = 500  # characters of a property that are read


@dataclass(frozen=True, slots=True)
class Layer:
    """Features, their coordinate system (empty: WGS 84), and notes on how the file was read."""

    features: list[Mapping[str, Any]]
    system: str = ""
    notes: tuple[str, ...] = ()


def choose_layer(names: Sequence[str], layer_name: str) -> str:
    """Return the layer_name layer, or the only one. Raises ValidationError with the names otherwise."""
    if layer_name in names:
        return layer_name
    if len(names) == 1 and not layer_name:
        return names[0]
    text = _("Which layer of the file holds the boundaries? The file has: %(names)s.")
    listed = ", ".join(name[:60] for name in sorted(names)[:30])
    raise ValidationError(text, code="layer", params={"names": listed or "—"})


def refuse_many_features() -> NoReturn:
    raise ValidationError(
        _("The file has too many features. The limit is %(n)d."), params={"n": MAX_FEATURES}
    )


def plain_value(value: object) -> object:
    """Return a property as a value that JSON has, too. Dates become text, bytes are dropped."""
    if value is None or isinstance(value, bool | int | float):
        return value
    return None if isinstance(value, bytes | bytearray) else str(value)[:MAX_TEXT]
