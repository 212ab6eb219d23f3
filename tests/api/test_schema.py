"""The OpenAPI document matches the application and the committed file, and can be read in a browser."""

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.validation import validate_schema
from playwright.sync_api import Page

from api.management.commands import write_openapi
from api.schema import document
from api.schema.examples import EXAMPLES

COMMITTED = Path(settings.BASE_DIR) / "docs" / "openapi.yaml"


def test_the_committed_document_is_the_one_the_application_makes() -> None:
    assert COMMITTED.read_bytes() == document.as_yaml(), (
        "Run `manage.py write_openapi` and commit the result."
    )


def test_the_document_is_the_same_when_it_is_made_again_and_each_example_has_one_place() -> None:
    first = document.as_yaml()
    document.as_dict.cache_clear()
    document.as_yaml.cache_clear()
    assert document.as_yaml() == first
    schemas = document.as_dict()["components"]["schemas"]
    assert schemas["FieldError"]["properties"]["parameter"]["examples"] == ["staus"]
    assert first.count(b"- staus\n") == 1


def test_it_is_openapi_3_1_and_nothing_is_guessed() -> None:
    document.as_dict.cache_clear()
    found = document.as_dict()
    validate_schema(found)
    assert found["openapi"].startswith("3.1")
    assert not GENERATOR_STATS


def test_every_reference_leads_somewhere_and_every_operation_has_a_name_of_its_own() -> None:
    found = document.as_dict()
    for reference in _references(found):
        place: Any = found
        for name in reference.removeprefix("#/").split("/"):
            place = place[name]
    names = [operation["operationId"] for path in found["paths"].values() for operation in path.values()]
    assert len(names) == len(set(names)) > 30


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_example_is_valid(name: str) -> None:
    found = document.as_dict()
    schema = {"$ref": f"#/components/schemas/{name}", "components": found["components"]}
    jsonschema.validate(EXAMPLES[name], schema)


def test_the_document_is_served_to_anybody_as_json_and_as_yaml() -> None:
    client = Client()
    assert client.get("/api/v1/schema/").json() == document.as_dict()
    by_header = client.get("/api/v1/schema/", headers={"accept": "application/yaml"})
    by_name = client.get("/api/v1/schema/?format=yaml")
    assert by_header.content == by_name.content == document.as_yaml()
    assert yaml.safe_load(by_name.content)["info"]["title"] == "Proximity CRM"


@pytest.mark.parametrize(
    ("path", "status"),
    [("schema/?format=xml", 400), ("schema/?lang=es", 400), ("nothing/", 404), ("organisations/7/", 404)],
)
def test_what_is_not_there_is_a_problem_too(path: str, status: int) -> None:
    answer = Client().get(f"/api/v1/{path}")
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")


@pytest.mark.django_db
def test_what_is_not_there_is_no_page_to_a_client_that_posts() -> None:
    answer = Client(enforce_csrf_checks=True).post("/api/v1/nothing/", {}, "application/json")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_the_page_shows_it_under_the_same_policy_as_every_page(desk: Page) -> None:
    complaints: list[str] = []
    desk.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    desk.on("pageerror", lambda error: complaints.append(str(error)))
    answer = desk.goto("/api/docs/")
    assert answer and "unsafe" not in answer.headers["content-security-policy"]
    desk.locator("#operations-tag-organisations").click()
    desk.locator("#operations-organisations-create_organisations").click()
    desk.get_by_text("Idempotency-Key").first.wait_for()
    assert complaints == []


def test_the_command_writes_what_is_committed(capsys: pytest.CaptureFixture[str]) -> None:
    before = COMMITTED.read_bytes()
    call_command("write_openapi")
    assert COMMITTED.read_bytes() == before
    assert "docs/openapi.yaml" in capsys.readouterr().out


def test_the_command_compares_and_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    call_command("write_openapi", "--check")
    monkeypatch.setattr(write_openapi, "PAGE", tmp_path / "openapi.yaml")
    for stale in (None, document.as_yaml() + b"# by hand\n"):
        if stale:
            write_openapi.PAGE.write_bytes(stale)
        with pytest.raises(CommandError, match="manage write_openapi"):
            call_command("write_openapi", "--check")
        assert stale is None or write_openapi.PAGE.read_bytes() == stale


def _references(node: Any) -> Any:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from _references(child)
