"""Each noun is written by one module, so that its invariants are not forgotten elsewhere.

The test reads the syntax tree of every module. A call that writes (`save`, `update`, `bulk_create`, COPY …)
on a noun's model, or on rows of unknown model, must be in the noun's writer or an exception.
"""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent

WRITES = {
    "save", "delete", "update", "create", "get_or_create", "update_or_create", "bulk_create", "bulk_update",
}  # fmt: skip
INSERTS = {"insert_rows", "insert_values", "copy_rows", "copy_values"}  # the model is their first argument

# Noun → its models, the related names of its rows, and the modules that write them.
NOUNS: dict[str, tuple[set[str], set[str], set[str]]] = {
    "organisation": (
        {
            "Organisation",
            "OrganisationPeriod",
            "FocusDeclaration",
            "OrganisationAlias",
            "OrganisationDetail",
            "OrganisationExternalId",
            "OrganisationNumber",
            "OrganisationPrivateChannel",
        },
        {"periods", "focus_declarations", "also_in", "other_details"},
        {
            "contacts/services/organisations.py",
            "contacts/services/aliases.py",
            "contacts/services/numbers.py",
            "contacts/services/details.py",
            "contacts/services/focuses.py",
            "contacts/services/periods.py",
            "contacts/services/private_channels.py",
            "contacts/services/next_meetings.py",
        },
    ),
    "contact": (
        {"Contact", "ContactDetail", "Affiliation", "PrivateChannel", "ContactExternalId"},
        {"affiliations", "private_channel"},
        {
            "contacts/services/contacts.py",
            "contacts/services/details.py",
            "contacts/services/affiliations.py",
            "contacts/services/private_channels.py",
            "contacts/services/ended_roles.py",
            "contacts/services/restrictions.py",
        },
    ),
    "meeting": (
        {"Meeting", "MeetingOrganisation", "MeetingContact", "MeetingExternalId"},
        {"contact_links"},
        {
            "meetings/services/meetings.py",
            "meetings/services/meeting_changes.py",
            "meetings/services/meeting_series.py",
        },
    ),
    "follow-up": (
        {
            "FollowUp",
            "FollowUpOrganisation",
            "FormerFollowUpOrganisation",
            "FollowUpPeriod",
            "FollowUpExternalId",
        },
        set(),
        {
            "meetings/services/follow_ups.py",
            "meetings/services/follow_up_series.py",
            "meetings/services/periods.py",
        },
    ),
    "series": (
        {"Series"},
        set(),
        {
            "meetings/services/meeting_series.py",
            "meetings/services/follow_up_series.py",
            "meetings/services/series.py",
        },
    ),
    "concern": (
        {"Concern", "ConcernPeriod", "ConcernExternalId"},
        set(),
        {"meetings/services/concerns.py", "meetings/services/periods.py"},
    ),
    "incident": (
        {
            *("Incident", "IncidentConcern", "IncidentClosing", "IncidentStep", "Reassurance"),
            *("StepHandover", "TensionAssessment", "Debrief"),
        },
        {"excluded"},
        {
            "incidents/services/exclusions.py",
            "incidents/services/incidents.py",
            "incidents/services/planned_steps.py",
            "incidents/services/concerns.py",
            "incidents/services/moves.py",
            "incidents/services/withdrawals.py",
            "incidents/services/steps.py",
            "incidents/services/reassurances.py",
            "incidents/services/judgements.py",
            "incidents/services/redrawn_districts.py",
        },
    ),
    "shift": (
        {"DutyShift", "ShiftDistrict", "ShiftHandover"},
        set(),
        {"meetings/services/shifts.py", "incidents/services/shift_handovers.py"},
    ),
}
EXCEPTIONS: dict[str, str] = {
    "lib/copying.py": "inserts what a writer hands to it",
    "lib/leases.py": "writes the end of a lease on rows of work, which no noun has",
    "lib/erasable.py": "blanks texts of plain tables, which no noun has, and deletes copies",
    "contacts/services/erased_texts.py": "the writer of rows beside nouns, whose owners it locks and records",
    "accounts/services/mailing.py": "writes that an email went out on rows of work, which no noun has",
    "lib/external_ids.py": "sets the ids of a row that its writer has locked and records",
    "contacts/merging/relations.py": "moves and puts back rows of any model, by Django's list of relations",
    "contacts/merging/services.py": "puts rows back as a merge remembered them, with versions of its own",
    "crm/demo/load.py": "fills an empty book with a past that nobody writes now",
    "faults/inside.py": "fills a book for a while, to see what a fault does to it",
    "exchange/archive/reading.py": "fills an empty book with rows that bring their past along",
    "meetings/services/folding.py": "puts folded texts right after an upgrade, and nothing else",
    "meetings/services/rewriting.py": "the writer of rows beside nouns, whose owners it locks and records",
    "crm/demo/retention.py": "gives the demo contacts and an incident that are older than a period",
    "privacy/services/erasure_job.py": "removes a person from what privacy officers wrote, which no noun has",
    "privacy/services/search_job.py": "opens the verdict of a text that was edited, which no noun has",
    "privacy/services/erasures.py": "drops an erasure that stopped and was decided about other contacts",
    "privacy/services/requests.py": "deletes what belongs to a data request, which no noun has",
}


