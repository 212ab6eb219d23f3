"""docs/privacy/duties.md names a test for each duty, and each named test exists."""

import ast
import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = ROOT / "docs" / "privacy" / "duties.md"
NAMED: Final = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def missing(text: str) -> list[str]:
    """Tests that the text names and that do not exist."""
    found = []
    for file, test in NAMED.findall(text):
        path = ROOT / file
        names = {
            node.name
            for node in (ast.walk(ast.parse(path.read_text())) if path.exists() else ())
            if isinstance(node, ast.FunctionDef)
        }
        if not path.exists() or (test and test not in names):
            found.append(f"{file}::{test}")
    return found


def rows() -> list[str]:
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    return [line for line in lines if not re.match(r"\| (Rule|Law) \|", line)]


def test_each_named_test_exists() -> None:
    assert missing(PAGE.read_text()) == []


def test_a_test_that_does_not_exist_is_noticed() -> None:
    assert missing("`tests/privacy/test_duties.py::test_of_nothing` `tests/nowhere.py`") == [
        "tests/privacy/test_duties.py::test_of_nothing",
        "tests/nowhere.py::",
    ]


def test_each_duty_names_a_test_or_says_that_it_has_none() -> None:
    assert [one for one in rows() if not NAMED.search(one) and "**–**" not in one] == []
    assert {f"R{number}" for number in range(1, 11)} == {one.split("|")[1].strip() for one in rows()[:10]}


def test_the_skeleton_of_the_dpia_has_each_part_of_article_35() -> None:
    """Purposes, necessity, risks, measures, and who was asked."""
    text = (ROOT / "docs" / "dpia" / "index.md").read_text()
    parts = [one for one in text.split("\n## ") if "(Article 35(7)(" in one]
    assert [part for one in parts for part in re.findall(r"35\(7\)\((.)\)", one)] == list("abcd")
    assert all("*City*" in one for one in parts), "each part has something that only the city knows"
    for law in ("Article 35(9)", "Article 27", "Article 36", "data protection officer"):
        assert law in text, law
