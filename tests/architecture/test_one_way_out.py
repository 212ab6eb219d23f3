"""Rows leave through `disclosure`: no other app records a read, and a view discloses each type once."""

import ast
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
READS: Final = {"VIEW", "LIST", "SEARCH", "EXPORT", "REVEAL", "INQUIRE"}
#: Code that records a read without `disclose`, and why.
OTHERS: Final = {
    "contacts/services/private_channels.py": "below disclosure; it asks for a reason of its own each time",
    "jobs/services/jobs.py": "below disclosure; the rows of a file are disclosed before it can be fetched",
}
WRITERS: Final = {"record", "record_changes"}
#: Changes that are recorded as exports: the file is made and signed there, and read elsewhere.
NO_READS: Final = {"plans/services/comparison.py", "practices/services/sent_files.py"}


def modules(word: str) -> Iterator[tuple[str, ast.Module]]:
    """Yield the modules of the system that contain a word."""
    names = subprocess.check_output(
        ["git", "ls-files", "-co", "--exclude-standard", "*.py"], cwd=ROOT, text=True
    )
    for name in names.split():
        if name.startswith(("tests/", "benchmarks/", "docs/")) or "/migrations/" in name:
            continue
        if word in (text := (ROOT / name).read_text()):
            yield name, ast.parse(text)


def calls(tree: ast.AST, names: set[str]) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            yield node


def test_only_disclosure_writes_the_event_of_a_read() -> None:
    found = set()
    for name, tree in modules("record"):  # not "Action.": a module can import the class by another name
        for call in calls(tree, WRITERS):
            given = [*call.args, *(keyword.value for keyword in call.keywords)]
            if any(isinstance(one, ast.Attribute) and one.attr in READS for one in given):
                found.add(name)
    assert found == OTHERS.keys() | NO_READS


def test_a_view_discloses_each_type_of_object_once() -> None:
    """Branches of one function that exclude each other are functions of their own."""
    seen, twice = 0, []
    for name, tree in modules("disclose("):
        for function in ast.walk(tree):
            if not isinstance(function, ast.FunctionDef):
                continue
            types = Counter(ast.unparse(call.args[1]) for call in calls(function, {"disclose"}))
            seen += types.total()
            twice += [f"{name}:{function.name} {noun}" for noun, n in types.items() if n > 1]
    assert seen > 120
    assert twice == []
