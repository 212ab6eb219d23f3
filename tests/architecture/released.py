"""Which migrations each release has, and what was in them: they never change again.

    python -m tests.architecture.released

adds the digests of new ones below the last heading of `migrations.sha256`; it changes no line. With a release
a heading is added by hand (`# 0.2.0` above what it brings): upgrades start from any of them.
One that nobody has applied yet may still be edited: take its line out first.
"""

import hashlib
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
FILE: Final = Path(__file__).with_name("migrations.sha256")
FIRST: Final = "0.1.0"


def digests() -> dict[str, str]:
    """Of each migration in the code, by its path."""
    found = sorted(ROOT.glob("*/migrations/[0-9]*.py"))
    return {str(path.relative_to(ROOT)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def recorded(until: str = "") -> dict[str, str]:
    """Of each migration that was released, or of those up to a release, by its path."""
    found, heading = {}, ""
    for line in FILE.read_text().splitlines():
        if line.startswith("#"):
            if until and heading == until:
                break
            heading = line.strip("# ")
        elif line:
            digest, path = line.split()
            found[path] = digest
    return found


def names(paths: dict[str, str]) -> list[tuple[str, str]]:
    """Migrations as Django names them."""
    return [(Path(path).parts[0], Path(path).stem) for path in paths]


def add_new() -> int:
    """Append what is not there yet; answers how many lines."""
    known = recorded()
    lines = [f"{digest}  {path}\n" for path, digest in digests().items() if path not in known]
    with FILE.open("a") as file:
        file.writelines(lines)
    return len(lines)


if __name__ == "__main__":
    sys.stdout.write(f"{add_new()} added to {FILE.name}\n")
