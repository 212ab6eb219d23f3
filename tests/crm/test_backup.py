"""A backup restored into another cluster has the same rows, rights, numbers and seals."""

import json
import stat
import subprocess
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from psycopg import sql
from psycopg.errors import InsufficientPrivilege
from pytest_django import Settings

from accounts.actors import SYSTEM
from audit.models import Action, Event, Seal
from audit.queries.catalogue import differences
from audit.services import record
from audit.services.sealing import seal
from audit.signing import make_key
from crm.backups import BACKUP, DRILL, manifest_of
from crm.embedded.binaries import postgres_programs
from crm.embedded.postgres import APPLICATION, OWNER, Postgres
from jobs.models import Job
from lib.ids import uuid7
from lib.row_context import pads, signed
from tests.audit.numbering import publish_all
from tests.factories import make_contact, make_meeting, make_organisation
from tests.plugins import services

RESTORED = "restored"


def said(command: str, *arguments: object) -> str:
    out = StringIO()
    try:
        call_command(command, *map(str, arguments), stdout=out)
    finally:
        connections["owner"].close()
    return out.getvalue()


@pytest.fixture
def dump(committed_db: None, tmp_path: Path, settings: Settings) -> Path:
    """Make a dump of a small database. The last events of the activity log have no number yet."""
    settings.AUDIT_SIGNING_KEY_FILE, settings.AUDIT_SEAL_FILE = str(tmp_path / "key.pem"), ""
    make_key(tmp_path / "key.pem")
    organisation = make_organisation(name="Ágora")
    make_meeting(None, organisation)
    make_contact(None, organisation)
    publish_all()
    seal()
    for _ in range(3):
        record(SYSTEM, Action.VIEW, "contact", [uuid7()])
    path = tmp_path / "kept.dump"
    assert "tables" in said("backup", path)
    return path


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Postgres]:
    """Provide another cluster with an empty database, into which `restore` writes."""
    cluster = Postgres(tmp_path / "elsewhere", durable=False)
    cluster.start()
    cluster.execute("CREATE DATABASE {} OWNER {}", RESTORED, OWNER)
    owner = connections["owner"]
    before = dict(owner.settings_dict)
    owner.close()
    owner.settings_dict |= {
        "NAME": RESTORED,
        "OPTIONS": before["OPTIONS"] | {"host": str(cluster.sockets)},
    }
    yield cluster
    owner.close()
    owner.settings_dict.update(before)
    cluster.stop()


def test_it_is_for_its_owners_eyes_and_overwrites_nothing(dump: Path) -> None:
    for path in (dump, manifest_of(dump)):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(CommandError, match="already exists"):
        said("backup", dump)
    assert "Ágora" not in manifest_of(dump).read_text()


def test_a_restored_database_is_the_same_and_can_be_started(dump: Path, elsewhere: Postgres) -> None:
    events, seals = Event.objects.count(), Seal.objects.count()
    assert seals
    answer = said("restore", dump, "--without-ledger")
    assert f", {seals} seals." in answer
    assert list(differences("owner")) == []  # rights, triggers, policies and functions
    with elsewhere.connect(RESTORED, APPLICATION) as application:
        assert application.execute("SELECT count(*) FROM audit_event").fetchone() == (events,)
        left = "SELECT count(*) FROM audit_event e LEFT JOIN audit_numbered n ON n.event_id = e.id"
        assert application.execute(f"{left} WHERE n.seq IS NULL").fetchone() == (0,)
        for table in ("contacts_contact", "contacts_organisation", "meetings_meeting", "meetings_concern"):
            count = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
            assert application.execute(count).fetchone() == (0,), "the password alone opens nothing"
        application.execute("SELECT set_config('crm.context', %s, false)", [signed()])
        assert application.execute("SELECT name FROM contacts_organisation").fetchone() == ("Ágora",)
        application.execute("UPDATE contacts_organisation SET name = 'Plaza'")
        for statement in ("UPDATE audit_event SET actor_role = ''", "DELETE FROM audit_seal"):
            with pytest.raises(InsufficientPrivilege):
                application.execute(statement)
    with elsewhere.connect(RESTORED) as superuser, pytest.raises(psycopg.Error, match="append-only"):
        superuser.execute("UPDATE audit_event SET actor_role = ''")
    with pytest.raises(CommandError, match="not empty"):
        said("restore", dump, "--without-ledger")


def test_a_stolen_backup_has_no_key_of_contexts(dump: Path) -> None:
    """Attack: with a backup and the application's password, sign a context and read the live database."""
    command = [postgres_programs() / "pg_restore", "--file=-", dump]
    whole = subprocess.run(command, capture_output=True, check=True).stdout
    assert b"CREATE TABLE guard.context_key" in whole and b"COPY guard.city" in whole
    assert b"COPY guard.context_key" not in whole
    for inner, outer in pads():
        assert inner.hex().encode() not in whole and outer.hex().encode() not in whole


def test_a_drill_leaves_nothing_behind_but_that_it_passed(dump: Path) -> None:
    assert "can be restored" in said("restore", dump, "--drill")
    assert set(Job.objects.values_list("kind", flat=True)) == {BACKUP, DRILL}
    with services.postgres.connect() as superuser:
        query = "SELECT count(*) FROM pg_database WHERE datname = 'proximity_drill'"
        assert superuser.execute(query).fetchone() == (0,)
    assert connections["owner"].settings_dict["NAME"] == connection.settings_dict["NAME"]


@pytest.mark.parametrize("what", ["row", "digest"])
def test_a_backup_that_does_not_hold_what_it_says_is_refused(dump: Path, what: str) -> None:
    manifest = manifest_of(dump)
    said_to_hold = json.loads(manifest.read_text())
    rows, digest = said_to_hold["tables"]["contacts_contact"]
    changed = [rows + 1, digest] if what == "row" else [rows, digest + "0"]
    said_to_hold["tables"]["contacts_contact"] = changed
    manifest.write_text(json.dumps(said_to_hold))
    with pytest.raises(CommandError, match="contacts_contact differs from the backup"):
        said("restore", dump, "--drill")
