"""The examples in docstrings give the documented results."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHOWN = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in ROOT.glob("*/**/*.py")
    if not path.relative_to(ROOT).parts[0].startswith((".", "tests")) and ">>> " in path.read_text()
)


@pytest.mark.parametrize("name", SHOWN)
def test_an_example_answers_what_it_says(name: str) -> None:
    told = doctest.testmod(import_module(name))
    assert (told.failed, told.attempted > 0) == (0, True)


def test_there_are_examples() -> None:
    assert len(SHOWN) > 10
