"""Attack: with the application's database password alone, become somebody who reads all (docs/adr/0046)."""

import psycopg
import pytest
from django.db import connection, transaction
from django.test import Client
from psycopg import errors, sql

from accounts.models import User
from crm.database.roles import REGISTRATION_TABLES
from crm.embedded.postgres import APPLICATION
from lib.row_context import acting_as
from tests.factories import PASSWORD, make_actor, make_district, make_officer
from tests.plugins import services

ATTEMPTS = (
    "UPDATE accounts_user SET role = 'privacy_officer'",
    "UPDATE accounts_user SET password = 'mine'",
    "DELETE FROM accounts_user",
    "INSERT INTO accounts_user_districts (user_id, district_id)"
    " SELECT user_id, district_id FROM accounts_user_districts",
    "UPDATE accounts_dutyshift SET ends_at = 'infinity'",
    "UPDATE account_emailaddress SET email = 'mine@example.com'",
    "DELETE FROM mfa_authenticator",
    "UPDATE api_apikey SET is_citywide = true",
    "UPDATE api_apikey_districts SET district_id = district_id",
    "UPDATE api_apisecret SET secret_hash = '\\x00'",
    # Whom a district, a record or a file is shown to.
    "UPDATE districts_district SET lineage = ARRAY(SELECT id FROM districts_district)",
    "INSERT INTO contacts_organisation_also_in (organisation_id, district_id)"
    " SELECT organisation_id, district_id FROM guard.represented",
    "INSERT INTO incidents_incident_also_in SELECT FROM incidents_incident_also_in",
    "DELETE FROM incidents_incident_excluded",
    "UPDATE meetings_meetingorganisation SET organisation_id = organisation_id",
    "UPDATE meetings_followuporganisation SET organisation_id = organisation_id",
    "UPDATE jobs_job SET started_by = released_by",
    "UPDATE jobs_jobfile SET district_ids = '{}'",
    # What someone else is asked to confirm, and what the system does on its own.
    "UPDATE accounts_pendingact SET user_id = user_id",
    "UPDATE privacy_retentionrule SET id = id",
    # A secret address of the calendar, what the public reads, and what limits and reviews reading.
    "UPDATE api_calendarfeed SET token_hash = '\\x00'",
    "UPDATE api_webhook SET id = id",
    "DELETE FROM publishing_publicfile",
    "DELETE FROM oversight_watchedrecord",
    "DELETE FROM disclosure_readingday",
    "DELETE FROM accounts_session",
)


@pytest.fixture(scope="module")
def officer(guarded_db: None) -> User:
    return make_officer(make_district())


@pytest.fixture
def thief(officer: User) -> psycopg.Connection:
    return psycopg.connect(
        dbname=str(connection.settings_dict["NAME"]), user=APPLICATION, host=str(services.postgres.sockets)
    )


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_who_has_the_password_alone_changes_no_account_and_no_key(
    thief: psycopg.Connection, attempt: str
) -> None:
    with thief, pytest.raises(errors.InsufficientPrivilege, match="is written by the application only"):
        thief.execute(attempt)


def test_no_table_is_written_without_a_context(officer: User) -> None:
    """Others of the activity log have no right to write them (tests/audit/test_grants.py)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
            " AND NOT EXISTS (SELECT FROM pg_trigger"
            " WHERE tgrelid = pg_class.oid AND tgname = 'written_in_context' AND tgenabled = 'O')"
        )
        open_tables = {table for (table,) in cursor.fetchall()}
    assert {one for one in open_tables if not one.startswith("audit_")} == set(REGISTRATION_TABLES)


@pytest.mark.parametrize("function", ["meetings_meeting_met_at", "meetings_link_met_at", "guard.follow_user"])
def test_a_trigger_on_a_temporary_table_runs_nothing_as_the_owner(
    thief: psycopg.Connection, function: str
) -> None:
    thief.execute("CREATE TEMPORARY TABLE mine (id uuid)")
    with pytest.raises(errors.InsufficientPrivilege):
        thief.execute(
            sql.SQL("CREATE TRIGGER x AFTER INSERT ON mine FOR EACH ROW EXECUTE FUNCTION {}()").format(
                sql.SQL(function)
            )
        )


def test_the_application_writes_them(officer: User) -> None:
    client = Client()
    answer = client.post("/accounts/login/", {"login": officer.email, "password": PASSWORD})
    assert answer.status_code == 302
    officer.refresh_from_db()
    assert officer.last_login
    with acting_as(make_actor()), transaction.atomic():
        officer.districts.add(make_district())


@pytest.mark.django_db
def test_without_policies_the_version_before_still_writes_them() -> None:
    make_officer()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE  accounts_user SET role = role")  # written as by somebody else
        assert cursor.rowcount > 0
