"""Values of a merged row, field by field: the kept row's or, if that is empty, another row's."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import models

from contacts.codes import ContactWish, NightCalls
from contacts.models import Contact, Organisation

# Fields that belong together and are chosen together.
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
        ("contact_wish", "contact_wish_by", "contact_wish_on"),
        ("night_calls", "night_agreed_on"),
        ("status",),
        ("location_protected",),
        ("is_listed_publicly",),
        ("is_reporting_centre", "reporting_tested_on"),
        ("verified_on",),
        ("review_on",),
        ("known_since",),
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

# Wishes that a merge must not weaken by accident, mildest first. The strictest is kept by default.
STRICTEST: Final[Mapping[str, Sequence[object]]] = {
    "contact_wish": ContactWish.values,
    "night_calls": [
        NightCalls.NOT_ASKED,
        NightCalls.ALWAYS,
        NightCalls.IF_OUR_PLACE,
        NightCalls.NEVER,
    ],
    "location_protected": [False, True],
}


def is_stricter(name: str, value: object, other_value: object) -> bool:
    """Whether `value` is the stricter of two wishes."""
    return STRICTEST[name].index(value) > STRICTEST[name].index(other_value)


Choices = Mapping[str, UUID]  # the first of the fields chosen together → the row to take them from


@dataclass(frozen=True, slots=True)
class Option:
    """A value of one or more of the rows; `values` are those of the fields chosen together."""

    row_ids: tuple[UUID, ...]
    values: tuple[Any, ...]
    is_default: bool

    @property
    def row_id(self) -> UUID:
        return self.row_ids[0]


@dataclass(frozen=True, slots=True)
class Choice:
    """Fields chosen together, and the different values of the rows."""

    fields: tuple[str, ...]
    options: tuple[Option, ...]

    @property
    def field(self) -> str:
        return self.fields[0]

    @property
    def differs(self) -> bool:
        return len(self.options) > 1


def choices_for(rows: Sequence[Any]) -> list[Choice]:
    """Return a choice for each group of fields, whether the rows differ or not. The first row is kept."""
    return [Choice(names, tuple(_different_options(rows, names))) for names in TOGETHER[type(rows[0])]]


def differing_choices(rows: Sequence[Any]) -> list[Choice]:
    """Return the choices in which the rows differ."""
    return [choice for choice in choices_for(rows) if choice.differs]


def chosen_values(rows: Sequence[Any], choices: Choices) -> dict[str, Any]:
    """Return the value of each field for the kept row, the first of `rows`."""
    by_id = {row.pk: row for row in rows}
    values: dict[str, Any] = {}
    for names in TOGETHER[type(rows[0])]:
        row = by_id.get(choices[names[0]]) if names[0] in choices else None
        row = row or _default_row(rows, names)
        values |= {name: getattr(row, name) for name in names}
    return values


def _default_row(rows: Sequence[Any], names: tuple[str, ...]) -> Any:
    """Return the row whose values are the default: the strictest wish, or the first row with a value."""
    if names[0] in STRICTEST:
        return max(rows, key=lambda row: STRICTEST[names[0]].index(getattr(row, names[0])))
    return next((row for row in rows if any(_is_set(row, name) for name in names)), rows[0])


def _is_set(row: Any, name: str) -> bool:
    field = row._meta.get_field(name)
    return isinstance(field, models.BooleanField) or bool(getattr(row, field.attname))


def _different_options(rows: Sequence[Any], names: tuple[str, ...]) -> Iterator[Option]:
    default = _default_row(rows, names)
    rows_by_value: dict[tuple[str, ...], list[Any]] = {}
    for row in rows:
        rows_by_value.setdefault(tuple(_comparable(row, name) for name in names), []).append(row)
    for equal_rows in rows_by_value.values():
        values = tuple(getattr(equal_rows[0], name) for name in names)
        yield Option(tuple(row.pk for row in equal_rows), values, default in equal_rows)


def _comparable(row: Any, name: str) -> str:
    """Return a value to compare by. Colleagues are compared by ID, because two can have one name."""
    return str(getattr(row, row._meta.get_field(name).attname) or "")
