"""The logs of a busy web server, worker and beat show the work but no personal data."""

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from accounts.actors import actor_for
from accounts.models import User
from api.services.feeds import create_feed
from contacts.models import Contact, Organisation
from crm import heartbeat
from crm.embedded.run import free_port
from meetings.models import FollowUp
from pages.undo import SALT
from reminders.models import Reminder
from reminders.services.reminders import top_up
from tests.api.clients import Tool
from tests.factories import make_contact, make_meeting, make_officer, make_organisation
from tests.plugins import services
from tests.plugins.mail import MailSink
from tests.plugins.workers import wait_until

CANARY = "Kanarienvogel"
PROGRAMS = {
    "web": "gunicorn crm.wsgi --config python:crm.serving --access-logfile - --bind 127.0.0.1:{port}",
    "worker": "celery -A crm worker --concurrency 1 --loglevel INFO --without-gossip --without-mingle",
    "beat": "celery -A crm beat --loglevel INFO",
}


@contextmanager
def running(command: str, log: Path) -> Iterator[None]:
    environment = os.environ | services.environment() | {"LOG_LEVEL": "INFO"}
    with log.open("ab") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", *command.split()],
            cwd=services.ROOT,
            env=environment,
            stdout=file,
            stderr=file,
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


class Browser:
    """Sends requests to the real server and returns the status."""

    def __init__(self, port: int, **headers: str) -> None:
        self.port, self.headers = port, headers

    def __call__(self, method: str, path: str, body: str = "", **headers: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            named = {name.replace("_", "-"): value for name, value in (self.headers | headers).items()}
            connection.request(method, path, body.encode(), named)
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()


def make_book() -> tuple[User, Organisation, Contact]:
    officer = make_officer(email=f"{CANARY.lower()}@police.example", name=f"Officer {CANARY}")
    organisation = make_organisation(name=f"Association {CANARY}", email=f"{CANARY}@ngo.example")
    officer.districts.set([organisation.home_district])
    contact = make_contact(None, organisation, family_name=CANARY, email=f"{CANARY}.person@ngo.example")
    make_meeting(None, organisation, subject=f"About {CANARY}", facts=CANARY, officers=[officer])
    offset = 14 - timezone.now().hour  # where it is afternoon
    zone = f"Etc/GMT{-offset:+d}" if offset else "Etc/GMT"
    today = timezone.now().astimezone(ZoneInfo(zone)).date()
    address = f"second.{CANARY.lower()}@police.example"
    owner = make_officer(organisation.home_district, email=address, time_zone=zone)
    FollowUp.objects.create(title=f"Call {CANARY}", owner=owner, due_on=today, first_due_on=today)
    top_up()
    return officer, organisation, contact


def be_busy(port: int, officer: User, organisation: Organisation, contact: Contact) -> dict[str, str]:
    """Do everything that could be logged carelessly, and return the secrets that were used."""
    session = Client()
    session.force_login(officer)
    cookie = f"sessionid={session.cookies['sessionid'].value}; csrftoken={'x' * 32}"
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    page, nobody = Browser(port, Cookie=cookie, Referer=f"http://x/?q={CANARY}"), Browser(port)
    assert page("GET", f"/organisations/{organisation.pk}/?next={CANARY}") == 200
    for path in ("/search/?q=", "/organisations/?q=", "/contacts/?q=", "/search/?nonsense="):
        page("GET", path + quote(CANARY))
    page("GET", f"/contacts/{contact.pk}/")
    page("POST", "/organisations/new/", urlencode({"name": CANARY}), **form)
    page("POST", f"/contacts/{contact.pk}/", urlencode({"family_name": CANARY}), **form)
    credentials = urlencode({"login": f"{CANARY}@police.example", "password": f"Pass{CANARY}"})
    nobody("POST", "/accounts/login/", credentials, **form)
    token = create_feed(actor=actor_for(officer))
    assert nobody("GET", f"/feeds/{token}/meetings.ics") == 200
    nobody("GET", f"/feeds/{CANARY}/meetings.ics")
    undo = signing.dumps({"name": "x", "user": "x", "payload": {"before": CANARY * 3}}, salt=SALT)
    page("GET", f"/undo/{undo}/")
    nobody("GET", f"/accounts/password/reset/key/2ptsx6vjq9cuoa-{CANARY}-bd4f2a7e0f7d4e6d9b8a/")
    tool = Browser(port, Authorization=f"Bearer {Tool().token}", Content_Type="application/json")
    body = {"name": CANARY, "kind": "ngo", "home_district": organisation.home_district.code}
    assert tool("POST", "/api/v1/organisations/", json.dumps(body)) == 201
    assert tool("POST", "/api/v1/organisations/", json.dumps(body | {CANARY: CANARY})) == 400
    tool("POST", "/api/v1/organisations/", f'{{"name": "{CANARY}')
    assert tool("GET", f"/api/v1/organisations/?q={CANARY}") == 200
    assert tool("GET", f"/api/v1/contacts/?{CANARY}={CANARY}") == 400
    return {
        "token": token,
        "undo": undo,
        "session": cookie.split(";")[0],
        "key": tool.headers["Authorization"],
    }


@pytest.mark.thorough
@pytest.mark.long
def test_nothing_about_anybody(committed_db: None, mail_sink: MailSink, tmp_path: Path) -> None:
    officer, organisation, contact = make_book()
    port = free_port()
    logs = {name: tmp_path / f"{name}.log" for name in PROGRAMS}
    with ExitStack() as programs:
        for name, command in PROGRAMS.items():
            programs.enter_context(running(command.format(port=port), logs[name]))
        wait_until(lambda: Browser(port)("GET", "/livez") == 200, seconds=60, what="web")
        for part in (heartbeat.WORKER, heartbeat.BEAT):
            wait_until(partial(heartbeat.is_alive, part), seconds=60, what=part)
        answer = Client().get("/healthz")
        assert (answer.status_code, set(answer.json().values())) == (200, {"up"}), answer.content
        secrets = be_busy(port, officer, organisation, contact)
        wait_until(lambda: not Reminder.objects.due(timezone.now()).exists(), seconds=60, what="reminders")
    assert mail_sink.messages
    assert '"request_finished"' in logs["web"].read_text()
    assert "reminders.send_due" in logs["worker"].read_text()
    assert logs["beat"].read_text()
    for name, log in logs.items():
        text = log.read_text()
        found = [line for line in text.splitlines() if CANARY.lower() in line.lower()]
        assert not found, f"{name}: {found[0][:600]}"
        for what, secret in secrets.items():
            assert secret.split("=")[-1].split()[-1] not in text, f"{name} tells the {what}"
