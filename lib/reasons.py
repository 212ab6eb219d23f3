"""The reason for viewing or exporting data, a few words for the activity log."""

import re
from collections.abc import Container, Iterable
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from lib.fold import squash

FEWEST_LETTERS: Final = 3  # signs such as “...” do not count
MOST_LETTERS: Final = 200  # maximum in the activity log
_LETTER: Final = re.compile(r"[^\W_]")
_CODE: Final = "code:"
_BETWEEN: Final = "; "


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


def as_code(code: str) -> str:
    """Return the code of a reason chosen with one tap, in the form that a text field accepts.

    >>> as_code("called")
    'code:called'
    """
    return _CODE + code


def join_reasons(reasons: Iterable[str]) -> str:
    """Join codes and texts of the same access.

    >>> join_reasons(["code:called", "", "twice", "code:called"])
    'code:called; twice'
    """
    return _BETWEEN.join(dict.fromkeys(filter(None, reasons)))


def split_reason(reason: str, known_codes: Container[str]) -> tuple[list[str], str]:
    """Return the codes of a reason that are known, and the rest as text.

    >>> split_reason("code:called; code:made_up; twice", ["called"])
    (['called'], 'code:made_up; twice')
    """
    parts = reason.split(_BETWEEN)
    codes = {part: part.removeprefix(_CODE) for part in parts if part.startswith(_CODE)}
    codes_by_part = {part: code for part, code in codes.items() if code in known_codes}
    return list(codes_by_part.values()), _BETWEEN.join(part for part in parts if part not in codes_by_part)
