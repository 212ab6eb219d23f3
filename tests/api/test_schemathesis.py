"""Schemathesis sends thousands of odd requests to every operation; no response is 5xx or undocumented."""

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.servers.basehttp import WSGIRequestHandler

from accounts.actors import actor_for
from accounts.models import Role, User
from api.resources.descriptions import ID as EXAMPLE_ID
from api.schema import document
from api.services.bulk_agreements import agree_to_bulk_reads
from contacts.models import Contact, Organisation
from districts.models import District
from lib.days import city_today
from meetings.models import Concern, FollowUp, Meeting
from meetings.services.concerns import log_concern
from meetings.services.follow_ups import create_follow_up
from tests.api.clients import Tool
from tests.factories import (
    make_contact,
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
    make_user,
)

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "allow_header_conformance",
)
ROWS: dict[str, Any] = {
    "organisations": Organisation,
    "contacts": Contact,
    "meetings": Meeting,
    "follow-ups": FollowUp,
    "concerns": Concern,
    "districts": District,
    "officers": User,
}
REFERENCES = {
    "organisation": Organisation,
    "site_organisation": Organisation,
    "raised_by_organisation": Organisation,
    "contact": Contact,
    "meeting": Meeting,
    "concern": Concern,
    "owner": User,
    "officers": User,
    "lead_officer": User,
    "deputy_officer": User,
}
DISTRICTS = ("district", "home_district", "also_in", "active_in")


# Random requests go to every operation. All combinations are covered only for operations with different code:
# a batch reads each object as POST does, and the five objects share their code.
CONFIGURATION = """
hooks = "{hooks}"

[[operations]]
include-path-regex = "/batch/$|^/(contacts|meetings|follow-ups|concerns)/"
phases.coverage.enabled = false
"""


@pytest.fixture
def without_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Turn off Nagle's algorithm, which would delay each response by 40 ms."""
    monkeypatch.setattr(WSGIRequestHandler, "disable_nagle_algorithm", True)


@pytest.mark.thorough
@pytest.mark.long
def test_every_operation_answers_as_documented_whatever_it_is_asked(
    site: str, without_delay: None, quiet_log: None, tmp_path: Path
) -> None:
    make_a_small_book()
    tool = Tool(requests_per_minute=1_000_000, daily_contacts=1_000_000)
    privacy = actor_for(make_user(Role.PRIVACY_OFFICER))
    agree_to_bulk_reads(actor=privacy, key_id=tool.key.pk, rows=1_000_000, days=1, reason="A copy")
    schema, configuration = tmp_path / "openapi.json", tmp_path / "schemathesis.toml"
    schema.write_text(json.dumps(with_what_is_there(document.as_dict())))
    configuration.write_text(CONFIGURATION.format(hooks=Path(__file__).with_name("current_versions.py")))
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(configuration), "run", str(schema)),
        *("--url", f"{site}/api/v1", "--header", f"Authorization: Bearer {tool.token}"),
        *("--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing"),
        *("--max-examples", "7", "--generation-deterministic", "--seed", "20261124"),
        *("--no-shrink", "--continue-on-failure", "--warnings", "off"),
        *("--suppress-health-check", "all", "--request-timeout", "20", "--no-color"),
    ]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    assert run.returncode == 0, run.stdout[-20_000:] + run.stderr[-2_000:]
    answered = json.loads((tmp_path / "answered.json").read_text())
    patched = [path for path, operations in document.as_dict()["paths"].items() if "patch" in operations]
    found = {path: set(answered[f"PATCH {path}"]) for path in patched}
    never = {path: answers for path, answers in found.items() if not answers & {"200", "400 invalid"}}
    assert never == {}, "never got past the version"


def make_a_small_book() -> None:
    """Create two rows of each type, because the requests include erasing and cancelling."""
    north = make_district("North")
    officer = make_officer(north)
    for _ in range(2):
        organisation = make_organisation(north)
        contact = make_contact(north, organisation)
        held = make_meeting(north, organisation)
        held.contact_links.create(contact=contact, attendance="attended")
        log_concern(actor=actor_for(officer), kinds=["tension"], district=north)
        create_follow_up(
            actor=actor_for(officer),
            title="Call back",
            organisations=[organisation],
            owner=officer,
            due_on=city_today(),
        )


def with_what_is_there(found: dict[str, Any]) -> dict[str, Any]:
    """Add IDs, codes and versions of existing rows to the document.

    With made-up values alone, nearly every response would be 404.
    """
    known: dict[str, list[Any]] = {name: ids(model) for name, model in REFERENCES.items()}
    known |= {name: list(District.objects.values_list("code", flat=True)) for name in DISTRICTS}
    known |= {"version": [1, 2], "If-Match": ['"1"', '"2"']}
    found = copy.deepcopy(found)
    bodies = {n: s for n, s in found["components"]["schemas"].items() if n.endswith(("Input", "Patch"))}
    for schema in bodies.values():
        for name, child in schema["properties"].items():
            if name in known:
                offer(child.get("items", child), known[name])
    for path, described in found["paths"].items():
        noun = path.split("/")[1]
        # Schemathesis also takes IDs from the examples of answers.
        last = ids(ROWS[noun])[-1] if noun in ROWS else EXAMPLE_ID
        operations = found["paths"][path] = json.loads(json.dumps(described).replace(EXAMPLE_ID, last))
        for operation in operations.values():
            asked = operation.get("parameters", [])
            if operation["operationId"] != "create_concern":
                # Otherwise every request would have the same key and be answered with 422.
                asked[:] = [p for p in asked if p["name"] != "Idempotency-Key"]
            for parameter in asked:
                name = parameter["name"]
                values = ids(ROWS[noun]) if noun in ROWS and parameter["in"] == "path" else known.get(name)
                if values:
                    offer(parameter["schema"], values)
    return found


def offer(schema: dict[str, Any], values: list[Any]) -> None:
    anything = dict(schema)
    schema.clear()
    schema["anyOf"] = [{"enum": values}, anything]


def ids(model: Any) -> list[str]:
    return [str(pk) for pk in model.objects.values_list("pk", flat=True)]
