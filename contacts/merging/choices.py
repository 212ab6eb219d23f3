"""Which value a merged row keeps, field by field: the kept row's, or where that is empty another's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import models

from contacts.models import Contact, Organisation

# What is one statement and is chosen together.
TOGETHER: Final = {
    Organisation: (
        ("name",),
        ("short_name",),
        ("kind",),
        ("summary",),
        ("home_district",),
        ("website",),
        ("email",),
        ("phone",),
        ("address", "postcode"),
        ("languages",),
        ("access_needs",),
        ("lead_officer", "deputy_officer"),
        ("cadence_days",),
        ("status",),
        ("is_listed_publicly",),
        ("is_reporting_centre", "reporting_tested_on"),
        ("verified_on",),
        ("review_on",),
    ),
    Contact: (
        ("given_name", "family_name"),
        ("email",),
        ("phone",),
        ("languages",),
        ("preferred_channel",),
        ("home_district",),
        ("lawful_basis", "purpose"),
        ("notice_given_on", "notice_version"),
        ("agreement_how", "agreement_on", "agreement_recorded_by"),
        ("review_on",),
    ),
}

Choices = Mapping[str, UUID]  # the first field of what is chosen together → the row it is taken from


@dataclass(frozen=True, slots=True)
class Option:
    """A value of one of the rows; `values` are those of the fields chosen together, as they are shown."""

    row_id: UUID
    values: tuple[str, ...]
    is_default: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """Fields chosen together whose values differ between the rows."""

    field: str
    label: str
    options: tuple[Option, ...]


def to_choose(rows: Sequence[Any]) -> list[Choice]:
    """What differs between rows, the first of which is kept, each value once."""
    found = []
    for names in TOGETHER[type(rows[0])]:
        default = _default(rows, names)
        shown: dict[tuple[str, ...], Option] = {}
        for row in rows:
            values = tuple(_shown(row, name) for name in names)
            shown.setdefault(values, Option(row.pk, values, _same(row, default, names)))
        if len(shown) > 1:
            label = str(rows[0]._meta.get_field(names[0]).verbose_name)
            found.append(Choice(names[0], label, tuple(shown.values())))
    return found


def chosen_values(rows: Sequence[Any], choices: Choices) -> dict[str, Any]:
    """Every field's value for the kept row, the first of `rows`."""
    by_id = {row.pk: row for row in rows}
    values: dict[str, Any] = {}
    for names in TOGETHER[type(rows[0])]:
        row = by_id.get(choices[names[0]]) if names[0] in choices else None
        row = row or _default(rows, names)
        values |= {name: getattr(row, name) for name in names}
    return values


def _default(rows: Sequence[Any], names: tuple[str, ...]) -> Any:
    """The kept row, unless it says nothing here and another does."""
    return next((row for row in rows if any(_said(row, name) for name in names)), rows[0])


def _said(row: Any, name: str) -> bool:
    field = row._meta.get_field(name)
    return isinstance(field, models.BooleanField) or bool(getattr(row, field.attname))


def _same(row: Any, other: Any, names: tuple[str, ...]) -> bool:
    return all(getattr(row, name) == getattr(other, name) for name in names)


def _shown(row: Any, name: str) -> str:
    field = row._meta.get_field(name)
    if field.choices:
        return str(getattr(row, f"get_{name}_display")())
    value = getattr(row, name)
    if isinstance(value, bool):
        return "✓" if value else ""
    return ", ".join(value) if isinstance(value, list) else str(value or "")
