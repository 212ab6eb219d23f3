"""Places of concerns that are no organisation. A home is never stored with its number or flat."""

import re
from typing import Final

# Four digits or more, with at most two letters before or after them, or a British postcode.
_POSTCODE: Final = re.compile(
    r"(?:[A-Z]{1,2}[ -]?)?(?:[0-9]{4,6}|[0-9]{2}-[0-9]{3}|[0-9]{3} [0-9]{2})(?: ?[A-Z]{2})?"
    r"|[A-Z]{1,2}[0-9][0-9A-Z]? [0-9][A-Z]{2}",
    re.IGNORECASE,
)
SHORTEST_STREET: Final = 5  # characters
_SEPARATOR: Final = re.compile(r"[,;]")


def is_without_house_number(place: str) -> bool:
    """Whether a place has no digits, apart from a postcode between commas."""
    parts = (part.strip() for part in _SEPARATOR.split(place))
    return not any(re.search(r"[0-9]", part) and not _POSTCODE.fullmatch(part) for part in parts)


def street_of(place: str) -> str:
    """Return the name of the street in a place, without its number. Empty if there is none."""
    parts = (part.strip() for part in _SEPARATOR.split(place) if not _POSTCODE.fullmatch(part.strip()))
    street = " ".join(word for word in next(parts, "").split() if not re.search(r"[0-9]", word))
    return street if len(street) >= SHORTEST_STREET else ""


def without_street(text: str, place: str) -> str:
    """Return the text without the name of the street in a place, and without a number beside it.

    >>> without_street("Paint at 12 Kestrel Way, at night", "Kestrel Way, NE4 5XY")
    'Paint at …, at night'
    """
    street = street_of(place)
    if not street:
        return text
    number = r"[0-9]+[A-Za-z]?"
    named_street = rf"\b(?:{number},? )?{re.escape(street)}(?:,? {number})?(?!\w)"
    return re.sub(named_street, "…", text, flags=re.IGNORECASE)


def postcodes_of(place: str) -> list[str]:
    return [part.strip() for part in _SEPARATOR.split(place) if _POSTCODE.fullmatch(part.strip())]
