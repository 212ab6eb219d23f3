"""Convert a row of a register to fields of an organisation, with notes, or with the reason to reject it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from contacts.codes import Channel, OrganisationStatus
from contacts.models import Organisation
from contacts.rules.evidence import evidence, proof
from contacts.rules.fingerprints import Extra
from contacts.rules.letter_case import title_case
from contacts.rules.phones import find_phones
from exchange.imports.channels import (
    LONGEST_TOLD,
    CellAddresses,
    is_destroyed,
    phone_problem,
    read_emails,
    read_pages,
    read_phones,
    read_websites,
)
from exchange.imports.guessing import POSTCODE_AND_PLACE, is_closing
from exchange.imports.languages import find_languages
from exchange.imports.mapping import HOME, NEEDED, SOCIAL, WISH, Mapping, Origin
from exchange.imports.noting import Note, NoteKind
from exchange.imports.reading import Line
from lib.cleaning import clean_text, clean_value
from lib.days import city_today
from lib.fold import fold, squash

Value = str | list[str]

LONGEST_ID: Final = 200
_fold_cell = lru_cache(maxsize=1_000)(fold)  # the same few classes and districts, row after row


@dataclass(slots=True)
class Row:
    """A converted row.

    `fields` has the values by field. An empty text means that the organisation has none. `home_district` is
    a district's code. `missing` are needed fields without a value, which only an existing organisation may
    leave out. `extras` are addresses besides the main phone, email and website. `notes` names each cell that
    could not be read.
    """

    line: int
    name: str = ""
    external_id: str = ""
    fields: dict[str, Value] = field(default_factory=dict)
    extras: list[Extra] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    refusal: str = ""
    missing: list[str] = field(default_factory=list)

    @property
    def evidence(self) -> list[tuple[str, str, str]]:
        if self.missing:
            return []
        return evidence(self.name, str(self.fields["home_district"]), self._reached)

    @property
    def proof(self) -> list[tuple[str, str, str]]:
        return [] if self.missing else proof(self.name, self._reached)

    @property
    def _reached(self) -> list[Extra]:
        main_channels = [
            (name, str(value)) for name in ("phone", "email") if (value := self.fields.get(name))
        ]
        return [*main_channels, *(extra for extra in self.extras if extra[0] in ("phone", "email"))]

    def note(self, kind: NoteKind, text: str) -> None:
        self.notes.append((kind.value, text))


def convert_line(line: Line, mapping: Mapping) -> Row:
    """Convert a line with the mapping. An unreadable cell gives a note or a refusal, never an exception."""
    row = Row(line.number, refusal=line.refusal, notes=list(line.notes))
    key = [fold(line.cells.get(column, "")) for column in mapping.identify]
    row.external_id = _external_id(key, line, mapping)
    # The email comes last: a web address in its cell is the website only if the row has no other.
    for name, origin in sorted(mapping.fields.items(), key=lambda field: field[0] == "email"):
        try:
            _set_field(row, name, origin, line, mapping)
        except MissingValue:
            continue
        except ValidationError as error:
            reason = " ".join(error.messages).rstrip(".")
            # An unreadable contact wish could be a refusal, so the row is rejected.
            if name == WISH or (name in NEEDED and not (name == HOME and mapping.point)):
                row.refusal = row.refusal or f"{label_of(name)}: {reason}"
            else:
                _note_skipped(row, name, _text_of_cells(origin, line), reason)
    _close(row, line, mapping)
    row.missing = [name for name in NEEDED if name not in row.fields]
    if not mapping.is_numbered:
        refuse_incomplete(row, [name for name in row.missing if name != HOME or not mapping.point])
    row.name = str(row.fields.get("name", "")) or squash(" ".join(line.cells.values()))[:80]
    if not row.refusal and not any(key):
        row.refusal = _("nothing in this row identifies the organisation")
    if not row.refusal and len(row.external_id) > LONGEST_ID:
        row.refusal = _("its number is too long (limit in characters: %(most)d)") % {"most": LONGEST_ID}
    return row


def _close(row: Row, line: Line, mapping: Mapping) -> None:
    """Set the status to closed if a column about closing has a date or a word for it. Note other texts.

    A blank cell states that the organisation is active, so that a later date in the same source closes it.
    """
    for column in mapping.closed_columns:
        text = squash(line.cells.get(column, ""))
        is_closed = is_closing(text, today=city_today())
        if is_closed is None:
            message = _("%(what)s: “%(text)s” is skipped")
            row.note(NoteKind.LEFT_OUT, message % {"what": column, "text": text[:LONGEST_TOLD]})
        elif is_closed:
            row.fields["status"] = OrganisationStatus.CLOSED.value
        else:
            row.fields.setdefault("status", OrganisationStatus.ACTIVE.value)


class MissingValue(ValidationError):
    """The row has no value for a needed field."""


def refuse_incomplete(row: Row, missing_fields: Sequence[str]) -> None:
    """Reject a row with missing fields, and name the first of them."""
    if missing_fields:
        row.refusal = row.refusal or _("%(field)s: not given") % {"field": label_of(missing_fields[0])}


def _note_skipped(row: Row, name: str, text: str, reason: str = "") -> None:
    """Note that a cell, or a part of a cell, is not imported."""
    message = _("%(what)s: “%(text)s” is skipped") % {"what": label_of(name), "text": text[:LONGEST_TOLD]}
    kind = NoteKind.DESTROYED if name == "phone" and is_destroyed(text) else NoteKind.LEFT_OUT
    row.note(kind, f"{message} ({reason})" if reason else message)


def _text_of_cells(origin: Origin, line: Line) -> str:
    if origin.fixed is not None:
        return origin.fixed
    return squash(" ".join(line.cells.get(column, "") for column in origin.columns))


def _external_id(key: list[str], line: Line, mapping: Mapping) -> str:
    """Return the register's own number unchanged, or else a hash of the columns that identify the row."""
    if mapping.has_numbers and (number := squash(" ".join(line.cells.get(c, "") for c in mapping.identify))):
        return number
    return hashlib.sha256("\0".join(key).encode()).hexdigest()[:32]


