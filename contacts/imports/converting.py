"""One row of a register as an organisation's fields: what it says, what is odd, or why it is refused."""

import hashlib
import re
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from contacts.imports.mapping import NEEDED, Mapping, Origin
from contacts.imports.reading import Line
from contacts.models import Organisation
from contacts.rules import evidence, find_phones, title_case
from lib.fold import fold, squash
from lib.rows import clean_text, clean_value

Value = str | list[str]

LONGEST_ID: Final = 200
_fold_cell = lru_cache(maxsize=1_000)(fold)  # the same few classes and districts, row after row
_WEB: Final = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_BETWEEN: Final = re.compile(r"[,;/\s]+")


@dataclass(slots=True)
class Row:
    """A converted row. `fields` has what it says (an empty text: says that there is none); `home_district`
    is a district's code. A cell that was not understood is not in it, and `notes` says so.
    """

    line: int
    name: str = ""
    external_id: str = ""
    fields: dict[str, Value] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    refusal: str = ""

    @property
    def evidence(self) -> list[tuple[str, str, str]]:
        phone, email = self.fields.get("phone", ""), self.fields.get("email", "")
        return evidence(self.name, str(self.fields["home_district"]), str(phone), str(email))


def convert(line: Line, mapping: Mapping) -> Row:
    """Follow the mapping for one line; never raises for what a cell holds."""
    row = Row(line.number, refusal=line.refusal, notes=[line.note] if line.note else [])
    key = [fold(line.cells.get(column, "")) for column in mapping.identify]
    row.external_id = _external_id(key, line, mapping)
    for name, origin in mapping.fields.items():
        try:
            _set(row, name, origin, line, mapping)
        except ValidationError as error:
            said = f"{label_of(name)}: {' '.join(error.messages).rstrip('.')}"
            if name in NEEDED:
                row.refusal = row.refusal or said
            else:
                row.notes.append(_("%(what)s (left out)") % {"what": said})
    row.name = str(row.fields.get("name", "")) or squash(" ".join(line.cells.values()))[:80]
    if not row.refusal and not any(key):
        row.refusal = _("nothing in it identifies the organisation")
    return row


def _external_id(key: list[str], line: Line, mapping: Mapping) -> str:
    """A number of the register as it is, so that others find it by it; else a hash of what names the row."""
    if mapping.has_numbers and (number := squash(" ".join(line.cells.get(c, "") for c in mapping.identify))):
        return number[:LONGEST_ID]
    return hashlib.sha256("\0".join(key).encode()).hexdigest()[:32]


def _set(row: Row, name: str, origin: Origin, line: Line, mapping: Mapping) -> None:
    text = _text_of(origin, line)
    if name == "home_district":
        if not text:
            raise ValidationError(_("not given"))
        row.fields[name] = text
    elif name == "languages":
        row.fields[name] = sorted({code for code in _BETWEEN.split(text.lower()) if code})
        _field_clean(name, row.fields[name])
    elif name == "phone":
        _set_phone(row, _phones(text, origin, line, mapping.region), mapping.region)
    elif name == "email":
        _set_email(row, text)
    else:
        clean = _clean_code if origin.values or origin.fixed is not None else _field_clean
        row.fields[name] = clean(name, _plain(name, text, origin, mapping))


def _text_of(origin: Origin, line: Line) -> str:
    """The cell's text, or the code it stands for. Raises when a value map does not know it."""
    if origin.fixed is not None:
        return origin.fixed
    cells = [line.cells.get(column, "") for column in origin.columns]
    if not origin.values and not (origin.only_values and origin.default is not None):
        return origin.join.join(cell.strip() for cell in cells if cell.strip()) or origin.default or ""
    for cell in cells:
        if (known := origin.values.get(_fold_cell(cell))) is not None:
            return known
    if origin.default is not None:
        return origin.default
    said = ", ".join(squash(cell) for cell in cells if cell.strip())
    if not said:
        return ""
    raise ValidationError(_("“%(value)s” is not in the mapping") % {"value": said})


def _phones(text: str, origin: Origin, line: Line, region: str) -> str:
    """Columns are the parts of one number, “91” and “814 19 54”, or a number each."""
    if len(origin.columns) < 2 or not text or find_phones(text, region).numbers:
        return text
    return "; ".join(cell for column in origin.columns if (cell := line.cells.get(column, "").strip()))


def _plain(name: str, text: str, origin: Origin, mapping: Mapping) -> str:
    if name == "summary":
        return clean_text(text)
    plain = squash(text)
    if name == "website" and plain and "://" not in plain:
        plain = f"https://{plain}"
    return title_case(plain, origin.case, mapping.spellings) if origin.case else plain


def _set_phone(row: Row, text: str, region: str) -> None:
    found = find_phones(text, region)
    row.notes += [_("phone: “%(text)s” is not a number (left out)") % {"text": part} for part in found.rest]
    if found.numbers or not found.rest:
        row.fields["phone"] = found.numbers[0] if found.numbers else ""
    if len(found.numbers) > 1:
        row.notes.append(_("phone: also %(numbers)s") % {"numbers": ", ".join(found.numbers[1:])})


def _set_email(row: Row, text: str) -> None:
    """An address; a web address in its place is kept as the website when the row has no other."""
    if _WEB.fullmatch(address := squash(text)):
        site = address if "://" in address else f"https://{address}"
        if not row.fields.get("website"):
            row.fields["website"] = _field_clean("website", site)
            row.notes.append(_("e-mail: a web address (kept as website)"))
        return
    row.fields["email"] = _field_clean("email", text)


def _field_clean(name: str, value: Value) -> Value:
    """The model field's own checks (choices, lengths, formats), and the length only forms check."""
    field = Organisation._meta.get_field(name)
    if isinstance(value, str):
        value = clean_value(field, value)
        if not value and name in NEEDED:
            raise ValidationError(_("not given"))
        if value and (codes := _codes(name)) and value not in codes:
            raise ValidationError(_("“%(value)s” is not in the list") % {"value": value[:40]})
    most = getattr(field, "max_length", None)
    if most and len(value) > most:
        raise ValidationError(_("longer than %(most)d letters") % {"most": most})
    cleaned: Value = field.clean(value, None)  # type: ignore[union-attr]  # a column, not a relation
    return cleaned


_clean_code = lru_cache(maxsize=1_000)(_field_clean)  # the same few in all rows


@cache
def _codes(name: str) -> frozenset[str]:
    choices: Any = Organisation._meta.get_field(name).choices  # type: ignore[union-attr]  # a column, not a relation
    return frozenset(code for code, _label in choices or ())


def label_of(name: str) -> str:
    return str(Organisation._meta.get_field(name).verbose_name)  # type: ignore[union-attr]  # a column, not a relation
