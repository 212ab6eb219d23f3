"""Remove one `visible_to` at a time where policies are on, and report what noticed (docs/threat-model.md).

python -m tests.architecture.one_visible_to [TEST…]

Runs the tests, by default those of access, with `tests.plugins.one_visible_to`. Where a statement runs on
behalf of the actor, no test may notice that a use is missing: the database answers as before. Where a context
is opened, a test must notice. Prints both, and the uses that no test reached. The exit code is the number of
uses on behalf of an actor whose removal a test noticed.
"""

import ast
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from tests.architecture.mutations import APPS, ROOT

TESTS: Final = (
    "tests/architecture/test_services_refuse.py",
    "tests/architecture/test_access_matrix.py",
    "tests/architecture/test_no_word_leaks.py",
)
NOUNS: Final = frozenset(
    {"Organisation", "Contact", "Meeting", "FollowUp", "Concern", "Incident", "ExclusionRequest"}
)


def uses(root: Path = ROOT) -> Iterator[str]:
    """Uses of `visible_to` that name a noun: `Organisation.objects…visible_to`, by file and line."""
    for app in APPS:
        for file in sorted((root / app).rglob("*.py")):
            if "migrations" in file.parts:
                continue
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Attribute) and node.attr == "visible_to" and _noun(node) in NOUNS:
                    yield f"{file.relative_to(root)}:{node.end_lineno}"


def _noun(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def run(tests: list[str]) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "uses.json"
        given = {"TEST_ROW_SECURITY": "1", "TEST_WITHOUT_ONE_VISIBLE_TO": str(report)}
        subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-n", "0", *tests], cwd=ROOT, env=os.environ | given
        )
        found: list[dict[str, Any]] = json.loads(report.read_text())
    return found


def print_found(found: list[dict[str, Any]]) -> int:
    known = set(uses())
    reached = {one["use"] for one in found}
    print(f"{len(known)} uses name a table with policies; the tests reached {len(reached & known)} of them")
    print(f"and {len(reached - known)} others, such as those of any of several tables.")
    fenced = [one for one in found if one["where"] == "fenced"]
    failed = [one for one in fenced if one["noticed"]]
    print(f"\nOn behalf of the actor: {len(fenced)} uses removed, {sum(one['runs'] for one in fenced)} runs.")
    print(f"The database answered as before for {len(fenced) - len(failed)}.")
    for one in failed:
        print(f"- {one['use']}: {one['noticed'][0]}")
    print("\nWhere a context is opened:")
    for one in found:
        if one["where"] == "open":
            print(f"- {one['use']}: {one['noticed'][0] if one['noticed'] else 'no test noticed'}")
    print("\nNot reached:", *sorted(known - reached), sep="\n- ")
    return len(failed)


if __name__ == "__main__":
    sys.exit(print_found(run(sys.argv[1:] or list(TESTS))))
