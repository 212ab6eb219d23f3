"""Write `crm/database/baseline.sql`: what all migrations of the code make in an empty database.

python -m tests.architecture.baseline

Run it for a release. Until the next one, new migrations run after the baseline.
"""

import os
import subprocess
import sys
from typing import Final

from crm.embedded.binaries import postgres_programs
from crm.embedded.postgres import OWNER
from tests.plugins import services

DATABASE: Final = f"{services.DATABASE}_baseline"
# Filled after each `migrate`, by Django.
FILLED: Final = {"django_migrations", "django_content_type", "auth_permission"}


def schema_of(database: str) -> str:
    """Return the statements that make the tables of a database of the tests, without owners and roles."""
    from crm.database.baseline import without_noise

    address = services.postgres.url(OWNER, database)
    command = [str(postgres_programs() / "pg_dump"), "--schema-only", "--no-owner"]
    done = subprocess.run([*command, address], capture_output=True, text=True, check=True)
    return without_noise(done.stdout)


def migrations_of(database: str) -> list[tuple[str, str]]:
    """Return the applied migrations, sorted."""
    with services.postgres.connect(database, OWNER) as connection:
        return sorted(connection.execute("SELECT app, name FROM django_migrations").fetchall())


def write() -> int:
    """Migrate an empty database and write the file. Return the number of migrations."""
    from django.core.management import call_command

    from crm.database.baseline import FILE, HEAD

    services.postgres.execute("CREATE DATABASE {} OWNER {}", DATABASE, OWNER)
    try:
        call_command("migrate", database="owner", verbosity=0)
        _refuse_rows()
        names = migrations_of(DATABASE)
        rows = ",\n".join(f"('{app}', '{name}', now())" for app, name in names)
        recorded = f"INSERT INTO public.django_migrations (app, name, applied) VALUES\n{rows};\n"
        FILE.write_text(HEAD + schema_of(DATABASE) + recorded)
    finally:
        services.postgres.execute("DROP DATABASE {} WITH (FORCE)", DATABASE)
    return len(names)


def _refuse_rows() -> None:
    """The file holds no rows: a migration that adds some runs after the baseline, or not at all."""
    with services.postgres.connect(DATABASE, OWNER) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (table,) in tables:
            found = connection.execute(f'SELECT 1 FROM "{table}" LIMIT 1').fetchone()  # noqa: S608  # a table's name
            if found and table not in FILLED:
                sys.exit(f"The migrations fill {table}: the baseline would lose its rows.")


if __name__ == "__main__":
    services.start()
    for role in ("DATABASE_URL", "DATABASE_AUDIT_URL", "DATABASE_OWNER_URL"):
        os.environ[role] = services.postgres.url(OWNER, DATABASE)
    import django

    django.setup()
    sys.stdout.write(f"{write()} migrations in crm/database/baseline.sql\n")
