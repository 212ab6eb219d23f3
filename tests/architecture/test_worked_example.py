"""The example and the recipes of CONTRIBUTING.md work when they are followed in a copy of the project."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import cache_from_source
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
#: Tests of this project that check that the field is in every required list, and what each recipe adds.
TESTS: Final = (
    "tests/architecture/worked_example.py",
    "tests/architecture/recipes.py",
    "tests/architecture/test_every_page_is_closed.py",
    "tests/architecture/test_fields_are_described_once.py",
    "tests/architecture/test_migrations.py",
    "tests/api/test_schema.py",
    "tests/exchange/test_archive_parts.py",
    "tests/exchange/test_export_lists.py",
    "tests/exchange/test_import_guesses.py",
    "tests/privacy/test_every_field_is_classified.py",
    "tests/reminders/test_registry.py",
)
#: The checks of generated files, which fail between the edits and the commands.
GENERATED: Final = {"migrations", "API document"}
#: Slow, and has nothing to do with a field.
IN_A_BROWSER: Final = "tests/api/test_schema.py::test_the_page_shows_it_under_the_same_policy_as_every_page"
EXAMPLE: Final = "## A new field"
RECIPES: Final = (
    "### A choice of a code list",
    "### A column of an export",
    "### A page",
    "### A reminder",
)
_BLOCK: Final = re.compile(r"^```(diff|sh)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def steps(heading: str) -> Iterator[tuple[str, str]]:
    """Return the blocks below a heading in order: `diff` is an edit, `sh` are commands."""
    page = (ROOT / "CONTRIBUTING.md").read_text()
    section = re.split(r"\n##+ ", page.split(f"{heading}\n", 1)[1], maxsplit=1)[0]
    yield from _BLOCK.findall(section)


def copy_to(folder: Path) -> None:
    """Copy the files known to git as they are on disk, with their bytecode."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in filter(None, listed.decode().split("\0")):
        if (ROOT / name).is_file():
            copy_file(ROOT / name, folder / name)
        if name.endswith(".py") and (compiled := Path(cache_from_source(str(ROOT / name)))).is_file():
            copy_file(compiled, Path(cache_from_source(str(folder / name))))


def copy_file(source: Path, target: Path) -> None:
    """Copy a file with its time, by which Python knows whether bytecode is up to date."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target)


def edited(block: str, read: Path) -> tuple[str, str]:
    """Return the file that an edit names, and its new text.

    The first line names the file, and context lines locate the change. Without context the file is new.
    """
    first, *lines = block.splitlines()
    name = first.removeprefix("+++ ")
    before = "".join(f"{line[1:]}\n" for line in lines if line[:1] in " -")
    after = "".join(f"{line[1:]}\n" for line in lines if line[:1] in " +")
    if not before:
        assert not (read / name).exists(), f"{name} is not new: choose another example in CONTRIBUTING.md."
        return name, after
    text = (read / name).read_text()
    assert text.count(before) == 1, f"{first} does not fit: make the example of CONTRIBUTING.md fit again."
    return name, text.replace(before, after)


def failed_checks(folder: Path, names: set[str]) -> set[str]:
    """Return which of these checks fail in the copy."""
    checks = f"[check for check in checks.CHECKS if check.name in {names}]"
    code = f"from crm.embedded import checks; print('failed', checks.failed_checks({checks}))"
    *_, last = run(folder, sys.executable, "-c", code).splitlines()
    return set(re.findall(r"'(.+?)'", last))


def without_servers(line: str) -> list[str]:
    """Return a command that needs no database without the new database that `dev.py manage` would make."""
    code = "from crm.embedded import checks; import os, sys; os.execve(sys.argv[1], sys.argv[1:], {})"
    environment = "{**checks.environment(), 'HTTPS': '0'}"
    words = shlex.split(line)
    if words[:3] != ["python3", "dev.py", "manage"]:
        return words
    return [sys.executable, "-c", code.format(environment), sys.executable, "manage.py", *words[3:]]


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


@pytest.mark.parametrize("heading", [EXAMPLE, *RECIPES])
def test_each_edit_fits_the_code(heading: str) -> None:
    edits = [block for kind, block in steps(heading) if kind == "diff"]
    assert edits
    for block in edits:
        _name, text = edited(block, ROOT)
        assert text


def test_every_recipe_is_followed() -> None:
    section = (ROOT / "CONTRIBUTING.md").read_text().split("\n## Recipes\n", 1)[1].split("\n## ", 1)[0]
    assert tuple(re.findall(r"^### .*$", section, re.MULTILINE)) == RECIPES


@pytest.mark.thorough
@pytest.mark.long
def test_the_worked_example_and_the_recipes_do_what_they_say(tmp_path: Path) -> None:
    copy_to(tmp_path)
    commands: list[str] = []
    for heading in (EXAMPLE, *RECIPES):
        for kind, block in steps(heading):
            if kind == "sh":
                commands += block.splitlines()
                continue
            name, text = edited(block, tmp_path)
            (tmp_path / name).write_text(text)
    assert failed_checks(tmp_path, GENERATED) == GENERATED
    for line in sorted(dict.fromkeys(commands), key=lambda line: "write_openapi" in line):
        run(tmp_path, *without_servers(line))
    assert failed_checks(tmp_path, {"migrations"}) == set()  # a test of the copy compares the document
    run(tmp_path, "python3", "dev.py", "test", "--fast", "-q", "-n0", "--deselect", IN_A_BROWSER, *TESTS)