def _set_field(row: Row, name: str, origin: Origin, line: Line, mapping: Mapping) -> None:
    text = _mapped_text(row, name, origin, line)
    if name in {HOME, WISH} and not text:
        raise MissingValue(_("not given"))
    if name == HOME:
        row.fields[name] = text
    elif name == "languages":
        codes, unknown = find_languages(text)
        row.fields[name] = _field_clean(name, codes)
        for word in unknown:
            _note_skipped(row, name, word, _("no language has this name"))
    elif name == "phone":
        _set_channel(row, name, read_phones(_phones(text, origin, line, mapping.region), mapping.region))
    elif name == "email":
        _set_channel(row, name, read_emails(text))
    elif name == "website":
        _set_channel(row, name, read_websites(text))
    elif name == SOCIAL:
        addresses = read_pages(text)
        row.extras += addresses.further
        for unread in addresses.unread:
            _note_skipped(row, name, unread, _("not a web address"))
    elif name == "postcode" and (split := POSTCODE_AND_PLACE.fullmatch(squash(text))):
        row.fields[name] = _field_clean(name, split["postcode"])
        message = _("%(what)s: “%(text)s” is skipped") % {"what": label_of(name), "text": split["place"]}
        row.note(NoteKind.NOT_COUNTED, message)
    else:
        clean = _clean_code if origin.values or origin.fixed is not None else _field_clean
        row.fields[name] = clean(name, _cased_text(name, text, origin, mapping))


