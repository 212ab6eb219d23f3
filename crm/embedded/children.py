"""Processes that must not outlive the one that started them, however that one ended."""

import ctypes
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG = 1
MARK = "PROXIMITY_RUN"
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent() -> None:
    """For `preexec_fn`: the kernel asks this process to stop when its parent is gone (Linux only)."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def mark(folder: Path) -> dict[str, str]:
    """The variable by which `kill_leftovers` recognises a child, and the child's own children."""
    return {MARK: str(folder.resolve())}


def kill_leftovers(folder: Path) -> None:
    """Kill what a killed run on this data folder has left (Linux only: elsewhere nothing tells)."""
    wanted = f"{MARK}={folder.resolve()}".encode()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if wanted in (process / "environ").read_bytes().split(b"\0") and int(process.name) != os.getpid():
                os.kill(int(process.name), signal.SIGKILL)
        except (OSError, ProcessLookupError):
            continue  # Gone meanwhile, or somebody else's.


def descendants(pid: int) -> list[int]:
    """All processes below `pid` (Linux; elsewhere none is found, and they end with their parent)."""
    found: list[int] = []
    for listed in Path("/proc").glob(f"{pid}/task/*/children"):
        with suppress(OSError):
            for one in map(int, listed.read_text().split()):
                found += [*descendants(one), one]
    return found


def is_stopped(pid: int) -> bool:
    """Whether a signal holds it (SIGSTOP), so that it runs no more until another lets it (Linux)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return False
    return state == "T"
