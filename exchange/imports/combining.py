"""Merge the rows of one organisation, and compare the result with the organisation."""

from collections.abc import Iterable
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from typing import Final

from django.utils.translation import gettext as _

from contacts.merging.choices import is_stricter
from contacts.rules.fingerprints import Extra, Fingerprints, fingerprint, imported_before, is_imported
from exchange.imports.converting import Row, Value, label_of
from exchange.imports.extras import merge_extras, without
from exchange.imports.mapping import WISH, Mapping
from exchange.imports.noting import NoteKind
from lib.fold import fold

CHANNELS: Final = ("phone", "email", "website")
_TEXT_LIMIT: Final = 200  # characters of a value that the report shows


@dataclass(slots=True)
class MergedRow:
    """Merged values of an organisation's rows, the line of each value, and further addresses."""

    fields: dict[str, Value] = field(default_factory=dict)
    source_lines: dict[str, int] = field(default_factory=dict)
    extras: list[Extra] = field(default_factory=list)

    @property
    def main_channels(self) -> list[Extra]:
        """The main phone, email and website, in the form of extras."""
        return [(name, str(self.fields[name])) for name in CHANNELS if self.fields.get(name)]


def merge_rows(rows: list[Row], mapping: Mapping) -> MergedRow:
    """Merge rows of one organisation. The first value wins, or the mapped value that the mapping names first.

    A different value is noted on its row. A different phone or address becomes a further one.
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
    """Return the fields in which rows with the same reference differ.

    No rule can decide which row is right.
    """
    mapped = mapping_values(mapping)
    contradicting = []
    for name in dict.fromkeys(name for row in rows for name in row.fields):
        values = [row.fields[name] for row in rows if row.fields.get(name)]
        if name not in mapped and any(v != values[0] and not _is_same_text(v, values[0]) for v in values):
            contradicting.append(name)
    return contradicting


def mapping_values(mapping: Mapping) -> set[str]:
    """Return the fields with a value map. Rows may differ there, and the mapping ranks the values."""
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
    """Values to write, and fields that keep the value that a colleague wrote since the last import."""

    write: dict[str, Value] = field(default_factory=dict)
    kept_fields: list[str] = field(default_factory=list)


def difference(
    file_values: Table[str, Value], current: Table[str, Value], before: Fingerprints
) -> Difference:
    """Compare the file's values with the `current` ones and with the fingerprints of the last import.

    A value that the file repeats changes nothing. An empty field is filled, and an imported value is
    replaced. A value that a colleague wrote or chose in a merge stays, unless the file has
    a stricter contact wish.
    """
    changes = Difference()
    for name, value in file_values.items():
        current_value = current[name]
        if value == current_value or fingerprint(value) in imported_before(before, name):
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
    """Note which values of the file are not written, and which of them became further details."""
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
