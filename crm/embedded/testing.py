"""`dev.py test`: the checks and the tests together; `--thorough` (implied by `CI`) runs all tests.

`--changed` runs the tests that the difference from another commit reaches (tests/changed.py).
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread

from .checks import CHECKS, Check, failed_checks
from .checks import environment as environment_of_checks
from .environment import ROOT
from .files import Unavailable

# Two processes for each of the two processors of CI, because the tests wait for a third of their time.
WORKERS = "4"
FAST, THOROUGH, CHANGED = "--fast", "--thorough", "--changed"
NO_TESTS = 5  # pytest's exit code where every test of the files is deselected
BASE = "origin/main"  # what `--changed` compares with unless a commit is named
# Debian packages, each with the programs of which one is enough. The tests also run in a whole Chromium,
# which needs two to three times as much of the processor.
PROGRAMS = {
    "chromium-headless-shell": ("chromium-headless-shell",),
    "docker-compose": ("docker-compose", "docker"),
    "pgbouncer": ("pgbouncer",),
    "faketime": ("faketime",),
}


def find_program(name: str) -> str | None:
    """Return the path of a program, including the folders that Debian keeps for administrators."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin")


def test(arguments: list[str]) -> int:
    """Run the tests, and the checks unless specific tests are given.

    The last line is pytest's own summary unless something failed.
    """
    chosen = [argument for argument in arguments if argument not in (FAST, THOROUGH)]
    checks = [] if chosen or FAST in arguments else CHECKS
    if is_selected := CHANGED in chosen:
        base, options = split_changed(chosen)
        files = changed_tests(base)
        if not files:
            return 0
        chosen = [*options, *files]
    install_programs()
    # If this variable were set, pytest-django would read the settings before conftest sets their variables.
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    if THOROUGH in arguments or os.environ.get("CI"):
        environment["TEST_THOROUGH"] = "1"
    elif is_selected or not chosen:
        chosen = ["-m", "not thorough", *chosen]
    command = [sys.executable, "-m", "pytest", "-n", WORKERS, *chosen]
    if checks:
        return run_beside(checks, command, environment)
    code = subprocess.run(command, cwd=ROOT, env=environment).returncode
    return 0 if is_selected and code == NO_TESTS else code


def split_changed(arguments: Sequence[str]) -> tuple[str, list[str]]:
    """Return the commit that follows `--changed`, or else the usual one, and the other arguments."""
    place = arguments.index(CHANGED)
    before, after = arguments[:place], arguments[place + 1 :]
    if after and not after[0].startswith("-"):
        return after[0], [*before, *after[1:]]
    return BASE, [*before, *after]


def changed_tests(base: str) -> list[str]:
    """Ask in a process of its own, because it imports what only tests need. Prints the reasons."""
    command = [sys.executable, "-m", "tests.changed", base]
    selection = subprocess.run(
        command, cwd=ROOT, env=environment_of_checks(), stdout=subprocess.PIPE, text=True, check=False
    )
    if selection.returncode:
        raise Unavailable(f"The tests that differ from {base} could not be found.")
    return selection.stdout.split()


def run_beside(checks: Sequence[Check], tests: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run checks and tests at the same time, because tests wait a lot.

    The output of the tests is held back until the checks have been reported.
    """
    colours = ("--color=yes",) if sys.stdout.isatty() else ()
    output: SimpleQueue[bytes] = SimpleQueue()
    with subprocess.Popen(
        [*tests, *colours], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        Thread(target=_listen, args=(process, output), daemon=True).start()
        try:
            failed = failed_checks(checks, politely=True)
            _pass_on(output, process)
        except KeyboardInterrupt:  # the tests are interrupted too, and report it
            _pass_on(output, process)
            raise
    if failed:
        print(f"FAILED, see above the tests: {', '.join(failed)}", flush=True)
    return process.returncode or int(bool(failed))


def _listen(process: subprocess.Popen[bytes], output: SimpleQueue[bytes]) -> None:
    """Queue the output of the tests as it arrives, then an empty piece at the end."""
    while process.stdout and (piece := os.read(process.stdout.fileno(), 65536)):
        output.put(piece)
    output.put(b"")


def _pass_on(output: SimpleQueue[bytes], process: subprocess.Popen[bytes]) -> None:
    """Print the queued output until the tests have ended.

    A server that the tests leave running can hold the pipe open, so the end of the process counts too.
    """
    piece = b"\n"
    while piece:
        try:
            piece = output.get(timeout=1)
        except Empty:
            if process.poll() is not None:
                return
        else:
            sys.stdout.buffer.write(piece)
            sys.stdout.flush()


def install_programs() -> None:
    """Install missing programs on Debian as root; a package that cannot be installed does not stop the next.

    Elsewhere the tests that need them are skipped with a reason.
    """
    missing = [package for package, programs in PROGRAMS.items() if not any(map(find_program, programs))]
    if not missing or os.geteuid() != 0 or not Path("/etc/debian_version").exists():
        return
    print(f"Installing {' and '.join(missing)} for the tests …", flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["install", "--yes", "--no-install-recommends"]
    for command in (["update"], *([*install, package] for package in missing)):
        done = subprocess.run(["apt-get", "-qq", *command], env=environment, capture_output=True, text=True)
        if done.returncode:
            print(f"apt-get {' '.join(command)} failed: {done.stderr.strip()[-300:]}", flush=True)
