"""The exits of the system: every way in which a record leaves the database for a reader.

`exits.toml` names the exits, the code behind each exit, and the test of every rule at every exit.
`walk` reads each exit of one city and returns what left through it.
"""

import io
import tomllib
from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Final

from django.core import mail
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import Role, User
from api.models import WebhookDelivery
from api.services.deliveries import make_deliveries
from exchange.archive.writing import scope_of, write_archive
from jobs.models import Job
from jobs.services.running import run_next
from lib.days import city_today
from meetings.models import Meeting
from publishing.site import build_site
from reminders.services.reminders import notify, refresh_reminders
from reminders.services.sending import send_due
from reviews.models import Subscription
from reviews.services.subscriptions import send_reports
from tests.architecture.asking import Asking, undone
from tests.architecture.leaving import file_routes
from tests.architecture.test_no_word_leaks import export, words_in
from tests.audit.numbering import number_open_transaction
from tests.publishing.test_site import as_text

FILE: Final = Path(__file__).parent / "exits.toml"
#: The word in each planted row that is looked for, and the word to search for. No word is part of another.
WORDS: Final = {
    "plumbright": "okandiru",
    "vexilograd": "mirabuxo",
    "qorvanteel": "jusetami",
    "ostravimel": "belquoda",
    "ulmarexa": "tirgonaf",
    "yasmirond": "oplastin",
}
#: Pages that officers read otherwise than supervisors.
OF_OFFICERS: Final = {"", "calendar/", "meetings/log/", "concerns/log/"}
#: What left through one exit, by the address or name of each answer.
Answers = dict[str, str]


def table() -> dict[str, Any]:
    """Return `exits.toml`: `exits` by name, each with its `routes` and `code`, and `rules` by name."""
    return tomllib.loads(FILE.read_text())


def exit_of(route: str) -> str:
    """Return the exit of a GET route: the first whose patterns fit, else `page`."""
    for name, entry in table()["exits"].items():
        if any(fnmatch(route, pattern) for pattern in entry.get("routes", ())):
            return str(name)
    return "" if route in {line.partition(" ")[2] for line in file_routes()} else "page"


