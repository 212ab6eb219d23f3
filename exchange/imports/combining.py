"""What the rows of one organisation say together, and what that changes."""

from collections.abc import Iterable
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from typing import Final

from django.utils.translation import gettext as _

from contacts.merging.choices import is_stricter
from contacts.rules.fingerprints import Extra, Fingerprints, fingerprint, imported_before, is_imported
from exchange.imports.converting import Row, Value, label_of
from exchange.imports.extras import drop, join
from exchange.imports.mapping import WISH, Mapping
from exchange.imports.noting import NoteKind
from lib.fold import fold

CHANNELS: Final = ("phone", "email", "website")
_TOLD: Final = 200  # letters of a value that a line says


@dataclass(slots=True)
class Said:
    """`fields` as the rows say together, `of` which row each comes from, by its line; `more` what else."""

    fields: dict[str, Value] = field(default_factory=dict)
    of: dict[str, int] = field(default_factory=dict)
    more: list[Extra] = field(default_factory=list)

    @property
    def first(self) -> list[Extra]:
        """The first number and addresses, as the others are written."""
        return [(name, str(self.fields[name])) for name in CHANNELS if self.fields.get(name)]


def together(rows: list[Row], mapping: Mapping) -> Said:
    """The first row that says something wins; of mapped values the one the mapping names first.

    What another row says differently is noted on that row; a number or an address is one more of the row.
    """
    said = Said()
    for row in rows:
        for name, value in row.fields.items():
            if not said.fields.get(name) or (value and _outranks(name, value, said.fields[name], mapping)):
                said.fields[name], said.of[name] = value, row.line
    said.more = join(*(row.more for row in rows))
    for row in rows:
        for name, value in row.fields.items():
            kept = said.fields[name]
            if not value or value == kept or _alike(value, kept):
                continue
            what = {"field": label_of(name), "text": _shown(value), "line": said.of[name]}
            if name in CHANNELS:
                said.more = join(said.more, [(name, str(value))])
                row.note(NoteKind.MORE, _("%(field)s: also %(text)s") % what)
            elif name in mapping_values(mapping):
                row.note(
                    NoteKind.NOT_COUNTED,
                    _("%(field)s: “%(text)s” is ignored in favour of line %(line)d") % what,
                )
            else:
                text = _("%(field)s “%(text)s” differs from line %(line)d (line %(line)d was kept)") % what
                row.note(NoteKind.DIFFERS, text)
    said.more = drop(said.more, said.first)
    return said


def contradictions(rows: list[Row], mapping: Mapping) -> list[str]:
    """Fields of which rows of one number say different things: nobody can tell which of them is right."""
    mapped = mapping_values(mapping)
    found = []
    for name in dict.fromkeys(name for row in rows for name in row.fields):
        values = [row.fields[name] for row in rows if row.fields.get(name)]
        if name not in mapped and any(v != values[0] and not _alike(v, values[0]) for v in values):
            found.append(name)
    return found


def mapping_values(mapping: Mapping) -> set[str]:
    """Fields that come from a value map: rows may differ there, and the mapping says which counts."""
    return {name for name, origin in mapping.fields.items() if origin.values and name != "home_district"}


def _outranks(name: str, value: Value, kept: Value, mapping: Mapping) -> bool:
    if name == WISH:
        return is_stricter(name, value, kept)
    origin = mapping.fields.get(name)
    if origin is None or name not in mapping_values(mapping):
        return False
    return origin.rank(value) < origin.rank(kept)


def _alike(one: Value, other: Value) -> bool:
    return isinstance(one, str) and isinstance(other, str) and fold(one) == fold(other)


def _shown(value: Value) -> str:
    return ", ".join(value) if isinstance(value, list) else value


@dataclass(slots=True)
class Difference:
    """`write`: what to set; `kept`: fields a person changed since, which the file says otherwise."""

    write: dict[str, Value] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)


def difference(said: Table[str, Value], current: Table[str, Value], before: Fingerprints) -> Difference:
    """What the file changes on an organisation that has `current` and for which `before` was remembered.

    Unchanged in the file: nothing. Empty and never imported: filled. Still what was imported: corrected.
    Anything else a person wrote, or decided in a merge, and it stays, except for a stricter wish.
    """
    found = Difference()
    for name, value in said.items():
        now = current[name]
        if value == now or fingerprint(value) in imported_before(before, name):
            continue
        is_refusal = name == WISH and is_stricter(name, value, now)
        if (name not in before and not now) or is_imported(before, name, now) or is_refusal:
            found.write[name] = value
        elif value:
            found.kept.append(name)
    return found


def note_kept(row: Row, said: Said, kept: Iterable[str], noted: set[str]) -> None:
    """Say which values are not written, and which of them are among the other details."""
    texts = {name: f"{label_of(name)} “{_shown(said.fields[name])[:_TOLD]}”" for name in kept}
    if own := [text for name, text in texts.items() if name not in noted]:
        row.note(NoteKind.KEPT, _("%(fields)s: kept as edited by a colleague") % {"fields": ", ".join(own)})
    for name, text in texts.items():
        if name in noted:
            said_of_it = _("%(field)s: the value on record is kept and this value is kept beside it")
            row.note(NoteKind.KEPT, said_of_it % {"field": text})