_CALLS = re.compile(rf"\b({'|'.join(WRITES | INSERTS)})\(")
UNKNOWN = "unknown"  # stands for a noun if the model of the rows is unknown


def writes(source: str, returned: dict[str, str] | None = None) -> Iterator[tuple[int, str, str]]:
    """Yield line, noun and text of each write in a module. `returned`: the model a function returns."""
    tree = ast.parse(source)
    returned = (returned or {}) | _returned(tree)
    for scope in [tree, *(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))]:
        known = returned | _types(scope, returned)
        for node in _own_nodes(scope):
            if isinstance(node, ast.Call) and (rows := _written(node)) is not None:
                model = _model(rows, known)
                nouns = [
                    noun
                    for noun, (models, names, _writers) in NOUNS.items()
                    if model in models or names & _attributes(rows)
                ]
                for noun in nouns or ([] if model[:1].isupper() else [UNKNOWN]):
                    yield node.lineno, noun, ast.unparse(node)[:80]


def _returned(tree: ast.Module) -> dict[str, str]:
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    return {node.name: _named(node.returns) for node in functions if node.returns}


def _own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(scope):
        if not isinstance(child, ast.FunctionDef):
            yield child
            yield from _own_nodes(child)


def _written(call: ast.Call) -> ast.expr | None:
    """Return what a call writes, or None: `dict.update` takes a value, `cache.delete` a key."""
    if isinstance(call.func, ast.Name) and call.func.id in INSERTS:
        return call.args[0]
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in WRITES:
        return None
    if call.func.attr in {"update", "delete", "save"} and call.args:
        return None
    if call.func.attr == "create" and isinstance(call.func.value, ast.Name):  # a service, not a manager
        return None
    return call.func.value


def _model(rows: ast.expr | None, known: dict[str, str]) -> str:
    """Return the model name of an expression's rows, if known."""
    match rows:
        case ast.Name():
            return known.get(rows.id, rows.id)
        case ast.Call(func=ast.Name(id="list" | "sorted" | "next"), args=[first, *_]):
            return _model(first, known)
        case ast.Call():
            return _model(rows.func, known)
        case ast.Attribute(attr="model" | "related_model" | "through"):
            return ""
        case ast.Attribute() | ast.Subscript() | ast.Starred():
            return _model(rows.value, known)
        case ast.Tuple(elts=[*_, last]):
            return _model(last, known)
        case ast.BoolOp():
            return _model(rows.values[-1], known)
        case ast.IfExp():
            return _model(rows.body, known)
        case ast.ListComp() | ast.GeneratorExp():
            loops = {ast.unparse(one.target): _model(one.iter, known) for one in rows.generators}
            return _model(rows.elt, known | loops)
    return ""


def _attributes(rows: ast.expr) -> set[str]:
    return {node.attr for node in ast.walk(rows) if isinstance(node, ast.Attribute)}


