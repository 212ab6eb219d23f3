"""Guarantees of the shared fixtures."""

import socket

import pytest
from django.core.mail import send_mail
from django.core.signals import request_finished
from django.db import connection
from playwright.sync_api import Page
from psycopg import sql

from accounts.models import User
from tests.factories import make_district, make_officer
from tests.plugins import services
from tests.plugins.browser import OpenPage, finish, start_server
from tests.plugins.database import renew
from tests.plugins.mail import MailSink


def test_a_browser_is_signed_in_and_sees_what_is_committed(open_page: OpenPage) -> None:
    officer = make_officer(make_district("Kesklinn"), name="Anna Saar")
    for device, width, scheme in (("phone", 390, "light"), ("desk", 1280, "dark")):
        page = open_page(device, user=officer, scheme=scheme)
        answer = page.goto("/")
        assert answer is not None
        assert (answer.status, page.url.rpartition("/accounts/")[1]) == (200, "")
        assert page.evaluate("innerWidth") == width
        assert page.evaluate(f"matchMedia('(prefers-color-scheme: {scheme})').matches")


def test_every_request_is_answered_before_the_next_test(committed_db: None) -> None:
    answered: list[object] = []
    request_finished.connect(lambda **sent: answered.append(sent), weak=False, dispatch_uid="answered")
    server = start_server()
    finish(server)  # nothing was asked so far
    for _page in range(3):
        with socket.create_connection(("localhost", server.thread.port)) as page:
            page.sendall(b"GET /accounts/login/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
    finish(server)
    request_finished.disconnect(dispatch_uid="answered")
    server.stop()
    assert len(answered) == 3


def test_a_browser_without_sign_in_is_asked_for_it(phone: Page) -> None:
    phone.goto("/")
    assert "/accounts/login/" in phone.url


@pytest.mark.parametrize("turn", ["one", "other"])
def test_commits_last_as_long_as_the_test(committed_db: None, turn: str) -> None:
    """Whichever test runs second finds no rows of the first."""
    assert not User.objects.exists()
    make_officer(make_district())
    assert not connection.in_atomic_block


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE beside ()",
        "ALTER TABLE audit_event DISABLE TRIGGER ALL",
        "CREATE OR REPLACE FUNCTION audit_alone() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "GRANT DELETE ON audit_event TO PUBLIC",
        "ALTER DATABASE {} SET work_mem = '64kB'",
        "DELETE FROM guard.context_key",
    ],
)
def test_a_test_that_changes_more_than_rows_gets_a_new_database(committed_db: None, change: str) -> None:
    def number() -> int:
        with services.postgres.connect() as superuser:
            asked = "SELECT oid::bigint FROM pg_database WHERE datname = %s"
            row = superuser.execute(asked, [services.DATABASE]).fetchone()
        assert row
        return int(row[0])

    made = number()
    make_district()
    renew()
    assert number() == made, "rows are only deleted"
    with services.postgres.connect(services.DATABASE) as superuser:
        superuser.execute(sql.SQL(change).format(sql.Identifier(services.DATABASE)))
    renew()
    assert number() != made


def test_mail_arrives_by_smtp(mail_sink: MailSink) -> None:
    send_mail("Tomorrow", "At ten.", "crm@city.example", ["anna@city.example"])
    (message,) = mail_sink.messages
    assert (message["Subject"], message["To"]) == ("Tomorrow", "anna@city.example")
