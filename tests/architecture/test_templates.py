"""Templates are readable line by line in a review (docs/adr/0026)."""

from collections.abc import Iterator

import pytest

from crm.embedded.environment import ROOT

COLUMNS = 120


def long_lines(text: str) -> Iterator[tuple[int, int]]:
    """Return number and length of each line that is too long."""
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > COLUMNS:
            yield number, len(line)


def test_no_line_of_a_template_is_too_long() -> None:
    paths = [
        path
        for pattern in ("*/templates/**/*", "pages/*/templates/*")
        for path in ROOT.glob(pattern)
        if path.suffix in (".html", ".txt")
    ]
    found = [
        f"{path.relative_to(ROOT)}:{number}: {length} columns"
        for path in sorted(paths)
        for number, length in long_lines(path.read_text())
    ]
    assert len(paths) > 200
    assert found == []


@pytest.mark.parametrize(
    ("text", "found"),
    [("x" * 120, []), ("é" * 120, []), (f"a\n{'x' * 121}\n", [(2, 121)]), ("x" * 300, [(1, 300)])],
)
def test_a_long_line_is_found(text: str, found: list[tuple[int, int]]) -> None:
    assert list(long_lines(text)) == found
