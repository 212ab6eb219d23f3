"""Type, length, label and help of a field are defined once, on its model.

The checks read the syntax trees of forms, serializers and exports, with names resolved as Python does.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.functional import Promise

from api.resources.columns import shape
from api.resources.inputs import input_field
from exchange.exports import columns as exports
from exchange.imports import fields as imports
from pages.forms.fields import form_field

ROOT: Final = Path(__file__).resolve().parents[2]


def _shape(model: type[models.Model], name: str) -> Any:
    return shape(model._meta.get_field(name))


def _taken(model: type[models.Model], name: str) -> Any:
    return input_field(model._meta.get_field(name))


API: Final[dict[str, Callable[[Any, str], Any]]] = {
    "fields_of": _shape,
    "column": _shape,
    "columns": _shape,
    "inputs_of": _taken,
}
#: Functions that derive fields from a model, each with the function that builds a field without differences.
DOORS: Final[dict[str, dict[str, Callable[[Any, str], Any]]]] = {
    "api": API,
    "pages": {"fields_of": form_field, "form_field": form_field},
    "exchange/exports": {"columns": exports.column, "column": exports.column},
    "exchange/imports": {"fields": imports.field, "field": imports.field},
}
#: Folders in a door that describe fields themselves, or are no code of ours.
NO_DOOR: Final = frozenset({"examples", "migrations", "models"})
#: Calls that make one field, named by the second argument. Other calls make the fields named by keywords.
ONE: Final = frozenset({"column", "field", "form_field"})
#: Calls that define everything about a field themselves.
WHOLE: Final = frozenset({"Column", "ListColumn", "Field"})

# Model fields declared again, with the reason why the model's definition does not fit.
DECLARED: Final = {
    ("api/contacts.py", "languages"): "codes of languages, not any text",
    ("api/follow_ups.py", "contact"): "null without a scope",
    ("api/notices.py", "field_names"): "names of the API, of any length",
    ("api/notices.py", "object_ids"): "a list of IDs, not of codes",
    ("api/organisations.py", "languages"): "codes of languages, not any text",
    ("api/organisations.py", "location_protected"): "also true of shelters and reception centres",
    ("api/practices.py", "sources"): "a list of titles and addresses",
    ("api/webhooks.py", "payload"): "an object of a shape",
    ("api/webhooks.py", "secret"): "in one answer only",
    ("api/webhooks.py", "types"): "the API's nouns, which a model below them does not know",
    ("pages/settings/forms.py", "time_zone"): "a choice of places, made for each reader",
    ("pages/api_keys/forms.py", "cidrs"): "one text with a network on each line",
    ("pages/duty/hand_over.py", "to"): "a choice of colleagues who can take the shift",
    ("pages/incidents/judgement_forms.py", "organisation"): "a choice of those that the incident is about",
    ("pages/plans/file_forms.py", "key"): "the one that was shown, as a hidden field",
    ("pages/practices/file_forms.py", "practices"): "a choice of practices, each with its title",
    ("pages/practices/forms.py", "sources"): "one text with a source on each line",
    ("pages/practices/forms.py", "translated"): "who translated it: an original is no translation",
    ("pages/public/forms.py", "organisation"): "the ID of a button, not a choice",
    ("pages/public/forms.py", "phone"): "the number of a button, not a text field",
    ("pages/public/forms.py", "revision"): "the one that was shown, as a hidden field",
    ("pages/breaches/forms.py", "noticed_at"): "in the reader's time zone, and unchanged unless typed again",
    ("pages/breaches/forms.py", "aware_at"): "in the reader's time zone, and unchanged unless typed again",
    (
        "pages/breaches/forms.py",
        "told_authority_at",
    ): "in the reader's time zone, and unchanged unless typed again",
    (
        "pages/breaches/forms.py",
        "told_people_at",
    ): "in the reader's time zone, and unchanged unless typed again",
    ("pages/data_requests/forms.py", "language"): "a choice of the languages of letters",
    ("pages/contacts/forms.py", "id"): "empty for a row that is new",
    ("pages/retention/forms.py", "number"): "the version that was shown, as a hidden field",
    ("pages/reviews/forms.py", "report"): "a choice of those there are; the scorecard has no slug",
}


# Lengths that repeat a model's, with the reason.
LENGTHS: Final = {
    ("api/resources/shapes.py", "source"): "a child row of five models, of the same shape for each",
    ("pages/reports/corrections.py", "reason"): "the purpose of an event, which is longer",
}


@dataclass(frozen=True, slots=True)
class Said:
    """A field as declared outside the model. `differing` are the attributes that the declaration sets."""

    where: str
    model: type[models.Model]
    name: str
    differing: dict[str, Any]
    usual: Callable[[Any, str], Any]


def modules(door: str) -> Iterator[tuple[str, ModuleType, ast.Module]]:
    paths = (ROOT / door).rglob("*.py")
    for path in sorted(path for path in paths if NO_DOOR.isdisjoint(path.relative_to(ROOT).parts)):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        yield str(path.relative_to(ROOT)), import_module(name), ast.parse(path.read_text())


def called(node: ast.AST) -> str:
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""


def value_of(node: ast.expr, module: ModuleType) -> Any:
    return eval(compile(ast.Expression(node), "<door>", "eval"), vars(module))  # noqa: S307  # our own code


def model_of(node: ast.AST, module: ModuleType) -> type[models.Model] | None:
    """Return the model that a call names first, or None if it is an argument of the function."""
    first = node.args[0] if isinstance(node, ast.Call) and node.args else None
    found = getattr(module, first.id, None) if isinstance(first, ast.Name) else None
    return found if isinstance(found, type) and issubclass(found, models.Model) else None


def is_column(model: type[models.Model], name: str) -> bool:
    try:
        field: Any = model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return bool(field.concrete and not field.many_to_many)


def said_by(door: str) -> Iterator[Said]:
    """Return every attribute of a model's field that is set outside the model."""
    for where, module, tree in modules(door):
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or called(node) not in DOORS[door] or not node.args:
                continue
            usual, model = DOORS[door][called(node)], model_of(node, module)
            if model is None:
                continue
            named = {key.arg: key.value for key in node.keywords if key.arg}
            if called(node) in ONE:
                values = {name: value_of(value, module) for name, value in named.items()}
                yield Said(where, model, value_of(node.args[1], module), values, usual)
            else:
                for name, value in named.items():
                    yield Said(where, model, name, value_of(value, module), usual)


