"""docker-compose.yml refuses to start without secrets, and isolates each service.

The file is parsed here as Compose does (YAML, then `${NAME:?…}`, `${NAME:-…}` and `$$`), so that machines
without Docker check it too. If Compose is installed, its result must be equal.
"""

import json
import os
import re
import shutil
import subprocess
from typing import Any, Final

import pytest
import yaml

from crm import heartbeat
from crm.queues import QUEUES
from tests.plugins import services

SECRETS = {
    "SECRET_KEY": "a-long-random-text",
    "SITE_URL": "https://crm.city.example",
    "ALLOWED_HOSTS": "crm.city.example",
    "DATABASE_APP_PASSWORD": "app0",
    "DATABASE_OWNER_PASSWORD": "owner0",
    "DATABASE_AUDIT_PASSWORD": "publisher0",
    "VALKEY_PASSWORD": "valkey0",
    "AUDIT_SIGNING_KEY_FILE": "./audit-key.pem",
    "EMAIL_URL": "smtp://mail.city.example:25",
    "DEFAULT_FROM_EMAIL": "Proximity <proximity@city.example>",
}
OURS = {"migrate", "web", "beat", *QUEUES}
FILE: Final = services.ROOT / "docker-compose.yml"
_VARIABLE: Final = re.compile(r"\$\$|\$\{(?P<name>\w+)(?:(?P<mark>:[?-])(?P<text>[^}]*))?\}")


def read(variables: dict[str, str]) -> dict[str, Any]:
    """Return the services that start by default. Raises LookupError for a required variable."""

    def value(found: re.Match[str]) -> str:
        if not (name := found["name"]):
            return "$"
        if given := variables.get(name):
            return given
        if found["mark"] == ":?":
            raise LookupError(name)
        return found["text"] or ""

    def fill(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: fill(inner) for key, inner in node.items()}
        if isinstance(node, list):
            return [fill(inner) for inner in node]
        return _VARIABLE.sub(value, node) if isinstance(node, str) else node

    filled = fill(yaml.safe_load(FILE.read_text()))
    return {name: part for name, part in filled["services"].items() if "profiles" not in part}


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
    assert {name for name, part in parts.items() if part.get("secrets")} == {"trail"}
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
        assert f"crm:1:heartbeat:{name}'" in parts[name]["healthcheck"]["test"][-1]


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
