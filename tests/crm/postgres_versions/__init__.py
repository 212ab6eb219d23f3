"""Servers of the PostgreSQL versions that are supported beside the embedded one (`crm.embedded.binaries`)."""

import json
import os
import platform
import sys
from pathlib import Path
from typing import Final

from tests.tools import alone, installed

HERE: Final = Path(__file__).parent
VERSIONS: Final = (15, 16, 17)
_MACHINES: Final = {"x86_64": "x64", "aarch64": "arm64"}


def programs_of(version: int) -> Path:
    """Return the folder with `initdb` and `postgres`, installed once. Raises NotInstalled."""
    machine = _MACHINES.get(platform.machine(), platform.machine())
    package = installed(HERE) / "node_modules" / f"postgres-{version}-{sys.platform}-{machine}"
    with alone(package):
        for link in json.loads((package / "native" / "pg-symlinks.json").read_text()):
            source, target = package / link["source"], package / link["target"]
            if not target.exists():  # packages of npm hold no links
                target.symlink_to(os.path.relpath(source, target.parent))
        for program in (package / "native" / "bin").iterdir():
            program.chmod(0o755)
    return package / "native" / "bin"
