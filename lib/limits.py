"""Maximum numbers of child rows: more than anybody needs, few enough to write at once."""

from collections.abc import Sized
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MOST_BESIDE: Final = 100
MOST_AT_A_MEETING: Final = 200  # each of invited people and follow-ups


def refuse_more(name: str, rows: Sized, maximum: int = MOST_BESIDE) -> None:
    """Raise ValidationError at `name` if there are more than `most` rows."""
    if len(rows) > maximum:
        raise ValidationError(
            {name: ValidationError(_("Too many. The limit is %(n)d.") % {"n": maximum}, code="max_length")}
        )
