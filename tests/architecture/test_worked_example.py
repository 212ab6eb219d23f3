"""The worked example of CONTRIBUTING.md works when it is followed literally in a copy of the project."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
#: Tests of this project that check that the field is in every required list.
TESTS: Final = (
    "tests/architecture/worked_example.py",
    "tests/architecture/test_fields_are_described_once.py",
    "tests/architecture/test_migrations.py",
    "tests/api/test_schema.py",
    "tests/exchange/test_archive_parts.py",
    "tests/privacy/test_every_field_is_classified.py",
)
#: The checks that fail between the edits and the commands.
GENERATED: Final = {"migrations", "API document"}
#: Slow, and has nothing to do with a field.
IN_A_BROWSER: Final = "tests/api/test_schema.py::test_the_page_shows_it_under_the_same_policy_as_every_page"
_BLOCK: Final = re.compile(r"^```(diff|sh)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def steps() -> Iterator[tuple[str, str]]:
    """Return the blocks of the example in order: `diff` is an edit, `sh` are commands."""
    page = (ROOT / "CONTRIBUTING.md").read_text()
    example = page.split("## A new field", 1)[1].split("\n## ", 1)[0]
    yield from _BLOCK.findall(example)


def copy_to(folder: Path) -> None:
    """Copy the files known to git as they are on disk."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in filter(None, listed.decode().split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes((ROOT / name).read_bytes())


def edit(folder: Path, block: str) -> None:
    """Apply an edit: its first line names the file, and context lines locate the change."""
    first, *lines = block.splitlines()
    path = folder / first.removeprefix("+++ ")
    before = "".join(f"{line[1:]}\n" for line in lines if line[:1] in " -")
    after = "".join(f"{line[1:]}\n" for line in lines if line[:1] in " +")
    text = path.read_text()
    assert text.count(before) == 1, f"{first} does not fit: make the example of CONTRIBUTING.md fit again."
    path.write_text(text.replace(before, after))


def failed_checks(folder: Path) -> set[str]:
    """Return which of the checks of generated files fail in the copy."""
    checks = f"[check for check in checks.CHECKS if check.name in {GENERATED}]"
    code = f"from crm.embedded import checks; print('failed', checks.failed_checks({checks}))"
    *_, last = run(folder, sys.executable, "-c", code).splitlines()
    return set(re.findall(r"'(.+?)'", last))


def run(folder: Path, *command: str) -> str:
    """Run a command in the copy and return its output."""
    settings = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTEST", "COV", "DJANGO", "DATABASE", "TEST"))
    }
    settings |= {"CRM_VENV": sys.prefix, "CRM_DATA": str(folder / ".data"), "PYTHONPATH": str(folder)}
    done = subprocess.run(command, cwd=folder, env=settings, capture_output=True, text=True)
    assert done.returncode == 0, f"{shlex.join(command)}\n{done.stdout[-6000:]}\n{done.stderr[-3000:]}"
    return done.stdout


@pytest.mark.thorough
@pytest.mark.long
def test_the_worked_example_puts_a_field_wherever_it_is_named(tmp_path: Path) -> None:
    copy_to(tmp_path)
    kinds = []
    for kind, block in steps():
        kinds.append(kind)
        if kind == "diff":
            edit(tmp_path, block)
            continue
        assert failed_checks(tmp_path) == GENERATED
        for line in block.splitlines():
            run(tmp_path, *shlex.split(line))
    assert (kinds.count("diff"), kinds.count("sh")) == (10, 1)
    assert failed_checks(tmp_path) == set()
    run(tmp_path, "python3", "dev.py", "test", "--fast", "-q", "-n0", "--deselect", IN_A_BROWSER, *TESTS)