class Walk:
    """Reads every exit as the readers of the north who see most there."""

    def __init__(self, asking: Asking) -> None:
        self.asking, self.ground = asking, asking.ground
        self.supervisor = self.ground.client(Role.SUPERVISOR, "north")
        self.officer = self.ground.client(Role.OFFICER, "north")
        self.key = self.ground.tools["key own"]

    def all(self) -> dict[str, Answers]:
        """Return the answers of every exit, by exit."""
        found: dict[str, Answers] = {name: {} for name in table()["exits"]}
        for route in self.asking.routes:
            name = exit_of(route)
            if name:
                found[name] |= dict(self._read(route))
        for name, made in self._made().items():
            found[name] |= {path: text.casefold() for path, text in made().items()}
        return found

    def _read(self, route: str) -> Iterator[tuple[str, str]]:
        """Read one GET route as a key, or as a supervisor and an officer."""
        readers = {"key": self.key.client} if route.startswith("api/") else {}
        readers = readers or {"supervisor": self.supervisor}
        readers |= {"officer": self.officer} if route in OF_OFFICERS else {}
        for name, client in readers.items():
            answer = self.asking.ask("GET", route, "north").by(client, **{"X-Purpose": "testing the exits"})
            if answer.status_code == 200:
                yield f"{route} as {name}", _text(answer)

    def _made(self) -> dict[str, Callable[[], Answers]]:
        """Return what makes the answers that no GET request gives, by exit."""
        return {
            "feed": self._feed,
            "webhook": self._webhook,
            "bulk": self._bulk,
            "search": self._search,
            "export": self._exports,
            "archive": self._archive,
            "pdf": self._papers,
            "mail": self._mails,
            "public_page": lambda: self._site(public=True),
            "hsds": lambda: self._site(public=False),
        }

    def _feed(self) -> Answers:
        number_open_transaction()
        pages = {f"changes {n}": _text(self.key.get(f"/changes/?limit=200{n}")) for n in ("", "&full=true")}
        return {path: text for path, text in pages.items() if '"results"' in text}

    def _webhook(self) -> Answers:
        """Return the deliveries of all changes. The feed has numbered them."""
        with undone():
            WebhookDelivery.objects.all().delete()
            make_deliveries()
            payloads = WebhookDelivery.objects.filter(webhook__key=self.key.key)
            return {f"delivery {row.seq}": str(row.payload) for row in payloads}

    def _bulk(self) -> Answers:
        with undone():
            Job.objects.filter(status="waiting").delete()
            answers = {}
            for noun in ("organisations", "contacts", "meetings", "follow-ups", "concerns"):
                started = self.key.post("/bulk-reads/", {"type": noun})
                assert started.status_code == 201, started.content
                assert run_next()
                file = self.key.get(f"/bulk-reads/{started.json()['id']}/file/")
                assert file.status_code == 200, file.content
                answers[f"bulk {noun}"] = _text(file)
        return answers

    def _search(self) -> Answers:
        """Search for the other word of each planted row, everywhere where words are searched."""
        answers = {}
        for asked in WORDS.values():
            for noun in ("organisations", "contacts", "meetings", "follow-ups", "concerns"):
                answers[f"/{noun}/ {asked}"] = _text(self.supervisor.get(f"/{noun}/", {"q": asked}))
                answers[f"api {noun} {asked}"] = _text(self.key.get(f"/{noun}/?q={asked}"))
            answers[f"search {asked}"] = _text(self.supervisor.get("/search/", {"q": asked}))
            with undone():
                form = {"act": "find", "q": asked, "subject": "x"}
                answers[f"log {asked}"] = _text(self.officer.post("/meetings/log/", form))
                likely = {"name": asked, "email": "", "phone": "", "website": ""}
                answers[f"similar {asked}"] = _text(self.officer.post("/organisations/new/similar/", likely))
        return answers

    def _exports(self) -> Answers:
        forms = [
            (noun, form) for noun in ("organisations", "contacts", "meetings") for form in ("csv", "xlsx")
        ]
        forms += [("follow-ups", "csv"), ("concerns", "csv"), ("contacts", "vcf")]
        answers = {}
        for noun, form in forms:
            with undone():
                answers[f"{noun}.{form}"] = words_in(export(self.ground, f"/{noun}/export/", format=form))
        return answers

    def _archive(self) -> Answers:
        with undone():
            out = io.BytesIO()
            district = self.ground.districts["north"]
            write_archive(
                out,
                actor=SYSTEM,
                scope=scope_of(SYSTEM, district),
                district=district,
                purpose="testing the exits",
            )
            return {"archive": words_in(out.getvalue())}

    def _papers(self) -> Answers:
        """Return the pages made for paper, once the recipient is named."""
        rows = self.ground.rows["north"]
        paths = [f"/duty/{rows['shift']}/brief/", f"/organisations/{rows['organisation']}/brief/"]
        with undone():
            sent = {path: self.supervisor.post(path, {"recipient": "Morning meeting"}) for path in paths}
        return {path: _text(answer) for path, answer in sent.items()}

    def _mails(self) -> Answers:
        rows = self.ground.rows["north"]
        offset = 14 - timezone.now().hour
        with undone():
            User.objects.update(time_zone=f"Etc/GMT{-offset:+d}" if offset else "Etc/GMT")  # afternoon
            Meeting.objects.filter(status="planned").update(starts_at=timezone.now() + timedelta(minutes=40))
            for pk in Meeting.objects.filter(status="planned", district=rows["district"]).values_list(
                "pk", flat=True
            ):
                refresh_reminders("meeting", pk)
            refresh_reminders("follow_up", rows["follow_up"])
            notify("concern", rows["concern"])
            Subscription.objects.update(created_at=timezone.now() - timedelta(days=60))
            before = len(mail.outbox)
            assert send_due() + send_reports()
            return {f"mail {n}": _mail(one) for n, one in enumerate(mail.outbox[before:])}

    def _site(self, *, public: bool) -> Answers:
        files = {path: as_text(path, content) for path, content in build_site(city_today()).items()}
        return {path: text for path, text in files.items() if path.startswith("hsds/") is not public}


def _text(answer: Any) -> str:
    """Return the body of an answer; the text of its pages if it is a PDF."""
    body: bytes = answer.getvalue() if answer.streaming else answer.content
    packed = body.startswith((b"%PDF", b"PK"))
    text = words_in(body) if packed else body.decode(errors="replace")
    return "\n".join([*map(str, answer.headers.values()), text]).casefold()


def _mail(sent: Any) -> str:
    message = message_from_bytes(sent.message().as_bytes(), policy=default)
    parts = [part.get_content() for part in message.walk() if not part.is_multipart()]
    return "\n".join([*map(str, message.values()), *map(str, parts)]).casefold()