def declared_by(door: str) -> Iterator[tuple[str, str]]:
    """Return fields declared outside the model although the model has a field of that name."""
    for where, module, tree in modules(door):
        for node in ast.walk(tree):
            for maker, names in _declarations(node, module):
                if called(maker) in DOORS[door] and (model := model_of(maker, module)):
                    yield from ((where, name) for name in names if is_column(model, name))


def _declarations(node: ast.AST, module: ModuleType) -> Iterator[tuple[ast.AST, list[str]]]:
    """Return the calls that take fields from a model, with the names of fields declared beside them."""
    if isinstance(node, ast.ClassDef):
        lines = [line for line in node.body if isinstance(line, ast.Assign)]
        names = [ast.unparse(line.targets[0]) for line in lines if isinstance(line.value, ast.Call)]
        yield from ((maker, names) for maker in node.decorator_list)
    elif isinstance(node, ast.Call):
        whole = [one for one in node.args if isinstance(one, ast.Call) and called(one) in WHOLE]
        yield node, [str(value_of(one.args[0], module)) for one in whole]


def again(said: Said) -> list[str]:
    """Return the attributes that repeat the model's value."""
    usual = said.usual(said.model, said.name)
    return [
        name
        for name, value in said.differing.items()
        if isinstance(value, str | int | Promise)
        and value != ""
        and str(getattr(usual, name, None)) == str(value)
    ]


def test_no_door_says_again_what_the_model_says() -> None:
    found = [said for door in DOORS for said in said_by(door)]
    assert len(found) > 80
    twice = [f"{one.where}: {one.model.__name__}.{one.name}: {again(one)}" for one in found if again(one)]
    assert twice == [], "Leave these out: they are derived."


def test_no_door_declares_a_field_that_its_model_has() -> None:
    found = {one for door in DOORS for one in declared_by(door)}
    assert found == set(DECLARED), "Name the field, or say in DECLARED why the model's is not what is meant."


def test_no_door_says_a_length_that_some_model_says_under_that_name() -> None:
    """For classes that name no model, although they should."""
    lengths = {
        (field.name, field.max_length)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.max_length
    }
    found = {
        (where, name)
        for door in DOORS
        for where, module, tree in modules(door)
        for name, length in _lengths(tree, module)
        if (name, length) in lengths
    }
    assert found == set(LENGTHS), "Take the field from its model, or say in LENGTHS what it is."


def _lengths(tree: ast.Module, module: ModuleType) -> Iterator[tuple[str, Any]]:
    """Return the names that classes declare with a `max_length`."""
    for node in ast.walk(tree):
        for line in node.body if isinstance(node, ast.ClassDef) else ():
            if isinstance(line, ast.Assign) and isinstance(line.value, ast.Call):
                for part in ast.walk(line.value):
                    if isinstance(part, ast.keyword) and part.arg == "max_length":
                        yield ast.unparse(line.targets[0]), value_of(part.value, module)
