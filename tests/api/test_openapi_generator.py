"""Clients that openapi-generator makes, in Python, TypeScript and Go: they compile, and do what tools do."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from pytest_django import Settings

from accounts.actors import actor_for
from api.schema.document import as_yaml
from api.services.feeds import create_feed
from meetings.models import Meeting
from tests.api.clients import Tool
from tests.api.generators.tools import NotInstalled, alone, installed, run
from tests.api.receivers import receiving
from tests.api.test_generated_clients import publish_and_deliver, run_example
from tests.factories import make_district, make_officer

EXAMPLES = Path(django_settings.BASE_DIR) / "docs" / "api" / "examples" / "openapi-generator"
CONFIGURATIONS = ("python.json", "typescript.json", "go.json")


@pytest.fixture(scope="module")
def tools() -> Path:
    try:
        return installed()
    except NotInstalled as error:
        pytest.skip(f"The generator could not be installed: {error}")


@pytest.fixture(scope="module")
def clients(tools: Path) -> Path:
    """A folder with the three clients and their examples, made once for a document and its examples."""
    document = as_yaml(webhooks=False)
    parts = [path.read_bytes() for path in sorted(EXAMPLES.iterdir())]
    folder = tools / f"clients-{hashlib.sha256(b''.join([document, *parts])).hexdigest()[:12]}"
    with alone(tools):
        if not (folder / "made").exists():
            for old in tools.glob("clients-*"):
                shutil.rmtree(old)
            shutil.copytree(EXAMPLES, folder)
            (folder / "schema.yaml").write_bytes(document)
            program = tools / "bin" / "openapi-generator-cli"
            run(program, "batch", "--root-dir", folder, *CONFIGURATIONS, folder=folder, JAVA_OPTS="")
            (folder / "made").touch()
    return folder


def python(tools: Path, clients: Path) -> list[str]:
    shutil.copy(clients / "six_uses.py", clients / "python")
    return [str(tools / "bin" / "python"), str(clients / "python" / "six_uses.py")]


def typescript(tools: Path, clients: Path) -> list[str]:
    folder = clients / "typescript"
    shutil.copy(clients / "six-uses.ts", folder)
    (folder / "package.json").write_text('{"type": "module"}')
    node = tools / "bin" / "node"
    strict = ("--strict", "--target", "es2022", "--module", "nodenext", "--lib", "es2022,dom,dom.iterable")
    run(node, tools / "node_modules" / "typescript" / "bin" / "tsc", *strict, "six-uses.ts", folder=folder)
    return [str(node), str(folder / "six-uses.js")]


def go(tools: Path, clients: Path) -> list[str]:
    folder = clients / "go"
    shutil.copy(clients / "six_uses.go", folder)
    (folder / "go.mod").write_text("module sixuses\n\ngo 1.23\n")
    alone_here = {"GOPROXY": "off", "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=mod", "CGO_ENABLED": "0"}
    run(
        tools / "bin" / "go",
        "build",
        "-o",
        "six-uses",
        ".",
        folder=folder,
        GOCACHE=str(tools / "go"),
        **alone_here,
    )
    return [str(folder / "six-uses")]


@pytest.mark.thorough
@pytest.mark.long
@pytest.mark.parametrize("language", [python, typescript, go])
def test_the_client_of_each_language_performs_the_six_uses(
    site: str, tools: Path, clients: Path, settings: Settings, language: Any
) -> None:
    command = language(tools, clients)
    north = make_district("North")
    with receiving() as receiver:
        settings.WEBHOOK_ALLOWED_HOSTS = [receiver.place]
        told = run_example(
            command,
            SITE=site,
            KEY=Tool(north).token,
            DISTRICT=north.code,
            FEED=f"{site}/feeds/{create_feed(actor=actor_for(make_officer(north)))}/meetings.ics",
            HOOK=receiver.url,
        )
        publish_and_deliver()
        rows = [receiver.verify(told["secret"], number) for number in range(len(receiver.taken))]
    meeting = Meeting.objects.get(pk=told["meeting"])
    assert meeting.duration_minutes == 50
    assert meeting.organisations.get().name == "Rainbow House"
    assert told["seq"] in [row["seq"] for row in rows if row["id"] == told["meeting"]]


def test_the_document_without_webhooks_is_the_same_otherwise() -> None:
    whole = json.loads(Client().get("/api/v1/schema/").content)
    without = json.loads(Client().get("/api/v1/schema/?webhooks=false").content)
    received = whole.pop("webhooks")
    assert without == whole
    assert b"\nwebhooks:" not in Client().get("/api/v1/schema/?webhooks=false&format=yaml").content
    assert json.loads(Client().get("/api/v1/schema/?webhooks=true").content)["webhooks"] == received
    assert Client().get("/api/v1/schema/?webhooks=no").status_code == 400
    used = {tag for path in whole["paths"].values() for one in path.values() for tag in one.get("tags", [])}
    assert used.isdisjoint(received["change"]["post"]["tags"])


def test_every_member_of_a_figures_row_is_in_the_document() -> None:
    """Generated clients drop what is not declared, without a word."""
    whole = json.loads(Client().get("/api/v1/schema/").content)
    (rows,) = (one for name, one in whole["components"]["schemas"].items() if name == "ReportRow")
    path = next(path for name, path in whole["paths"].items() if name.startswith("/reports/"))
    example = path["get"]["responses"]["200"]["content"]["application/json"]["example"]
    assert set(example["rows"][0]) <= set(rows["properties"])
    assert "compared_n" in rows["properties"] and "compared_n" not in rows["required"]
