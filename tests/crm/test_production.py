"""`manage.py check_production` finds what is unsafe and says what to do."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.management import CommandError, call_command
from django.db import connection, connections
from psycopg import sql
from pytest_django import Settings

from crm import production
from crm.backups import BACKUP, DRILL
from crm.database.roles import guard_rows
from crm.embedded.postgres import APPLICATION
from crm.embedded.run import free_port
from jobs.models import Job, JobStatus
from lib.row_context import pads
from tests.api.receivers import POLL_SECONDS
from tests.plugins import services

NOW: Final = datetime(2026, 11, 27, 12, tzinfo=UTC)
GOOD: Final = {
    "DEBUG": False,
    "DEMO": False,
    "SANDBOX": False,
    "HTTPS": True,
    "SITE_URL": "https://crm.city.example",
    "ALLOWED_HOSTS": ["crm.city.example"],
    "SECRET_KEY": "abcdefghij0123456789" * 4,
    "REQUIRE_SECOND_FACTOR": True,
    "SECOND_FACTOR_FOR_ALL": True,
    "SECOND_FACTOR_GRACE_DAYS": 0,
    "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
    "ALLAUTH_TRUSTED_PROXY_COUNT": 1,
    "ROW_SECURITY": True,
    "EMAIL_HOST": "mail.city.example",
    "EMAIL_USE_TLS": True,
    "EMAIL_USE_SSL": False,
    "CONTROL_ROOM": "0900",
    "SECURITY_CONTACT": "mailto:security@city.example",
    "SECURITY_EXPIRES": date(2027, 6, 30),
}


@pytest.fixture
def safe(settings: Settings) -> Settings:
    pads()  # the keys of contexts are derived once, from the secret that the database knows
    for name, value in GOOD.items():
        setattr(settings, name, value)
    return settings


def test_safe_settings_have_no_finding(safe: Settings) -> None:
    assert list(production.check_settings(NOW.date())) == []


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("DEBUG", True, "DEBUG is on."),
        ("DEMO", True, "DEMO is on."),
        ("SANDBOX", True, "SANDBOX is on."),
        ("HTTPS", False, "without HTTPS"),
        ("SITE_URL", "http://crm.city.example", "without HTTPS"),
        ("ALLOWED_HOSTS", ["*"], "ALLOWED_HOSTS"),
        ("SECRET_KEY", "short", "SECRET_KEY"),
        ("SECRET_KEY", "a" * 80, "SECRET_KEY"),
        ("SECOND_FACTOR_FOR_ALL", False, "password only"),
        ("REQUIRE_SECOND_FACTOR", False, "password only"),
        ("SECOND_FACTOR_GRACE_DAYS", 14, "SECOND_FACTOR_GRACE_DAYS=0"),
        ("ALLAUTH_TRUSTED_PROXY_COUNT", 0, "TRUSTED_PROXIES"),
        ("ROW_SECURITY", False, "ROW_SECURITY"),
        ("FIELD_KEYS", [], "rewrap_keys --new"),
        ("CONTROL_ROOM", "", "CONTROL_ROOM is not set."),
        ("EMAIL_USE_TLS", False, "smtp+tls"),
        ("SECURITY_CONTACT", "", "SECURITY_CONTACT"),
        ("SECURITY_EXPIRES", date(2026, 12, 20), "2026-12-20"),
    ],
)
def test_each_unsafe_setting_is_found(safe: Settings, name: str, value: Any, found: str) -> None:
    setattr(safe, name, value)
    (finding,) = production.check_settings(NOW.date())
    assert found in finding


def test_key_files_are_for_their_owner(tmp_path: Path) -> None:
    key = tmp_path / "audit-key.pem"
    key.touch(mode=0o600)
    assert list(production.check_files([key])) == []
    key.chmod(0o640)
    assert list(production.check_files([key])) == [f"Others can read {key} (mode 640). Run: chmod 600 {key}"]
    key.chmod(0o400)
    tmp_path.chmod(0o777)
    assert list(production.check_files([key])) == [f"Others can replace {key}. Run: chmod go-w {tmp_path}"]
    (finding,) = production.check_files([tmp_path / "gone"])
    assert "does not exist" in finding


@pytest.mark.django_db
def test_the_roles_and_rights_of_an_installation_are_safe() -> None:
    with connection.cursor() as cursor:
        assert list(production._roles(cursor)) == []
        assert list(production._grants(cursor)) == []
        assert list(production._clock(cursor)) == []


@pytest.mark.django_db
def test_rights_of_an_administrator_are_found() -> None:
    database = str(connection.settings_dict["NAME"])
    with services.postgres.connect(database) as superuser, superuser.cursor() as cursor:
        findings = list(production._roles(cursor))
        assert any("The application's role postgres" in one for one in findings)
        (finding,) = production._grants(cursor)
    assert "audit_change (DELETE, REFERENCES, TRIGGER, TRUNCATE, UPDATE)" in finding
    assert "Run prepare_database." in finding


def test_settings_that_the_role_gave_itself_are_found(committed_db: None) -> None:
    """Attack: with the application's password, make every later session of the application read only."""
    database = str(connection.settings_dict["NAME"])
    own = {"dbname": database, "user": APPLICATION, "host": str(services.postgres.sockets)}
    with connection.cursor() as cursor, psycopg.connect(**own, autocommit=True) as thief:
        assert list(production._role_settings(cursor)) == []
        statement = sql.SQL("ALTER ROLE {} IN DATABASE {} {} default_transaction_read_only")
        names = sql.Identifier(APPLICATION), sql.Identifier(database)
        thief.execute(statement.format(*names, sql.SQL("SET")) + sql.SQL(" = on"))
        (finding,) = production._role_settings(cursor)
        thief.execute("SET default_transaction_read_only = off")
        thief.execute(statement.format(*names, sql.SQL("RESET")))
    assert "settings of its own: default_transaction_read_only." in finding


