"""Errors in request bodies say what to send, name their field and follow Accept-Language."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
from django.utils.functional import Promise
from rest_framework import serializers

import api
import api.resources
from tests.api.clients import Tool
from tests.factories import make_district

SAYS_WHAT_TO_DO: Final = re.compile(r"(Send|Shorten|Include|Choose|There is no|No such record)\b")


def _modules() -> Iterator[str]:
    for package in (api, api.resources):
        yield from (
            f"{package.__name__}.{module.name}"
            for module in pkgutil.iter_modules(package.__path__)
            if not module.ispkg
        )


@pytest.mark.parametrize("name", sorted(_modules()))
def test_a_message_is_translated_when_it_is_sent(name: str) -> None:
    module = importlib.import_module(name)
    own = [
        (one.__name__, code)
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, serializers.Field) and one.__module__ == name
        for code, message in vars(one).get("default_error_messages", {}).items()
        if not isinstance(message, Promise)
    ]
    assert own == []


def _fields() -> Iterator[tuple[str, Any]]:
    """Every field of every request body with the fields inside it, and its path."""

    def inside(path: str, field: Any) -> Iterator[tuple[str, Any]]:
        yield path, field
        for name, below in getattr(field, "fields", {}).items():
            yield from inside(f"{path}.{name}", below)
        for name in ("child", "child_relation"):
            if below := getattr(field, name, None):
                yield from inside(f"{path}[]", below)

    for module in _modules():
        for name, body in vars(importlib.import_module(module)).items():
            if name.endswith("Input") and issubclass(body, serializers.Serializer):
                yield from inside(name, body())


def test_every_error_text_of_a_field_says_what_to_send() -> None:
    said = {
        f"{path} {code}": str(text)
        for path, field in _fields()
        for code, text in field.error_messages.items()
    }
    assert len(said) > 500
    assert {where: text for where, text in said.items() if not SAYS_WHAT_TO_DO.match(text)} == {}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "pointer", "code", "detail"),
    [
        ({"name": None}, "/name", "null", "Send a value other than null for “name”."),
        ({"name": " "}, "/name", "blank", "Send a text for “name” that is not blank."),
        ({"name": 7}, "/name", "invalid", "Send a text for “name”."),
        ({"name": "a" * 301}, "/name", "max_length", "Shorten “name”. Limit in characters: 200."),
        ({"kind": "x"}, "/kind", "invalid_choice", "Send one of the documented codes for “kind”."),
        ({"cadence_days": 0}, "/cadence_days", "min_value", "Send a number of 1 or more for “cadence_days”."),
        ({"cadence_days": "x"}, "/cadence_days", "invalid", "Send a whole number for “cadence_days”."),
        (
            {"verified_on": "1.2.2026"},
            "/verified_on",
            "invalid",
            "Send a date for “verified_on”, such as 2026-11-24.",
        ),
        (
            {"is_reporting_centre": "no"},
            "/is_reporting_centre",
            "invalid",
            "Send true or false for “is_reporting_centre”.",
        ),
        ({"focuses": {}}, "/focuses", "not_a_list", "Send a list for “focuses”."),
        ({"focuses": [7]}, "/focuses/0", "invalid", "Send a JSON object for “focuses”."),
        ({"focuses": [{}]}, "/focuses/0/focus", "required", "Send a value for “focus”."),
        (
            {"languages": ["es", "?"]},
            "/languages/1",
            "invalid",
            "Send language codes such as “es” in “languages”.",
        ),
        ({"home_district": "X9"}, "/home_district", "does_not_exist", "There is no district “X9”."),
    ],
)
def test_an_error_names_its_field_and_says_what_to_send(
    change: dict[str, Any], pointer: str, code: str, detail: str
) -> None:
    north = make_district()
    body = {"name": "Walkers", "kind": "ngo", "home_district": north.code}
    answer = Tool(north).post("/organisations/", body | change)
    assert {"pointer": pointer, "code": code, "detail": detail} in answer.json()["errors"]
