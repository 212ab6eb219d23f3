"""docker-compose.yml refuses to start without secrets, and isolates each service.

The file is parsed here as Compose does (YAML, then `${NAME:?…}`, `${NAME:-…}` and `$$`), so that machines
without Docker check it too. If Compose is installed, its result must be equal.
"""

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
import redis
import yaml

from crm import heartbeat
from crm.embedded import binaries
from crm.embedded.postgres import Postgres
from crm.queues import QUEUES
from tests.plugins import services

SECRETS = {
    "SECRET_KEY": "a-long-random-text",
    "SITE_URL": "https://crm.city.example",
    "ALLOWED_HOSTS": "crm.city.example",
    "DATABASE_APP_PASSWORD": "app0",
    "DATABASE_OWNER_PASSWORD": "owner0",
    "DATABASE_AUDIT_PASSWORD": "publisher0",
    "FIELD_SECRET": "field0",
    "VALKEY_PASSWORD": "valkey0",
    **{f"VALKEY_{user.upper()}_PASSWORD": f"{user}0" for user in ("web", "beat", *QUEUES)},
    "AUDIT_SIGNING_KEY_FILE": "./audit-key.pem",
    "EMAIL_URL": "smtp://mail.city.example:25",
    "CONTROL_ROOM": "0900",
    "DEFAULT_FROM_EMAIL": "Proximity <proximity@city.example>",
}
OURS = {"migrate", "web", "beat", *QUEUES}
FILE: Final = services.ROOT / "docker-compose.yml"
_VARIABLE: Final = re.compile(r"\$\$|\$\{(?P<name>\w+)(?:(?P<mark>:[?+-])(?P<text>[^}]*))?\}")


def read(variables: dict[str, str], *, by_default: bool = True) -> dict[str, Any]:
    """Return the services, or those that start by default. Raises LookupError for a required variable."""

    def value(found: re.Match[str]) -> str:
        if not (name := found["name"]):
            return "$"
        if given := variables.get(name):
            return found["text"] if found["mark"] == ":+" else given
        if found["mark"] == ":?":
            raise LookupError(name)
        return "" if found["mark"] == ":+" else found["text"] or ""

    def fill(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: fill(inner) for key, inner in node.items()}
        if isinstance(node, list):
            return [fill(inner) for inner in node]
        return _VARIABLE.sub(value, node) if isinstance(node, str) else node

    filled = fill(yaml.safe_load(FILE.read_text()))
    parts: dict[str, Any] = filled["services"]
    return {name: part for name, part in parts.items() if not by_default or "profiles" not in part}


def compose() -> list[str]:
    """Return the Compose command of this machine, or an empty list."""
    for program in (["docker-compose"], ["docker", "compose"]):
        if shutil.which(program[0]):
            answer = subprocess.run([*program, "version"], capture_output=True)
            if answer.returncode == 0:
                return program
    return []


@pytest.fixture(scope="module")
def parts() -> dict[str, Any]:
    return read(SECRETS)


@pytest.mark.parametrize("missing", SECRETS)
def test_refuses_without(missing: str) -> None:
    with pytest.raises(LookupError, match=missing):
        read({name: value for name, value in SECRETS.items() if name != missing})


if COMPOSE := compose():

    def test_compose_itself_reads_the_same(parts: dict[str, Any]) -> None:
        answer = subprocess.run(
            [*COMPOSE, "config", "--format", "json"],
            cwd=services.ROOT,
            env={"PATH": os.environ["PATH"], "HOME": str(services.OWN_FOLDER), **SECRETS},
            capture_output=True,
            text=True,
        )
        assert answer.returncode == 0, answer.stderr
        theirs = json.loads(answer.stdout)["services"]
        assert theirs.keys() == parts.keys()
        for name, part in parts.items():
            assert theirs[name].get("environment") == part.get("environment"), name
            assert theirs[name]["image"] == part["image"], name


def test_only_the_migration_knows_the_owner(parts: dict[str, Any]) -> None:
    """Except the database itself, which creates that role."""
    knowing = {name for name, part in parts.items() if SECRETS["DATABASE_OWNER_PASSWORD"] in json.dumps(part)}
    assert knowing == {"migrate", "postgres"}


def test_only_the_worker_of_the_trail_has_the_key_that_seals_it(parts: dict[str, Any]) -> None:
    having = {name for name, part in parts.items() if "audit_signing_key" in part.get("secrets", [])}
    assert having == {"trail"}
    assert {name for name, part in parts.items() if "signing" in json.dumps(part).lower()} == {"trail"}


def test_only_the_worker_of_the_trail_may_number_it(parts: dict[str, Any]) -> None:
    """Except the migration, which creates that role."""
    knowing = {name for name, part in parts.items() if SECRETS["DATABASE_AUDIT_PASSWORD"] in json.dumps(part)}
    assert knowing == {"migrate", "trail"}


def test_only_this_machine_reaches_a_port(parts: dict[str, Any]) -> None:
    """Only the proxy's port is public. Anybody who reached web directly could forge a client address."""
    assert parts["web"]["ports"] == ["127.0.0.1:8000:8000"]
    assert [name for name, part in parts.items() if part.get("ports")] == ["web"]


