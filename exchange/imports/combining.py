"""What the rows of one organisation say together, and what that changes."""

from collections.abc import Iterable
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from typing import Final

from django.utils.translation import gettext as _

from contacts.merging.choices import is_stricter
from contacts.rules.fingerprints import Extra, Fingerprints, fingerprint, is_imported, said_before
from exchange.imports.converting import Row, Value, label_of
from exchange.imports.extras import merge_extras, without
from exchange.imports.mapping import WISH, Mapping
from exchange.imports.noting import NoteKind
from lib.fold import fold

CHANNELS: Final = ("phone", "email", "website")
_TEXT_LIMIT: Final = 200  # letters of a value that a line says


@dataclass(slots=True)
class MergedRow:
    """`fields` as the rows say together, `of` which row each comes from, by its line; `more` what else."""

    fields: dict[str, Value] = field(default_factory=dict)
    source_lines: dict[str, int] = field(default_factory=dict)
    extras: list[Extra] = field(default_factory=list)

    @property
    def main_channels(self) -> list[Extra]:
        """The first number and addresses, as the others are written."""
        return [(name, str(self.fields[name])) for name in CHANNELS if self.fields.get(name)]


def merge_rows(rows: list[Row], mapping: Mapping) -> MergedRow:
    """The first row that says something wins; of mapped values the one the mapping names first.

    What another row says differently is noted on that row; a number or an address is one more of the row.
    """
    merged = MergedRow()
    for row in rows:
        for name, value in row.fields.items():
            if not merged.fields.get(name) or (
                value and _outranks(name, value, merged.fields[name], mapping)
            ):
                merged.fields[name], merged.source_lines[name] = value, row.line
    merged.extras = merge_extras(*(row.extras for row in rows))
    for row in rows:
        for name, value in row.fields.items():
            kept_value = merged.fields[name]
            if not value or value == kept_value or _is_same_text(value, kept_value):
                continue
            details = {"field": label_of(name), "text": _as_text(value), "line": merged.source_lines[name]}
            if name in CHANNELS:
                merged.extras = merge_extras(merged.extras, [(name, str(value))])
                row.note(NoteKind.MORE, _("%(field)s: also %(text)s") % details)
            elif name in mapping_values(mapping):
                row.note(
                    NoteKind.NOT_COUNTED,
                    _("%(field)s: “%(text)s” is ignored in favour of line %(line)d") % details,
                )
            else:
                text = _("%(field)s “%(text)s” differs from line %(line)d (line %(line)d was kept)") % details
                row.note(NoteKind.DIFFERS, text)
    merged.extras = without(merged.extras, merged.main_channels)
    return merged


def contradictions(rows: list[Row], mapping: Mapping) -> list[str]:
    """Fields of which rows of one number say different things: nobody can tell which of them is right."""
    mapped = mapping_values(mapping)
    contradicting = []
    for name in dict.fromkeys(name for row in rows for name in row.fields):
        values = [row.fields[name] for row in rows if row.fields.get(name)]
        if name not in mapped and any(v != values[0] and not _is_same_text(v, values[0]) for v in values):
            contradicting.append(name)
    return contradicting


def mapping_values(mapping: Mapping) -> set[str]:
    """Fields that come from a value map: rows may differ there, and the mapping says which counts."""
    return {name for name, origin in mapping.fields.items() if origin.values and name != "home_district"}


def _outranks(name: str, value: Value, kept_value: Value, mapping: Mapping) -> bool:
    if name == WISH:
        return is_stricter(name, value, kept_value)
    origin = mapping.fields.get(name)
    if origin is None or name not in mapping_values(mapping):
        return False
    return origin.rank(value) < origin.rank(kept_value)


def _is_same_text(first_value: Value, second_value: Value) -> bool:
    return (
        isinstance(first_value, str)
        and isinstance(second_value, str)
        and fold(first_value) == fold(second_value)
    )


def _as_text(value: Value) -> str:
    return ", ".join(value) if isinstance(value, list) else value


@dataclass(slots=True)
class Difference:
    """`write`: what to set; `kept`: fields a person changed since, which the file says otherwise."""

    write: dict[str, Value] = field(default_factory=dict)
    kept_fields: list[str] = field(default_factory=list)


def difference(
    file_values: Table[str, Value], current: Table[str, Value], before: Fingerprints
) -> Difference:
    """What the file changes on an organisation that has `current` and for which `before` was remembered.

    Unchanged in the file: nothing. Empty and never imported: filled. Still what was imported: corrected.
    Anything else a person wrote, or decided in a merge, and it stays, except for a stricter wish.
    """
    changes = Difference()
    for name, value in file_values.items():
        current_value = current[name]
        if value == current_value or fingerprint(value) in said_before(before, name):
            continue
        is_refusal = name == WISH and is_stricter(name, value, current_value)
        if (
            (name not in before and not current_value)
            or is_imported(before, name, current_value)
            or is_refusal
        ):
            changes.write[name] = value
        elif value:
            changes.kept_fields.append(name)
    return changes


def note_kept_values(row: Row, merged: MergedRow, field_names: Iterable[str], noted: set[str]) -> None:
    """Say which values are not written, and which of them are among the other details."""
    texts = {
        name: f"{label_of(name)} “{_as_text(merged.fields[name])[:_TEXT_LIMIT]}”" for name in field_names
    }
    if kept_texts := [text for name, text in texts.items() if name not in noted]:
        row.note(
            NoteKind.KEPT, _("%(fields)s: kept as edited by a colleague") % {"fields": ", ".join(kept_texts)}
        )
    for name, text in texts.items():
        if name in noted:
            message = _("%(field)s: the value on record is kept and this value is kept beside it")
            row.note(NoteKind.KEPT, message % {"field": text})
