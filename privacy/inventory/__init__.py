"""Inventory of personal data: `privacy/inventory.toml`, which names each field of each table once.

Access requests, the search for a person, erasure, retention and the register use the inventory. This module
imports no model, because the inventory has tables of rooms above, too. Models say which columns hold text.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

TABLE: Final = Path(__file__).parent.with_suffix(".toml")

_TEXTS: Final = (models.CharField, models.TextField, models.JSONField)

ABOUT: Final = ("contact", "officer", "visitor", "organisation", "nobody")
PEOPLE: Final = ("contact", "officer", "visitor")
CATEGORIES: Final = (
    *("identity", "channel", "role", "fact", "free_text", "opinion"),
    *("decision", "log", "technical"),
)
TEXTS: Final = ("free_text", "opinion")
BASES: Final = ("record", "public_task", "police_law", "legal_obligation")
ACCESS: Final = ("give", "withhold")
#: delete the row or what refers to the person in it; null the reference; blank the passage in a text;
#: remake the value from other fields.
ERASURES: Final = ("delete", "null", "blank", "remake", "keep")
#: Reasons not to search a text column, with the pattern of its values, which a test checks.
UNSEARCHED: Final[Mapping[str, str]] = {
    "code": r"[\w./:;,=+*<>@-]*",
    "digest": r"(?:[0-9a-f]{16,}|[A-Za-z0-9+/_=-]{22,})?",
    "ids": r"[\w.:-]*",
    "numbers": r"[\w./:;,=+*%-]*",
    "derived": r"[\s\S]*",  # made from fields that are searched
    "secret": r"[\s\S]*",  # lets someone sign in; forms in sessions are deleted with the person
    "elsewhere": r"[\s\S]*",  # a copy of a text that is searched
    "passing": r"[\s\S]*",  # emptied when its task ends
}
RECIPIENTS: Final = (
    *("colleagues", "privacy_officers", "administrators", "confirmers"),
    *("keys", "exports", "archives", "calendars", "public", "system"),
)
THEN: Final = ("review", "blank", "delete", "keep")
ACTS: Final = ("decided", "always", "never")
_OF_MODEL: Final = ("activity", "rule", "recipients", "row_of")


@dataclass(frozen=True, slots=True)
class Activity:
    """Purpose of processing. `basis` is "record" if each record has its own lawful basis."""

    name: str
    purpose: str
    basis: str
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """Retention rule of the inventory.

    Args:
        acts: "decided" (after a privacy officer puts it in force), "always" (without a decision) or "never".
    """

    code: str
    then: str
    acts: str
    counts_from: str = ""
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a table, as the inventory describes it."""

    model: str  # its label, such as "contacts.Contact"
    name: str
    kind: str
    about: str
    category: str
    access: str
    erasure: str
    unsearched: str  # a key of UNSEARCHED if its texts are not searched
    is_special: bool  # treated as special category data
    activity: Activity
    rule: Rule
    recipients: tuple[str, ...]
    why: str = ""

    @property
    def is_personal(self) -> bool:
        return self.about in PEOPLE


@dataclass(frozen=True, slots=True)
class WholeTable:
    """A table of a library, described as a whole."""

    model: str
    about: str
    why: str
    unsearched: str = ""  # a key of UNSEARCHED


@cache
def fields() -> Mapping[tuple[str, str], Field]:
    """Return all fields of our tables by model label and field name."""
    return {(field.model, field.name): field for field in read(_table())}


def field_of(label: str, name: str) -> Field:
    """Return a field of any table. A field of a library's table has the entry of the table."""
    field = fields().get((label, name))
    return field if field is not None else _field_of_whole(whole_tables()[label], name)


@cache
def whole_tables() -> Mapping[str, WholeTable]:
    """Return the tables of libraries by model label."""
    return {label: WholeTable(label, **entry) for label, entry in _table()["whole"].items()}


def _field_of_whole(table: WholeTable, name: str) -> Field:
    entry = {"activity": "accounts", "rule": "account"}
    props = {"about": table.about, "category": "technical", "access": "give", "erasure": "keep"}
    inventory_table = _table()
    activity = inventory_table["activity"]["accounts"]
    return _field(
        table.model,
        name,
        "whole",
        props | {"why": table.why, "unsearched": table.unsearched},
        entry,
        Activity("accounts", activity["purpose"], activity["basis"], tuple(activity["recipients"])),
        rules(),
    )


@cache
def rules() -> Mapping[str, Rule]:
    """Return the retention rules by code."""
    return _rules(_table())


def searched_tables() -> dict[str, list[str]]:
    """Return searched fields by model: all columns with text, except those with a reason in UNSEARCHED."""
    names_by_label = {}
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.label
        names = [
            field.name
            for field in model._meta.concrete_fields
            if holds_text(field) and not field_of(label, field.name).unsearched
        ]
        if names and model._meta.managed and not model._meta.proxy:
            names_by_label[label] = names
    return names_by_label


def holds_text(field: Any) -> bool:
    """Whether a column can hold words: a text, JSON or a list of texts, and no choice from a list."""
    element_field = field.base_field if isinstance(field, ArrayField) else field
    return isinstance(element_field, _TEXTS) and not element_field.choices and not field.choices


def fields_of(label: str) -> list[Field]:
    """Return the fields of a table."""
    return [field for field in fields().values() if field.model == label]


def read(table: Mapping[str, Any]) -> Iterator[Field]:
    """Yield the fields of a parsed `inventory.toml`. Raises ValueError if a field is named twice."""
    activities = {
        name: Activity(name, entry["purpose"], entry["basis"], tuple(entry["recipients"]))
        for name, entry in table["activity"].items()
    }
    known_rules = _rules(table)
    for label, entry in table["model"].items():
        activity = activities[entry["activity"]]
        seen_names: set[str] = set()
        for kind, names in entry.items():
            if kind in _OF_MODEL:
                continue
            for name in names.split():
                if name in seen_names:
                    raise ValueError(f"{label}.{name} is named twice")
                seen_names.add(name)
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
    is_deleted_with_person = "row_of" in entry and props["erasure"] in ("keep", "null", "remake")
    return Field(
        model=label,
        name=name,
        kind=kind,
        about=entry["row_of"] if is_deleted_with_person and props["about"] == "nobody" else props["about"],
        category=props["category"],
        access=props["access"],
        erasure="delete" if is_deleted_with_person else props["erasure"],
        unsearched=props.get("unsearched", ""),
        is_special=props.get("special", False),
        activity=activity,
        rule=known_rules[entry["rule"]],
        recipients=tuple(entry.get("recipients", activity.recipients)),
        why=props.get("why", "It says nothing about the person." if is_deleted_with_person else ""),
    )


def _rules(table: Mapping[str, Any]) -> dict[str, Rule]:
    return {code: Rule(code, **entry) for code, entry in table["rule"].items()}


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(TABLE.read_text())
