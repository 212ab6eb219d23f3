"""A migration is safe on a live system, beside the version before.

The rules check the SQL of each migration after the first one of its room, which meets no rows.
"""

import re
from collections.abc import Iterator
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from django.conf import settings
from django.contrib.postgres.operations import CreateExtension
from django.core.management import call_command
from django.db.migrations import CreateModel, RunSQL
from pytest_django import DjangoDbBlocker

from lib.first_migration import FirstMigration

# Tables with at most a few thousand rows even in a large city, where an index is built at once.
SMALL: Final = {
    "accounts_pendingact",
    "accounts_user",
    "api_apikey",
    "api_webhook",
    "contacts_draft",
    "exchange_importdraft",
    "districts_district",
    "privacy_datarequest",
    "reviews_review",
}
FIRST: Final = "0001_initial"
FIRSTS: Final = [
    (path.parts[-3], import_module(f"{path.parts[-3]}.migrations.{FIRST}").Migration)
    for path in sorted(Path(settings.BASE_DIR).glob(f"*/migrations/{FIRST}.py"))
]
LATER: Final = [
    (path.parts[-3], path.stem)
    for path in sorted(Path(settings.BASE_DIR).glob("*/migrations/[0-9]*.py"))
    if path.stem != FIRST
]


class Rule(NamedTuple):
    """A rule.

    `pattern` is searched in one statement; its group `table` must not be created by the migration.
    """

    name: str
    pattern: str
    instead: str


RULES: Final = (
    Rule(
        "required column",
        r'ALTER TABLE "(?P<table>\w+)" ADD COLUMN (?!.*DEFAULT).*NOT NULL',
        "The version before leaves it out: give it a db_default.",
    ),
    Rule(
        "default taken away",
        r'ALTER TABLE "(?P<table>\w+)" ALTER COLUMN "\w+" DROP DEFAULT',
        "The version before leaves the column out: use db_default, which stays.",
    ),
    Rule(
        "required from now on",
        r'ALTER TABLE "(?P<table>\w+)" ALTER COLUMN "\w+" SET NOT NULL',
        "Every row is read under an exclusive lock: add a NOT VALID check, validate it, then set it.",
    ),
    Rule(
        "another type",
        r'ALTER TABLE "(?P<table>\w+)" ALTER COLUMN "\w+" TYPE',
        "The table is written anew: add a column, fill it by batches, change over.",
    ),
    Rule(
        "column or table gone",
        r'(ALTER TABLE "(?P<table>\w+)" DROP COLUMN|DROP TABLE "?(?P<gone>\w+))',
        "The version before still reads it: drop it one release later.",
    ),
    Rule(
        "another name",
        r'ALTER TABLE "?(?P<table>\w+)"? RENAME',
        "The version before knows the old one only.",
    ),
    Rule(
        "index",
        r'CREATE (UNIQUE )?INDEX (?!CONCURRENTLY).* ON "(?P<table>\w+)"',
        "Writers wait while it is built: AddIndexConcurrently, in a migration of its own.",
    ),
    Rule(
        "constraint",
        r'ALTER TABLE "(?P<table>\w+)" ADD CONSTRAINT (?!.*(NOT VALID|USING INDEX))',
        "Every row is read under a lock: AddConstraintNotValid, and ValidateConstraint in the next one.",
    ),
    Rule(
        "rows rewritten",
        r'^(UPDATE|DELETE FROM) "?(?P<table>\w+)',
        "Rows stay locked until the end: by batches of their own transactions.",
    ),
)


def statements(sql: str) -> Iterator[str]:
    """Return the statements without comments. Text between dollar signs is a function body and is not run."""
    code = re.sub(
        r"\$(\w*)\$.*?\$\1\$", "''", re.sub(r"^--.*$", "", sql, flags=re.MULTILINE), flags=re.DOTALL
    )
    for statement in code.split(";"):
        if text := " ".join(statement.split()):
            yield text


def broken(sql: str) -> list[tuple[Rule, str]]:
    """Return the rules that a migration's SQL breaks, by statement. Tables it creates itself are empty."""
    found = list(statements(sql))
    made = {name for one in found for name in re.findall(r'^CREATE TABLE "?(\w+)', one)}
    wrong = []
    for statement in found:
        for rule in RULES:
            if match := re.search(rule.pattern, statement, re.IGNORECASE):
                table = next(filter(None, match.groupdict().values()), "")
                is_small = table in SMALL and rule.name in ("index", "constraint", "rows rewritten")
                if table not in made and not is_small:
                    wrong.append((rule, statement))
    if not found_in_transaction(sql) and len(found) > 1:
        rest = [one for one in found if "CONCURRENTLY" not in one]
        wrong += [(NOT_ATOMIC, one) for one in rest]
    return wrong


