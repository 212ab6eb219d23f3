"""Tests and files that the documents name as evidence exist."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"
CODE = re.compile(r"`([^`\n]+)`")
PLACE = re.compile(r"(?:tests|faults|benchmarks|docs)/[\w./-]*")
TEST = re.compile(r"(?:[\w-]+/)*test_\w+(?:\.py)?")
FUNCTION = re.compile(r"^def (test_\w+)", re.MULTILINE)
DOCUMENTS = sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md"))


def named(text: str) -> Iterator[str]:
    """Return names in code style that look like tests or files of tests, experiments or documents."""
    return (one for one in CODE.findall(text) if PLACE.fullmatch(one) or TEST.fullmatch(one))


@cache
def names_in_tests() -> frozenset[str]:
    """Return the name of every `test_…` function and every file."""
    files = list(TESTS.rglob("*.py"))
    functions = {name for file in files for name in FUNCTION.findall(file.read_text())}
    return frozenset(functions | {file.name for file in files})


def is_there(name: str) -> bool:
    """Whether the path exists from the root or from `tests/` (with or without .py), or the name exists."""
    if (ROOT / name).exists() or (TESTS / name).exists():
        return True
    file = f"{name.removesuffix('.py')}.py"
    return (TESTS / file).exists() or bool({name, file} & names_in_tests())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_test_and_file_that_is_named_is_there(document: Path) -> None:
    assert [name for name in named(document.read_text()) if not is_there(name)] == []


def test_the_lists_of_threats_and_requirements_name_tests() -> None:
    for document in ("docs/threat-model.md", "docs/asvs.md"):
        assert len(set(named((ROOT / document).read_text()))) > 25, document


@pytest.mark.parametrize(
    "name", ["tests/contacts/test_gone.py", "contacts/test_gone", "test_gone.py", "test_gone", "docs/gone.md"]
)
def test_what_is_gone_is_missed(name: str) -> None:
    assert list(named(f"see `{name}`, and `record()`")) == [name]
    assert not is_there(name)


def test_the_index_of_decisions_lists_each_with_its_title() -> None:
    """GitHub shows no generated index, so that the page has the lines itself."""
    folder = ROOT / "docs" / "adr"
    heads = {
        page.name: page.read_text().partition("\n")[0].removeprefix("# ") for page in folder.glob("0*.md")
    }
    lines = [
        f"- {number}. [{title}]({name})"
        for name, (number, _dot, title) in sorted(
            (name, head.partition(". ")) for name, head in heads.items()
        )
    ]
    listed = [line for line in (folder / "index.md").read_text().splitlines() if line.startswith("- ")]
    assert listed == lines, "Add the page to docs/adr/index.md."
