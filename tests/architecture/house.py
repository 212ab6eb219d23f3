"""Counts of names, docstrings and imports that hide what they mean, by room. A count may only fall.

python -m tests.architecture.house

This command writes lower counts to `house.toml`. It never writes a higher count. If code moves to another
room, change the two numbers by hand, so that a reviewer sees them.
"""

import ast
import re
import subprocess
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
FILE: Final = Path(__file__).with_name("house.toml")
#: Folders that are no room of the system.
ASIDE: Final = {"tests", "docs", "benchmarks", "faults", "deploy", "clients"}
#: Rooms whose modules are named after the nouns of other rooms.
ABOUT_OTHERS: Final = {"lib", "crm", "pages", "api"}
#: The key of the counts that belong to no single room.
ALL_ROOMS: Final = "all_rooms"
#: Words of grammar. A name says what it is with a noun, or with a verb and a noun.
GRAMMAR: Final = """
one said told there given asked found known made wanted taken named what other others whole more kept seen
shown ours theirs own many most rest such first last now was then here usual plain both odd left gone sent of
by about where who why how which
"""
VAGUE_WORDS: Final = frozenset(GRAMMAR.split())
PRONOUN: Final = re.compile(
    r"^(What|Who|Whom|Whose|Whoever|Whatever|Those|One|As|It|They|Its|Where|Which|Of|Nothing|How|That|Told"
    r"|Asked|Drawn|Something|Somebody|Nobody|None)\b"
)
#: A diff that no personal setting of git changes.
DIFF: Final = "git diff --no-ext-diff --no-color --unified=0 --src-prefix=a/ --dst-prefix=b/"
#: Counts by room, then by kind.
Counts = dict[str, dict[str, int]]


@dataclass(frozen=True)
class Place:
    """A line that is counted, and its text."""

    kind: str
    file: str
    line: int
    text: str

    @property
    def room(self) -> str:
        return self.file.partition("/")[0]

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


def sources(root: Path = ROOT) -> dict[str, str]:
    """Return the Python files of the rooms by path, with new files and without migrations."""
    command = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "*/*.py")
    names = _output(root, *command).split("\0")
    return {
        name: (root / name).read_text()
        for name in sorted(filter(None, names))
        if name.partition("/")[0] not in ASIDE and "/migrations/" not in name and (root / name).is_file()
    }


def places(files: Mapping[str, str]) -> Iterator[Place]:
    """Return every place that counts."""
    rooms = {file.partition("/")[0] for file in files}
    for file, text in files.items():
        tree = ast.parse(text)
        for node in ast.walk(tree):
            for kind, line, name in _found_in(node, rooms):
                yield Place(kind, file, line, name)


def count(files: Mapping[str, str], found: Iterable[Place]) -> Counts:
    """Return the counts of each room, and those of all rooms together."""
    by_room: dict[str, Counter[str]] = defaultdict(Counter)
    for place in found:
        by_room[place.room][place.kind] += 1
    rooms_of_module: dict[str, set[str]] = defaultdict(set)
    for file in files:
        room, name, *_ = PurePath(file).parts
        if room not in ABOUT_OTHERS:
            rooms_of_module[name.removesuffix(".py")].add(room)
    of_one_room = [name for name, rooms in rooms_of_module.items() if len(rooms) == 1]
    together = {"module_names": len(rooms_of_module), "module_names_in_one_room": len(of_one_room)}
    return {ALL_ROOMS: together} | {
        room: dict(sorted(kinds.items())) for room, kinds in sorted(by_room.items())
    }


def recorded() -> Counts:
    """Return the counts in `house.toml`."""
    return tomllib.loads(FILE.read_text())


def differences(before: Counts, after: Counts) -> Iterator[tuple[str, str, int, int]]:
    """Return room, kind, recorded and present count of each count that differs."""
    for room in sorted(before.keys() | after.keys()):
        was, now = before.get(room, {}), after.get(room, {})
        for kind in sorted(was.keys() | now.keys()):
            if was.get(kind, 0) != now.get(kind, 0):
                yield room, kind, was.get(kind, 0), now.get(kind, 0)


