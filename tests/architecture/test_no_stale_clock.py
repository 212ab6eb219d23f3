"""No test reads the clock before it runs: a run that goes past midnight would compare with yesterday."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

TESTS: Final = Path(__file__).parents[1]
CLOCK: Final = ("city_today()", "timezone.now()", "timezone.localdate()", "date.today()", "datetime.now(")


def read_at_import(node: ast.AST) -> Iterator[int]:
    """Yield the line of each call that reads the clock while the module is imported."""
    if isinstance(node, ast.Call) and ast.unparse(node).startswith(CLOCK):
        yield node.lineno
    if isinstance(node, ast.Lambda):
        return
    is_function = isinstance(node, ast.FunctionDef)
    children = [*node.decorator_list, node.args] if is_function else ast.iter_child_nodes(node)  # type: ignore[attr-defined]  # a function has both; mypy sees any node
    for child in children:
        yield from read_at_import(child)


def test_no_test_reads_the_clock_while_it_is_imported() -> None:
    found = [
        f"{path.relative_to(TESTS)}:{line}"
        for path in sorted(TESTS.rglob("*.py"))
        if any(word in (text := path.read_text()) for word in CLOCK)
        for line in read_at_import(ast.parse(text))
    ]
    assert found == []


def test_decorators_defaults_and_constants_are_read_at_import_and_bodies_are_not() -> None:
    late = "def f():\n    return city_today()\nX = lambda: timezone.now()"
    early = "A = timezone.now()\n@mark([city_today()])\ndef f(day=city_today()):\n    pass"
    assert list(read_at_import(ast.parse(late))) == []
    assert sorted(read_at_import(ast.parse(early))) == [1, 2, 3]
