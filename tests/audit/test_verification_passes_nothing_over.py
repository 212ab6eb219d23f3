"""`verify_audit` fails where it once passed: missing files, hidden rows, disabled triggers, rows twice."""

from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connections, transaction
from django.utils import timezone
from pytest_django import Settings

from audit.queries.catalogue import FILE, ROW_SECURITY, catalogue
from audit.services.sealing import seal
from audit.services.verifying import verify_fences, verify_trail
from audit.signing import public_file
from crm.embedded.postgres import APPLICATION, OWNER
from tests.audit.events_of_the_owner import insert_event
from tests.audit.numbering import publish_all
from tests.audit.sealing import as_owner, use_key, write_trail
from tests.audit.test_grants import WRITE


@pytest.fixture
def key(committed_db: None, settings: Settings, tmp_path: Path) -> Path:
    key = use_key(settings, tmp_path)
    write_trail(6)
    return key


def verify(*options: str) -> str:
    out = StringIO()
    call_command("verify_audit", *options, stdout=out)
    return out.getvalue()


def found_after(*statements: str) -> str:
    """Run statements as the owner, return the findings, and undo them."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        report = verify_trail(using="owner")
        verify_fences(report, using="owner")
        findings = "\n".join([*map(str, report.findings), *report.fences])
        transaction.set_rollback(True, using="owner")
    return findings


def test_the_catalogue_is_as_listed(key: Path, settings: Settings) -> None:
    """`verify_audit --catalogue` prints the lines of audit/catalogue.txt. Read their difference."""
    listed = FILE.read_text().splitlines()
    if not settings.ROW_SECURITY:
        listed = [line for line in listed if not line.startswith(ROW_SECURITY)]
    assert catalogue("owner") == listed
    assert catalogue("default") == listed
    assert verify("--catalogue").splitlines() == listed


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "ALTER TABLE audit_event DISABLE TRIGGER audit_event_only_without_recipient",
            "not expected: off: CREATE TRIGGER",
        ),
        ("ALTER TABLE audit_numbered DISABLE TRIGGER USER", "not expected: off:"),
        (
            "DROP TRIGGER audit_seal_next_in_row ON audit_seal",
            "missing: CREATE TRIGGER audit_seal",
        ),
        (
            "ALTER TABLE audit_seal DROP CONSTRAINT seal_starts_once",
            "missing: constraint seal_starts_once",
        ),
        ("ALTER TABLE audit_event ENABLE ROW LEVEL SECURITY", "not expected: row security of audit_event"),
        ("CREATE POLICY hide ON audit_event USING (actor_role <> 'x')", "not expected: policy hide of audit"),
        ("CREATE RULE none AS ON INSERT TO audit_reason DO INSTEAD NOTHING", "rule none of audit_reason"),
        (f"GRANT INSERT ON audit_event TO {APPLICATION}", "right INSERT on table audit_event to the applica"),
        (f"GRANT UPDATE (at) ON audit_change TO {APPLICATION}", "right UPDATE on column audit_change.at to"),
        ("GRANT EXECUTE ON FUNCTION audit_write TO PUBLIC", "to <everybody>"),
        ("ALTER FUNCTION audit_write SET search_path = public", "missing: function audit_write"),
        ("REVOKE SELECT ON audit_seal FROM proximity_app", "missing: right SELECT on table audit_seal"),
        (
            "CREATE OR REPLACE FUNCTION audit_text(value text) RETURNS bytea"
            " LANGUAGE sql AS 'SELECT NULL::bytea'",
            "missing: function audit_text",
        ),
        (
            "ALTER POLICY rows_in_context ON contacts_contact USING (true)",
            "missing: policy rows_in_context of contacts_contact",
        ),
        (
            "CREATE POLICY more ON meetings_meeting USING (true)",
            "not expected: policy more of meetings_meeting",
        ),
        ("ALTER TABLE accounts_user DISABLE TRIGGER written_in_context", "not expected: off: CREATE TRIGGER"),
        ("DROP TRIGGER written_in_context ON jobs_job", "table jobs_job is written without a context"),
        ("DROP TRIGGER api_apikey_covers ON api_apikey", "missing: CREATE TRIGGER api_apikey_covers"),
        ("ALTER FUNCTION context_districts SECURITY INVOKER", "missing: function context_districts"),
        ("ALTER VIEW guard.represented RENAME TO other", "missing: view guard.represented"),
        (
            f"GRANT SELECT ON guard.context_key TO {APPLICATION}",
            "right SELECT on table guard.context_key to the",
        ),
        (
            f"GRANT INSERT ON guard.coverage TO {APPLICATION}",
            "right INSERT on table guard.coverage to the applic",
        ),
    ],
)
def test_each_change_of_the_fences_is_named(key: Path, statement: str, said: str) -> None:
    assert found_after() == ""
    assert said in found_after(statement)


def test_a_database_of_another_version_is_no_changed_log(key: Path) -> None:
    """After an upgrade, the rights of the version before are named, and nobody reads a false alarm."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"GRANT INSERT ON audit_event TO {APPLICATION}")
    out = StringIO()
    with pytest.raises(CommandError, match="are not those of this version \\(1 differences") as only_fences:
        call_command("verify_audit", stdout=out)
    assert only_fences.value.returncode == 3
    assert "The audit log matches its seals." in out.getvalue()
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE audit_seal DISABLE TRIGGER USER; UPDATE audit_seal SET signature = ''")
    with pytest.raises(CommandError, match=r"does not match its seals.* Also, the owners") as both:
        verify()
    assert both.value.returncode == 1


