"""The servers of a test run, and the environment variables that Django's settings read.

PostgreSQL is shared by all runs on the same folder: the first one starts it, the last one stops it. Databases
are named after their process, and each process has its own Valkey and mail sink, so runs can be simultaneous.
"""

import atexit
import os
import shutil
import socket
import tempfile
from pathlib import Path

from crm.embedded.environment import data_folder
from crm.embedded.postgres import Postgres
from crm.embedded.run import free_port
from crm.embedded.services import Services
from crm.embedded.valkey import Valkey
from lib.encryption import DataKeys, wrapped_keys

ROOT = Path(__file__).resolve().parents[2]
FOLDER = data_folder() / "test" if os.environ.get("CRM_DATA") else ROOT / ".test-data"
DATABASE_PREFIX = "test_"
DATABASE = f"{DATABASE_PREFIX}{os.getpid()}"

FOLDER.mkdir(parents=True, exist_ok=True)
_own = tempfile.TemporaryDirectory(prefix="proximity-test-")
OWN_FOLDER = Path(_own.name)
postgres = Postgres(FOLDER, durable=False)
valkey = Valkey(OWN_FOLDER, durable=False)


SMTP_PORT = free_port()
# Held for the mail sink (tests.plugins.mail). Connections are refused until the sink listens.
smtp_socket = socket.socket()
smtp_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
smtp_socket.bind(("127.0.0.1", SMTP_PORT))
# The same key in each process of a run.
FIELD_KEYS = {
    "FIELD_SECRET": "only-for-tests",
    "FIELD_KEYS": ",".join(wrapped_keys(DataKeys({1: b"only for tests".ljust(32)}, 1), "only-for-tests")),
}


def environment(database: str = DATABASE) -> dict[str, str]:
    """Return the variables for Django in this process and its child processes."""
    return {
        "DJANGO_SETTINGS_MODULE": "crm.settings",
        "SECRET_KEY": "only-for-tests-" + "x" * 50,
        **FIELD_KEYS,
        "SITE_URL": "http://testserver",
        "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
        "HTTPS": "0",
        "DEMO": "0",
        "PASSWORD_RESET_SECONDS": "0",
        "REQUIRE_SECOND_FACTOR": "0",  # many tests sign in; separate tests cover it
        "STATIC_FROM_FINDERS": "1",
        "FONT_CACHE_DIR": str(FOLDER / "fonts"),
        **postgres.urls(database),
        "REDIS_URL": valkey.cache_url(),
        "REDIS_CACHE_URL": valkey.cache_url(),
        "CELERY_BROKER_URL": valkey.broker_url(),
        "EMAIL_URL": f"smtp://127.0.0.1:{SMTP_PORT}",
        "LOG_LEVEL": "WARNING",
        # Tests do the same on every day of the week.
        "DAYS_OFF": "",
        "DATABASE_POOLED": os.environ.get("TEST_POOLER", "0"),
        "ROW_SECURITY": os.environ.get("TEST_ROW_SECURITY", "1"),
        # Playwright's loop runs in the tests' thread, in which Django would otherwise refuse to query.
        "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
    }


def start() -> None:
    """Set the variables and start PostgreSQL, before Django reads its settings."""
    os.environ.update(environment())
    services = Services(FOLDER, [postgres])
    atexit.register(services.leave)
    atexit.register(shutil.rmtree, valkey.socket.parent, ignore_errors=True)
    services.join(when_alone=_drop_left_databases)


def _drop_left_databases() -> None:
    """Drop databases left by killed runs."""
    with postgres.connect() as connection:
        names = connection.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [DATABASE_PREFIX]
        ).fetchall()
    for (name,) in names:
        postgres.execute("DROP DATABASE {} WITH (FORCE)", name)
