"""Which value a merged row keeps, field by field: the kept row's, or where that is empty another's."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import models

from contacts.codes import ContactWish, NightCalls
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

# Where a wish is not to be forgotten by chance: the value kept unless another is chosen, mildest first.
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


def is_stricter(name: str, one: object, other: object) -> bool:
    """Whether `one` is the wish that is kept of two."""
    return STRICTEST[name].index(one) > STRICTEST[name].index(other)


Choices = Mapping[str, UUID]  # the first field of what is chosen together → the row it is taken from


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
    """Fields chosen together, and what the rows say there, each value once."""

    fields: tuple[str, ...]
    options: tuple[Option, ...]

    @property
    def field(self) -> str:
        return self.fields[0]

    @property
    def differs(self) -> bool:
        return len(self.options) > 1


def all_said(rows: Sequence[Any]) -> list[Choice]:
    """All that rows, the first of which is kept, say of themselves: what differs and what is the same."""
    return [Choice(names, tuple(_options(rows, names))) for names in TOGETHER[type(rows[0])]]


def to_choose(rows: Sequence[Any]) -> list[Choice]:
    """What differs between the rows."""
    return [choice for choice in all_said(rows) if choice.differs]


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
    """The kept row, unless it says nothing here and another does. A refusal outlives the row it was of."""
    if names[0] in STRICTEST:
        return max(rows, key=lambda row: STRICTEST[names[0]].index(getattr(row, names[0])))
    return next((row for row in rows if any(_said(row, name) for name in names)), rows[0])


def _said(row: Any, name: str) -> bool:
    field = row._meta.get_field(name)
    return isinstance(field, models.BooleanField) or bool(getattr(row, field.attname))


def _options(rows: Sequence[Any], names: tuple[str, ...]) -> Iterator[Option]:
    default = _default(rows, names)
    alike: dict[tuple[str, ...], list[Any]] = {}
    for row in rows:
        alike.setdefault(tuple(_plain(row, name) for name in names), []).append(row)
    for those in alike.values():
        values = tuple(getattr(those[0], name) for name in names)
        yield Option(tuple(row.pk for row in those), values, default in those)


def _plain(row: Any, name: str) -> str:
    """To compare by: colleagues of one name are two."""
    return str(getattr(row, row._meta.get_field(name).attname) or "")
