"""Fingerprints of imported values (ImportedFields). The values themselves are not stored again.

A field has one fingerprint, or a list of them after a user decided between rows: later imports then never
overwrite that decision. `more` has fingerprints of all phones and addresses that the source has listed.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from lib.fold import fold

Extra = tuple[str, str]  # the kind of a detail (exchange.imports.extras), and the number or address
Fingerprints = Mapping[str, str | list[str]]

MORE: Final = "more"
_DECIDED: Final = "decided"  # marks a decision; no value has this fingerprint
_MOST_FINGERPRINTS: Final = 200  # fingerprints in a list, so that it does not grow for ever


def fingerprint(value: object) -> str:
    """Return 12 hexadecimal digits, which show whether two values are equal and nothing else."""
    return hashlib.blake2b(json.dumps(value).encode(), digest_size=6).hexdigest()


def normal_form(extra: Extra) -> str:
    """Return a text that is equal for equal details: a number's digits, or a folded address."""
    kind, value = extra
    if kind in ("phone", "fax"):
        return f"{kind} {''.join(filter(str.isdigit, value))}"
    return f"{kind} {fold(value)}"


def fingerprints_of(extras: Iterable[Extra]) -> list[str]:
    return [fingerprint(normal_form(extra)) for extra in extras]


def imported_before(before: Fingerprints, name: str) -> Collection[str]:
    """Return all fingerprints that the source has had for a field."""
    fingerprint_before = before.get(name)
    return (
        []
        if fingerprint_before is None
        else [fingerprint_before]
        if isinstance(fingerprint_before, str)
        else fingerprint_before
    )


def is_imported(before: Fingerprints, name: str, value: object) -> bool:
    """Whether a field still has the imported value, and no user decided on it."""
    return before.get(name) == fingerprint(value)


def after_import(before: Fingerprints, new: Fingerprints) -> dict[str, str | list[str]]:
    """Return the fingerprints after an import of `new`."""
    after = dict(before)
    for name, imported in new.items():
        earlier = after.get(name)
        if isinstance(earlier, list) or isinstance(imported, list):
            fingerprints = [*imported_before(before, name), *imported_before(new, name)]
            after[name] = list(dict.fromkeys(fingerprints))[-_MOST_FINGERPRINTS:]
        else:
            after[name] = imported
    return after


def combined(fingerprints: Fingerprints, other_fingerprints: Fingerprints) -> dict[str, str | list[str]]:
    """Combine the fingerprints of two merged rows. If values differ, the merge was a decision."""
    combined_fields: dict[str, str | list[str]] = {}
    for name in {**fingerprints, **other_fingerprints}:
        earlier = [*imported_before(fingerprints, name), *imported_before(other_fingerprints, name)]
        different = list(dict.fromkeys(earlier))
        combined_fields[name] = different if len(different) > 1 or name == MORE else different[0]
    return combined_fields


def decided(before: Fingerprints, names: Collection[str]) -> dict[str, str | list[str]]:
    """Return the fingerprints with `names` marked as decided, so that later imports do not change them."""
    marks = {name: list(dict.fromkeys([*imported_before(before, name), _DECIDED])) for name in names}
    return {**before, **marks}
