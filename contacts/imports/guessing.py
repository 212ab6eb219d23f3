"""Guessing what columns mean, from their headings and their values; somebody looks at it before it counts."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Final

from contacts.imports.words import HEADINGS
from contacts.rules import find_phones
from lib.fold import fold

_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_WEB: Final = re.compile(r"(?:https?://|www\.)\S+|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:/\S*)?", re.IGNORECASE)
_ONLY_ONCE: Final = frozenset(
    {"name", "short_name", "email", "website", "postcode", "status", "home_district"}
)
_ENOUGH: Final = 0.6  # of the values that are there


def guess_columns(
    distinct: Mapping[str, Sequence[str]], region: str, known: Mapping[str, str] = HEADINGS
) -> dict[str, str]:
    """Heading → field; a column whose meaning is not clear is not among them.

    `distinct` are values by heading, `region` the country (ISO 3166) of phones without a country code.

    >>> guess_columns({"ASOCIACION": ["A"], "E-MAIL": ["a@b.eu"], "Nota": ["x"]}, "ES")
    {'ASOCIACION': 'name', 'E-MAIL': 'email'}
    """
    found: dict[str, str] = {}
    for heading, values in distinct.items():
        field = _by_stems(heading, known) or _by_values(values, region)
        if field in known and not (field in _ONLY_ONCE and field in found.values()):
            found[heading] = field
    return found


def guess_values(
    values: Iterable[str], codes: Mapping[str, object], stems: Mapping[str, str], places: Mapping[str, str]
) -> dict[str, str]:
    """Cell text → code. `codes` are all that may be meant, with their labels; `stems` what people call them.

    `places` are districts by folded name or code, where the values are of those.

    >>> guess_values(["Visita", "Visit", "?"], {"visit": "visit"}, {"visit": "visita"}, {})
    {'Visita': 'visit', 'Visit': 'visit'}
    """
    named = {fold(str(label)): code for code, label in codes.items()} | {fold(code): code for code in codes}
    found = {}
    for value in values:
        code = named.get(fold(value)) or _by_stems(value, stems) or _place(value, places)
        if code in codes:
            found[value] = code
    return found


def _by_stems(text: str, stems: Mapping[str, str]) -> str:
    """The code whose longest stem begins a word of the text."""
    words = fold(text).split()
    best, length = "", 0
    for code, listed in stems.items():
        if code == fold(text).replace(" ", "_"):
            return code
        for stem in _folded(listed):
            whole = len(stem) <= 3  # “id” begins “ideas”
            if len(stem) > length and any(w == stem if whole else w.startswith(stem) for w in words):
                best, length = code, len(stem)
    return best


@cache
def _folded(listed: str) -> list[str]:
    return fold(listed).split()


def _by_values(values: Sequence[str], region: str) -> str:
    if not values:
        return ""
    looks: list[tuple[str, int]] = [
        ("email", sum(1 for value in values if _EMAIL.fullmatch(value))),
        ("website", sum(1 for value in values if _WEB.fullmatch(value))),
        ("phone", sum(1 for value in values if find_phones(value, region).numbers)),
    ]
    field, n = max(looks, key=lambda look: look[1])
    return field if n / len(values) >= _ENOUGH else ""


def _place(value: str, places: Mapping[str, str]) -> str:
    """A district by its code or name; “VIII” is “District VIII” where only one is called so."""
    folded = fold(value)
    if folded in places:
        return places[folded]
    alike = {code for name, code in places.items() if folded and name.split()[-1:] == [folded]}
    return alike.pop() if len(alike) == 1 else ""
