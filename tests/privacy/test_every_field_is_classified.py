"""privacy/inventory.toml names each field of each table once, in known words, as the models are."""

from pathlib import Path
from typing import Any, Final

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import User
from contacts.models import Contact
from exchange.exports.lists import LISTS
from privacy import inventory

ROOT: Final = Path(__file__).resolve().parents[2]


def tables() -> dict[str, type[models.Model]]:
    """Return the concrete models by label, with those that Django makes for many-to-many fields."""
    found = apps.get_models(include_auto_created=True)
    return {one._meta.label: one for one in found if not one._meta.proxy}


def is_ours(model: type[models.Model]) -> bool:
    return (ROOT / model.__module__.split(".")[0]).is_dir()


def columns() -> dict[tuple[str, str], "models.Field[Any, Any]"]:
    return {
        (label, field.name): field
        for label, model in tables().items()
        if is_ours(model)
        for field in model._meta.concrete_fields
    }


def test_every_field_has_a_line_and_every_line_a_field() -> None:
    known, there = set(inventory.fields()), set(columns())
    assert there - known == set(), "Add these fields to privacy/inventory.toml."
    assert known - there == set(), "These fields of privacy/inventory.toml do not exist."


def test_every_table_of_a_library_is_described_as_a_whole() -> None:
    theirs = {label for label, model in tables().items() if not is_ours(model)}
    assert set(inventory.whole_tables()) == theirs
    for table in inventory.whole_tables().values():
        assert table.about in inventory.ABOUT
        assert table.why


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("about", inventory.ABOUT),
        ("category", inventory.CATEGORIES),
        ("access", inventory.ACCESS),
        ("erasure", inventory.ERASURES),
    ],
)
def test_only_known_words_are_used(name: str, known: tuple[str, ...]) -> None:
    assert {getattr(field, name) for field in inventory.fields().values()} <= set(known)


def test_activities_and_rules_use_known_words() -> None:
    for field in inventory.fields().values():
        assert field.activity.basis in inventory.BASES
        assert field.recipients, field
        assert set(field.recipients) <= set(inventory.RECIPIENTS)
    for rule in inventory.rules().values():
        assert rule.then in inventory.THEN
        assert rule.acts in inventory.ACTS
        assert (rule.acts == "never") == (rule.days is None) == (rule.counts_from == "")


def test_a_reason_is_stated_for_personal_data_that_is_withheld_or_kept() -> None:
    silent = [
        f"{field.model}.{field.name}"
        for field in inventory.fields().values()
        if field.is_personal and (field.access == "withhold" or field.erasure == "keep") and not field.why
    ]
    assert silent == []


def test_a_text_is_searched_or_says_why_not() -> None:
    for field in inventory.fields().values():
        if field.category in inventory.TEXTS:
            assert field.is_searched or field.why, field


def test_what_anybody_can_type_is_not_declared_as_technical() -> None:
    """A long text without choices can hold a name, unless the kind of the field says what else it is."""
    typed = {
        key
        for key, field in columns().items()
        if isinstance(field, models.TextField) and not field.choices and field.editable
    }
    allowed = {
        ("accounts.SentForm", "led_to"),  # an address of a page
        ("accounts.SentForm", "made"),
        ("jobs.Job", "error"),  # the name of an exception
        ("reminders.Reminder", "last_error"),  # an answer of the mail server
        ("accounts.Session", "session_data"),  # signed and not to be read
        ("reviews.SignedRecord", "record"),  # IDs and figures
        ("reviews.SignedRecord", "inside"),
        ("reviews.Signature", "statement"),
        ("reviews.Addendum", "statement"),  # repeats its text, which is searched
    }
    untexts = {key for key in typed if not inventory.fields()[key].is_searched}
    untexts -= {key for key in untexts if inventory.fields()[key].kind == "derived"}
    assert untexts == allowed


def test_only_fields_that_hold_text_are_searched() -> None:
    holds = (models.CharField, models.TextField, models.JSONField, ArrayField)
    for key, field in columns().items():
        if inventory.fields()[key].is_searched:
            assert isinstance(field, holds), key
            assert not field.choices, key


def test_a_reference_to_a_person_ends_as_the_database_ends_it() -> None:
    """Deleting a contact does to each reference what the inventory says."""
    does = {"delete": models.CASCADE, "null": models.SET_NULL}
    found = 0
    for key, field in columns().items():
        if isinstance(field, models.ForeignKey) and field.related_model is Contact:
            entry = inventory.fields()[key]
            assert entry.about == "contact", key
            assert field.remote_field.on_delete is does[entry.erasure], key
            found += 1
    assert found >= 6


def test_a_reference_to_a_colleague_is_about_them() -> None:
    for key, field in columns().items():
        if isinstance(field, models.ForeignKey) and field.related_model is User:
            entry = inventory.fields()[key]
            assert entry.about == "officer" or entry.model == "contacts.Contact", key


def test_a_contact_s_own_row_is_deleted_with_them() -> None:
    own = ("contacts.Contact", "contacts.PrivateChannel", "contacts.Affiliation", "meetings.MeetingContact")
    assert {field.erasure for label in own for field in inventory.fields_of(label)} == {"delete"}
    assert {field.about for field in inventory.fields_of("contacts.PrivateChannel")} == {"contact"}


@pytest.mark.parametrize("noun", ["contacts", "organisations", "meetings"])
def test_what_an_export_carries_names_exports_among_its_recipients(noun: str) -> None:
    model = {"contacts": "contacts.Contact", "organisations": "contacts.Organisation"}.get(
        noun, "meetings.Meeting"
    )
    exported = {column.name for column in LISTS[noun].columns}
    carried = [field for field in inventory.fields_of(model) if field.name in exported]
    assert len(carried) > 5
    assert [field.name for field in carried if "exports" not in field.recipients] == []


def test_a_field_named_twice_is_rejected() -> None:
    table = {
        "activity": {"x": {"purpose": "p", "basis": "record", "recipients": ["system"]}},
        "rule": {"none": {"then": "keep", "acts": "never"}},
        "kind": {
            kind: {
                "about": "nobody", "category": "fact", "access": "give", "erasure": "keep", "searched": False
            }
            for kind in ("fact", "text")
        },
        "model": {"a.B": {"activity": "x", "rule": "none", "fact": "one", "text": "one"}},
    }  # fmt: skip
    with pytest.raises(ValueError, match=r"a\.B\.one is named twice"):
        list(inventory.read(table))


def test_a_field_of_a_kind_that_does_not_exist_is_rejected() -> None:
    table = {
        "activity": {"x": {"purpose": "p", "basis": "record", "recipients": ["system"]}},
        "rule": {"none": {"then": "keep", "acts": "never"}},
        "kind": {},
        "model": {"a.B": {"activity": "x", "rule": "none", "unheard": "one"}},
    }
    with pytest.raises(KeyError, match="unheard"):
        list(inventory.read(table))
