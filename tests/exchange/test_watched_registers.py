"""Registers that are read from their address: the same checks as webhooks, a trial, and a person confirms."""

from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from pytest_django import Settings

from accounts.actors import actor_for
from accounts.models import User
from audit.models import Event
from contacts.models import Organisation
from exchange.imports import watching
from exchange.imports.drafts import forget_drafts
from exchange.imports.watching import fetch_due, watch_register
from exchange.models import ImportDraft, WatchedRegister
from jobs.services.running import run_next
from tests.api.receivers import POLL_SECONDS
from tests.contacts.pages import browse
from tests.exchange.test_import_wizard import imported, send, sums, supervisor_of_n1
from tests.factories import make_officer, make_supervisor

pytestmark = pytest.mark.django_db

REGISTER = "Nombre;Tipo;Distrito;Teléfono\nCasa Roma;vecinos;N1;612345678\n"
NEWER = REGISTER.replace("678", "679") + "Peña Zorro;vecinos;N1;\nCasa Luna;new kind;N1;\n"


class Portal:
    """A web server with one file, which a test changes."""

    def __init__(self) -> None:
        self.body, self.status, self.headers, self.asked = REGISTER.encode(), 200, dict[str, str](), 0
        portal = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                portal.asked += 1
                self.send_response(portal.status)
                for name, value in ({"Content-Length": str(len(portal.body))} | portal.headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(portal.body)

            def log_message(self, *_: Any) -> None:
                """Print nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.place = f"127.0.0.1:{self.server.server_port}"
        self.url = f"http://{self.place}/data/register.csv"
        Thread(target=self.server.serve_forever, args=(POLL_SECONDS,), daemon=True).start()


@pytest.fixture
def portal(settings: Settings) -> Iterator[Portal]:
    portal = Portal()
    settings.WEBHOOK_ALLOWED_HOSTS = [portal.place]
    yield portal
    portal.server.shutdown()
    portal.server.server_close()


def watched(portal: Portal) -> tuple[User, WatchedRegister]:
    """A supervisor who has imported the register once, and has it read from now on."""
    user = supervisor_of_n1()
    draft = imported(user, REGISTER)
    answer = browse(user).post(f"/import/{draft.pk}/watch/", {"url": portal.url, "every_days": "7"})
    assert answer.status_code == 302, answer.context["form"].errors
    return user, WatchedRegister.objects.get()


def read(row: WatchedRegister) -> WatchedRegister:
    WatchedRegister.objects.update(next_at=timezone.now() - timedelta(seconds=1))
    assert fetch_due() == 1
    while run_next():
        pass
    row.refresh_from_db()
    return row


def test_a_new_version_is_tried_and_a_person_confirms_it(portal: Portal) -> None:
    user, row = watched(portal)
    assert read(row).problem == ""
    assert row.draft and sums(row.draft) == {"unchanged": 1}
    assert row.next_at > timezone.now() + timedelta(days=6)
    assert "has a new version" not in browse(user).get("/").content.decode()
    portal.body = NEWER.encode()
    read(row)
    assert row.draft and (row.draft.file_name, row.draft.started_by) == ("register.csv", user.pk)
    assert Organisation.objects.count() == 1
    said = "“register” has a new version. New: 1. Changed: 1."
    for page in ("/", "/import/"):
        assert said in browse(user).get(page).content.decode()
    colleague, officer = make_supervisor(user.districts.get()), make_officer(user.districts.get())
    assert said not in browse(colleague).get("/import/").content.decode()  # the file is its starter's
    assert said not in browse(officer).get("/").content.decode()
    before = ImportDraft.objects.count()
    read(row)  # the same file again
    assert ImportDraft.objects.count() == before
    forget_drafts(timezone.now() + timedelta(days=13))
    assert sums(send(user, row.draft, "run")) == {"created": 1, "updated": 1, "refused": 1}
    assert said not in browse(user).get("/import/").content.decode()
    assert set(Organisation.objects.values_list("name", "phone")) == {
        ("Casa Roma", "+34612345679"),
        ("Peña Zorro", ""),
    }
    assert Event.objects.filter(object_type="watched_register", actor_id=user.pk).count() == 1
    browse(user).post(f"/import/watched/{row.pk}/stop/")
    assert not WatchedRegister.objects.exists()
    assert Event.objects.filter(object_type="watched_register", actor_id=user.pk).count() == 2


def test_a_version_that_nobody_decided_about_comes_again(portal: Portal) -> None:
    _user, row = watched(portal)
    portal.body = NEWER.encode()
    first = read(row).draft_id
    assert forget_drafts(timezone.now() + timedelta(days=15)) >= 1
    assert read(row).draft_id != first


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"status": 404}, "status"),
        ({"status": 302, "headers": {"Location": "http://127.0.0.1:1/"}}, "redirect"),
        ({"headers": {"Content-Length": "9999"}}, "connection"),
        ({"body": b""}, "unreadable"),
        ({"body": b"x" * 2_000}, "too_large"),
        ({"body": b"Other;Heading\nCasa;N1\n"}, "columns"),
    ],
)
def test_what_goes_wrong_is_said_on_the_page_and_changes_nothing(
    portal: Portal, changes: dict[str, Any], problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, row = watched(portal)
    monkeypatch.setattr(watching, "MOST_BYTES", 1_000)
    for name, value in changes.items():
        setattr(portal, name, value)
    assert read(row).problem == problem
    assert row.get_problem_display() in browse(user).get("/import/").content.decode()
    assert row.next_at > timezone.now()
    assert portal.asked == 1
    assert Organisation.objects.count() == 1


def test_an_address_inside_the_network_is_neither_saved_nor_read(portal: Portal, settings: Settings) -> None:
    user, row = watched(portal)
    draft = ImportDraft.objects.get()
    settings.WEBHOOK_ALLOWED_HOSTS = []
    assert read(row).problem == "address"
    for url in (portal.url, "https://127.0.0.1/x", "https://169.254.169.254/", "https://user@example.com/"):
        answer = browse(user).post(f"/import/{draft.pk}/watch/", {"url": url, "every_days": "7"})
        assert answer.status_code == 422, url
        assert "url" in answer.context["form"].errors

    def rebinding(_host: str, _port: int) -> list[str]:
        return ["10.0.0.1"]

    with pytest.raises(ValidationError):
        watch_register(
            actor=actor_for(user),
            draft_id=draft.pk,
            url="https://portal.example/",
            every_days=7,
            resolve=rebinding,
        )
    assert portal.asked == 0


def test_somebody_who_may_import_no_more_has_nothing_read(portal: Portal) -> None:
    user, row = watched(portal)
    user.is_active = False
    user.save()
    assert read(row).problem == "rights"
    assert portal.asked == 0


def test_a_colleague_takes_a_register_over_and_decides_about_its_version(portal: Portal) -> None:
    user, row = watched(portal)
    district = user.districts.get()
    colleague, stranger, officer = make_supervisor(district), make_supervisor(), make_officer(district)
    portal.body = NEWER.encode()
    old = read(row).draft_id
    address = f"/import/watched/{row.pk}/take/"
    assert address in browse(colleague).get("/import/").content.decode()
    assert address not in browse(stranger).get("/import/").content.decode()
    assert browse(stranger).post(address).status_code == 404
    assert browse(officer).post(address).status_code == 403
    assert browse(colleague).post(address).status_code == 302
    assert read(row).owner == colleague.pk
    assert row.draft and (row.draft_id != old, row.draft.started_by) == (True, colleague.pk)
    assert f"/import/{row.draft_id}/" in browse(colleague).get("/").content.decode()
    assert sums(send(colleague, row.draft, "run")) == {"created": 1, "updated": 1, "refused": 1}
    assert Event.objects.get(object_type="watched_register", actor_id=colleague.pk).field_names == ["owner"]


def test_who_reads_the_source_already_takes_nothing_over(portal: Portal) -> None:
    user, row = watched(portal)
    colleague = make_supervisor(user.districts.get())
    draft = imported(colleague, REGISTER)
    browse(colleague).post(f"/import/{draft.pk}/watch/", {"url": portal.url, "every_days": "7"})
    answer = browse(colleague).post(f"/import/watched/{row.pk}/take/", follow=True)
    assert "You already read this source from an address." in answer.content.decode()
    row.refresh_from_db()
    assert row.owner == user.pk


def test_a_version_is_dismissed_and_the_next_is_announced(portal: Portal) -> None:
    user, row = watched(portal)
    portal.body = NEWER.encode()
    dismiss = f"/import/watched/{read(row).pk}/dismiss/"
    assert dismiss in browse(user).get("/").content.decode()
    assert browse(make_supervisor(user.districts.get())).post(dismiss).status_code == 404
    browse(user).post(dismiss)
    read(row)  # the same file again
    assert dismiss not in browse(user).get("/").content.decode()
    portal.body = NEWER.replace("679", "680").encode()
    read(row)
    assert dismiss in browse(user).get("/").content.decode()
