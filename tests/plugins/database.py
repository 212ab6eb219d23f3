"""Test databases: migrated once as the owner, cloned per process, used as the application's role."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Final

import pytest
import redis
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from pytest_django import DjangoDbBlocker

from crm.embedded.files import locked
from crm.embedded.postgres import OWNER
from crm.queues import QUEUES
from lib.row_context import act_as_system

from . import services
from .emptying import State, empty, state_of

MADE_BY = (
    "*/migrations/*.py",
    "*/migrations/sql/*.sql",
    "crm/management/commands/prepare_database.py",
    "crm/database/*.py",
    "requirements.lock",
)
# How keys of the cache begin that a process writes.
OWNED: Final = tuple(
    f"crm:2:{name}".encode()
    for name in ("allauth", "heartbeat:", "web:", "public:", *(f"{queue}:" for queue in QUEUES))
)
#: What the tests of every rule share (tests.architecture.shared_ground). They roll back what they write.
GROUND = f"{services.DATABASE}_ground"


@cache
def template_name() -> str:
    """Name that contains a hash of all code that shapes a database, so that a change creates a new one."""
    digest = hashlib.sha256(Path(__file__).read_bytes() + str(settings.ROW_SECURITY).encode())
    for pattern in MADE_BY:
        for path in sorted(services.ROOT.glob(pattern)):
            digest.update(str(path).encode() + path.read_bytes())
    return f"template_{digest.hexdigest()[:16]}"


def point_to(database: str) -> None:
    for alias in connections:
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = database


def make_template(name: str) -> None:
    """Create the migrated, empty database `name`, and drop those of earlier code."""
    with services.postgres.connect() as connection:
        found = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, 'template_')")
        made = {row[0] for row in found}
    if name in made:
        return
    for outdated in made:
        services.postgres.execute("DROP DATABASE {} WITH (FORCE)", outdated)
    draft = f"{services.DATABASE}_draft"
    services.postgres.execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", draft)
    services.postgres.execute("CREATE DATABASE {} OWNER {}", draft, OWNER)
    point_to(draft)
    call_command("prepare_database", verbosity=0)
    point_to(services.DATABASE)
    services.postgres.execute("ALTER DATABASE {} RENAME TO {}", draft, name)


_new: State = ()


def clone(database: str = services.DATABASE) -> None:
    """Give this process a new database, even if connections to the old one exist."""
    global _new
    point_to(services.DATABASE)
    name = template_name()
    with locked(services.FOLDER / "template.lock"):
        make_template(name)
        services.postgres.execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", database)
        services.postgres.execute("CREATE DATABASE {} OWNER {} TEMPLATE {}", database, OWNER, name)
    if database == services.DATABASE:
        _new = state_of(database)


def renew() -> None:
    """Make the database as new: empty it, or clone it again if more than rows was changed."""
    point_to(services.DATABASE)
    if state_of(services.DATABASE) == _new:
        empty(services.DATABASE)
    else:
        clone()


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Create one database for this process.

    The alias `default` is the application's role, never the owner.
    """
    with django_db_blocker.unblock():
        clone()
    yield
    with django_db_blocker.unblock():
        point_to(services.DATABASE)
    for database in (services.DATABASE, GROUND):
        services.postgres.execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", database)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Let fixtures and tests write and read rows directly. Requests and tasks act for their own actors."""
    act_as_system()


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """For browsers, workers and threads: commits are real, and the database is renewed afterwards.

    Use this instead of `db` or `transactional_db`, because the application's role may not truncate tables.
    """
    with django_db_blocker.unblock():
        yield
        renew()


@pytest.fixture(scope="session", autouse=True)
def valkey_server() -> Iterator[redis.Redis]:
    """A client of this process's own Valkey. A test may stop and start the server (`services.valkey`)."""
    services.valkey.start()
    with services.valkey.client() as client:
        yield client
    services.valkey.stop()


@pytest.fixture(autouse=True)
def empty_valkey(valkey_server: redis.Redis) -> Iterator[None]:
    """Remove rate limits, heartbeats and messages, also for the fixtures of the next module."""
    _empty(valkey_server)
    yield
    strangers = _strangers()
    _empty(valkey_server)
    assert not strangers, f"In a city no process may write these keys (crm.processes): {strangers}"


@cache
def _cached() -> redis.Redis:
    return redis.Redis.from_url(services.valkey.cache_url())


def _strangers() -> list[str]:
    """Keys of the cache that belong to no process."""
    with suppress(redis.RedisError):
        return [key.decode() for key in _cached().scan_iter(count=1000) if not key.startswith(OWNED)]
    return []


def _empty(valkey_server: redis.Redis) -> None:
    try:
        valkey_server.flushall()
    except (redis.ConnectionError, redis.TimeoutError):  # a test has stopped or restarted it
        if not services.valkey.is_up():
            services.valkey.start()
        valkey_server.flushall()


@pytest.fixture(scope="session", autouse=True)
def fast_passwords(django_test_environment: None) -> None:
    """Use a fast password hash, because only real passwords need a slow one."""
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