def _mapped_text(row: Row, name: str, origin: Origin, line: Line) -> str:
    """Return the cell's text, or its code in the value map. Raises ValidationError if the map lacks it."""
    if origin.fixed is not None:
        return origin.fixed
    cells = [line.cells.get(column, "") for column in origin.columns]
    if not origin.values and not (origin.only_values and origin.default is not None):
        return origin.join.join(cell.strip() for cell in cells if cell.strip()) or origin.default or ""
    meant = [(squash(cell), origin.values.get(_fold_cell(cell))) for cell in cells if cell.strip()]
    code = next((code for _text, code in meant if code is not None), None)
    if code is not None or origin.default is not None:
        chosen = origin.default if code is None else code
        for text, other_code in meant:
            if other_code != chosen:
                message = _("%(what)s: “%(text)s” is ignored in favour of “%(code)s”")
                details = {"what": label_of(name), "text": text[:LONGEST_TOLD], "code": chosen}
                row.note(NoteKind.NOT_COUNTED, message % details)
        return str(chosen)
    if not meant:
        return ""
    texts = ", ".join(text for text, _code in meant)
    raise ValidationError(_("“%(value)s” is not in the mapping") % {"value": texts})


def _phones(text: str, origin: Origin, line: Line, region: str) -> str:
    """Return the text if its columns form one number, such as “91” and “814 19 54”, or else their list."""
    if len(origin.columns) < 2 or not text or find_phones(text, region).numbers:
        return text
    return "; ".join(cell for column in origin.columns if (cell := line.cells.get(column, "").strip()))


def _cased_text(name: str, text: str, origin: Origin, mapping: Mapping) -> str:
    if name == "summary":
        return clean_text(text)
    squashed = squash(text)
    return title_case(squashed, origin.case, mapping.spellings) if origin.case else squashed


def _set_channel(row: Row, name: str, addresses: CellAddresses) -> None:
    """Set the field to the main address, add the further ones, and note text that is no address."""
    for text in addresses.unread:
        _note_skipped(row, name, text, phone_problem(text) if name == "phone" else "")
    if addresses.main:
        try:
            row.fields[name] = addresses.main if name == "phone" else _field_clean(name, addresses.main)
        except ValidationError as error:
            _note_skipped(row, name, addresses.main, " ".join(error.messages).rstrip("."))
    elif not addresses.unread:
        row.fields[name] = ""
    for channel, value in addresses.further:
        if channel == "website" and name == "email" and _fill_website(row, value):
            row.note(
                NoteKind.MORE, _("email: “%(text)s” is a web address (saved as website)") % {"text": value}
            )
        else:
            row.extras.append((channel, value))
            row.note(
                NoteKind.MORE,
                _("%(what)s: also %(text)s")
                % {"what": label_of(name), "text": value.replace(";ext=", " ext. ")},
            )


def _fill_website(row: Row, value: str) -> bool:
    """Set the address as the row's website, unless the row has one. Return whether it was set."""
    if row.fields.get("website"):
        return False
    try:
        row.fields["website"] = _field_clean("website", value)
    except ValidationError:
        return False
    return True


def _field_clean(name: str, value: Value) -> Value:
    """Clean a value with the model field's checks, and check the length, which only forms do."""
    field = Organisation._meta.get_field(name)
    if isinstance(value, str):
        value = clean_value(field, value)
        if not value and name in NEEDED:
            raise MissingValue(_("not given"))
        if value and (codes := _codes(name)) and value not in codes:
            raise ValidationError(_("“%(value)s” is not in the list") % {"value": value[:40]})
    max_length = getattr(field, "max_length", None)
    if max_length and len(value) > max_length:
        raise ValidationError(_("too long (limit in characters: %(most)d)") % {"most": max_length})
    cleaned: Value = field.clean(value, None)  # type: ignore[union-attr]  # a column, not a relation
    return cleaned


_clean_code = lru_cache(maxsize=1_000)(_field_clean)  # all rows share a few values


@cache
def _codes(name: str) -> frozenset[str]:
    choices: Any = Organisation._meta.get_field(name).choices  # type: ignore[union-attr]  # a column, not a relation
    return frozenset(code for code, _label in choices or ())


def label_of(name: str) -> str:
    if name == SOCIAL:
        return str(Channel.SOCIAL.label)
    return str(Organisation._meta.get_field(name).verbose_name)  # type: ignore[union-attr]  # a column, not a relation
