"""How many rows may stand beside another: more than anybody means, few enough to be written at once."""

from collections.abc import Sized
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MOST_BESIDE: Final = 100
MOST_AT_A_MEETING: Final = 200  # of each: those invited, and those something is promised to there


def refuse_more(name: str, rows: Sized, most: int = MOST_BESIDE) -> None:
    """Raises ValidationError at `name` for more than `most` rows."""
    if len(rows) > most:
        raise ValidationError(
            {name: ValidationError(_("Too many. The limit is %(n)d.") % {"n": most}, code="max_length")}
        )
