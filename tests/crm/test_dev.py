"""`dev.py` explains itself, and says what it does not know."""

import os
import subprocess
import sys

from tests.plugins import services


def dev(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "dev.py", *arguments],
        cwd=services.ROOT,
        env=os.environ | {"CRM_VENV": sys.prefix},
        capture_output=True,
        text=True,
    )


def test_help_names_every_command_and_variable() -> None:
    answer = dev("--help")
    assert answer.returncode == 0
    for word in ("run", "test", "manage", "check", "--port", "--data", "--no-demo", "CRM_DATA", "CRM_VENV"):
        assert word in answer.stdout


def test_an_unknown_command_is_named() -> None:
    answer = dev("fly")
    assert answer.returncode == 2
    assert "'fly'" in answer.stderr


def test_each_command_has_its_own_help() -> None:
    answer = dev("run", "--help")
    assert answer.returncode == 0
    assert "--no-demo" in answer.stdout
