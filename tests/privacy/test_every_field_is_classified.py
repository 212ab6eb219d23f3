"""privacy/inventory.toml names each field of each table once, in known words, as the models are."""

from pathlib import Path
from typing import Any, Final

import pytest
from django.apps import apps
from django.db import connection, models

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


def test_what_is_searched_stays_for_a_reason_only() -> None:
    silent = {
        f"{label}.{name}"
        for label, names in inventory.searched_tables().items()
        for name in names
        if (field := inventory.field_of(label, name)).erasure == "keep" and not field.why
    }
    assert silent == set()


def test_what_a_task_needs_is_emptied_when_it_ends() -> None:
    """This is why the search leaves it out."""
    passing = {key for key, field in inventory.fields().items() if field.unsearched == "passing"}
    assert passing == {("jobs.Job", "needs")}


#: Tables without a model: names of migrations, the time zone, keys of contexts.
WITHOUT_A_MODEL: Final = {"django_migrations", "city", "context_key"}


def test_the_search_leaves_out_no_column_of_the_database(db: None) -> None:
    """PostgreSQL's own catalogue: each column that can hold words belongs to a field of a model."""
    known = {
        (model._meta.db_table, field.column)
        for model in tables().values()
        for field in model._meta.concrete_fields
    }
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.relname, a.attname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
               JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type e ON e.oid = t.typelem
               WHERE c.relkind IN ('r', 'p', 'm', 'f')
                 AND n.nspname NOT IN ('pg_catalog', 'information_schema')
                 AND (t.typcategory IN ('S', 'U') OR e.typcategory IN ('S', 'U'))
                 AND coalesce(e.typname, t.typname) NOT IN ('uuid', 'pg_lsn')
                 AND n.nspname NOT LIKE 'pg_toast%%'"""
        )
        found = {(table, column) for table, column in cursor.fetchall() if table not in WITHOUT_A_MODEL}
    assert found - known == set()
    assert ("audit_event", "recipient") in found and ("publishing_publicfile", "content") in found


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
                "about": "nobody", "category": "fact", "access": "give", "erasure": "keep"
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
