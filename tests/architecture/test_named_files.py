"""Tests, files and code that the documents name exist."""

import re
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.architecture.page_templates import page_templates

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"
FOLDERS = (ROOT, TESTS, ROOT / "pages" / "templates")
CODE = re.compile(r"`([^`\n]+)`")
ROOMS = "|".join(file.parent.name for file in ROOT.glob("*/__init__.py"))
PLACE = re.compile(rf"(?:{ROOMS}|deploy|docs)/[\w./-]*")
DOTTED = re.compile(rf"(?:{ROOMS})(?:\.\w+)+")
#: Files and hosts that look like a dotted name: `contacts.jsonl` is a file of an archive.
ENDINGS = (".jsonl", ".py", ".example")
TEST = re.compile(r"(?:[\w-]+/)*test_\w+(?:\.py)?")
FUNCTION = re.compile(r"^def (test_\w+)", re.MULTILINE)
DOCUMENTS = sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md"))


def named(text: str) -> Iterator[str]:
    """Return names in code style that look like tests or files of this project."""
    return (one for one in CODE.findall(text) if PLACE.fullmatch(one) or TEST.fullmatch(one))


@cache
def names_in_tests() -> frozenset[str]:
    """Return the name of every `test_…` function and every file."""
    files = list(TESTS.rglob("*.py"))
    functions = {name for file in files for name in FUNCTION.findall(file.read_text())}
    return frozenset(functions | {file.name for file in files})


def is_there(name: str) -> bool:
    """Whether the path exists in FOLDERS (with or without .py), is a template, or is in the tests."""
    file = f"{name.removesuffix('.py')}.py"
    if name in page_templates():
        return True
    if any((folder / path).exists() for folder in FOLDERS for path in (name, file)):
        return True
    return bool({name, file} & names_in_tests())


def is_code(dotted: str) -> bool:
    """Whether a dotted name is a module, or a name that a module defines."""
    place, names = ROOT, dotted.split(".")
    while names and (place / names[0]).is_dir():
        place /= names.pop(0)
    if names and (place / f"{names[0]}.py").is_file():
        place /= f"{names.pop(0)}.py"
    files = [place] if place.is_file() else place.rglob("*.py")
    text = "\n".join(file.read_text() for file in files)
    return all(re.search(rf"^\s*((async )?def |class |){name}\b", text, re.MULTILINE) for name in names)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_test_and_file_that_is_named_is_there(document: Path) -> None:
    assert [name for name in named(document.read_text()) if not is_there(name)] == []


def test_every_page_that_code_names_is_there() -> None:
    named_pages = {
        (str(path.relative_to(ROOT)), page)
        for path in sorted(ROOT.rglob("*.py"))
        if not path.relative_to(ROOT).parts[0].startswith(".")
        for page in re.findall(r"\bdocs/[\w/-]+\.md|(?:domain|security|api)\.md", path.read_text())
    }
    assert len(named_pages) > 20
    assert sorted(place for place in named_pages if not (ROOT / place[1]).exists()) == []


def test_all_code_that_is_named_is_there() -> None:
    dotted = {
        (str(document.relative_to(ROOT)), name)
        for document in DOCUMENTS
        for name in CODE.findall(document.read_text())
        if DOTTED.fullmatch(name) and not name.endswith(ENDINGS)
    }
    assert len(dotted) > 20
    assert sorted(place for place in dotted if not is_code(place[1])) == []


@pytest.mark.parametrize("name", ["meetings.gone", "lib.leases.gone", "meetings.services.gone.gone"])
def test_code_that_is_gone_is_missed(name: str) -> None:
    assert DOTTED.fullmatch(name)
    assert not is_code(name)
    assert is_code("lib.leases.claim")


def test_the_lists_of_threats_and_requirements_name_tests() -> None:
    for document in ("docs/threat-model.md", "docs/asvs.md"):
        assert len(set(named((ROOT / document).read_text()))) > 25, document


@pytest.mark.parametrize(
    "name", ["tests/contacts/test_gone.py", "contacts/test_gone", "test_gone.py", "test_gone", "lib/gone.py"]
)
def test_what_is_gone_is_missed(name: str) -> None:
    assert list(named(f"see `{name}`, and `record()`")) == [name]
    assert not is_there(name)


def test_the_index_of_decisions_lists_each_once_with_its_title_below_an_area() -> None:
    """GitHub shows no generated index, so that the page has the lines itself."""
    folder = ROOT / "docs" / "adr"
    lines = []
    for page in sorted(folder.glob("0*.md")):
        number, _dot, title = page.read_text().partition("\n")[0].removeprefix("# ").partition(". ")
        lines.append(f"- {number}. [{title}]({page.name})")
    _before, *areas = (folder / "README.md").read_text().split("\n## ")
    listed = [[line for line in area.splitlines() if line.startswith("- ")] for area in areas]
    assert sorted(line for area in listed for line in area) == sorted(lines), (
        "Add the page to docs/adr/README.md."
    )
    assert listed == [sorted(area, key=lambda line: int(line.split(".")[0][2:])) for area in listed]
    assert all(listed)


def test_every_decision_that_is_named_stands() -> None:
    """Code and pages name a decision by its number, which may have been folded into another since."""
    numbers = {page.name[:4] for page in (ROOT / "docs" / "adr").glob("0*.md")}
    command = ("git", "grep", "-I", "-o", "-n", "-E", r"\bADR [0-9]+|adr/[0-9]{4}")
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    assert len(found) > 100
    gone = [line for line in found if re.split(r"[ /]", line)[-1].zfill(4) not in numbers]
    assert gone == [], "Name the page that says it now."


def test_the_changelog_begins_with_the_version_of_the_project() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    newest = re.search(r"^## (\S+) \(\d+ \w+ \d{4}\)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest and newest[1] == version
