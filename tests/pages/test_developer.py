"""The documented examples run as written, with a key, against this installation."""

import base64
import os
import runpy
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings
from standardwebhooks import Webhook

from accounts.models import Role
from meetings.models import Meeting
from pages.developer.example_files import LANGUAGES, SCOPES, Example
from pages.developer.views import TOPICS
from tests.api.clients import Tool
from tests.contacts.pages import browse
from tests.factories import make_district, make_meeting, make_organisation, make_user

PROGRAMS = {"curl": "sh", "python": "python3", "javascript": "node"}
# Without Node, its example is not collected, because no other part of the application needs Node.
HERE = [language for language, program in PROGRAMS.items() if shutil.which(program)]


@pytest.mark.parametrize("role", list(Role.values))
def test_everybody_who_signs_in_reads_how_with_this_installations_address(
    role: str, db: None, settings: Settings
) -> None:
    settings.SITE_URL = "https://ties.city.example"
    client = browse(make_user(role))
    page = client.get("/developer/").content.decode()
    assert "https://ties.city.example/api/v1" in page
    assert "localhost:8000" not in page
    for language in LANGUAGES:
        answer = client.get(f"/developer/examples/{language}/")
        assert answer["Content-Type"].startswith("text/plain")
        assert "https://ties.city.example/api/v1" in answer.content.decode()
    assert client.get("/developer/examples/cobol/").status_code == 404


def test_it_is_open_to_an_integrator_who_has_no_account(client: Client, db: None) -> None:
    make_organisation(make_district("Northgate"), name="Rainbow House")
    page = client.get("/developer/")
    assert (page.status_code, client.get("/developer/examples/curl/").status_code) == (200, 200)
    text = page.content.decode()
    assert all(scope in text for scope in SCOPES)
    assert "Nothing is deprecated today." in text
    assert not {"Northgate", "Rainbow House"} & set(text.split())
    assert 'href="/developer/"' in client.get("/api/docs/").content.decode()


def test_every_part_has_a_topic_and_every_topic_an_example() -> None:
    shown = {language: set(Example(language, "https://x.example").parts) for language in LANGUAGES}
    assert set.union(*shown.values()) == set(TOPICS)
    assert shown["python"] == shown["javascript"] == set(TOPICS)
    assert shown["curl"] == set(TOPICS) - {"webhooks"}


@pytest.mark.parametrize("language", HERE)
def test_the_examples_run_as_written(language: str, site: str, settings: Settings, tmp_path: Path) -> None:
    settings.SITE_URL = site
    north = make_district()
    make_meeting(None, make_organisation(north), duration_minutes=30)
    tool = Tool(north, scopes=SCOPES)
    client = browse(make_user())
    file = tmp_path / Example(language, site).file_name
    file.write_bytes(client.get(f"/developer/examples/{language}/").content)
    for _time in range(2):  # a second run does no harm
        done = subprocess.run(
            [PROGRAMS[language], str(file)],
            env=os.environ | {"CRM_KEY": tool.token},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    assert Meeting.objects.filter(duration_minutes=20, version=2).count() == 2
    assert north.code in done.stdout
    assert "status" in done.stdout  # the error suggests it for “staus”


def test_a_webhook_is_believed_when_its_signature_is_right(
    site: str, monkeypatch: Any, tmp_path: Path
) -> None:
    """The example verifies what the Standard Webhooks library signs."""
    monkeypatch.setenv("CRM_KEY", Tool(make_organisation().home_district).token)
    file = tmp_path / "examples.py"
    file.write_text(Example("python", site).text)
    is_genuine = runpy.run_path(str(file))["is_genuine"]
    secret = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes ....").decode()
    now, body = datetime.now(UTC), '{"op":"updated"}'
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": "v1,AAAA " + Webhook(secret).sign("msg_1", now, body),
    }
    assert is_genuine(secret, headers, body.encode())
    assert not is_genuine(secret, headers, body.encode() + b" ")
    assert not is_genuine(secret, headers | {"webhook-timestamp": "1"}, body.encode())
