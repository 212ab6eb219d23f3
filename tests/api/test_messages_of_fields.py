"""What a field of a body says of a wrong value follows Accept-Language, as the guide promises."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from django.utils.functional import Promise
from rest_framework import serializers

import api.inputs
import api.rows


def _modules() -> Iterator[str]:
    for package in (api.inputs, api.rows):
        yield from (f"{package.__name__}.{module.name}" for module in pkgutil.iter_modules(package.__path__))


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
