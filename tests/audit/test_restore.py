"""After a restore into another cluster, the numbers of the activity log continue without a gap."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest
from django.db import connection, connections

from accounts.actors import SYSTEM
from audit.models import Action, TrailPosition
from audit.services import record
from audit.services.numbering import publish
from crm.embedded.postgres import APPLICATION, OWNER, PUBLIC, PUBLISHER, SUPERUSER, Postgres
from lib.ids import uuid7
from tests.audit.numbering import publish_all
from tests.plugins import services


@pytest.fixture
def younger(tmp_path: Path) -> Iterator[Postgres]:
    """Another cluster, with lower transaction IDs."""
    cluster = Postgres(tmp_path, durable=False)
    cluster.start()
    for role in (APPLICATION, PUBLISHER, PUBLIC):
        cluster.execute("CREATE ROLE {} LOGIN", role)
    yield cluster
    cluster.stop()


def restore(source: Postgres, database: str, target: Postgres, script: Path) -> None:
    """Restore with plain SQL, as `pg_dump` writes it and `psql` reads it."""
    with script.open("wb") as dump:
        _run(source, "pg_dump", database, stdout=dump)
    target.execute("CREATE DATABASE {} OWNER {}", "restored", OWNER)
    with script.open("rb") as dump:
        _run(target, "psql", "--quiet", "--set", "ON_ERROR_STOP=1", "restored", stdin=dump)


def _run(cluster: Postgres, program: str, *arguments: str, **streams: IO[bytes]) -> None:
    address = ("--host", str(cluster.sockets), "--username", SUPERUSER)
    command = cluster.launcher.command(program, *address, *arguments)
    subprocess.run(command, check=True, **(cluster.launcher.options() | streams))


def view() -> None:
    record(SYSTEM, Action.VIEW, "contact", [uuid7()])


def test_numbers_go_on_where_the_dump_ended(committed_db: None, younger: Postgres, tmp_path: Path) -> None:
    for _ in range(5):
        view()
    publish_all()
    for _ in range(3):
        view()  # committed, not numbered yet when the dump is made
    restore(services.postgres, str(connection.settings_dict["NAME"]), younger, tmp_path / "dump.sql")
    options = connection.settings_dict["OPTIONS"] | {"host": str(younger.sockets)}
    settings = connection.settings_dict | {"NAME": "restored", "USER": PUBLISHER, "OPTIONS": options}
    connections.databases["restored"] = settings
    try:
        with younger.connect("restored", OWNER) as owner:  # as prepare_database does
            left = owner.execute("SELECT audit_publish(true)").fetchone()
        assert left and publish(using="restored") + left[0] == 3
        with younger.connect("restored", APPLICATION) as application:
            for _ in range(4):
                application.execute(
                    "SELECT audit_write('view', '', '{}', '{}', '{}', '', '', '', '', true, NULL)"
                )
        assert publish(using="restored") == 4
        numbers = list(TrailPosition.objects.using("restored").order_by("seq").values_list("seq", flat=True))
        assert numbers == list(range(1, 13))
    finally:
        connections["restored"].close()
        del connections.databases["restored"]
