"""Public keys of other cities, as the apps know them: a file that is signed with another key is refused."""

from collections.abc import Callable, Mapping

from lib.registry import add_once

#: Of a city by name: its keys, and whether a person has compared the fingerprint of each.
Source = Callable[[str], Mapping[str, bool]]
_sources: list[Source] = []


def register(source: Source) -> None:
    add_once(_sources, source)


def known_keys(city: str) -> dict[str, bool]:
    """The keys of a city. One that any app has compared counts as compared."""
    found: dict[str, bool] = {}
    for source in _sources:
        for key, is_compared in source(city).items():
            found[key] = found.get(key, False) or is_compared
    return found
