"""Which registers the details of an organisation come from, and since when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from contacts.models import Organisation
from contacts.rules.fingerprints import is_imported
from exchange.imports.converting import Value, label_of
from exchange.imports.mapping import FIELDS, HOME, SOCIAL


@dataclass(frozen=True, slots=True)
class Provenance:
    """The fields that are as a source gave them. `said_on`: the day of its last file with something new."""

    source: str
    said_on: date | None
    labels: Sequence[str]


def provenance_of(organisation: Organisation) -> list[Provenance]:
    """One entry per source, in one query. Fields that a person has written since are of no source."""
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
    """The value as rows of a file have it (converting.Row)."""
    if name == HOME:
        return organisation.home_district.code
    if name == "phone":
        return str(organisation.phone.as_e164) if organisation.phone else ""
    value: Value = getattr(organisation, name)
    return value
