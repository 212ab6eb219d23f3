"""What the system stores about people: `inventory.toml`, which names each field of each table once.

Access requests, the search for a person, erasure, retention and the register read it. This module knows no
model: rooms above this one are in the inventory, too.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

TABLE: Final = Path(__file__).with_name("inventory.toml")

ABOUT: Final = ("contact", "officer", "visitor", "organisation", "nobody")
PEOPLE: Final = ("contact", "officer", "visitor")
CATEGORIES: Final = (
    *("identity", "channel", "role", "fact", "free_text", "opinion"),
    *("decision", "log", "technical"),
)
TEXTS: Final = ("free_text", "opinion")
BASES: Final = ("record", "public_task", "police_law", "legal_obligation")
ACCESS: Final = ("give", "withhold")
#: delete: the row, or what refers to the person in it; null: the reference; blank: the passage in a text;
#: remake: made again from other fields.
ERASURES: Final = ("delete", "null", "blank", "remake", "keep")
RECIPIENTS: Final = (
    *("colleagues", "privacy_officers", "administrators", "confirmers"),
    *("keys", "exports", "archives", "calendars", "public", "system"),
)
THEN: Final = ("review", "blank", "delete", "keep")
ACTS: Final = ("decided", "always", "never")
_OF_MODEL: Final = ("activity", "rule", "recipients", "row_of")


@dataclass(frozen=True, slots=True)
class Activity:
    """Why data is processed. `basis` is "record" if each record has its own lawful basis."""

    name: str
    purpose: str
    basis: str
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """How long data is needed.

    Args:
        acts: "decided": after a privacy officer puts it in force; "always": without a decision; "never".
    """

    code: str
    then: str
    acts: str
    counts_from: str = ""
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """What is known about one field of a table."""

    model: str  # its label, such as "contacts.Contact"
    name: str
    kind: str
    about: str
    category: str
    access: str
    erasure: str
    is_searched: bool
    is_special: bool  # treated as special category data
    activity: Activity
    rule: Rule
    recipients: tuple[str, ...]
    why: str = ""

    @property
    def is_personal(self) -> bool:
        return self.about in PEOPLE


@dataclass(frozen=True, slots=True)
class Whole:
    """A table of a library, described as a whole."""

    model: str
    about: str
    why: str


@cache
def fields() -> Mapping[tuple[str, str], Field]:
    """All fields by model label and field name."""
    return {(one.model, one.name): one for one in read(_table())}


@cache
def whole_tables() -> Mapping[str, Whole]:
    """Tables of libraries by model label."""
    return {label: Whole(label, **entry) for label, entry in _table()["whole"].items()}


@cache
def rules() -> Mapping[str, Rule]:
    """Retention rules by code."""
    return _rules(_table())


def searched_fields() -> list[Field]:
    """Fields in which a person is searched for."""
    return [one for one in fields().values() if one.is_searched]


def fields_of(label: str) -> list[Field]:
    """Fields of one table."""
    return [one for one in fields().values() if one.model == label]


def read(table: Mapping[str, Any]) -> Iterator[Field]:
    """Yield the fields of a table of the same form as `inventory.toml`. Raises ValueError if one is wrong."""
    activities = {
        name: Activity(name, one["purpose"], one["basis"], tuple(one["recipients"]))
        for name, one in table["activity"].items()
    }
    known_rules = _rules(table)
    for label, entry in table["model"].items():
        activity = activities[entry["activity"]]
        named: set[str] = set()
        for kind, names in entry.items():
            if kind in _OF_MODEL:
                continue
            for name in names.split():
                if name in named:
                    raise ValueError(f"{label}.{name} is named twice")
                named.add(name)
                yield _field(label, name, kind, table["kind"][kind], entry, activity, known_rules)


def _field(
    label: str,
    name: str,
    kind: str,
    props: Mapping[str, Any],
    entry: Mapping[str, Any],
    activity: Activity,
    known_rules: Mapping[str, Rule],
) -> Field:
    goes = "row_of" in entry and props["erasure"] in ("keep", "null", "remake")
    return Field(
        model=label,
        name=name,
        kind=kind,
        about=entry["row_of"] if goes and props["about"] == "nobody" else props["about"],
        category=props["category"],
        access=props["access"],
        erasure="delete" if goes else props["erasure"],
        is_searched=props["searched"],
        is_special=props.get("special", False),
        activity=activity,
        rule=known_rules[entry["rule"]],
        recipients=tuple(entry.get("recipients", activity.recipients)),
        why=props.get("why", "It says nothing about the person." if goes else ""),
    )


def _rules(table: Mapping[str, Any]) -> dict[str, Rule]:
    return {code: Rule(code, **one) for code, one in table["rule"].items()}


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(TABLE.read_text())
