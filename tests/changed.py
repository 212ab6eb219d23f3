"""`dev.py test --changed`: the test files that the difference from another commit reaches.

Along the arrows of imports (grimp), and along names that stand in the code as text: of the views behind a
URL, of a template, of a command, of what the settings name, and of any other file. What is reached in no such
way, such as what `crm.wiring` hands to a room below, only a whole run tests for sure.
"""

import ast
import inspect
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

import django
import grimp
from django.urls import URLPattern, URLResolver, get_resolver

ROOT: Final = Path(__file__).resolve().parents[1]
#: What every test needs, or what shapes its database.
OF_ALL_TESTS: Final = re.compile(
    r"(^|/)conftest\.py$|^tests/plugins/|/migrations/|^crm/(settings|apps|wiring)\.py$|^crm/database/"
    r"|^(pyproject\.toml|requirements\.lock|manage\.py)$"
)
SETTINGS: Final = "crm.settings"
#: Modules with this word ask for every URL: they are reached by a view, a template or a URL configuration.
WALKS: Final = "get_resolver"
ANYTHING: Final = "\0"  # in a URL or a name: what a test fills in


def output(*command: str) -> list[str]:
    return subprocess.check_output(command, cwd=ROOT, text=True).splitlines()


def changed_files(base: str) -> list[str]:
    """Return the files that differ from the commit in which this branch left `base`, committed or not."""
    left = output("git", "merge-base", base, "HEAD")[0]
    known = output("git", "diff", "--name-only", "--no-renames", left)
    return sorted({*known, *output("git", "ls-files", "--others", "--exclude-standard")})


class Names(ast.NodeVisitor):
    """The texts and names that stand in a module."""

    def __init__(self, source: str) -> None:
        self.texts: set[str] = set()
        self.names: set[str] = set()
        self.reversed: set[str] = set()
        self.visit(ast.parse(source))

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self.texts.add(node.value)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        parts = [part.value if isinstance(part, ast.Constant) else ANYTHING for part in node.values]
        self.texts.add("".join(map(str, parts)).removeprefix(ANYTHING))
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Name) and node.func.id == "reverse":
            self.reversed |= {str(part.value) for part in node.args if isinstance(part, ast.Constant)}
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        self.names.add(node.id)


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern).strip("^$")
        if isinstance(entry, URLResolver):
            yield from routes(entry, route)
        else:
            yield route, entry


def view_module(pattern: URLPattern) -> str:
    view = inspect.unwrap(pattern.callback)
    return str(getattr(view, "view_class", getattr(view, "cls", view)).__module__)


def segments(address: str, placeholder: str) -> tuple[str, ...]:
    """Return the parts of a URL, where a part that is filled in is ANYTHING."""
    parts = re.split(r"[?#]", address, maxsplit=1)[0].strip("/").split("/")
    return tuple(ANYTHING if re.search(placeholder, part) else part for part in parts)


def fits(asked: tuple[str, ...], route: tuple[str, ...]) -> bool:
    return len(asked) == len(route) and all(
        a == r or ANYTHING in (a, r) for a, r in zip(asked, route, strict=True)
    )


