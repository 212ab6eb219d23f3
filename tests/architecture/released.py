"""The migrations of each release with their digests, because released migrations never change.

python -m tests.architecture.released

This command adds the digests of new migrations below the last heading of `migrations.sha256` and changes no
line. For a release, add a heading by hand (`# 0.2.0` above its migrations), because upgrades start from any
release. A migration that nobody has applied yet may be edited: remove its line first.
"""

import hashlib
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
FILE: Final = Path(__file__).with_name("migrations.sha256")
FIRST: Final = "0.1.0"


def digests() -> dict[str, str]:
    """Return the digest of each migration in the code, by path."""
    found = sorted(ROOT.glob("*/migrations/[0-9]*.py"))
    return {str(path.relative_to(ROOT)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def recorded(until: str = "") -> dict[str, str]:
    """Return the recorded digest of each migration, or of those up to a release, by path."""
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
    """Return the migrations as Django names them."""
    return [(Path(path).parts[0], Path(path).stem) for path in paths]


def add_new() -> int:
    """Append the missing lines and return how many."""
    known = recorded()
    lines = [f"{digest}  {path}\n" for path, digest in digests().items() if path not in known]
    with FILE.open("a") as file:
        file.writelines(lines)
    return len(lines)


if __name__ == "__main__":
    sys.stdout.write(f"{add_new()} added to {FILE.name}\n")
