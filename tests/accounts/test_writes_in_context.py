"""Attack: with the application's database password alone, become somebody who reads all (docs/adr/0046)."""

import psycopg
import pytest
from django.db import connection, transaction
from django.test import Client
from psycopg import errors

from accounts.models import User
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
    "UPDATE accounts_relief SET ends_at = 'infinity'",
    "UPDATE account_emailaddress SET email = 'mine@example.com'",
    "DELETE FROM mfa_authenticator",
    "UPDATE api_apikey SET is_citywide = true",
    "UPDATE api_apikey_districts SET district_id = district_id",
    "UPDATE api_apisecret SET secret_hash = '\\x00'",
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
