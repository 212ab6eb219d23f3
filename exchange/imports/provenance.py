"""Sources of an organisation's details, with the day of their last new value."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from contacts.models import Organisation
from contacts.rules.fingerprints import is_imported
from exchange.imports.converting import Value, label_of
from exchange.imports.mapping import FIELDS, HOME, SOCIAL


@dataclass(frozen=True, slots=True)
class Provenance:
    """Fields that still have a source's values. `said_on`: the day of its last file with a new value."""

    source: str
    said_on: date | None
    labels: Sequence[str]


def provenance_of(organisation: Organisation) -> list[Provenance]:
    """Return one entry per source, in one query. Fields that a colleague has written since have no source."""
    provenances = []
    values = {name: _converted_value(organisation, name) for name in FIELDS if name != SOCIAL}
    for row in organisation.imported_fields.order_by("source"):
        names = [
            name for name, value in values.items() if value and is_imported(row.fingerprints, name, value)
        ]
        if names:
            provenances.append(Provenance(row.source, row.said_on, [label_of(name) for name in names]))
    return provenances


def _converted_value(organisation: Organisation, name: str) -> Value:
    """Return the value in the form of converted rows (converting.Row)."""
    if name == HOME:
        return organisation.home_district.code
    if name == "phone":
        return str(organisation.phone.as_e164) if organisation.phone else ""
    value: Value = getattr(organisation, name)
    return value
