"""docker-compose.yml is accepted, refuses to start without secrets, and fences each part in."""

import json
import os
import shutil
import subprocess
from typing import Any

import pytest

from tests.plugins import services

SECRETS = {
    "SECRET_KEY": "a-long-random-text",
    "SITE_URL": "https://crm.city.example",
    "ALLOWED_HOSTS": "crm.city.example",
    "DATABASE_APP_PASSWORD": "app0",
    "DATABASE_OWNER_PASSWORD": "owner0",
    "VALKEY_PASSWORD": "valkey0",
    "AUDIT_SIGNING_KEY_FILE": "./audit-key.pem",
    "EMAIL_URL": "smtp://mail.city.example:25",
    "DEFAULT_FROM_EMAIL": "Proximity <proximity@city.example>",
}
OURS = {"migrate", "web", "worker", "beat"}


def config(variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    program = ["docker-compose"] if shutil.which("docker-compose") else ["docker", "compose"]
    if not shutil.which(program[0]):
        pytest.skip("No docker-compose on this machine (Debian: apt install docker-compose).")
    return subprocess.run(
        [*program, "config", "--format", "json"],
        cwd=services.ROOT,
        env={"PATH": os.environ["PATH"], "HOME": str(services.OWN_FOLDER), **variables},
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def parts() -> dict[str, Any]:
    answer = config(SECRETS)
    assert answer.returncode == 0, answer.stderr
    found: dict[str, Any] = json.loads(answer.stdout)["services"]
    return found


@pytest.mark.parametrize("missing", SECRETS)
def test_refuses_without(missing: str) -> None:
    answer = config({name: value for name, value in SECRETS.items() if name != missing})
    assert answer.returncode != 0
    assert missing in answer.stderr


def test_only_the_migration_knows_the_owner(parts: dict[str, Any]) -> None:
    """And the database itself, which makes that role."""
    knowing = {name for name, part in parts.items() if SECRETS["DATABASE_OWNER_PASSWORD"] in json.dumps(part)}
    assert knowing == {"migrate", "postgres"}


def test_only_the_worker_has_the_key_that_seals_the_trail(parts: dict[str, Any]) -> None:
    assert {name for name, part in parts.items() if part.get("secrets")} == {"worker"}
    assert {name for name, part in parts.items() if "audit" in json.dumps(part).lower()} == {"worker"}


def test_every_part_is_fenced(parts: dict[str, Any]) -> None:
    assert set(parts) == OURS | {"postgres", "valkey"}
    for name, part in parts.items():
        assert part["read_only"], name
        assert part["user"] not in {"", "0", "root"}, name
        assert part["cap_drop"] == ["ALL"], name
        assert part["security_opt"] == ["no-new-privileges:true"], name
        assert part["deploy"]["resources"]["limits"].keys() >= {"cpus", "memory"}, name
        assert "container_name" not in part, f"{name} could not be scaled"
        assert name == "migrate" or "test" in part["healthcheck"], name


def test_everything_waits_for_the_migration(parts: dict[str, Any]) -> None:
    for name in OURS - {"migrate"}:
        assert parts[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert "ports" not in parts["worker"]  # two workers could not share one