def lowered(before: Counts, after: Counts) -> Counts:
    """Return the recorded counts, with each lower count in the place of the recorded one."""
    limits = {
        room: {kind: min(limit, after.get(room, {}).get(kind, 0)) for kind, limit in kinds.items()}
        for room, kinds in before.items()
    }
    kept = {room: {kind: limit for kind, limit in kinds.items() if limit} for room, kinds in limits.items()}
    return {room: kinds for room, kinds in kept.items() if kinds}


def added_lines(root: Path = ROOT) -> dict[str, set[int]]:
    """Return the lines of each file that are newer than the last commit of `house.toml`."""
    written = _output(root, "git", "log", "-1", "--format=%H", "--", f"*{FILE.name}").strip()
    lines: dict[str, set[int]] = defaultdict(set)
    file = ""
    for line in _output(root, *DIFF.split(), written or "HEAD", "--", "*.py").splitlines():
        if line.startswith("+++ "):
            file = line.removeprefix("+++ b/")
        elif hunk := re.match(r"@@ -\S+ \+(\d+)(?:,(\d+))? @@", line):
            first, length = int(hunk[1]), int(hunk[2] or 1)
            lines[file].update(range(first, first + length))
    for file in _output(root, "git", "ls-files", "--others", "--exclude-standard", "*.py").splitlines():
        lines[file] = set(range(1, (root / file).read_text().count("\n") + 2))
    return lines


def newest(found: Iterable[Place], lines: Mapping[str, set[int]]) -> list[str]:
    """Return the places in added lines; all of them if no added line is known, as in a shallow clone."""
    known = list(found)
    added = [place for place in known if place.line in lines.get(place.file, ())]
    return [str(place) for place in added or known]


def as_toml(counts: Counts) -> str:
    head = (
        "# Names, docstrings and imports that hide what they mean, by room. A count may only fall.\n"
        "# `python -m tests.architecture.house` writes lower counts; that file says what is counted.\n"
    )
    tables = (
        f"\n[{room}]\n" + "".join(f"{kind} = {number}\n" for kind, number in kinds.items())
        for room, kinds in counts.items()
    )
    return head + "".join(tables)


def _found_in(node: ast.AST, rooms: set[str]) -> Iterator[tuple[str, int, str]]:
    """Return kind, line and text of what counts in one node of a syntax tree."""
    if isinstance(node, ast.Name):
        if isinstance(node.ctx, ast.Store) and node.id in VAGUE_WORDS:
            yield "vague_variables", node.lineno, node.id
        return
    if isinstance(node, ast.FunctionDef):
        words = node.name.strip("_").split("_")
        if len(words) <= 2 and VAGUE_WORDS.issuperset(words):
            yield "vague_functions", node.lineno, f"{node.name}()"
        for argument in (*node.args.args, *node.args.kwonlyargs):
            if argument.arg in VAGUE_WORDS:
                yield "vague_parameters", argument.lineno, f"{node.name}({argument.arg})"
        for statement in node.body:
            yield from _imports(statement, rooms)
    if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
        docstring = ast.get_docstring(node) or ""
        if PRONOUN.match(docstring):
            yield "pronoun_docstrings", node.body[0].lineno, docstring.partition("\n")[0]


def _imports(statement: ast.AST, rooms: set[str]) -> Iterator[tuple[str, int, str]]:
    """Return the imports of a room in a statement of a function, except in functions inside it."""
    if isinstance(statement, ast.FunctionDef):
        return
    if isinstance(statement, ast.Import | ast.ImportFrom):
        named = statement.module if isinstance(statement, ast.ImportFrom) else statement.names[0].name
        if (named or "").partition(".")[0] in rooms:
            yield "inner_imports", statement.lineno, ast.unparse(statement)
    for child in ast.iter_child_nodes(statement):
        if isinstance(child, ast.stmt | ast.excepthandler | ast.match_case):
            yield from _imports(child, rooms)


def _output(root: Path, *command: str) -> str:
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    files = sources()
    before, after = recorded(), count(files, places(files))
    FILE.write_text(as_toml(lowered(before, after)))
    higher = [
        f"{room}: {kind} {was} → {now}\n" for room, kind, was, now in differences(before, after) if now > was
    ]
    sys.stdout.write(
        f"Wrote {FILE.name}. Higher than before, and not written:\n{''.join(higher) or 'nothing'}\n"
    )
