"""What the rows of one organisation say together, and what that changes."""

import hashlib
import json
from collections.abc import Mapping as Table
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from contacts.imports.converting import Row, Value, label_of
from contacts.imports.mapping import Mapping
from lib.fold import fold


@dataclass(slots=True)
class Said:
    """`fields` as the rows say together, `of` which row each comes from, by its line."""

    fields: dict[str, Value] = field(default_factory=dict)
    of: dict[str, int] = field(default_factory=dict)


def together(rows: list[Row], mapping: Mapping) -> Said:
    """The first row that says something wins; of mapped values the one the mapping names first.

    What another row says differently is noted on that row.
    """
    said = Said()
    for row in rows:
        for name, value in row.fields.items():
            if not said.fields.get(name) or (value and _outranks(name, value, said.fields[name], mapping)):
                said.fields[name], said.of[name] = value, row.line
    for row in rows:
        for name, value in row.fields.items():
            kept = said.fields[name]
            if value and value != kept and name not in mapping_values(mapping) and not _alike(value, kept):
                row.notes.append(
                    _("%(field)s differs from line %(line)d, which is kept")
                    % {"field": label_of(name), "line": said.of[name]}
                )
    return said


def mapping_values(mapping: Mapping) -> set[str]:
    """Fields that come from a value map: rows may differ there, and the mapping says which counts."""
    return {name for name, origin in mapping.fields.items() if origin.values and name != "home_district"}


def _outranks(name: str, value: Value, kept: Value, mapping: Mapping) -> bool:
    origin = mapping.fields.get(name)
    if origin is None or name not in mapping_values(mapping):
        return False
    return origin.rank(value) < origin.rank(kept)


def _alike(one: Value, other: Value) -> bool:
    return isinstance(one, str) and isinstance(other, str) and fold(one) == fold(other)


def fingerprint(value: Value) -> str:
    """12 hexadecimal digits that tell one value from another, and no more."""
    return hashlib.blake2b(json.dumps(value).encode(), digest_size=6).hexdigest()


@dataclass(slots=True)
class Difference:
    """`write`: what to set; `kept`: fields a person changed since, which the file says otherwise."""

    write: dict[str, Value] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)


def difference(said: Table[str, Value], current: Table[str, Value], before: Table[str, str]) -> Difference:
    """What the file changes on an organisation that has `current` and for which `before` was remembered.

    Unchanged in the file: nothing. Empty and never imported: filled. Still what was imported: corrected.
    Anything else a person wrote, and it stays.
    """
    found = Difference()
    for name, value in said.items():
        was, now = before.get(name), current[name]
        if value == now or was == fingerprint(value):
            continue
        if (was is None and not now) or was == fingerprint(now):
            found.write[name] = value
        elif value:
            found.kept.append(name)
    return found