def _types(scope: ast.AST, returned: dict[str, str]) -> dict[str, str]:
    """Return variable → model for a function, by annotation or by assignment."""
    known: dict[str, str] = dict(returned)
    if isinstance(scope, ast.FunctionDef):
        for argument in [*scope.args.args, *scope.args.kwonlyargs]:
            known[argument.arg] = _named(argument.annotation) if argument.annotation else ""
    for node in _own_nodes(scope):
        match node:
            case ast.AnnAssign(target=ast.Name(id=name)):
                known[name] = _named(node.annotation)
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.NamedExpr(target=ast.Name(id=name)):
                known[name] = _model(node.value, known)
            case ast.Assign(targets=[ast.Tuple(elts=[ast.Name(id=name), *_])]):
                known[name] = _model(node.value, known)
            case ast.For(target=ast.Name(id=name)) | ast.comprehension(target=ast.Name(id=name)):
                known[name] = _model(node.iter, known)
    return known


def _named(annotation: ast.expr) -> str:
    """Return the last name of an annotation: Organisation for `Sequence[Organisation]`."""
    parts = list(ast.walk(annotation))
    names = [part.id for part in parts if isinstance(part, ast.Name)]
    names += [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    return names[-1] if names and names[-1] not in {"Any", "None"} else ""


def _modules() -> dict[str, str]:
    """Return path → text of the project's modules that may write."""
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True)
    paths = [path for path in listed.stdout.split() if not re.match(r"tests/|.*/migrations/", path)]
    texts = {path: (ROOT / path).read_text() for path in paths}
    return {path: text for path, text in texts.items() if _CALLS.search(text)}


def _may_be_a_noun(text: str) -> bool:
    """Whether rows of unknown model may be a noun's: the module names a noun, or accepts any model."""
    models = {model for models, _names, _writers in NOUNS.values() for model in models}
    return bool(re.search(rf"\b({'|'.join(models)}|_base_manager|_default_manager|part\.model)\b", text))


def _outside() -> dict[str, list[tuple[int, str, str]]]:
    """Return path → writes of nouns outside their writer."""
    modules = _modules()
    returned: dict[str, str] = {}
    for text in modules.values():
        returned |= _returned(ast.parse(text))
    found = {}
    for path, text in modules.items():
        allowed = {noun for noun, (_models, _names, writers) in NOUNS.items() if path in writers}
        allowed |= {UNKNOWN} if allowed or not _may_be_a_noun(text) else set()
        if outside := [one for one in writes(text, returned) if one[1] not in allowed]:
            found[path] = outside
    return found


def test_a_noun_is_written_by_its_writer_alone() -> None:
    outside = _outside()
    assert {path: ones for path, ones in outside.items() if path not in EXCEPTIONS} == {}
    assert EXCEPTIONS.keys() - outside.keys() == set(), "these are no exceptions any more"


@pytest.mark.parametrize(
    ("noun", "source"),
    [
        ("organisation", "Organisation.objects.filter(pk=pk).update(name='x')"),
        ("organisation", "def f(row: Organisation): row.save(update_fields=['name'])"),
        ("organisation", "def f(pk):\n    row = Organisation.objects.get(pk=pk)\n    row.delete()"),
        ("organisation", "copy_rows(OrganisationPeriod, rows)"),
        ("organisation", "def f(rows: Sequence[Organisation]):\n    for row in rows: row.save()"),
        ("organisation", "def f(site): site.periods.all().delete()"),
        ("organisation", "def g() -> Organisation: ...\ndef f():\n    row = g()\n    row.save()"),
        ("contact", "Affiliation.objects.bulk_create([Affiliation(contact=one) for one in people])"),
        ("contact", "def f(people: list[User]): PrivateChannel(contact=people[0]).save()"),
        ("shift", "DutyShift.objects.create(user=officer)"),
        (UNKNOWN, "def f(model): model._base_manager.filter(pk=1).update(name='x')"),
        (UNKNOWN, "def f(row): row.save()"),
    ],
)
def test_a_planted_write_is_found(noun: str, source: str) -> None:
    assert [found for _line, found, _text in writes(source)] == [noun]


@pytest.mark.parametrize(
    "source",
    [
        "def f(row: Review, people: list[Contact]): row.save()",
        "found.update(other)\nhashed.update(b'x')\ncache.delete(key)",
        "Organisation.objects.filter(pk=pk).order_by('pk').first()",
        "def f(kind): kind.create(name='x')",
    ],
)
def test_what_writes_no_noun_is_left_alone(source: str) -> None:
    assert list(writes(source)) == []
