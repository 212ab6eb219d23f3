"""Entry point of `dev.py` commands: `python -m crm.embedded COMMAND …`."""

import io
import subprocess
import sys
from collections.abc import Callable

import psycopg

from .checks import failed_checks
from .docs import docs
from .environment import ROOT
from .files import Unavailable
from .manage import manage
from .run import run
from .testing import test


def above(package: str) -> Callable[[list[str]], int]:
    """Return a command that runs a top-level package of its own, which nothing imports."""
    return lambda arguments: subprocess.run([sys.executable, "-m", package, *arguments], cwd=ROOT).returncode


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "run": run,
    "test": test,
    "manage": manage,
    "bench": above("benchmarks"),
    "faults": above("faults"),
    "check": lambda arguments: 1 if failed_checks() else 0,
    "docs": docs,
}


def main() -> int:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that cannot print “…” must not end the command
    name, arguments = sys.argv[1], sys.argv[2:]
    if name not in COMMANDS:
        print(f"dev.py: no command {name!r}; there are {', '.join(COMMANDS)}. See --help.", file=sys.stderr)
        return 2
    try:
        return COMMANDS[name](arguments)
    except Unavailable as problem:
        print(problem, file=sys.stderr)
        return 1
    except (OSError, psycopg.Error) as problem:  # a full disk, or a folder that is not writable
        reason = str(problem).partition("\n")[0]
        print(
            f"dev.py {name} cannot go on: {reason}. Free some space, or choose another folder with CRM_DATA.",
            file=sys.stderr,
        )
        return 1


if __name__ == "__main__":
    sys.exit(main())
