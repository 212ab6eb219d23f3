"""PgBouncer in transaction mode, with five connections for each role: `TEST_POOLER=1`.

Every commit is real, so that connections change hands. The rows of each test are removed afterwards.
"""

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections
from pytest_django import DjangoDbBlocker

from crm.embedded.files import socket_folder
from crm.embedded.postgres import APPLICATION, PUBLISHER
from crm.embedded.testing import find_program
from tests.plugins import services
from tests.plugins.emptying import delete_rows

POOL: int = 5


class PgBouncer:
    """A PgBouncer started by this process.

    As root it runs like PostgreSQL, because it refuses to run as root.
    """

    def __init__(self, folder: Path) -> None:
        self.sockets = socket_folder(folder)
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        launcher = services.postgres.launcher
        users, settings = self.sockets / "users.txt", self.sockets / "pgbouncer.ini"
        users.write_text("".join(f'"{role}" ""\n' for role in (APPLICATION, PUBLISHER)))
        settings.write_text(
            f"[databases]\n* = host={services.postgres.sockets} port=5432\n"
            f"[pgbouncer]\nlisten_addr =\nlisten_port = 5432\nunix_socket_dir = {self.sockets}\n"
            f"auth_type = trust\nauth_file = {users}\npool_mode = transaction\ndefault_pool_size = {POOL}\n"
            # Use all five connections in turn from the start, so that a session's state is always another
            # client's.
            f"min_pool_size = {POOL}\nserver_round_robin = 1\n"
            "max_prepared_statements = 0\nquery_wait_timeout = 30\n"
        )
        for path in (self.sockets, users, settings):
            launcher.give(path)
        program = find_program("pgbouncer")
        assert program, "pgbouncer is not installed (Debian: apt install pgbouncer)"
        with (self.sockets / "pgbouncer.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*launcher.prefix, program, str(settings)], stdout=log, stderr=log, **launcher.options()
            )
        deadline = time.monotonic() + 10
        while not (self.sockets / ".s.PGSQL.5432").exists():
            assert time.monotonic() < deadline and self.process.poll() is None, self.said()
            time.sleep(0.05)

    def said(self) -> str:
        return (self.sockets / "pgbouncer.log").read_text()

    def stop(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGQUIT)  # SIGTERM would wait for connected clients
            self.process.wait(10)
        shutil.rmtree(self.sockets, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def pooler(django_db_setup: None) -> Iterator[PgBouncer]:
    """Route the application and the publisher through PgBouncer, but not the owner, who migrates."""
    one = PgBouncer(services.OWN_FOLDER / "pooler")
    one.start()
    for alias in ("default", "audit"):
        connections[alias].close()
        connections[alias].settings_dict["OPTIONS"]["host"] = str(one.sockets)
    yield one
    one.stop()


@pytest.fixture
def _django_db_helper(pooler: PgBouncer, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Replaces pytest-django's fixture, whose transaction would keep one connection for the whole test."""
    with django_db_blocker.unblock():
        yield
        _empty()


@pytest.fixture
def committed_db(pooler: PgBouncer, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield
        _empty()


def _empty() -> None:
    with services.postgres.connect(services.DATABASE) as superuser:
        delete_rows(superuser)
