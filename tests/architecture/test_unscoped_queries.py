"""Queries of tables with policies that do not begin with `visible_to`: `unscoped_queries.txt` lists each.

Under an actor's context the database leaves rows out of them, so that what they derive could be wrong without
an error. This writes the file:

    python3 dev.py manage shell -c "import tests.architecture.test_unscoped_queries as it; it.write()"

For each new line, find out on whose behalf it runs, and open the context where a result needs rows that the
actor does not see (ADR 46).
"""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from django.apps import apps

from tests.architecture.test_row_policies import WITHOUT

ROOT: Final = Path(__file__).parents[2]
FILE: Final = Path(__file__).with_name("unscoped_queries.txt")
MANAGERS: Final = {"objects", "_base_manager", "_default_manager"}
GUARDED: Final = {"contacts", "meetings", "incidents"}
OUTSIDE: Final = ("tests/", "benchmarks/", "faults/", "crm/", "lib/", "audit/", "accounts/", "districts/")
#: Why the rows are right, by the start of the path; the longest counts.
REASONS: Final = {
    "api/": "a column of a row that visible_to found; a child has its row's policy",
    "api/resources/inputs.py": "get_queryset begins with visible_to",
    "api/resources/writing.py": "opened: whether a row was erased or left",
    "contacts/": "a condition or a part of rows that visible_to found",
    "contacts/filters.py": "a condition of rows that visible_to found",
    "contacts/merging/": "opened by merge and undo_merge",
    "contacts/services/": "opened by the service, or what it has locked as the actor",
    "exchange/archive/": "commands of the system; a part begins with Part.seen",
    "exchange/exports/": "a column of a row that visible_to found",
    "exchange/imports/": "opened by work_on_draft; matches begin with visible_to",
    "incidents/": "a condition or a part of incidents that visible_to found",
    "incidents/reminders.py": "opened by reminders.services, or rows of rows_visible_to",
    "incidents/services/": "opened by the service, or a task of the system",
    "meetings/": "of the actor's own districts, or owned by the actor",
    "meetings/filters/": "a condition of rows that visible_to found",
    "meetings/management/": "a command of the system",
    "meetings/queries/portfolio.py": "opened: own meetings can lie in districts of the past",
    "meetings/reminders.py": "opened by reminders.services",
    "meetings/services/": "opened by the service, or a task or command of the system",
    "oversight/": "a privacy officer sees every row",
    "pages/": "part of a page's row, which visible_to found, or an empty choice",
    "plans/": "opened as a figure: the day on which the book begins; whose address a mailbox is",
    "plans/queries/public_plans.py": "opened: rows written for everybody, and whose location is protected",
    "plans/services/plans.py": "parts of a plan that the actor has locked",
    "privacy/": "a privacy officer sees every row, or a background task of theirs",
    "publishing/models/": "opened: an entry is held back, whoever sees its concerns",
    "publishing/services/": "opened: a name must not be published, whoever sees its record",
    "publishing/site/": "opened: rows written for everybody, and whose location is protected",
    "reports/": "a command of the system that verifies the activity log",
    "reviews/": "opened as figures, or meetings of the actor",
}


def queries(tree: ast.AST, guarded: set[str]) -> Iterator[tuple[str, str]]:
    """Yield the function and the model of each query whose chain of methods lacks `visible_to`."""
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Attribute) and node.attr in MANAGERS):
            continue
        model = ast.unparse(node.value)
        is_class = model.isidentifier() and model[0].isupper()
        if (is_class and model not in guarded) or "through" in model or model == "pdf":
            continue
        methods, at, within = set(), node, "module"
        chain: ast.AST = at
        while isinstance(up := parents.get(chain), ast.Attribute | ast.Call):
            if isinstance(up, ast.Attribute):
                methods.add(up.attr)
            elif up.func is not chain:
                break
            chain = up
        while (above := parents.get(chain)) is not None:
            if isinstance(above, ast.FunctionDef):
                within = above.name
                break
            chain = above
        if "visible_to" not in methods:
            yield within, model


def found() -> list[str]:
    guarded = {
        model.__name__
        for model in apps.get_models()
        if model._meta.app_label in GUARDED and model._meta.db_table not in WITHOUT
    }
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True)
    lines = {
        f"{path} {within} {model}"
        for path in listed.stdout.split()
        if not path.startswith(OUTSIDE) and "/migrations/" not in path
        for within, model in queries(ast.parse((ROOT / path).read_text()), guarded)
    }
    return sorted(lines)


def write() -> None:
    FILE.write_text("\n".join(found()) + "\n")


def test_each_query_that_does_not_begin_with_the_actor_is_listed_and_has_a_reason() -> None:
    lines = found()
    assert lines == FILE.read_text().splitlines()
    assert [line for line in lines if not line.startswith(tuple(REASONS))] == []
    assert [start for start in REASONS if not any(line.startswith(start) for line in lines)] == []
