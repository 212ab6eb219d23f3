"""A parameter without a value is rejected, because a client with an empty variable would hit wrong rows."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from api.http.parameters import MOST_ERRORS
from api.models import ApiKey
from api.reports import BY_SLUG
from api.schema import document
from tests.api.clients import Tool
from tests.factories import make_contact, make_district, make_meeting, make_officer, make_organisation

pytestmark = pytest.mark.django_db


def parameters_of_get() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Return the parameters of every GET operation in the OpenAPI document."""
    for path, operations in document.as_dict()["paths"].items():
        found = operations.get("get", {}).get("parameters", ())
        if taken := [one for one in found if one["in"] == "query"]:
            yield path, taken


def address(path: str) -> str:
    filled = path.replace("/reports/{slug}/", "/reports/coverage/")
    return re.sub(r"\{\w+\}", "01938f4e-7c3a-7b1e-9d55-3f0e6a2b9c10", filled)


def refusal(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 400, answer.content
    return [(one["parameter"], one["code"]) for one in answer.json()["errors"]]


def test_no_parameter_of_any_address_may_be_empty() -> None:
    tool, told = Tool(make_district()), 0
    for path, taken in parameters_of_get():
        for value in ("", "%20%09"):
            query = "&".join(f"{one['name']}={value}" for one in taken)
            empty = [(one["name"], "empty") for one in taken]
            assert refusal(tool.get(f"{address(path)}?{query}")) == empty[:MOST_ERRORS]
            told += len(taken)
    assert told > 160


def is_list(one: dict[str, Any]) -> bool:
    return "(," in one["schema"].get("pattern", "")


def test_no_part_of_a_list_may_be_empty() -> None:
    tool, told = Tool(make_district()), 0
    for path, taken in parameters_of_get():
        rest = "&from=2026-01-01&to=2026-02-01" if "/reports/" in path else ""
        for number, one in enumerate(filter(is_list, taken)):
            found = re.match(r"\^\((\w[\w-]*)", one["schema"]["pattern"])
            word = found[1] if found else "N1"
            values = (",", f"{word},", f",{word}", f"{word},,{word}", f"{word},%20")
            for value in values if number == 0 else values[-2:]:
                answer = tool.get(f"{address(path)}?{one['name']}={value}{rest}")
                assert refusal(answer) == [(one["name"], "empty")], (path, one["name"], value)
                told += 1
    assert told > 50


def test_the_document_says_so() -> None:
    """No value that is rejected as empty fits the schema of its parameter."""
    for path, one in ((path, one) for path, taken in parameters_of_get() for one in taken):
        schema = one["schema"]
        closed = schema["type"] != "string" or "enum" in schema or "format" in schema
        pattern = schema.get("pattern")
        for value in ("", " ", "\t"):
            fits = pattern is None or re.search(pattern, value)
            assert closed or not fits, (path, one["name"])


def test_a_person_is_not_found_by_a_source_and_an_empty_id() -> None:
    north = make_district()
    person = make_contact(north, make_organisation(north))
    tool = Tool(north)
    person.external_ids.create(source=tool.key.source, external_id="7")
    source = f"/contacts/?source={tool.key.source}"
    assert refusal(tool.get(f"{source}&external_id=")) == [("external_id", "empty")]
    found = tool.get(f"{source}&external_id=7").json()["results"]
    assert [row["id"] for row in found] == [str(person.pk)]
    assert ApiKey.objects.count() == 1


def test_the_calls_that_reports_link_to_have_no_empty_parameter() -> None:
    north = make_district()
    make_meeting(north, make_organisation(north, cadence_days=30), officers=[make_officer(north)])
    tool = Tool(north)
    called = 0
    for slug in BY_SLUG:
        answer = tool.get(f"/reports/{slug}/?from=2020-01-01&to=2030-01-01")
        for url in filter(None, (row["rows_url"] for row in answer.json()["rows"])):
            assert tool.get(url.partition("/api/v1")[2]).status_code == 200, url
            called += 1
    assert called > 5


def test_a_browsers_form_may_leave_its_fields_empty() -> None:
    north = make_district()
    client = Client()
    client.force_login(make_officer(north))
    assert client.get("/organisations/?kind=&status=&q=", follow=True).status_code == 200
