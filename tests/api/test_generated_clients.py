"""A client generated from the committed OpenAPI document works against a running site."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from pytest_django import Settings

from accounts.actors import actor_for
from api.services.deliveries import make_deliveries
from api.services.feeds import create_feed
from api.services.sending import send_due
from audit.services.numbering import publish
from meetings.models import Meeting
from tests.api.clients import Tool
from tests.api.receivers import Receiver, receiving
from tests.factories import make_district, make_officer

ROOT = Path(django_settings.BASE_DIR)
EXAMPLE = ROOT / "docs" / "api" / "examples" / "six_uses.py"


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    with receiving() as one:
        settings.WEBHOOK_ALLOWED_HOSTS = [one.place]
        yield one


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Generate the package `proximity` without network access and return its folder."""
    folder = tmp_path_factory.mktemp("client")
    document = ROOT / "docs" / "openapi.yaml"
    command = ["openapi-python-client", "generate", "--path", str(document), "--meta", "none"]
    program = Path(sys.executable).with_name(command[0])
    subprocess.run(
        [str(program), *command[1:], "--output-path", str(folder / "proximity")], check=True, cwd=folder
    )
    return folder


@pytest.mark.thorough
def test_the_python_client_performs_the_six_uses(site: str, generated: Path, receiver: Receiver) -> None:
    north = make_district("North")
    officer = make_officer(north)
    told = run_example(
        [sys.executable, str(EXAMPLE)],
        PYTHONPATH=str(generated),
        SITE=site,
        KEY=Tool(north).token,
        DISTRICT=north.code,
        FEED=f"{site}/feeds/{create_feed(actor=actor_for(officer))}/meetings.ics",
        HOOK=receiver.url,
    )
    meeting = Meeting.objects.get(pk=told["meeting"])
    assert meeting.duration_minutes == 50
    assert meeting.organisations.get().name == "Rainbow House"
    publish_and_deliver()
    rows = [receiver.verify(told["secret"], number) for number in range(len(receiver.taken))]
    assert told["seq"] in [row["seq"] for row in rows if row["id"] == told["meeting"]]


def run_example(command: list[str], **variables: str) -> Any:
    """Run the example and return its output, while changes are numbered and delivered as by workers."""
    with subprocess.Popen(
        command,
        env=os.environ | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        while process.poll() is None:
            publish_and_deliver()
            time.sleep(0.1)
        out, problems = process.communicate()
    assert process.returncode == 0, problems
    return json.loads(out)


def publish_and_deliver() -> None:
    publish()
    make_deliveries()
    send_due()
