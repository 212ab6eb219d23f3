"""Public keys of other cities, as the apps know them: a file that is signed with another key is refused."""

from collections.abc import Callable, Collection, Mapping
from typing import Final

from django.utils.translation import gettext as _

from lib.city_files import fingerprint_of
from lib.wired import Wired

#: Of a city by name: its keys, and whether a person has compared the fingerprint of each.
Source = Callable[[str], Mapping[str, bool]]
SOURCES: Final = Wired[Source]("lib.city_keys.SOURCES")


def known_keys(city: str) -> dict[str, bool]:
    """The keys of a city. One that any app has compared counts as compared."""
    found: dict[str, bool] = {}
    for source in SOURCES:
        for key, is_compared in source(city).items():
            found[key] = found.get(key, False) or is_compared
    return found


def other_key(city: str, key: str, besides: Collection[str] = ()) -> str:
    """Why a file with this key is not of the city, or nothing; with the fingerprints to compare by telephone.

    If a person has compared keys of the city, only these count. `besides` are keys of another city of this
    name.
    """
    known = {one: is_sure for one, is_sure in known_keys(city).items() if one not in besides}
    counting = [one for one, is_sure in known.items() if is_sure] or list(known)
    if not counting or key in counting:
        return ""
    fingerprints = {
        "city": city,
        "known": ", ".join(map(fingerprint_of, counting)),
        "new": fingerprint_of(key) if key else _("no signature"),
    }
    return (
        _(
            "%(city)s is known with another key. Ask the city by telephone which key is right. "
            "Known here: %(known)s. In this file: %(new)s."
        )
        % fingerprints
    )