def test_each_queue_has_a_worker_of_its_own(parts: dict[str, Any]) -> None:
    for name in [*QUEUES, heartbeat.BEAT]:
        assert parts[name]["command"] == ["python", "-m", "crm.workers", name]
        assert f"crm:2:heartbeat:{name}'" in parts[name]["healthcheck"]["test"][-1]


def test_every_part_is_fenced(parts: dict[str, Any]) -> None:
    assert set(parts) == OURS | {"postgres", "valkey"}
    for name, part in parts.items():
        assert part["read_only"], name
        assert part["user"] not in {"", "0", "root"}, name
        assert part["cap_drop"] == ["ALL"], name
        assert part["security_opt"] == ["no-new-privileges:true"], name
        assert part["deploy"]["resources"]["limits"].keys() >= {"cpus", "memory"}, name
        assert int(part["logging"]["options"]["max-file"]) <= 5, f"{name} would log until the disk is full"
        assert "container_name" not in part, f"{name} could not be scaled"
        assert name == "migrate" or "test" in part["healthcheck"], name


def test_everything_waits_for_the_migration(parts: dict[str, Any]) -> None:
    for name in OURS - {"migrate"}:
        assert parts[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
        assert name == "web" or "ports" not in parts[name]  # two workers could not share a port


@pytest.fixture
def socket(parts: dict[str, Any], tmp_path: Path) -> Iterator[Path]:
    """The socket of a Valkey that Compose's own command started. Only its port is taken away."""
    socket, programs = services.OWN_FOLDER / "compose.sock", tmp_path / "bin"
    programs.mkdir()
    wrapper = programs / "valkey-server"
    real = f'exec {binaries.valkey_server()} --port 0 --unixsocket {socket} --dir {tmp_path} "$@"'
    wrapper.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/arguments\n{real}\n')
    wrapper.chmod(0o700)
    variables = {"PATH": f"{programs}:{os.environ['PATH']}", **parts["valkey"]["environment"]}
    (mounted,) = [one.split(":") for one in parts["valkey"]["volumes"] if "users.conf" in one]
    command = [
        part.replace(mounted[1], str(services.ROOT / mounted[0])) for part in parts["valkey"]["command"]
    ]
    with subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + 20
            while not socket.exists() and time.monotonic() < deadline:
                time.sleep(0.02)
            yield socket
        finally:
            process.terminate()  # reaches the server, because it took the place of the shell


def test_valkey_asks_for_the_password_and_shows_it_in_no_process_list(socket: Path, tmp_path: Path) -> None:
    password = SECRETS["VALKEY_PASSWORD"]
    with redis.Redis(unix_socket_path=str(socket), password=password) as client:
        assert sorted(client.acl_users()) == ["beat", "default", "hooks", "mail", "trail", "web", "work"]
    with redis.Redis(unix_socket_path=str(socket), username="beat", password="beat0") as beat:
        assert beat.ping()
        with pytest.raises(redis.exceptions.NoPermissionError):
            beat.get("crm:2:web:sessions")
    with redis.Redis(unix_socket_path=str(socket)) as client, pytest.raises(redis.AuthenticationError):
        client.ping()
    with redis.Redis(unix_socket_path=str(socket), password=password) as client:
        assert client.config_get("save", "appendonly") == {"save": "", "appendonly": "yes"}
    assert (tmp_path / "arguments").read_text() == "-\n"
    listed = subprocess.run(["ps", "-wweo", "args"], capture_output=True, text=True, check=True).stdout
    assert "valkey-server" in listed
    assert password not in listed


class Empty(Postgres):
    """A cluster as its image makes it, without our roles and database."""

    def _prepare(self) -> None:
        pass


def test_the_owner_of_the_tables_is_no_superuser_and_the_superuser_has_no_password(
    parts: dict[str, Any],
) -> None:
    variables = parts["postgres"]["environment"]
    (script,) = [one.split(":")[0] for one in parts["postgres"]["volumes"] if "initdb.d" in one]
    assert "POSTGRES_USER" not in variables and "POSTGRES_DB" not in variables
    cluster = Empty(services.OWN_FOLDER / "compose", durable=False)
    cluster.start()
    try:
        given = {"PATH": os.environ["PATH"], "POSTGRES_PASSWORD": variables["POSTGRES_PASSWORD"]}
        program = str(binaries.postgres_programs() / "psql")
        psql = [program, "--set", "ON_ERROR_STOP=1", "--host", str(cluster.sockets)]
        made = subprocess.run(
            [*psql, "--username", "postgres", "--file", str(services.ROOT / script)],
            env=given,
            capture_output=True,
            text=True,
        )
        assert made.returncode == 0, made.stderr
        with cluster.connect("proximity", "proximity_owner") as owner:
            for name in ("pg_trgm", "btree_gist", "unaccent"):
                owner.execute(f"CREATE EXTENSION {name}".encode())
            owner.execute("CREATE ROLE proximity_app LOGIN")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                owner.execute("SELECT rolpassword FROM pg_authid")
        with cluster.connect() as superuser:
            rows = superuser.execute("SELECT rolname, rolsuper, rolpassword IS NULL FROM pg_authid")
            found = {name: (is_super, no_password) for name, is_super, no_password in rows.fetchall()}
        assert found["postgres"] == (True, True)
        assert found["proximity_owner"] == (False, False)
    finally:
        cluster.stop(at_once=True)
