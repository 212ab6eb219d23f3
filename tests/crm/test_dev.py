"""`dev.py` explains its commands and rejects unknown arguments."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crm.embedded import postgres
from crm.embedded.checks import Check
from crm.embedded.files import Unavailable
from crm.embedded.testing import run_beside
from tests.plugins import services


def dev(*arguments: str, environment: str = sys.prefix) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "dev.py", *arguments],
        cwd=services.ROOT,
        env=os.environ | {"CRM_VENV": environment},
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


def test_whoever_reads_the_help_installs_nothing(tmp_path: Path) -> None:
    answer = dev("faults", "--help", environment=str(tmp_path / "venv"))
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "faults   kill and stop" in answer.stdout
    assert list(tmp_path.iterdir()) == []


def test_where_no_environment_can_be_made_one_line_says_what_to_set() -> None:
    answer = dev("run", environment="/proc/nothing/venv")
    assert answer.returncode == 1
    assert "Set CRM_VENV to a folder" in answer.stderr
    assert answer.stderr.count("\n") == 1


def test_a_disk_too_small_for_the_first_start_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "FIRST_START_MB", 10**9)
    with pytest.raises(
        Unavailable, match=r"^Only \d+ MB are free in .*, and the first start needs 1000000000 MB"
    ):
        postgres.Postgres(tmp_path).start()


def program(text: str) -> tuple[str, ...]:
    return (sys.executable, "-c", text)


def beside(check: str, tests: str) -> int:
    return run_beside([Check("a check", program(check))], program(tests), os.environ)


@pytest.mark.parametrize(
    ("check", "tests", "code"),
    [("", "", 0), ("exit(3)", "", 1), ("", "exit(2)", 2), ("exit(3)", "exit(2)", 2)],
    ids=["nothing is wrong", "the check fails", "the tests fail", "both fail"],
)
def test_checks_and_tests_side_by_side_fail_when_either_does(check: str, tests: str, code: int) -> None:
    assert beside(check, tests) == code


def test_what_checks_say_comes_first_whoever_speaks_first(capfd: pytest.CaptureFixture[str]) -> None:
    beside("import time; time.sleep(0.5); exit('wrong type')", "print('12 passed')")
    said = [line.split("  ")[0] for line in capfd.readouterr().out.splitlines()]
    assert said == ["FAILED a check", "wrong type", "12 passed", "FAILED, see above the tests: a check"]


def test_tests_and_checks_run_at_the_same_time(tmp_path: Path) -> None:
    """Each ends only after the other has begun."""

    def meet(mine: str, other: str) -> str:
        return (
            f"import pathlib, time; here = pathlib.Path({str(tmp_path)!r}); (here / {mine!r}).touch()\n"
            f"while not (here / {other!r}).exists(): time.sleep(0.01)"
        )

    assert beside(meet("check", "tests"), meet("tests", "check")) == 0


def test_a_server_that_tests_leave_to_another_run_is_not_waited_for() -> None:
    started = time.monotonic()
    assert beside("", "import subprocess; subprocess.Popen(['sleep', '20'])") == 0
    assert time.monotonic() - started < 15
