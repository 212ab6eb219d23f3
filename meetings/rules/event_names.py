"""The name of an event: what happened, and where. It is the same on every page, and in no email."""

from collections.abc import Sequence


def event_name(kinds: Sequence[str], *, organisation: str, place: str, district: str) -> str:
    """Name an event by its kinds and where it happened.

    `organisation` is empty if the reader cannot see it. Then the place names the event, or else the district.
    """
    kind = ", ".join(kinds)
    return f"{kind[:1].upper()}{kind[1:]}, {organisation or place or district}"
