"""Read the coordinates of a row, which give its home district."""

import re
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from exchange.imports.mapping import Mapping
from exchange.imports.reading import Line
from lib.fold import squash

_NUMBER: Final = re.compile(r"-?\d{1,3}(?:[.,]\d{1,15})?")
_MOST: Final = (90.0, 180.0)  # degrees of latitude and longitude


def point_of(line: Line, mapping: Mapping) -> tuple[float, float] | None:
    """Return latitude and longitude in degrees (WGS 84), or None if the cells are empty.

    One column can have both, latitude first. Raises ValidationError for other text.
    """
    texts = [squash(line.cells.get(column, ""))[:40] for column in dict.fromkeys(mapping.point)]
    if not any(texts):
        return None
    numbers = [number for text in texts for number in (_NUMBER.findall(text) if len(texts) == 1 else [text])]
    if len(numbers) == len(_MOST) and all(map(_NUMBER.fullmatch, numbers)):
        latitude, longitude = (float(number.replace(",", ".")) for number in numbers)
        if abs(latitude) <= _MOST[0] and abs(longitude) <= _MOST[1]:
            return latitude, longitude
    message = _("“%(text)s” is not a latitude and longitude in degrees")
    raise ValidationError(message % {"text": " ".join(texts)})
