"""Where statements see the rows of every district: `row_contexts.txt` has each place and its reason.

python -m tests.architecture.test_row_contexts writes the file. Read its difference: whatever such a function
reads, the database no longer refuses (docs/adr/0046).
"""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
FILE: Final = Path(__file__).with_name("row_contexts.txt")
OPENING: Final = {"opened", "act_as", "act_as_system"}


def opened_in(tree: ast.AST, within: str = "module") -> Iterator[tuple[str, str]]:
    """Yield the function and the reason of each call or decorator that changes what statements see."""
    for node in ast.iter_child_nodes(tree):
        is_function = isinstance(node, ast.FunctionDef)
        inside = node.name if isinstance(node, ast.FunctionDef) else within
        decorators = node.decorator_list if isinstance(node, ast.FunctionDef) else []
        if "writes" in map(ast.unparse, decorators):
            yield inside, "writer"
        if isinstance(node, ast.Call) and not is_function:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            why = [one.attr.lower() for one in node.args if ast.unparse(one).startswith("Opened.")]  # type: ignore[attr-defined]  # an attribute
            if name in OPENING - {"opened"} or (name == "opened" and why):
                yield inside, why[0] if why else name
        yield from opened_in(node, inside)


def places() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True)
    found = []
    for path in listed.stdout.split():
        if not path.startswith(("tests/", "lib/row_context")) and (source := (ROOT / path).read_text()):
            found += [f"{path} {inside} {why}" for inside, why in opened_in(ast.parse(source))]
    return sorted(found)


def test_each_place_that_sees_every_district_is_listed() -> None:
    assert places() == FILE.read_text().splitlines()


if __name__ == "__main__":
    FILE.write_text("\n".join(places()) + "\n")
