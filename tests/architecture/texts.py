"""All texts passed to gettext in templates and in Python.

`python -m tests.architecture.texts WORDS` prints each text with one of the words (a regular expression).
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parents[2]
ROOMS: Final = sorted(path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name != "tests")
# Function → number of leading context and text arguments.
CALLS: Final = {
    "gettext": (0, 1),
    "_": (0, 1),
    "ngettext": (0, 2),
    "pgettext": (1, 1),
    "npgettext": (1, 2),
} | {f"{name}_lazy": shape for name, shape in {
    "gettext": (0, 1), "ngettext": (0, 2), "pgettext": (1, 1), "npgettext": (1, 2),
}.items()}  # fmt: skip
BLOCK: Final = re.compile(
    r"{%-?\s*blocktrans(?:late)?\b(?P<options>[^%]*(?:%(?!})[^%]*)*)%}(?P<text>.*?){%\s*endblocktrans",
    re.DOTALL,
)
WORD: Final = re.compile(
    r"""{%\s*trans(?:late)?\s+(?P<quote>["'])(?P<text>(?:\\.|(?!(?P=quote)).)*)(?P=quote)"""
)
ARGUMENT: Final = re.compile(r"""[=\s|]_\((?P<quote>["'])(?P<text>(?:\\.|(?!(?P=quote)).)*)(?P=quote)\)""")
PLURAL: Final = re.compile(r"{%\s*plural\s*%}")


class Text(NamedTuple):
    where: str  # "pages/today/views.py:12"
    text: str
    is_plural: bool  # a plural form
    context: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.text}"


def texts() -> Iterator[Text]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*")):
            if "migrations" in path.parts or not path.is_file():
                continue
            if path.suffix == ".py":
                found = in_python(path.read_text())
            elif path.suffix in {".html", ".txt"} and "templates" in path.parts:
                found = in_template(path.read_text())
            else:
                continue
            for line, text, is_plural, context in found:
                yield Text(f"{path.relative_to(ROOT)}:{line}", text, is_plural, context)


def in_template(source: str) -> Iterator[tuple[int, str, bool, str]]:
    for pattern in (BLOCK, WORD, ARGUMENT):
        for found in pattern.finditer(source):
            forms = PLURAL.split(found["text"])
            for form in forms:
                yield source.count("\n", 0, found.start()) + 1, " ".join(form.split()), len(forms) > 1, ""


def in_python(source: str) -> Iterator[tuple[int, str, bool, str]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and (shape := CALLS.get(_name(node.func))):
            contexts, forms = shape
            given = [
                str(argument.value)
                for argument in node.args[: contexts + forms]
                if isinstance(argument, ast.Constant)
            ]
            context = given[0] if contexts and given else ""
            for text in given[contexts:]:
                yield node.lineno, text, forms > 1, context


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


if __name__ == "__main__":
    wanted = re.compile(sys.argv[1])
    for one in texts():
        if wanted.search(one.text):
            print(one)
