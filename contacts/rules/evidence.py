"""Evidence that two rows are one organisation."""

from collections.abc import Collection

from contacts.rules.names import exact_name, plain_name

Reached = Collection[tuple[str, str]]  # ("phone", in E.164) and ("email", an address)


def evidence(name: str, district: str, reached: Reached) -> list[tuple[str, str, str]]:
    """Return keys that two rows share if they may be the same: plain name with district, phone or email."""
    core = plain_name(name)
    return [(core, channel, value.casefold()) for channel, value in (("district", district), *reached)]


def proof(name: str, reached: Reached) -> list[tuple[str, str, str]]:
    """Return keys that two rows share if they are surely the same: exact name with phone or email."""
    exact = exact_name(name) if reached else ""
    return [(exact, channel, value.casefold()) for channel, value in reached]
