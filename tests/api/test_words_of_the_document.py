"""Each property, parameter, tag and answer of the OpenAPI document has a description and an example."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.conf import settings

from api.reports import BY_SLUG
from api.resources.descriptions import COMMON
from api.schema import document
from api.schema.document import TAGS, descriptions_of_views
from api.schema.parameters import UNLABELLED

FILES = ("text/vcard", "application/x-ndjson")  # explained in the guide


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    return document.as_dict()


def test_the_guide_names_each_report_and_each_path(found: dict[str, Any]) -> None:
    guide = (Path(settings.BASE_DIR) / "docs" / "api" / "guide.md").read_text()
    rows = re.findall(
        r"^\| `([a-z-]+)` \|", guide.partition("| Report | n of N |")[2].partition("\n\n")[0], re.MULTILINE
    )
    assert sorted(rows) == sorted(BY_SLUG)
    nouns = set(re.findall(r"^/((?:publishing/)?[a-z-]+)/", "\n".join(found["paths"]), re.MULTILINE))
    assert {noun for noun in nouns if not re.search(rf"[/`]{noun}[/`?]", guide)} == set()


def members(found: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, schema in found["components"]["schemas"].items():
        for member, one in schema.get("properties", {}).items():
            yield f"{name}.{member}", one


def answers(found: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for path, operations in found["paths"].items():
        for method, operation in operations.items():
            for status, response in operation["responses"].items():
                yield f"{method} {path} {status}", response
    yield from found["components"]["responses"].items()


def test_each_property_is_described_and_has_an_example(found: dict[str, Any]) -> None:
    def is_shown(one: Any) -> bool:
        """Shown by itself, or by the component it refers to."""
        inner = [one, one.get("items", {}), *one.get("anyOf", ())]
        return "examples" in one or one.get("type") == "boolean" or any("$ref" in each for each in inner)

    rows = dict(members(found))
    assert len(rows) > 500
    assert [name for name, one in rows.items() if not one.get("description")] == []
    plain = {name: one for name, one in rows.items() if not name.startswith("ReportRow.")}
    assert [name for name, one in plain.items() if not is_shown(one)] == []


def test_each_parameter_and_tag_is_described(found: dict[str, Any]) -> None:
    operations = [one for path in found["paths"].values() for one in path.values()]
    silent = [
        one["name"] for each in operations for one in each.get("parameters", ()) if not one.get("description")
    ]
    assert silent == []
    assert {tag for one in operations for tag in one["tags"]} | {"received"} == set(TAGS)
    assert all(one["description"] for one in found["tags"])
    assert found["info"]["contact"]["name"]


def test_each_answer_has_an_example_that_is_valid(found: dict[str, Any]) -> None:
    looked = 0
    for name, response in answers(found):
        for media_type, content in response.get("content", {}).items():
            looked += 1
            assert "example" in content or media_type in FILES, name
            if media_type.endswith("json") and media_type not in FILES:
                schema = {**content["schema"], "components": found["components"]}
                jsonschema.validate(content["example"], schema)
    assert looked > 50


def test_each_example_of_a_property_is_valid(found: dict[str, Any]) -> None:
    wrong = [
        (name, example)
        for name, one in members(found)
        for example in one.get("examples", ())
        if not jsonschema.Draft202012Validator({**one, "components": found["components"]}).is_valid(example)
    ]
    assert wrong == []


def test_each_declared_description_is_used(found: dict[str, Any]) -> None:
    properties: dict[str, list[Any]] = {}
    for name, schema in members(found):
        properties.setdefault(name.replace("Input.", ".").replace("Patch.", "."), []).append(schema)
    descriptions = descriptions_of_views()
    assert len(descriptions) > 250
    assert sorted(set(descriptions) - set(properties)) == []
    unused = [
        name
        for name, description in descriptions.items()
        if (
            description.text and all(schema["description"] != description.text for schema in properties[name])
        )
        or (
            description.example is not None
            and all(schema.get("examples") != [description.example] for schema in properties[name])
        )
    ]
    assert unused == []
    assert set(COMMON) <= {name.partition(".")[2] for name in properties}


def test_each_described_parameter_exists(found: dict[str, Any]) -> None:
    parameters = {
        parameter["name"]
        for path in found["paths"].values()
        for operation in path.values()
        for parameter in operation.get("parameters", ())
    }
    assert set(UNLABELLED) <= parameters
