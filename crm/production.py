"""Checks of an installation that a city runs: each finding says what is wrong and what to do.

`manage.py check_production` prints them. docs/hardening.md explains each.
"""

import socket
import ssl
import stat
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connections
from django.db.utils import DatabaseError
from django.utils import timezone

from accounts.actors import SYSTEM
from crm import progress
from crm.backups import BACKUP, DRILL
from crm.database.policies import check_policies
from crm.database.roles import LOG_PREFIX, SESSION_SETTINGS
from crm.required_settings import OF_TRAIL, broken_archiving, broken_promises
from jobs.models import Job, JobStatus
from lib.row_context import acting_as

INNER_PORTS: Final = {8000: "the application", 5432: "PostgreSQL", 6379: "Valkey"}
SECONDS: Final = 5
LONGEST_SKEW: Final = timedelta(seconds=5)
CERTIFICATE_LEFT: Final = timedelta(days=14)
CONTACT_LEFT: Final = timedelta(days=30)
OLDEST: Final = {BACKUP: timedelta(hours=26), DRILL: timedelta(days=35)}
LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})
HEADERS: Final = {
    "Strict-Transport-Security": "max-age=",
    "Content-Security-Policy": "default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
}

WRITTEN_OUTSIDE: Final = {
    "ledger": "An erasure has been missing in its ledger for {minutes} minutes. Check ERASURE_LEDGER of the "
    "worker `trail`: without the ledger, a restore brings erased people back.",
    "seals": "Rows of the activity log have not been sealed for {minutes} minutes. The log of the worker "
    "`trail` names the reason; check AUDIT_SIGNING_KEY_FILE and AUDIT_SEAL_FILE.",
}

Findings = Iterator[str]


def check_settings(today: date) -> Findings:
    for name in ("DEBUG", "DEMO", "SANDBOX"):
        if getattr(settings, name):
            yield f"{name} is on. Remove it from the environment."
    if not settings.HTTPS or not settings.SITE_URL.startswith("https://"):
        yield "Pages are served without HTTPS. Remove HTTPS=0 and let SITE_URL start with https://."
    if "*" in settings.ALLOWED_HOSTS:
        yield "ALLOWED_HOSTS accepts every host name. List the names of this site."
    if len(settings.SECRET_KEY) < 50 or len(set(settings.SECRET_KEY)) < 10:
        yield "SECRET_KEY can be guessed. Make a new one (docs/operations.md, “Changing secrets”)."
    if not (settings.REQUIRE_SECOND_FACTOR and settings.SECOND_FACTOR_FOR_ALL):
        yield (
            "Some people sign in with a password only. Set REQUIRE_SECOND_FACTOR=1 and "
            "SECOND_FACTOR_FOR_ALL=1."
        )
    if settings.SECOND_FACTOR_GRACE_DAYS:
        yield (
            "New officers sign in with a password only at first. Set SECOND_FACTOR_GRACE_DAYS=0 when all "
            "have set up two-factor authentication."
        )
    if settings.SECURE_PROXY_SSL_HEADER and not settings.ALLAUTH_TRUSTED_PROXY_COUNT:
        yield "All sign-ins seem to come from the proxy. Set TRUSTED_PROXIES to the number of proxies."
    yield from broken_promises("trail" if has_trail() else "web")
    if settings.EMAIL_HOST not in LOCAL and not (settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL):
        yield "Emails leave without encryption. Start EMAIL_URL with smtp+tls:// or smtp+ssl://."
    expires = settings.SECURITY_EXPIRES
    if not settings.SECURITY_CONTACT or expires is None:
        yield "Nobody can report a vulnerability. Set SECURITY_CONTACT and SECURITY_EXPIRES."
    elif expires - today < CONTACT_LEFT:
        yield f"security.txt expires on {expires}. Check the contact and set a new day."


def has_trail() -> bool:
    """Whether this process has variables of the worker `trail` (crm.processes)."""
    return any(getattr(settings, name) for name in OF_TRAIL)


