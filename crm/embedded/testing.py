"""`dev.py test`: every check, then the tests; `--thorough` (as where `CI` is set) all of them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from .checks import run_checks
from .environment import ROOT

WORKERS = "2"
FAST, THOROUGH = "--fast", "--thorough"
# Debian's package, and the programs one of which is enough.
PROGRAMS = {
    "chromium": ("chromium", "chromium-browser", "google-chrome", "chrome"),
    "docker-compose": ("docker-compose", "docker"),
    "pgbouncer": ("pgbouncer",),
    "faketime": ("faketime",),
}


def find_program(name: str) -> str | None:
    """Also where Debian keeps what only administrators start."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin")


def test(arguments: list[str]) -> int:
    """Check first unless told what to test; pytest's own summary is the last line."""
    chosen = [argument for argument in arguments if argument not in (FAST, THOROUGH)]
    if not chosen and FAST not in arguments and not run_checks():
        return 1
    install_programs()
    # Named in the environment, pytest-django would read the settings before conftest has set their variables.
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    if THOROUGH in arguments or os.environ.get("CI"):
        environment["TEST_THOROUGH"] = "1"
    elif not chosen:
        chosen = ["-m", "not thorough"]
    command = [sys.executable, "-m", "pytest", "-n", WORKERS, *chosen]
    return subprocess.run(command, cwd=ROOT, env=environment).returncode


def install_programs() -> None:
    """On Debian as root; elsewhere the tests that need them skip, saying why."""
    missing = [package for package, programs in PROGRAMS.items() if not any(map(find_program, programs))]
    if not missing or os.geteuid() != 0 or not Path("/etc/debian_version").exists():
        return
    print(f"Installing {' and '.join(missing)} for the tests …", flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", *missing]):
        done = subprocess.run(["apt-get", "-qq", *command], env=environment, capture_output=True, text=True)
        if done.returncode:
            print(f"apt-get {command[0]} failed: {done.stderr.strip()[-300:]}", flush=True)