def test_an_owner_who_is_a_superuser_is_found(committed_db: None) -> None:
    with services.postgres.connect(str(connection.settings_dict["NAME"])) as superuser:
        superuser.execute("CREATE TABLE public.of_the_superuser ()")
        try:
            with connection.cursor() as cursor:
                (finding,) = production._roles(cursor)
        finally:
            superuser.execute("DROP TABLE public.of_the_superuser")
    assert "The tables' owner postgres is a superuser." in finding


def test_a_clock_that_is_wrong_is_found() -> None:
    assert list(production._skew(datetime.now(UTC) - timedelta(seconds=2), "the proxy")) == []
    (finding,) = production._skew(datetime.now(UTC) + timedelta(minutes=2), "the proxy")
    assert "differs from that of the proxy by 120 seconds" in finding


@pytest.mark.django_db
def test_backups_and_drills_are_recent() -> None:
    first, second = production.check_backups(NOW)
    assert "No backup has been recorded." in first and "No restore drill" in second
    for kind, age in ((BACKUP, 27), (DRILL, 24 * 36)):
        Job.objects.create(kind=kind, status=JobStatus.DONE, finished_at=NOW - timedelta(hours=age))
    first, second = production.check_backups(NOW)
    assert "The last backup was on 2026-11-26 09:00 UTC." in first
    assert "The last restore drill was on 2026-10-22 12:00 UTC." in second
    for kind in (BACKUP, DRILL):
        Job.objects.create(kind=kind, status=JobStatus.FAILED, finished_at=NOW)
        assert len(list(production.check_backups(NOW))) == 2
    for kind in (BACKUP, DRILL):
        Job.objects.create(kind=kind, status=JobStatus.DONE, finished_at=NOW - timedelta(hours=25))
    assert list(production.check_backups(NOW)) == []


# --- What a browser sees -----------------------------------------------------------------------------


