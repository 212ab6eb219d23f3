"""Child processes that must end when the process that started them ends, however it ends."""

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
    """Ask the kernel to stop this process when its parent ends (Linux only). For use as `preexec_fn`."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def mark(folder: Path) -> dict[str, str]:
    """Return the variable by which `kill_leftovers` recognises child processes and their descendants."""
    return {MARK: str(folder.resolve())}


def kill_leftovers(folder: Path) -> None:
    """Kill processes left by a killed run on this data folder (Linux only)."""
    mark = f"{MARK}={folder.resolve()}".encode()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes().split(b"\0") and int(process.name) != os.getpid():
                os.kill(int(process.name), signal.SIGKILL)
        except (OSError, ProcessLookupError):
            continue  # Ended meanwhile, or owned by another user.


def descendants(pid: int) -> list[int]:
    """Return all processes below `pid` (Linux). Elsewhere return none, because they end with their parent."""
    process_ids: list[int] = []
    for listed in Path("/proc").glob(f"{pid}/task/*/children"):
        with suppress(OSError):
            for child_id in map(int, listed.read_text().split()):
                process_ids += [*descendants(child_id), child_id]
    return process_ids


def is_stopped(pid: int) -> bool:
    """Whether the process is stopped by a signal (SIGSTOP) (Linux)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return False
    return state == "T"