def test_a_configured_file_of_seals_must_be_there(key: Path, settings: Settings) -> None:
    assert "OK" in verify()
    Path(settings.AUDIT_SEAL_FILE).unlink()
    with pytest.raises(CommandError, match=r"seals\.jsonl is missing"):
        verify()


def test_the_public_keys_must_be_there(key: Path) -> None:
    public_file(key).unlink()
    with pytest.raises(CommandError, match="holds no public key that can be read"):
        verify()


def test_without_keys_or_anything_to_compare_with_it_fails(key: Path, settings: Settings) -> None:
    public, settings.AUDIT_SIGNING_KEY_FILE = str(public_file(key)), ""
    with pytest.raises(CommandError, match="1 findings"):
        verify()
    assert "OK" in verify("--public-key", public)
    settings.AUDIT_SEAL_FILE = ""
    with pytest.raises(CommandError, match="1 findings"):
        verify("--public-key", public)
    assert "OK" in verify("--public-key", public, "--without-file")


def test_a_row_that_stays_without_a_seal_is_found(key: Path) -> None:
    insert_event(timezone.now() - timedelta(hours=2))
    publish_all()
    with pytest.raises(CommandError):
        verify()
    seal()
    assert "OK" in verify()


def test_a_row_that_stays_without_a_number_is_found(key: Path) -> None:
    insert_event()
    assert found_after() == ""
    insert_event(at=timezone.now() - timedelta(hours=2))
    assert "rows without a number for more than an hour: 1" in found_after()
    insert_event(at=timezone.now() + timedelta(days=9))  # would not be late for another nine days
    assert "rows without a number for more than an hour: 2" in found_after()


def test_events_of_another_login_are_named(key: Path) -> None:
    """Whoever owns the tables can read the contexts' keys, and then write an event in the name of anyone."""
    assert "events written with the login" not in verify()
    with connections["owner"].cursor() as cursor:
        cursor.execute(WRITE)
    publish_all()
    seal()
    assert f"note: events written with the login {OWNER}: 1" in verify()


@pytest.mark.parametrize("at", ["infinity", "-infinity"])
def test_a_moment_without_end_is_a_finding_and_no_traceback(key: Path, at: str) -> None:
    for table in ("audit_event", "audit_change"):
        with as_owner():
            with connections["owner"].cursor() as cursor:
                cursor.execute(f"UPDATE {table} SET at = %s", [at])  # noqa: S608  # of this test
            assert "was edited" in "\n".join(map(str, verify_trail(using="owner").findings))


@pytest.mark.parametrize("chunk", range(2, 8))
def test_a_second_row_of_one_number_is_found_wherever_a_batch_ends(
    key: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr("audit.services.verifying.CHUNK", chunk)
    with as_owner():
        assert verify_trail(using="owner").rows > 0
        with connections["owner"].cursor() as cursor:
            for name in ("pkey", "event_id_key", "change_id_key"):
                cursor.execute(f"ALTER TABLE audit_numbered DROP CONSTRAINT audit_numbered_{name} CASCADE")
            cursor.execute("INSERT INTO audit_numbered SELECT * FROM audit_numbered WHERE seq = 3")
        said = "\n".join(map(str, verify_trail(using="owner").findings))
        assert "number 3: was inserted" in said