class Proxy(BaseHTTPRequestHandler):
    """A proxy that answers with these headers."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "proxy", ""
    sent: dict[str, str]
    status = 200

    def do_GET(self) -> None:  # the library's name
        self.send_response(self.status)
        for name, value in self.sent.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments: Any) -> None:
        pass


SAFE: Final = {
    "Strict-Transport-Security": "max-age=31536000",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
}


def certificate(folder: Path, days: int) -> Path:
    """Write a key and its self-signed certificate for localhost."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now - timedelta(days=30))
    made = made.not_valid_after(now + timedelta(days=days)).add_extension(names, critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    file = folder / "site.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )
    return file


@contextmanager
def serving(
    sent: dict[str, str], address: str = "127.0.0.1", *, pem: Path | None = None, **fields: Any
) -> Iterator[int]:
    handler = type("Handler", (Proxy,), {"sent": sent, **fields})
    with ThreadingHTTPServer((address, 0), handler) as server:
        if pem:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(pem)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def seen(port: int, pem: Path | None) -> list[str]:
    context = ssl.create_default_context(cafile=str(pem) if pem else None)
    return list(production.check_site(f"https://localhost:{port}", context))


def test_a_site_with_all_headers_and_a_valid_certificate_is_safe(tmp_path: Path) -> None:
    pem = certificate(tmp_path, days=90)
    with serving(SAFE, pem=pem) as port:
        assert seen(port, pem) == []


@pytest.mark.parametrize("name", SAFE)
def test_each_missing_header_is_found(tmp_path: Path, name: str) -> None:
    pem = certificate(tmp_path, days=90)
    with serving({key: value for key, value in SAFE.items() if key != name}, pem=pem) as port:
        assert seen(port, pem) == [
            f"The header {name} is missing. Let the proxy pass on the headers of the application."
        ]


def test_certificates_that_end_or_that_nobody_trusts_are_found(tmp_path: Path) -> None:
    pem = certificate(tmp_path, days=5)
    with serving(SAFE, pem=pem, server_version="nginx/1.28") as port:
        ends, version = seen(port, pem)
        (untrusted,) = seen(port, None)
    assert "Renew it." in ends and "server_tokens off" in version
    assert "Browsers reject the certificate of localhost" in untrusted


def test_a_site_that_does_not_answer_is_found() -> None:
    (finding,) = production.check_site(f"https://localhost:{free_port()}")
    assert "does not answer (ConnectionRefusedError)" in finding
    (finding,) = production.check_site("http://crm.city.example")
    assert "Correct SITE_URL." in finding


def test_plain_pages_and_open_ports_are_found() -> None:
    with serving({"Location": "https://localhost/"}, status=301) as port:
        assert list(production.check_redirect("localhost", port)) == []
    with serving({}, "127.0.0.2") as port:  # as if from another machine
        (finding,) = production.check_redirect("127.0.0.2", port)
        (reached,) = production.check_ports("127.0.0.2", [port, free_port()])
    assert "Let the proxy redirect all of it" in finding
    assert f"Port {port} of 127.0.0.2" in reached
    assert list(production.check_redirect("localhost", free_port())) == []


# --- The command --------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_command_prints_each_finding_and_fails(safe: Settings) -> None:
    safe.DEBUG = True
    printed = StringIO()
    with pytest.raises(CommandError, match=r"4 findings\. Ports, headers and TLS were left out\."):
        call_command("check_production", "--offline", stdout=printed)
    found = printed.getvalue().splitlines()
    assert found[0] == "- DEBUG is on. Remove it from the environment."


def test_the_command_finds_nothing_else_in_a_safe_installation(safe: Settings, committed_db: None) -> None:
    guard_rows(connections["owner"], APPLICATION, enabled=True)
    connections["owner"].close()
    now = datetime.now(UTC)
    for kind in (BACKUP, DRILL):
        Job.objects.create(kind=kind, status=JobStatus.DONE, finished_at=now)
    printed = StringIO()
    # The tests' own PostgreSQL archives nothing, and nothing else is found.
    with pytest.raises(CommandError, match=r"1 findings\. Ports, headers and TLS were left out\."):
        call_command("check_production", "--offline", stdout=printed)
    (found,) = printed.getvalue().splitlines()
    assert found.startswith("- Changes since the last backup are lost with this machine.")