def check_files(files: Iterable[Path]) -> Findings:
    """Yield files with secrets that other users than root and the owner can read or replace."""
    for file in files:
        try:
            mode = stat.S_IMODE(file.stat().st_mode)
            folder = stat.S_IMODE(file.resolve().parent.stat().st_mode)
        except FileNotFoundError:
            yield f"{file} does not exist. Correct the setting or restore the file."
            continue
        except PermissionError:
            continue  # unreadable for this account, which is the purpose
        if mode & 0o077:
            yield f"Others can read {file} (mode {mode:o}). Run: chmod 600 {file}"
        if folder & 0o022 and not folder & stat.S_ISVTX:
            yield f"Others can replace {file}. Run: chmod go-w {file.resolve().parent}"


def secret_files() -> list[Path]:
    """The signing key, if this process has it, and the environment file beside the code."""
    env = settings.BASE_DIR / ".env"
    key = [Path(settings.AUDIT_SIGNING_KEY_FILE)] if settings.AUDIT_SIGNING_KEY_FILE else []
    return [*key, *([env] if env.exists() else [])]


def check_database() -> Findings:
    """Yield excess rights of the application's role: ownership, changes of the log, administration."""
    try:
        with acting_as(SYSTEM), connections["default"].cursor() as cursor:
            yield from check_policies(cursor)
            yield from _roles(cursor)
            yield from _role_settings(cursor)
            yield from _grants(cursor)
            yield from _clock(cursor)
            yield from _standing(cursor)
            if problem := broken_archiving(cursor):
                yield problem
    except DatabaseError as error:
        yield f"The database does not answer ({type(error).__name__}). Check DATABASE_URL."


def _standing(cursor: Any) -> Findings:
    """Yield the records that should be written outside the database and are not."""
    waits = progress.standing(cursor)
    for part, text in WRITTEN_OUTSIDE.items():
        if waits[part] > progress.STANDS_AFTER[part]:
            yield text.format(minutes=round(waits[part] / 60))


def _roles(cursor: Any) -> Findings:
    cursor.execute(
        "SELECT rolname, rolsuper, rolcreaterole OR rolcreatedb OR rolbypassrls, rolname = current_user,"
        " rolname IN (SELECT tableowner FROM pg_tables WHERE schemaname = 'public')"
        " FROM pg_roles WHERE rolcanlogin"
    )
    for role, is_super, is_powerful, is_ours, owns in cursor.fetchall():
        if owns and is_super:
            yield (
                f"The tables' owner {role} is a superuser. Restore a backup into a database of an owner "
                "who is none (docs/hardening.md, “The tables’ owner”)."
            )
        if is_ours and (owns or is_super or is_powerful):
            yield (
                f"The application's role {role} owns tables or has rights of an administrator. Let "
                "DATABASE_URL name a role of its own and run prepare_database."
            )


def _role_settings(cursor: Any) -> Findings:
    """Yield settings of the role, because its password is enough to change them for every later session."""
    cursor.execute(
        "SELECT split_part(unnest(setconfig), '=', 1) AS name FROM pg_db_role_setting"
        " JOIN pg_roles ON pg_roles.oid = setrole WHERE rolname = current_user ORDER BY name"
    )
    names = sorted({name for (name,) in cursor.fetchall()} - SESSION_SETTINGS.keys())
    if names:
        yield (
            f"The application's role has settings of its own: {', '.join(names)}. If you did not set them, "
            "have a superuser run ALTER ROLE … RESET ALL, change its password and run prepare_database."
        )


def _grants(cursor: Any) -> Findings:
    cursor.execute(
        "SELECT tablename, string_agg(right_, ', ' ORDER BY right_) FROM pg_tables,"
        " unnest(ARRAY['TRUNCATE', 'TRIGGER', 'REFERENCES', 'UPDATE', 'DELETE']) AS right_"
        " WHERE schemaname = 'public'"
        " AND has_table_privilege(format('%%I.%%I', schemaname, tablename), right_)"
        " AND (right_ NOT IN ('UPDATE', 'DELETE') OR starts_with(tablename, %s))"
        " GROUP BY tablename ORDER BY starts_with(tablename, %s) DESC, tablename",
        [LOG_PREFIX, LOG_PREFIX],
    )
    excess_rights = [f"{table} ({rights})" for table, rights in cursor.fetchall()]
    if excess_rights:
        remainder = f" and {len(excess_rights) - 5} more" if len(excess_rights) > 5 else ""
        listed = ", ".join(excess_rights[:5])
        yield f"The application's role has too many rights: {listed}{remainder}. Run prepare_database."