class Arrows:
    """What leads from a module or file to those that it can break."""

    def __init__(self) -> None:
        rooms = sorted(path.parent.name for path in ROOT.glob("*/__init__.py"))
        self.graph = grimp.build_graph(*rooms, cache_dir=None)
        self.file_of = {module: _file(module) for module in self.graph.modules}
        self.module_of = {file: module for module, file in self.file_of.items()}
        self.found = {module: Names((ROOT / file).read_text()) for module, file in self.file_of.items()}
        self.named: dict[str, set[str]] = defaultdict(set)
        for module, names in self.found.items():
            for text in names.texts:
                self.named[text].add(module)
        self.tests = {module for module in self.file_of if _is_of_tests(module) and ".test_" in module}
        #: The modules of tests that open a URL of a view, by the view's module.
        self.asking: dict[str, set[str]] = defaultdict(set)
        self.walking = {m for m, names in self.found.items() if WALKS in names.names and _is_of_tests(m)}
        self._read_urls()

    def _read_urls(self) -> None:
        views: dict[tuple[str, ...], set[str]] = defaultdict(set)
        by_name: dict[str, set[str]] = defaultdict(set)
        for route, pattern in routes():
            module = view_module(pattern)
            views[segments(route, r"[<(]")].add(module)
            by_name[str(pattern.name)].add(module)
        in_settings = {
            part for text in self.found[SETTINGS].texts for part in (text, text.rpartition(".")[0])
        }
        of_every_request = in_settings & self.file_of.keys()
        for module in filter(_is_of_tests, self.found):
            asked = {view for name in self.found[module].reversed for view in by_name[name]}
            for text in self.found[module].texts:
                for address in (text, f"/api/v1{text}") if text.startswith("/") else ():
                    parts = segments(address, ANYTHING)
                    asked |= {view for route, found in views.items() if fits(parts, route) for view in found}
            for view in asked | (of_every_request if asked else set()):
                self.asking[view].add(module)

    def readers(self, file: str) -> set[str]:
        """Return the modules that name a file which is not Python, or a template that is part of others."""
        if not (template := _template_name(file)):
            return self.named.get(file, set()) | self.named.get(Path(file).name, set())
        parts = [template]
        for part in parts:
            parts += [
                name for name, text in _templates().items() if f'"{part}"' in text and name not in parts
            ]
        named = [segments(part, ANYTHING) for part in parts]
        texts = [text for text in self.named if text.endswith(".html")]
        fitting = [text for text in texts if any(fits(segments(text, ANYTHING), name) for name in named)]
        return {module for text in fitting for module in self.named[text]}

    def reached(self, modules: Iterable[str], *, is_page: bool = False) -> set[str]:
        """Return the test modules that import the modules, or open a URL of a view that does."""
        first = {module for module in modules if module in self.file_of}
        below = set(first)
        for module in first:
            below |= self.graph.find_downstream_modules(module)
        tests = {test for module in below for test in self.asking.get(module, ())}
        for module in first:
            if ".management.commands." in module:
                tests |= self.named.get(module.rpartition(".")[2], set())
            is_page = is_page or module in self.asking or ".urls" in module
        tests |= self.walking if is_page else set()
        for test in tuple(tests):
            tests |= self.graph.find_downstream_modules(test)
        return (below | tests) & self.tests

    def tests_in(self, room: str) -> set[str]:
        return {test for test in self.tests if test.startswith(f"tests.{room}.")}


def _is_of_tests(module: str) -> bool:
    return module.startswith("tests.")


def _file(module: str) -> str:
    path = module.replace(".", "/")
    return f"{path}.py" if (ROOT / f"{path}.py").exists() else f"{path}/__init__.py"


def _template_name(file: str) -> str:
    """Return the name under which views and other templates know the file; nothing if it is no template."""
    folder, is_template, name = file.partition("/templates/")
    if not is_template or not name.endswith(".html"):
        return ""
    return f"{folder}/{name}" if "/" in folder else name  # as lib.flush_templates finds it


@cache
def _templates() -> dict[str, str]:
    files = [file for folder in ("*", "*/*") for file in ROOT.glob(f"{folder}/templates/**/*.html")]
    return {_template_name(str(file.relative_to(ROOT))): file.read_text() for file in files}


def tests_of(file: str, arrows: Arrows) -> tuple[set[str], str]:
    """Return the test modules that a change to the file reaches, and the reason where no arrow gives it."""
    module = arrows.module_of.get(file)
    if OF_ALL_TESTS.search(file):
        return arrows.tests, "all tests need it"
    if "/static/" in file:
        return arrows.tests_in("browser"), "the tests in a browser"
    if module or not file.endswith(".py"):
        first = {module} if module else arrows.readers(file)
        if found := arrows.reached(first, is_page="/templates/" in file):
            return found, ""
    if Path(file).name.startswith("test_"):  # it is gone
        return set(), ""
    if file.endswith(".py"):
        room = file.removeprefix("tests/").partition("/")[0]
        return arrows.tests_in(room), f"no test imports it: the tests of {room}"
    return set(), "no test names it"


def main(base: str) -> None:
    django.setup()
    arrows = Arrows()
    files = changed_files(base)
    tests: set[str] = set()
    for file in files:
        found, reason = tests_of(file, arrows)
        tests |= found
        if reason:
            print(f"{file}: {reason}", file=sys.stderr)
    of = f"{len(tests)} of {len(arrows.tests)} test files"
    print(f"{len(files)} files differ from {base}: {of}.", file=sys.stderr)
    print(*sorted(arrows.file_of[test] for test in tests), sep="\n")


if __name__ == "__main__":
    main(sys.argv[1])
