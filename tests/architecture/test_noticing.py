"""Each way to read a query parameter is noticed, and what only copies or encodes the query is not."""

from collections.abc import Callable

import pytest
from django.http import QueryDict
from django.test import RequestFactory

from accounts.services.sent_forms import FIELD
from tests.architecture.noticing import EVERY, noticed

WAYS: dict[str, tuple[Callable[[QueryDict], object], set[str]]] = {
    "get": (lambda query: query.get("a"), {"a"}),
    "get what is not there": (lambda query: query.get("c", ""), {"c"}),
    "item": (lambda query: query["a"], {"a"}),
    "getlist": (lambda query: query.getlist("b"), {"b"}),
    "in": (lambda query: "c" in query, {"c"}),
    "of a copy": (lambda query: query.copy().get("a"), {"a"}),
    "pop": (lambda query: query.copy().pop("a"), {"a"}),
    "the id of a form": (lambda query: query.get(FIELD), set()),
    "urlencode": (lambda query: query.copy().urlencode(), set()),
    "whether there is any": (bool, {EVERY}),
    "names": (list, {EVERY}),
    "keys": (lambda query: query.keys() & {"a"}, {EVERY}),
    "unpacked": (lambda query: {**query}, {"a", "b", EVERY}),
    "lists": (lambda query: list(query.lists()), {EVERY}),
    "values": (lambda query: list(query.values()), {"a", "b", EVERY}),
    "dict": (lambda query: query.dict(), {"a", "b", EVERY}),
}


@pytest.mark.parametrize("way", WAYS)
def test_it_is_noticed(way: str) -> None:
    look, expected = WAYS[way]
    with noticed() as read:
        look(RequestFactory().get("/?a=1&b=2").GET)
    assert read == expected
