"""Programs of package registries for single tests, installed once in the test data folder.

They are larger than all other dependencies together, so each set has its own folder with lock files.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.plugins.services import FOLDER

LOCKS = ("requirements.lock", "package.json", "package-lock.json")


class NotInstalled(Exception):
    """The package registries could not be reached, or have no package for this machine."""


def run(*command: str | Path, folder: Path, **environment: str) -> None:
    """Run a program. Raises an error that contains all its output."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{Path(command[0]).name}: {done.stdout[-4000:]}")


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Lock `folder`, so that only one process creates its content."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def installed(locked_in: Path) -> Path:
    """Return a folder with what the lock files in a folder name, in `bin` and `node_modules`.

    Raises NotInstalled.
    """
    locks = [locked_in / name for name in LOCKS]
    said = b"".join(path.read_bytes() for path in locks) + sys.version.encode()
    top = FOLDER / locked_in.name
    folder = top / hashlib.sha256(said).hexdigest()[:12]
    with alone(top):
        stamp = folder / "installed"
        if stamp.exists():
            return folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        try:
            run(sys.executable, "-m", "venv", folder, folder=folder)
            pip = (folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--require-hashes", "-r")
            run(*pip, locks[0], folder=folder)
            for path in locks[1:]:
                shutil.copy(path, folder)
            programs = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
            run(folder / "bin" / "npm", "ci", "--ignore-scripts", "--no-audit", folder=folder, PATH=programs)
        except (OSError, RuntimeError) as error:
            raise NotInstalled(str(error)) from error
        stamp.touch()
    return folder
