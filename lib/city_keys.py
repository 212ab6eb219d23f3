"""Public keys of other cities. A file that is signed with an unknown key is rejected."""

from collections.abc import Callable, Collection, Mapping
from typing import Final

from django.utils.translation import gettext as _

from lib.city_files import fingerprint_of
from lib.wired import Wired

#: By the name of a city: its keys, and whether a person has compared the fingerprint of each.
Source = Callable[[str], Mapping[str, bool]]
SOURCES: Final = Wired[Source]("lib.city_keys.SOURCES")


def known_keys(city: str) -> dict[str, bool]:
    """The keys of a city. A key that was compared anywhere counts as compared."""
    keys: dict[str, bool] = {}
    for source in SOURCES:
        for key, is_compared in source(city).items():
            keys[key] = keys.get(key, False) or is_compared
    return keys


def other_key(city: str, key: str, besides: Collection[str] = ()) -> str:
    """Return why a file with this key is not the city's, with fingerprints to compare by telephone, or "".

    If a person has compared keys of the city, only these count. `besides` are keys of another city of this
    name.
    """
    compared_by_key = {
        known_key: is_sure for known_key, is_sure in known_keys(city).items() if known_key not in besides
    }
    accepted_keys = [known_key for known_key, is_sure in compared_by_key.items() if is_sure] or list(
        compared_by_key
    )
    if not accepted_keys or key in accepted_keys:
        return ""
    fingerprints = {
        "city": city,
        "known": ", ".join(map(fingerprint_of, accepted_keys)),
        "new": fingerprint_of(key) if key else _("no signature"),
    }
    return (
        _(
            "%(city)s is known with another key. Ask the city by telephone which key is right. "
            "Known here: %(known)s. In this file: %(new)s."
        )
        % fingerprints
    )
