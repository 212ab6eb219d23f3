"""Folders and databases that a user names by mistake keep their content."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connections

from crm.backups import BackupFailed, scratch_database
from crm.embedded.files import Unavailable, own_folder
from crm.embedded.mail_sink import Keeper
from tests.plugins import services


def dev(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in services.environment()}
    return subprocess.run(
        [sys.executable, "dev.py", *arguments],
        cwd=services.ROOT,
        env=environment | {"CRM_VENV": sys.prefix} | variables,
        capture_output=True,
        text=True,
    )


@pytest.fixture
def precious(tmp_path: Path) -> Path:
    folder = tmp_path / "precious"
    folder.mkdir(mode=0o755)
    (folder / "thesis.txt").write_text("years of work")
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def is_one_line(answer: subprocess.CompletedProcess[str]) -> bool:
    return answer.returncode != 0 and len(answer.stderr.strip().splitlines()) == 1


# --- CRM_VENV ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "also",
    [
        {},
        {".stamp": "a rubber one"},
        {"pyvenv.cfg": "home = /usr/bin"},
        {".stamp": "", "pyvenv.cfg": "home = /usr/bin"},
    ],
)
def test_a_folder_that_dev_py_did_not_make_is_no_environment(precious: Path, also: dict[str, str]) -> None:
    for name, text in also.items():
        (precious / name).write_text(text)
    before = contents(precious.parent)
    answer = dev("fly", CRM_VENV=str(precious))
    assert contents(precious.parent) == before
    assert is_one_line(answer), answer.stderr
    assert "CRM_VENV" in answer.stderr
    link = precious.parent / "link"
    link.symlink_to(precious)
    assert is_one_line(dev("fly", CRM_VENV=str(link)))
    assert contents(precious.parent) == before


def test_an_environment_of_another_python_is_refused_with_one_line(precious: Path) -> None:
    (precious / ".stamp").write_text(f"3.99 {'0' * 64}")
    (precious / "bin").mkdir()
    other = precious / "bin" / "python"
    other.write_text("#!/bin/sh\necho 3.99\n")
    other.chmod(0o755)
    before = contents(precious)
    answer = dev("fly", CRM_VENV=str(precious))
    assert contents(precious) == before
    assert is_one_line(answer), answer.stderr
    assert "3.99" in answer.stderr


def test_a_file_is_no_environment(precious: Path) -> None:
    answer = dev("fly", CRM_VENV=str(precious / "thesis.txt"))
    assert is_one_line(answer), answer.stderr
    assert (precious / "thesis.txt").read_text() == "years of work"


def test_this_environment_is_taken() -> None:
    assert "no command 'fly'" in dev("fly").stderr
    assert "no command 'fly'" in dev("fly", CRM_VENV=os.path.relpath(sys.prefix, services.ROOT)).stderr


# --- Data folders -----------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [("run", "--data"), ("faults", "--data"), ("bench", "--data")])
def test_a_folder_with_other_files_holds_no_data(precious: Path, command: tuple[str, str]) -> None:
    answer = dev(*command, str(precious))
    assert is_one_line(answer), answer.stderr
    assert contents(precious) == {"thesis.txt": b"years of work"}
    assert stat.S_IMODE(precious.stat().st_mode) == 0o755


def test_nor_where_crm_data_names_it(precious: Path) -> None:
    answer = dev("manage", "check", CRM_DATA=str(precious))
    assert is_one_line(answer), answer.stderr
    assert contents(precious) == {"thesis.txt": b"years of work"}


def test_an_empty_folder_a_new_one_and_ones_own_hold_data(tmp_path: Path) -> None:
    empty, new, older, tests = (tmp_path / name for name in ("empty", "a/new", "older", "tests"))
    for folder in (empty, older, tests / "test"):
        folder.mkdir(parents=True)
    for name in ("secret-key", "audit-key.pem", "notes"):
        (older / name).touch()
    for folder in (empty, new, older, tests):
        assert own_folder(folder) == folder
        (folder / "more").touch()
        assert own_folder(folder) == folder
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_what_cannot_hold_data_is_said_in_one_line(precious: Path) -> None:
    for path in (precious / "thesis.txt", precious / "thesis.txt" / "below", Path("/proc/data")):
        with pytest.raises(Unavailable, match="choose another folder"):
            own_folder(path)


@pytest.mark.parametrize("port", ["99999", "0", "-1", "http"])
def test_a_port_that_is_none_is_said_in_one_line(port: str, tmp_path: Path) -> None:
    answer = dev("run", "--data", str(tmp_path / "data"), "--port", port)
    assert answer.returncode == 2
    assert "Traceback" not in answer.stderr
    assert "--port" in answer.stderr


# --- The rest ---------------------------------------------------------------------------------------


def test_the_sink_forgets_none_but_its_own_messages(tmp_path: Path) -> None:
    (tmp_path / "0-from-my-mother.eml").write_text("come home")
    keeper = Keeper(tmp_path, limit=2)
    for number in range(5):
        keeper.keep(b"%d" % number)
    assert (tmp_path / "0-from-my-mother.eml").exists()
    assert len(list(tmp_path.iterdir())) == 3


def test_a_drill_drops_no_database_that_it_did_not_make(committed_db: None) -> None:
    name = f"{services.DATABASE}_drill"
    services.postgres.execute("CREATE DATABASE {} OWNER proximity_owner", name)
    try:
        with pytest.raises(BackupFailed, match="no drill has left"), scratch_database(name):
            pass
        services.postgres.execute("DROP DATABASE {}", name)  # fails unless it still exists
        for _again in range(2):
            with scratch_database(name):
                assert connections["owner"].settings_dict["NAME"] == name
    finally:
        services.postgres.execute("DROP DATABASE IF EXISTS {}", name)
        connections["owner"].close()


def test_a_named_folder_of_metrics_outlives_the_server(tmp_path: Path) -> None:
    question = "from crm import serving; serving.on_exit(None)"
    (tmp_path / "kept.db").touch()
    named = os.environ | {"METRICS_TOKEN": "t", "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", question], cwd=services.ROOT, env=named, check=True)
    assert (tmp_path / "kept.db").exists()
