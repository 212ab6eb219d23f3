"""No module imports, directly or indirectly, a module that imports it.

Imports inside functions or for type checking count too, because they only hide a cycle.
"""

import ast
from collections.abc import Mapping, Set
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
ASIDE: Final = {"tests", "migrations", "docs", "examples"}


def modules(root: Path) -> dict[str, Path]:
    """Return the project's modules by name."""
    found = (path.relative_to(root) for path in root.glob("*/**/*.py"))
    ours = [path for path in found if not ASIDE & set(path.parts) and not path.parts[0].startswith(".")]
    return {".".join(path.with_suffix("").parts).removesuffix(".__init__"): root / path for path in ours}


def imported(source: str, known: Set[str]) -> set[str]:
    """Return the known modules that a source file imports, anywhere in the file."""
    named = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inside = {f"{node.module}.{alias.name}" for alias in node.names}
            named |= inside if inside <= known else inside | {node.module}
    return named & known


def circle(sources: Mapping[str, str]) -> list[str]:
    """Return the modules of one cycle, each importing the next; empty if there is none."""
    try:
        TopologicalSorter({name: imported(text, sources.keys()) for name, text in sources.items()}).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return []


def test_no_module_imports_itself_by_way_of_others() -> None:
    sources = {name: path.read_text() for name, path in modules(ROOT).items()}
    assert len(sources) > 500
    assert circle(sources) == []


@pytest.mark.parametrize(
    "back",
    [
        "from a.b import one",
        "import a.b",
        "from a import b",
        "def later():\n    from a.b import one",
        "if TYPE_CHECKING:\n    from a.b import one",
    ],
)
def test_each_way_around_is_found(back: str) -> None:
    sources = {"a": "", "a.b": "from c import d", "c": "", "c.d": "import c.e", "c.e": back}
    assert set(circle(sources)) == {"a.b", "c.d", "c.e"}
    assert circle(sources | {"c.e": "from a import another"}) == []


def test_a_package_that_hands_on_what_its_modules_have_is_no_circle() -> None:
    sources = {"a": "from a.b import one", "a.b": "", "c": "from a import one"}
    assert circle(sources) == []
    assert set(circle(sources | {"a.b": "from a import one"})) == {"a", "a.b"}
