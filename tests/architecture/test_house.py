"""Names, docstrings and imports that hide what they mean become fewer in every room, and never more."""

import subprocess
from pathlib import Path
from typing import Final

import pytest

from tests.architecture import house

#: A file whose every line but the first and last counts.
EXAMPLE: Final = '''\
"""Return nothing."""
class Said:
    """What a row says."""
    def _found(self, given: int) -> int:
        one = given
        from meetings.rules import schedule
        import json
        return one
'''


def test_no_count_rises_and_a_lower_count_is_written_down() -> None:
    files = house.sources()
    found = list(house.places(files))
    changes = list(house.differences(house.recorded(), house.count(files, found)))
    rises = [change for change in changes if change[-1] > change[-2]]
    if rises:
        added = house.added_lines()
        pytest.fail("\n".join(_explained(found, added, *rise) for rise in rises), pytrace=False)
    assert changes == [], "Write the lower counts: python -m tests.architecture.house"


def _explained(
    found: list[house.Place], added: dict[str, set[int]], room: str, kind: str, was: int, now: int
) -> str:
    """Return the message for one count that rose, with the lines that can have raised it."""
    in_question = [place for place in found if (place.room, place.kind) == (room, kind)]
    lines = house.newest(in_question, added)
    return "\n  ".join([f"{room}: {kind} rose from {was} to {now}.", *lines[:30]])


def test_every_kind_is_found_with_its_line() -> None:
    found = house.places({"meetings/said.py": EXAMPLE})
    assert sorted((place.line, place.kind, place.text) for place in found) == [
        (3, "pronoun_docstrings", "What a row says."),
        (4, "vague_functions", "_found()"),
        (4, "vague_parameters", "_found(given)"),
        (5, "vague_variables", "one"),
        (6, "inner_imports", "from meetings.rules import schedule"),
    ]


def test_names_with_a_noun_and_imports_of_libraries_do_not_count() -> None:
    plain = """def find_row_of(rows: list[int]) -> None:
    import json
    known_rows = rows
"""
    assert list(house.places({"meetings/rows.py": plain})) == []


def test_a_module_name_counts_once_and_alone_if_no_other_room_has_it() -> None:
    files = dict.fromkeys(
        ["meetings/rules/a.py", "contacts/rules/phones.py", "contacts/towns.py", "pages/told.py"], ""
    )
    assert house.count(files, []) == {"all_rooms": {"module_names": 2, "module_names_in_one_room": 1}}


def test_the_command_lowers_counts_and_raises_none() -> None:
    before = {"contacts": {"vague_variables": 5, "inner_imports": 1}, "jobs": {"vague_variables": 1}}
    after = {"contacts": {"vague_variables": 3, "vague_functions": 2}, "jobs": {"vague_variables": 4}}
    assert house.lowered(before, after) == {
        "contacts": {"vague_variables": 3},
        "jobs": {"vague_variables": 1},
    }
    rises = [(room, kind) for room, kind, was, now in house.differences(before, after) if now > was]
    assert rises == [("contacts", "vague_functions"), ("jobs", "vague_variables")]


def test_only_lines_that_are_newer_than_the_counts_are_named(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        author = ("-c", "user.name=A", "-c", "user.email=a@example.org")
        subprocess.run(["git", *author, *arguments], cwd=tmp_path, check=True, capture_output=True)

    row = tmp_path / "meetings" / "row.py"
    row.parent.mkdir()
    row.write_text("one = 1\n")
    (tmp_path / "house.toml").touch()
    git("init")
    git("add", ".")
    git("commit", "--message", "counts")
    row.write_text("one = 1\nrows = 2\nfound = 3\n")
    git("commit", "--all", "--message", "later")
    (tmp_path / "meetings" / "new.py").write_text("told = 4\n")
    files = house.sources(tmp_path)
    assert house.newest(house.places(files), house.added_lines(tmp_path)) == [
        "meetings/new.py:1: told",
        "meetings/row.py:3: found",
    ]
    assert len(house.newest(house.places(files), {})) == 3
