"""Backup, drill, restore and `verify_audit` on each supported PostgreSQL.

All other tests run on the embedded version. The clients here are those of that version too, as in the image,
because a city's own server may be older.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connections
from pytest_django import DjangoDbBlocker, Settings

from audit.queries.catalogue import differences
from crm.embedded.launcher import launcher
from crm.embedded.postgres import OWNER, Postgres
from tests.audit.sealing import use_key, write_trail
from tests.crm.postgres_versions import VERSIONS, programs_of
from tests.factories import make_contact, make_meeting, make_organisation

pytestmark = [pytest.mark.thorough, pytest.mark.long]

NEW, RESTORED = "new", "restored"


@pytest.fixture(scope="module", params=VERSIONS)
def cluster(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Postgres]:
    """Run a server of the version, to which all connections point."""
    folder = tmp_path_factory.mktemp(f"postgres{request.param}")
    server = Postgres(folder, durable=False)
    server.launcher = launcher(programs_of(request.param), folder / "postgres")
    server.start()
    before = {alias: dict(connections[alias].settings_dict) for alias in connections}
    for alias, known in before.items():
        connections[alias].close()
        connections[alias].settings_dict["OPTIONS"] = known["OPTIONS"] | {"host": str(server.sockets)}
    with django_db_blocker.unblock():
        yield server
    for alias, known in before.items():
        connections[alias].close()
        connections[alias].settings_dict.update(known)
    server.stop()


@contextmanager
def database(cluster: Postgres, name: str) -> Iterator[None]:
    """Point all connections to a new, empty database of the cluster."""
    before = {alias: connections[alias].settings_dict["NAME"] for alias in connections}
    cluster.execute("CREATE DATABASE {} OWNER {}", name, OWNER)
    for alias in before:
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name
    try:
        yield
    finally:
        for alias, known in before.items():
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = known


def said(command: str, *arguments: object) -> str:
    out = StringIO()
    call_command(command, *map(str, arguments), stdout=out)
    return out.getvalue()


def test_a_new_database_is_as_listed_and_its_backup_can_be_restored(
    cluster: Postgres, settings: Settings, tmp_path: Path
) -> None:
    use_key(settings, tmp_path)
    dump = tmp_path / "kept.dump"
    with database(cluster, NEW):
        call_command("prepare_database", verbosity=0)
        assert list(differences("owner")) == []
        assert list(differences("default")) == []
        organisation = make_organisation(name="Ágora")
        make_meeting(None, organisation)
        make_contact(None, organisation)
        write_trail(6)
        assert "OK" in said("verify_audit")
        assert "tables" in said("backup", dump)
        assert "can be restored" in said("restore", dump, "--drill")
    with database(cluster, RESTORED):
        assert "same as in the backup" in said("restore", dump, "--without-ledger")
        assert "OK" in said("verify_audit")
