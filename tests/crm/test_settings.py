"""The application refuses to start without required settings, and its defaults are safe."""

import os
import subprocess
import sys

import pytest

from crm.embedded import checks
from tests.plugins import services

NEEDED = ["SECRET_KEY", "SITE_URL", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL"]


def manage(variables: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    ours = services.environment()
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=services.ROOT,
        env=environment | variables,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("missing", NEEDED)
def test_refuses_to_start_without(missing: str) -> None:
    variables = dict(checks.environment())
    del variables[missing]
    answer = manage({name: variables[name] for name in NEEDED if name != missing}, "check")
    assert answer.returncode != 0
    assert f"Set the {missing} environment variable" in answer.stderr


@pytest.fixture(scope="module")
def checked() -> subprocess.CompletedProcess[str]:
    """A deployment with only the required settings and the keys of encrypted fields, and what it imported."""
    known = checks.environment()
    variables = {name: known[name] for name in (*NEEDED, "FIELD_SECRET", "FIELD_KEYS")}
    variables["PYTHONPROFILEIMPORTTIME"] = "1"
    return manage(variables, "check", "--deploy", "--fail-level", "WARNING")


def imported(answer: subprocess.CompletedProcess[str]) -> set[str]:
    lines = [line for line in answer.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip() for line in lines}


def test_deployment_has_no_warning(checked: subprocess.CompletedProcess[str]) -> None:
    """With only the required settings and the keys of encrypted fields, every default is safe."""
    said = [line for line in checked.stderr.splitlines() if not line.startswith("import time:")]
    assert checked.returncode == 0, said


def test_every_process_starts_without_what_reads_boundaries_and_workbooks(
    checked: subprocess.CompletedProcess[str],
) -> None:
    """They take 35 MB, and an import of 100,000 rows shall need no more than 256 MB."""
    assert {"pages.districts.administration", "exchange.imports.drafts"} <= imported(checked)
    assert not {"shapely", "pyproj", "numpy", "openpyxl"} & imported(checked)


def test_deployment_without_encrypted_fields_is_warned_of() -> None:
    variables = {name: checks.environment()[name] for name in NEEDED}
    answer = manage(variables, "check", "--deploy", "--fail-level", "WARNING")
    assert answer.returncode != 0
    assert "Set FIELD_SECRET" in answer.stderr or "set FIELD_KEYS" in answer.stderr


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("CITY_TIME_ZONE", "Europe/Madird"),
        ("CITY_TIME_ZONE", "Europe"),
        ("CITY_TIME_ZONE", "../../etc/passwd"),
        ("CITY_TIME_ZONE", ""),
        ("CITY_PHONE_REGION", "Spain"),
        ("CITY_PHONE_REGION", "es"),
    ],
)
def test_a_zone_or_a_country_that_nobody_knows_is_said_in_a_sentence(variable: str, value: str) -> None:
    answer = manage(dict(checks.environment()) | {variable: value}, "check")
    assert answer.returncode != 0
    assert f"ImproperlyConfigured: {variable}: there is no " in answer.stderr
    assert f"“{value}”. Enter " in answer.stderr
