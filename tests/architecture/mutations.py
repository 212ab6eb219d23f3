"""Remove a random permission check, and see whether a test of tests/architecture fails.

python -m tests.architecture.mutations --n 10 --seed 7

Works in a temporary copy of the project. A permission check is a `visible_to` (a single use, or the
definition in a QuerySet), or a permission in a view: a denial, a guard that is called or used as a decorator,
or an API scope. The tests run without the row policies of the database, which would answer as before without
a `visible_to`. Prints a table. The exit code is the number of mutations that no test noticed.
"""

import argparse
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
APPS: Final = (
    "accounts",
    "api",
    "contacts",
    "disclosure",
    "districts",
    "exchange",
    "incidents",
    "oversight",
    "jobs",
    "meetings",
    "pages",
    "privacy",
    "reminders",
    "reports",
    "plans",
    "practices",
    "publishing",
    "reviews",
)
LEFT_OUT: Final = (".git", ".venv", ".data", ".test-data", "__pycache__", "node_modules", "staticfiles")
TESTS: Final = (  # the fastest first
    "tests/architecture/test_services_refuse.py",
    "tests/architecture/test_access_matrix.py",
    "tests/architecture/test_no_word_leaks.py",
)
#: Rows that all colleagues see (accounts.models, districts.models), so the check makes no difference.
FOR_ALL: Final = ("User.objects", "District.objects")
#: On administrator pages, all rows are visible, and the role (also mutated) protects the page.
FOR_ADMINISTRATORS: Final = ("ApiKey.objects", "Webhook.objects", "WebhookDelivery.objects")

# The code of a check, and its replacement without the check.
USES: Final = (
    (r"\.visible_to\((?!self,)(?:[^()]|\([^()]*\))*\)", ".all()"),
    (r"(\w+)\.objects\.visible_to(?=[,)])", r"(lambda actor: \1.objects.all())"),
    (
        r"(?m)^(    def visible_to\(.*\) -> [^\n]+:\n(?:        \"\"\"[^\"]*\"\"\"\n)?)",
        r"\1        return self.all()\n",
    ),
    (
        r"(?m)^def events_visible_to\(.*\n(?:    \"\"\"[^\"]*\"\"\"\n)?",
        r"\g<0>    return Event.objects.all()\n",
    ),
)
PERMISSIONS: Final = (
    (r"raise PermissionDenied\b", "pass"),
    (r"(?m)^(    +)(?:_?\w+_only\(request\)|refuse_unless\(.*\))$", r"\1pass"),
    (r"(?m)^@(reauthenticated\([^\n]*|reauthenticated_administrators)\n", ""),
    (r"(?m)^(    )scope = \"[^\"]+\"$", r'\1scope = ""'),
    (r"(?m)^(        +)self\.check_scope\(.*\)$", r"\1pass"),
)
#: Checks behind another check, without which the response is the same.
SECOND: Final = {
    "api/services/webhooks.py: ApiKey.objects": "a key names itself; others are refused before",
}


@dataclass(frozen=True, slots=True)
class Mutation:
    path: Path
    start: int
    end: int
    text: str
    line: int
    was: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line} `{self.was}`"

    def apply(self, root: Path) -> str:
        """Apply the mutation to the file and return the original text."""
        file = root / self.path
        before = file.read_text()
        file.write_text(before[: self.start] + self.text + before[self.end :])
        return before


def mutations(root: Path = ROOT) -> Iterator[Mutation]:
    for app in APPS:
        for file in sorted((root / app).rglob("*.py")):
            if "migrations" in file.parts or "management" in file.parts:
                continue
            path, text = file.relative_to(root), file.read_text()
            is_view = app in ("pages", "api")
            for pattern, without in (*USES, *(PERMISSIONS if is_view else ())):
                for found in re.finditer(pattern, text):
                    no_fence = (*FOR_ALL, *FOR_ADMINISTRATORS) if app == "pages" else FOR_ALL
                    if text[: found.start()].endswith(no_fence) or found[0].startswith(no_fence):
                        continue
                    line = text.count("\n", 0, found.start()) + 1
                    was = text.splitlines()[line - 1].strip()[:90]
                    named = text[: found.start()].rsplit(None, 1)[-1].rpartition("(")[2]
                    if f"{path}: {named}" in SECOND:
                        continue
                    yield Mutation(path, found.start(), found.end(), found.expand(without), line, was)


#: Parts of paths that appear in names of tests. These tests run first.
NOUNS: Final = (
    *(
        "calendar",
        "concern",
        "contact",
        "duplicate",
        "district",
        "export",
        "feed",
        "follow",
        "handover",
        "import",
    ),
    *(
        "duty",
        "job",
        "key",
        "log",
        "meeting",
        "organisation",
        "people",
        "privacy",
        "reminder",
        "report",
        "review",
    ),
    *("search", "selected", "settings", "subscription", "view", "webhook"),
)


def notices(root: Path, nouns: str = "") -> str:
    """Return the first test that fails, starting with those for these nouns; empty if all pass."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider", *TESTS]
    command += ["-k", nouns] if nouns else []
    environment = os.environ | {"TEST_ROW_SECURITY": "0"}
    run = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    if run.returncode == 0:
        return ""
    failed = re.search(r"(?m)^(?:FAILED|ERROR) \S+?::(.+?)(?: - |$)", run.stdout)
    return failed[1] if failed else run.stdout[-300:] + run.stderr[-300:]


def noticed(root: Path, one: Mutation) -> str:
    """Apply the mutation, return the test that noticed it, and restore the file."""
    before = one.apply(root)
    place = str(one.path).replace("views/", "").replace("selection", "selected")
    nouns = " or ".join(noun for noun in NOUNS if noun in place)
    failed = (notices(root, nouns) if nouns else "") or notices(root)
    (root / one.path).write_text(before)
    return failed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--list", action="store_true", help="only say what could be taken away")
    parser.add_argument("--skip-check", action="store_true", help="trust that the tests pass as they are")
    options = parser.parse_args()
    found = list(mutations())
    if options.list:
        sys.stdout.writelines(f"{one}\n" for one in found)
        return 0
    chosen = random.Random(options.seed).sample(found, min(options.n, len(found)))  # not a secret
    with tempfile.TemporaryDirectory(prefix="mutations-") as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*LEFT_OUT), symlinks=True)
        if not options.skip_check and (failed := notices(copy)):
            sys.stdout.write(f"The tests fail as they are: {failed}\n")
            return 1
        unnoticed = 0
        sys.stdout.write("| Taken away | Noticed by |\n|---|---|\n")
        for one in chosen:
            failed = noticed(copy, one)
            unnoticed += not failed
            sys.stdout.write(f"| {one} | {f'`{failed}`' if failed else '**nobody**'} |\n")
            sys.stdout.flush()
    sys.stdout.write(
        f"{len(chosen)} of {len(found)} fences taken away, seed {options.seed}: {unnoticed} unnoticed.\n"
    )
    return unnoticed


if __name__ == "__main__":
    raise SystemExit(main())
