"""What is deprecated says so in the document and in every answer, for at least a year."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from api.http.lifecycle import AT_LEAST, ENDING, Ending
from api.schema import document
from tests.api.clients import Tool

CHANGES = Path(settings.BASE_DIR) / "docs" / "api" / "changelog.md"


def test_what_ends_has_a_year_and_a_line_in_the_changelog() -> None:
    written = CHANGES.read_text()
    for one in ENDING:
        assert one.sunset_on - one.deprecated_on >= AT_LEAST, one
        assert f"{one.method} /{one.route}" in written, one
    version = document.as_dict()["info"]["version"]
    assert written.split("\n## ")[1].startswith(version)


@pytest.mark.django_db
def test_an_answer_says_what_of_it_ends_and_so_does_the_document(monkeypatch: Any) -> None:
    whole = Ending("GET", "me/", date(2027, 1, 1), date(2028, 2, 1), "Use `/who/`.")
    part = Ending("GET", "officers/", date(2027, 1, 1), date(2028, 1, 1), "Use `limit`.", parameter="count")
    monkeypatch.setattr("api.http.lifecycle.ENDING", [*ENDING, whole, part])
    tool = Tool()
    answer = tool.get("/me/")
    assert answer["Deprecation"] == "@1798761600"  # RFC 9745: a date of structured fields
    assert answer["Sunset"] == "Tue, 01 Feb 2028 00:00:00 GMT"  # RFC 8594: an HTTP date
    assert 'rel="deprecation"' in answer["Link"]
    assert 'rel="sunset"' in answer["Link"]
    refused = Client().get("/api/v1/me/")
    assert (refused.status_code, refused["Sunset"]) == (401, answer["Sunset"])
    assert "Deprecation" not in tool.get("/officers/").headers
    assert tool.get("/officers/?count=true")["Sunset"] == "Sat, 01 Jan 2028 00:00:00 GMT"
    assert "Sunset" not in tool.get("/districts/?count=true").headers
    document.as_dict.cache_clear()
    try:
        paths = document.as_dict()["paths"]
    finally:
        document.as_dict.cache_clear()
    assert paths["/me/"]["get"]["deprecated"] is True
    assert "Use `/who/`." in paths["/me/"]["get"]["description"]
    ending = [one["name"] for one in paths["/officers/"]["get"]["parameters"] if one.get("deprecated")]
    assert ("deprecated" in paths["/officers/"]["get"], ending) == (False, ["count"])
    assert not any(one.get("deprecated") for one in paths["/districts/"]["get"]["parameters"])


def test_codes_in_answers_are_open_and_codes_in_bodies_are_not() -> None:
    schemas = document.as_dict()["components"]["schemas"]
    assert "enum" not in schemas["KindValue"]
    assert schemas["KindValue"]["x-extensible-enum"] == schemas["KindCode"]["enum"]
    assert schemas["Organisation"]["properties"]["kind"]["$ref"].endswith("/KindValue")
    assert schemas["OrganisationInput"]["properties"]["kind"]["$ref"].endswith("/KindCode")
    answers = [schema for name, schema in schemas.items() if not name.endswith(("Input", "Patch", "Code"))]
    closed = [one for one in _members(answers) if "enum" in one and "rest" not in str(one)]
    assert [one["enum"] for one in closed if one["enum"] != ["no_part", "several_parts", None]] == []


def _members(node: Any) -> Any:
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from _members(child)
