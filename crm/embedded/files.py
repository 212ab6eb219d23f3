"""Folders, locks and sockets shared by several processes on one machine."""

import fcntl
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

NOBODY = 65534
MARK = ".proximity-data"  # marks every data folder created by this program
# File names left by older versions, and by tests, benchmarks and fault experiments.
OLDER_MARKS = ({"secret-key", "audit-key.pem"}, {"secret-key", "services.lock"})
PARTS = ("test", "faults", "bench-")


class Unavailable(Exception):
    """This machine lacks or denies something. The message is one line for a person."""


def private_folder(path: Path) -> Path:
    """Create `path` readable by its owner only, and reject a folder that another user prepared."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = path.lstat()
    # If needed, root gives the sockets' folder to "nobody" (launcher.py).
    owners = {0, NOBODY} if os.geteuid() == 0 else {os.geteuid()}
    if not stat.S_ISDIR(status.st_mode) or status.st_uid not in owners:
        raise Unavailable(f"{path} is owned by another user.")
    if status.st_mode & 0o077:
        path.chmod(0o700)
    return path


def own_folder(path: Path) -> Path:
    """Return `path` as a private folder: new, empty, or created here earlier. Reject any other folder."""
    try:
        names = {entry.name for entry in path.iterdir()} if path.exists() else set()
        if names and not _is_made_here(names):
            raise Unavailable(
                f"{path} holds other files: choose a folder that is empty or does not exist yet."
            )
        private_folder(path)
        (path / MARK).touch(mode=0o600)
    except OSError as problem:
        raise Unavailable(
            f"{path} cannot hold the data ({problem.strerror}): choose another folder."
        ) from None
    return path


def _is_made_here(names: set[str]) -> bool:
    older = any(marks <= names for marks in OLDER_MARKS)
    return MARK in names or older or all(name.startswith(PARTS) for name in names)


def socket_folder(folder: Path) -> Path:
    """Return a short folder path for sockets, because a socket path has at most 107 characters."""
    digest = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]
    return private_folder(Path(f"/tmp/proximity-{os.geteuid()}-{digest}"))  # noqa: S108 (0700, checked)


def open_lock(path: Path) -> IO[str]:
    """Open a lock file that child processes do not inherit."""
    return path.open("a+", encoding="utf-8")


def try_lock(file: IO[str]) -> bool:
    """Acquire the exclusive lock and return True, or return False if another process holds it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Wait for the lock and hold it inside the block."""
    with open_lock(path) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