def _clock(cursor: Any) -> Findings:
    cursor.execute("SELECT clock_timestamp()")
    yield from _skew(cursor.fetchone()[0], "the database")


def _skew(other_time: datetime, whose: str) -> Findings:
    skew = abs(datetime.now(UTC) - other_time)
    if skew > LONGEST_SKEW:
        yield (
            f"The clock differs from that of {whose} by {skew.total_seconds():.0f} seconds. Start a time "
            "service such as chrony on both machines."
        )


def check_backups(now: datetime) -> Findings:
    done = Job.objects.filter(kind__in=OLDEST, status=JobStatus.DONE)
    ends = done.order_by("finished_at").values_list("kind", "finished_at")
    last_runs = {kind: at for kind, at in ends if at}
    for kind, name, command in ((BACKUP, "backup", "backup"), (DRILL, "restore drill", "restore --drill")):
        limit = OLDEST[kind]
        if kind not in last_runs:
            yield f"No {name} has been recorded. Plan manage.py {command} (docs/operations.md)."
        elif now - last_runs[kind] > limit:
            yield (
                f"The last {name} was on {last_runs[kind]:%Y-%m-%d %H:%M} UTC. Find out why "
                f"manage.py {command} "
                "no longer runs."
            )


def check_ports(host: str, ports: Iterable[int] = tuple(INNER_PORTS)) -> Findings:
    """Yield the open ports at the site's address. Only the proxy should be reachable."""
    if host in LOCAL:
        return
    for port in ports:
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            continue
        service = INNER_PORTS.get(port, "a service")
        yield f"Port {port} of {host} ({service}) is open. Bind it to 127.0.0.1 or close it in the firewall."


def check_site(url: str, context: ssl.SSLContext | None = None) -> Findings:
    """Yield problems of the site as a browser reaches it: redirect, certificate, headers, clock."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 443
    if parts.scheme != "https":
        yield f"{url} is no https:// address. Correct SITE_URL."
        return
    context = context or ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    secure = HTTPSConnection(host, port, timeout=SECONDS, context=context)
    try:
        answer = _get(secure)
        connected: Any = secure.sock
        ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(connected.getpeercert()["notAfter"]), UTC)
    except ssl.SSLCertVerificationError as error:
        yield f"Browsers reject the certificate of {host}: {error.verify_message}. Install a valid one."
        return
    except (OSError, HTTPException) as error:
        yield (
            f"{url} does not answer ({type(error).__name__}). Check the proxy, or run this command where the "
            "site can be reached."
        )
        return
    finally:
        secure.close()
    if ends - timezone.now() < CERTIFICATE_LEFT:
        yield f"The certificate of {host} ends on {ends:%Y-%m-%d}. Renew it."
    for name, part in HEADERS.items():
        if part not in answer.headers.get(name, ""):
            yield f"The header {name} is missing. Let the proxy pass on the headers of the application."
    if any(character.isdigit() for character in answer.headers.get("Server", "")):
        yield "The header Server names a version. Turn that off in the proxy (nginx: server_tokens off)."
    if sent_date := answer.headers.get("Date"):
        yield from _skew(parsedate_to_datetime(sent_date), "the proxy")


def check_redirect(host: str, port: int = 80) -> Findings:
    """Yield a finding if plain HTTP neither redirects to HTTPS nor is closed."""
    http_connection = HTTPConnection(host, port, timeout=SECONDS)
    try:
        answer = _get(http_connection, "/accounts/login/")
    except (OSError, HTTPException):
        return
    finally:
        http_connection.close()
    if not answer.headers.get("Location", "").startswith("https://"):
        yield f"http://{host} shows pages. Let the proxy redirect all of it to https://."


def _get(connection: HTTPConnection, path: str = "/livez") -> HTTPResponse:
    """Send one request and keep the connection open, so that its certificate can be read."""
    connection.connect()
    connection.request("GET", path, headers={"Connection": "keep-alive"})
    return connection.getresponse()
