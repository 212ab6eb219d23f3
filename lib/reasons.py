"""The reason for viewing or exporting data, a few words for the activity log."""

import re
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from lib.fold import squash

FEWEST_LETTERS: Final = 3  # signs such as “...” do not count
MOST_LETTERS: Final = 200  # maximum in the activity log
_LETTER: Final = re.compile(r"[^\W_]")


def read_reason(text: str) -> str:
    """Return the cleaned reason, or an empty text if it has fewer than 3 letters or digits or is too long.

    >>> read_reason(" she  called\\n"), read_reason("..."), read_reason("\\u3164\\u3164\\u3164")
    ('she called', '', '')
    """
    reason = squash(text)
    return reason if len(reason) <= MOST_LETTERS and len(_LETTER.findall(reason)) >= FEWEST_LETTERS else ""


def check_reason(text: str) -> str:
    """Return the cleaned reason. Raises ValidationError if it is too long or too short."""
    if (n := len(squash(text))) > MOST_LETTERS:
        message = _("The reason is too long. Shorten it. Limit in characters: %(most)s; yours: %(n)s.")
        raise ValidationError(message % {"most": MOST_LETTERS, "n": n}, code="max_length")
    if not (reason := read_reason(text)):
        raise ValidationError(_("Enter a reason in a few words."), code="required")
    return reason
