"""`dev.py run` starts in an empty folder, survives `kill -9` of everything, and stops cleanly and quickly."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm.embedded.children import MARK
from crm.embedded.environment import Copy
from crm.embedded.files import socket_folder
from crm.embedded.run import free_port
from crm.embedded.valkey import Valkey
from tests.plugins import services

START_PATIENCE_SECONDS = 90


def start(data: Path, port: int, *options: str) -> subprocess.Popen[str]:
    """Start `run` without the variables of the tests, which would name other servers."""
    environment = {name: value for name, value in os.environ.items() if name not in services.environment()}
    command = [
        sys.executable,
        "dev.py",
        "run",
        "--no-demo",
        "--data",
        str(data),
        "--port",
        str(port),
        *options,
    ]
    environment["CRM_VENV"] = str(Path(sys.prefix))
    return subprocess.Popen(
        command,
        cwd=services.ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def output_until(process: subprocess.Popen[str], words: str) -> str:
    assert process.stdout is not None
    deadline = time.monotonic() + START_PATIENCE_SECONDS
    read = ""
    while words not in read:
        line = process.stdout.readline()
        assert line, f"It ended: {read}"
        assert time.monotonic() < deadline, read
        read += line
    return read


def processes_of(data: Path) -> list[int]:
    """Return the supervisor's children (found by variable) and the servers (found by command line)."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            variables = (process / "environ").read_bytes().split(b"\0")
            command = (process / "cmdline").read_bytes()
        except OSError:
            continue
        places = (str(data / "postgres"), str(socket_folder(data)))
        if f"{MARK}={data}".encode() in variables or any(place.encode() in command for place in places):
            found.append(int(process.name))
    return found


def environ(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""


def health(port: int) -> dict[str, str]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
        body: dict[str, str] = json.load(answer)
    return body


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "a folder whose name is long enough to be no path for a socket" / "data"
    yield folder
    for process in processes_of(folder):
        os.kill(process, signal.SIGKILL)


@pytest.mark.thorough
@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="Reads /proc to find every process.")
def test_run_survives_kill_and_stops_cleanly(data: Path) -> None:
    port = free_port()
    first = start(data, port)
    said = output_until(first, "Ctrl+C stops everything")
    assert f"http://localhost:{port}/" in said
    assert set(health(port).values()) == {"up"}
    assert (data / "secret-key").stat().st_mode & 0o777 == 0o600

    with Valkey(data).client() as valkey:
        assert valkey.acl_log() == [], "a process was refused what it must do"
    own = json.loads((data / "field-keys.json").read_text())["FIELD_SECRET"].encode()
    knowing = {Path(f"/proc/{pid}/cmdline").read_bytes() for pid in processes_of(data) if own in environ(pid)}
    assert any(b"crm.wsgi" in one for one in knowing)
    assert not any(b"crm.public_wsgi" in one or b"beat" in one for one in knowing)

    second = start(data, free_port())
    assert "already" in second.communicate()[0]
    assert second.returncode == 1

    os.kill(first.pid, signal.SIGKILL)
    for process in processes_of(data):
        os.kill(process, signal.SIGKILL)
    first.wait()

    third = start(data, port)
    output_until(third, "Ctrl+C stops everything")
    assert set(health(port).values()) == {"up"}
    os.kill(third.pid, signal.SIGTERM)
    asked = time.monotonic()
    assert third.wait(timeout=20) == 0
    assert time.monotonic() - asked < 10
    assert processes_of(data) == []


def test_a_taken_port_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = start(tmp_path / "data", port)
        said = refused.communicate(timeout=60)[0]
    assert refused.returncode == 1
    assert said.count("\n") == 1
    assert f"Port {port}" in said


def test_servers_of_the_environment_are_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from crm.embedded.environment import copy_in

    copy: Copy = copy_in(tmp_path)
    assert copy.servers == []  # The tests' own DATABASE_URL and REDIS_URL are set.
    assert copy.environment()["DATABASE_URL"] == os.environ["DATABASE_URL"]
