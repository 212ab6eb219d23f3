"""What is remembered of what a source said (ImportedFields): fingerprints, never the value again. Pure.

A field has one fingerprint, or a list of them once somebody decided between rows: then nothing that the
source says of it overwrites what they chose. `more` lists the numbers and addresses the source has named.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from lib.fold import fold

Extra = tuple[str, str]  # what it is (exchange.imports.extras), and the number or address
Fingerprints = Mapping[str, str | list[str]]

MORE: Final = "more"
_DECIDED: Final = "decided"  # stands for no value
_MOST: Final = 200  # of a list: a source that changes its word for ever is not remembered for ever


def fingerprint(value: object) -> str:
    """12 hexadecimal digits that tell one value from another, and no more."""
    return hashlib.blake2b(json.dumps(value).encode(), digest_size=6).hexdigest()


def plain(extra: Extra) -> str:
    """What two extras that say the same have in common: a number's digits, an address as it is folded."""
    what, value = extra
    if what in ("phone", "fax"):
        return f"{what} {''.join(filter(str.isdigit, value))}"
    return f"{what} {fold(value)}"


def of_extras(extras: Iterable[Extra]) -> list[str]:
    return [fingerprint(plain(extra)) for extra in extras]


def said_before(before: Fingerprints, name: str) -> Collection[str]:
    """All that the source has said of a field."""
    was = before.get(name)
    return [] if was is None else [was] if isinstance(was, str) else was


def is_imported(before: Fingerprints, name: str, now: object) -> bool:
    """Whether a field still has what the source said, and nobody decided that it should."""
    return before.get(name) == fingerprint(now)


def following(before: Fingerprints, new: Fingerprints) -> dict[str, str | list[str]]:
    """What is remembered after the source has said `new`."""
    found = dict(before)
    for name, said in new.items():
        was = found.get(name)
        if isinstance(was, list) or isinstance(said, list):
            all_of_it = [*said_before(before, name), *said_before(new, name)]
            found[name] = list(dict.fromkeys(all_of_it))[-_MOST:]
        else:
            found[name] = said
    return found


def combined(one: Fingerprints, other: Fingerprints) -> dict[str, str | list[str]]:
    """What a source said of two rows that are one now; where it said two things, somebody decided."""
    found: dict[str, str | list[str]] = {}
    for name in {**one, **other}:
        both = list(dict.fromkeys([*said_before(one, name), *said_before(other, name)]))
        found[name] = both if len(both) > 1 or name == MORE else both[0]
    return found


def decided(before: Fingerprints, names: Collection[str]) -> dict[str, str | list[str]]:
    """The same, with `names` decided by somebody: what the source says of them later does not count."""
    marks = {name: list(dict.fromkeys([*said_before(before, name), _DECIDED])) for name in names}
    return {**before, **marks}
