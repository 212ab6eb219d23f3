"""Check for user text that bypasses gettext, in templates and in Python.

`python -m tests.architecture.untranslated` prints each place and fails if there is one.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = (
    *(
        "crm",
        "pages",
        "api",
        "plans",
        "practices",
        "publishing",
        "reviews",
        "reports",
        "privacy",
        "incidents",
        "meetings",
        "contacts",
    ),
    *("reminders", "jobs", "accounts", "districts", "audit", "lib"),
)

# --- Templates: text outside tags, comments and translation tags --------------------------------------------
TRANSLATED = re.compile(r"{%\s*(blocktrans(?:late)?)\b.*?{%\s*endblocktrans(?:late)?\s*%}", re.DOTALL)
INVISIBLE = re.compile(
    r"{%\s*comment\b.*?{%\s*endcomment\s*%}|{#.*?#}|<!--.*?-->|<(script|style|svg|kbd|code)\b.*?</\1>",
    re.DOTALL,
)
DJANGO = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
# A tag with its attributes, whose values may contain ">".
TAG = re.compile(r"""<\s*[a-zA-Z/!](?:"[^"]*"|'[^']*'|[^'">])*>""")
SPOKEN = re.compile(r"""\b(?:title|alt|placeholder|aria-label|aria-description)\s*=\s*["']([^"']*)["']""")
# Attributes that a block adds to a tag of another template.
ATTRIBUTE = re.compile(r"""\b[\w-]+=("[^"]*"|'[^']*')""")
ENTITY = re.compile(r"&[#\w]+;")
WORD = re.compile(r"[^\W\d_]{2,}")

# --- Python: arguments that users read -----------------------------------------------------------------
READ_ARGUMENTS = {
    "label", "help_text", "verbose_name", "verbose_name_plural", "empty_label", "violation_error_message",
}  # fmt: skip
READ_CALLS = {f"messages.{level}" for level in ("success", "error", "warning", "info")}
# A page for developers.
NOT_FOR_PEOPLE = {"gallery.html", "gallery.py"}


def words_of_template(text: str) -> Iterator[tuple[int, str]]:
    """Return line and text of all visible text outside a translation tag."""
    blank = lambda found: re.sub(r"[^\n]", " ", found.group())  # noqa: E731 (keeps the lines' numbers)
    for pattern in (TRANSLATED, INVISIBLE, DJANGO):
        text = pattern.sub(blank, text)
    spoken = [(found.start(1), found.group(1)) for tag in TAG.finditer(text) for found in _spoken(text, tag)]
    visible = ENTITY.sub(blank, ATTRIBUTE.sub(blank, TAG.sub(blank, text)))
    found_words = [*spoken, *((line.start(), line.group()) for line in re.finditer(r"[^\n]+", visible))]
    for position, words in sorted(found_words):
        if WORD.search(words):
            yield text.count("\n", 0, position) + 1, " ".join(words.split())


def _spoken(text: str, tag: re.Match[str]) -> Iterator[re.Match[str]]:
    yield from SPOKEN.finditer(text, tag.start(), tag.end())


def words_of_python(text: str) -> Iterator[tuple[int, str]]:
    """Return line and text of every literal that users read but gettext does not see."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            for argument in _read_arguments(node):
                if WORD.search(_literal(argument)):
                    yield argument.lineno, _literal(argument)
        elif isinstance(node, ast.ClassDef) and any("Choices" in ast.unparse(base) for base in node.bases):
            yield from _unlabelled_choices(node)


def _literal(argument: ast.expr) -> str:
    """Return the words of a literal."""
    if isinstance(argument, ast.JoinedStr):
        return " ".join(_literal(value) for value in argument.values)
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else ""


def _read_arguments(call: ast.Call) -> Iterator[ast.expr]:
    yield from (keyword.value for keyword in call.keywords if keyword.arg in READ_ARGUMENTS)
    function = call.func
    if isinstance(function, ast.Name) and function.id == "ValidationError":
        yield from call.args[:1]
    elif isinstance(function, ast.Attribute) and ast.unparse(function) in READ_CALLS:
        yield from call.args[1:2]


def _unlabelled_choices(choices: ast.ClassDef) -> Iterator[tuple[int, str]]:
    for statement in choices.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant | ast.Tuple):
            value = statement.value
            labelled = isinstance(value, ast.Tuple) and isinstance(value.elts[-1], ast.Call)
            if not labelled:
                yield statement.lineno, ast.unparse(statement)


def findings() -> Iterator[str]:
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*")):
            place = path.relative_to(ROOT)
            if "migrations" in place.parts or path.name in NOT_FOR_PEOPLE:
                continue
            if path.suffix == ".html":
                found = words_of_template(path.read_text())
            elif path.suffix == ".py":
                found = words_of_python(path.read_text())
            else:
                continue
            yield from (f"{place}:{line}: {words}" for line, words in found)


if __name__ == "__main__":
    problems = list(findings())
    print("\n".join(problems))
    sys.exit(1 if problems else 0)