NOT_ATOMIC: Final = Rule(
    "outside a transaction",
    "",
    "One that stops in the middle cannot be run again: keep it in another migration.",
)


def found_in_transaction(sql: str) -> bool:
    return sql.lstrip().startswith("BEGIN")


@pytest.fixture
def outside_a_transaction(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Yield outside a transaction, because reading a migration with a concurrent index build requires it."""
    with django_db_blocker.unblock():
        yield


def test_each_later_one_is_safe_beside_the_version_before(outside_a_transaction: None) -> None:
    unsafe = []
    for app, name in LATER:
        out = StringIO()
        call_command("sqlmigrate", app, name, database="default", stdout=out, no_color=True)
        unsafe += [
            f"{app}/{name}: {rule.name}: {one}\n  {rule.instead}" for rule, one in broken(out.getvalue())
        ]
    assert not unsafe, "\n".join(unsafe)


def test_a_first_migration_creates_each_model_at_once_with_its_constraints() -> None:
    """So that the models are built once for a room (lib.first_migration)."""
    allowed = (CreateModel, CreateExtension, RunSQL)
    for app, migration in FIRSTS:
        assert issubclass(migration, FirstMigration), app
        assert [one for one in migration.operations if not isinstance(one, allowed)] == [], app


UNSAFE: Final = {
    'ALTER TABLE "meetings_meeting" ADD COLUMN "a" integer NOT NULL;': "required column",
    'ALTER TABLE "meetings_meeting" ADD COLUMN "a" integer DEFAULT 3 NOT NULL;\n'
    'ALTER TABLE "meetings_meeting" ALTER COLUMN "a" DROP DEFAULT;': "default taken away",
    'ALTER TABLE "meetings_meeting" ALTER COLUMN "a" SET NOT NULL;': "required from now on",
    'ALTER TABLE "meetings_meeting" ALTER COLUMN "a" TYPE bigint USING "a"::bigint;': "another type",
    'ALTER TABLE "meetings_meeting" DROP COLUMN "a" CASCADE;': "column or table gone",
    'DROP TABLE "meetings_meeting" CASCADE;': "column or table gone",
    'ALTER TABLE "meetings_meeting" RENAME COLUMN "a" TO "b";': "another name",
    'CREATE INDEX "a" ON "meetings_meeting" ("a");': "index",
    'ALTER TABLE "meetings_meeting" ADD CONSTRAINT "a" CHECK ("a" > 0);': "constraint",
    "UPDATE meetings_meeting SET a = 3;": "rows rewritten",
}
SAFE: Final = (
    'BEGIN;\nALTER TABLE "meetings_meeting" ADD COLUMN "a" integer DEFAULT 3 NOT NULL;\nCOMMIT;',
    'BEGIN;\nALTER TABLE "meetings_meeting" ADD COLUMN "a" integer NULL;\nCOMMIT;',
    'BEGIN;\nCREATE TABLE "a" ("b" integer NOT NULL);\nCREATE INDEX "c" ON "a" ("b");\nCOMMIT;',
    'CREATE INDEX CONCURRENTLY "a" ON "meetings_meeting" ("a");',
    'BEGIN;\nALTER TABLE "meetings_meeting" ADD CONSTRAINT "a" CHECK ("a" > 0) NOT VALID;\nCOMMIT;',
    "BEGIN;\nCREATE FUNCTION a() RETURNS trigger AS $$ BEGIN UPDATE b SET c = 1; END $$;\nCOMMIT;",
)


@pytest.mark.parametrize("sql", UNSAFE)
def test_the_rules_find_what_is_not_safe(sql: str) -> None:
    assert [rule.name for rule, _statement in broken(f"BEGIN;\n{sql}\nCOMMIT;")] == [UNSAFE[sql]]


@pytest.mark.parametrize("sql", SAFE)
def test_the_rules_leave_the_rest_alone(sql: str) -> None:
    assert broken(sql) == []


def test_one_outside_a_transaction_does_one_thing() -> None:
    index = 'CREATE INDEX CONCURRENTLY "a" ON "meetings_meeting" ("a");'
    both = index + '\nALTER TABLE "meetings_meeting" ADD COLUMN "a" integer NULL;'
    assert [rule.name for rule, _statement in broken(both)] == ["outside a transaction"]
