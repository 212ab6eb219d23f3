"""No word of another district in searches, counts, lists, files, emails or logs, and no sign of its rows.

The access matrix looks for the same words in pages, API responses, headers, redirects, calendars and errors
(test_access_matrix.py).
"""

import io
import logging
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any, Final
from urllib.parse import quote, quote_plus, urlencode
from uuid import UUID

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader
from pytest_django import DjangoDbBlocker

from accounts.models import Role, User
from accounts.services.sent_forms import FIELD
from api.concerns import Concerns
from api.contacts import Contacts
from api.follow_ups import FollowUps
from api.meetings import Meetings
from api.organisations import Organisations
from crm.logs import formatter
from jobs.models import Job, JobFile
from jobs.services.running import run_next
from meetings.models import Meeting
from reminders.services.reminders import notify, refresh_reminders
from reminders.services.sending import send_due
from reviews.models import Subscription
from reviews.services.subscriptions import send_reports
from tests.api.clients import Tool
from tests.architecture import canaries
from tests.architecture.asking import undone
from tests.architecture.ground import Ground
from tests.architecture.shared_ground import ground_for_all
from tests.examples import quickly

pytestmark = pytest.mark.long

NOUNS: Final = ("organisations", "contacts", "meetings", "follow-ups", "concerns")
VIEWS: Final = {
    "organisations": Organisations,
    "contacts": Contacts,
    "meetings": Meetings,
    "follow-ups": FollowUps,
    "concerns": Concerns,
}
EMAIL, SITE = "{told}@{asked}.example", "https://{asked}.example/"
NOWHERE_TOO: Final = "quxapemi"


@pytest.fixture(scope="module")
def ground(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Ground]:
    with ground_for_all(django_db_blocker) as ground:
        yield ground


@pytest.fixture(autouse=True)
def nothing_is_logged() -> Iterator[None]:
    """No log line of any test contains a word of either district."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(formatter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield
    root.setLevel(level)
    root.removeHandler(handler)
    assert canaries.leaked(written.getvalue(), ("north", "south")) == []


def plain(answer: Any, asked: str) -> str:
    """Return the response without the query and without values that differ between requests."""
    text = canaries.text_of(answer)
    for form in {asked, quote(asked), quote_plus(asked), asked.replace("@", "&#64;")}:
        text = text.replace(form, "…")
    text = re.sub(r'(csrfmiddlewaretoken"? value="|X-CSRFToken": ")\w+', "", text)
    text = re.sub(rf'name="{FIELD}" value="[\w-]+"', "", text)
    text = re.sub(
        r"(?i)^(set-cookie|content-length|etag|ratelimit[^:]*|x-request-id): .*$",
        "",
        text,
        flags=re.MULTILINE,
    )
    text = re.sub(r'"request_id": ?"[^"]*"', "", text)
    text = re.sub(r'value="\d{4}-\d\d-\d\dT\d\d:\d\d', "", text)  # a form's "now", to the minute or second
    return re.sub(r"(?i)\b(today) \d\d:\d\d\b", r"\1", text)


def forms_of_words(name: str) -> tuple[str, ...]:
    """Return search words that could find rows of that district."""
    words = {"told": canaries.TOLD[name], "asked": canaries.ASKED[name]}
    return (words["asked"], f"{words['told']} {words['asked']}", EMAIL.format(**words), canaries.PHONES[name])


NOTHING: Final = (
    canaries.NOWHERE,
    f"{NOWHERE_TOO} {canaries.NOWHERE}",
    EMAIL.format(told=NOWHERE_TOO, asked=canaries.NOWHERE),
    "+34655001100",
)


def searches(client: Client, q: str) -> Iterator[Any]:
    """Return every place with a word search."""
    for noun in NOUNS:
        yield client.get(f"/{noun}/", {"q": q})
    yield client.get("/search/", {"q": q})
    yield client.get("/meetings/log/", {"q": q}, headers={"HX-Request": "true"})
    for page in ("/meetings/log/", "/meetings/log/assembly/", "/meetings/new/"):
        yield client.post(page, {"act": "find", "q": q, "subject": "x"})
    for page in ("/concerns/log/", "/follow-ups/new/"):
        yield client.post(page, {"act": "find", "look_for": "1", "find": q})
    yield client.post("/organisations/new/similar/", {"name": q, "email": q, "phone": q, "website": q})


@pytest.mark.parametrize("role", quickly([Role.OFFICER, Role.SUPERVISOR], [Role.OFFICER]))
@pytest.mark.parametrize("number", range(len(NOTHING)), ids=["word", "words", "e-mail", "phone"])
def test_looking_for_what_is_elsewhere_finds_as_little_as_looking_for_nothing(
    ground: Ground, role: str, number: int
) -> None:
    client = ground.client(role, "north")
    there, nowhere = forms_of_words("south")[number], NOTHING[number]
    told = []
    for one, other in zip(searches(client, there), searches(client, nowhere), strict=True):
        if plain(one, there) != plain(other, nowhere):
            told.append(one.request["PATH_INFO"])
    assert told == []


def test_the_same_search_finds_what_is_here(ground: Ground) -> None:
    """Otherwise the previous test would prove nothing."""
    client = ground.client(Role.SUPERVISOR, "north")
    here, nowhere = forms_of_words("north")[1], NOTHING[1]
    pairs = zip(searches(client, here), searches(client, nowhere), strict=True)
    same = [one.request["PATH_INFO"] for one, other in pairs if plain(one, here) == plain(other, nowhere)]
    assert same == []


@pytest.mark.parametrize(("home", "other"), [("north", "south"), ("south", "north")])
def test_the_trail_tells_a_supervisor_of_their_own_district_alone(
    ground: Ground, home: str, other: str
) -> None:
    organisation = f"/organisations/{ground.rows[other]['organisation']}/"
    assert ground.client(Role.OFFICER, other).get(organisation).status_code == 200
    trail = {"object": str(ground.rows[other]["organisation"])}
    there = ground.client(Role.SUPERVISOR, other).get("/privacy/trail/", trail)
    here = ground.client(Role.SUPERVISOR, home).get("/privacy/trail/", trail)
    looked = ground.users[Role.OFFICER, other].name
    assert looked in canaries.text_of(there)
    assert looked not in canaries.text_of(here)


def same_for_a_tool(ground: Ground, path: str, one: str, other: str) -> bool:
    client = ground.tools["key own"].client
    answers = [client.get(f"/api/v1/{path}".replace("…", quote(value))) for value in (one, other)]
    return plain(answers[0], one) == plain(answers[1], other)


@pytest.mark.parametrize("noun", NOUNS)
def test_a_tool_cannot_count_or_filter_what_it_does_not_see(ground: Ground, noun: str) -> None:
    filters: Any = VIEWS[noun].filterset
    south, told = ground.rows["south"], []
    pairs = [("organisation", str(south["organisation"]), str(UUID(int=9)))]
    pairs += [
        (name, there, canaries.NOWHERE) for name in ("source",) for there in [canaries.words_of("south")]
    ]
    pairs += [("q", there, nowhere) for there, nowhere in zip(forms_of_words("south"), NOTHING, strict=True)]
    for name, there, nowhere in pairs:
        path = f"{noun}/?count=true&{name}=…"
        if name in filters.parameters() and not same_for_a_tool(ground, path, there, nowhere):
            told.append((name, there))
    assert told == []


@pytest.mark.parametrize("noun", NOUNS)
def test_no_order_expansion_or_filter_of_a_list_shows_what_is_elsewhere(ground: Ground, noun: str) -> None:
    view: Any = VIEWS[noun]
    tool, browser = ground.tools["key own"].client, ground.client(Role.SUPERVISOR, "north")
    code = ground.rows["south"]["code"]
    asked = [{"ordering": f"{sign}{name}"} for name in view.orderings for sign in ("", "-")]
    asked += [{"expand": name} for name in view.spec.expansions]
    asked += [{"district": code, "count": "true"}, {"limit": "1"}, {"fields": "id"}]
    told = []
    for query in asked:
        answer = tool.get(f"/api/v1/{noun}/?{urlencode(query)}")
        assert answer.status_code in (200, 400), (query, answer.content)
        if canaries.leaked(canaries.text_of(answer), ["south"]):
            told.append(("api", query))
        if "ordering" in query or "district" in query:
            page = browser.get(f"/{noun}/?{urlencode(query)}")
            if canaries.leaked(canaries.text_of(page), ["south"]):
                told.append(("page", query))
    assert told == []


def export(ground: Ground, address: str, **sent: str) -> bytes:
    """Return the exported file of the north's supervisor, as downloaded."""
    client = ground.client(Role.SUPERVISOR, "north")
    answer = client.post(address, {"reason": "0", "recipient": "The city", "readable": "on"} | sent)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    Job.objects.filter(status="waiting").exclude(pk=_newest()).delete()
    assert run_next()
    job = Job.objects.get(pk=_newest())
    assert job.status == "done", (job.error, job.message)
    file = JobFile.objects.get(job=job, is_input=False)
    content: bytes = client.get(f"/jobs/{job.pk}/files/{file.pk}/").getvalue()
    return content


def _newest() -> UUID:
    return Job.objects.latest("created_at").pk


def words_in(content: bytes) -> str:
    """Return all text of a file, unpacked if necessary."""
    if content.startswith(b"%PDF"):
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return "\n".join(packed.read(name).decode(errors="replace") for name in packed.namelist())
    return content.decode("utf-8-sig").replace("\r\n ", "")


FORMATS: Final = (
    *((noun, form) for noun in NOUNS for form in ("csv", "xlsx")),
    ("contacts", "vcf"),
)


@pytest.mark.parametrize(("noun", "form"), FORMATS)
def test_a_list_as_a_file_has_words_of_its_own_district_alone(ground: Ground, noun: str, form: str) -> None:
    with undone():
        text = words_in(export(ground, f"/{noun}/export/", format=form))
    assert canaries.leaked(text, ("north", "south")) == ["north"]


@pytest.mark.parametrize(("form", "found"), [("csv", []), ("xlsx", ["north"])])
def test_figures_as_a_file_have_no_words_but_the_note_on_their_days(
    ground: Ground, form: str, found: list[str]
) -> None:
    code = ground.rows["north"]["code"]
    address = f"/reports/export/?report=coverage&from=2026-01-01&to=2026-04-01&district={code}"
    with undone():
        text = words_in(export(ground, address, format=form))
    assert canaries.leaked(text, ("north", "south")) == found


def _read(sent: EmailMessage) -> str:
    """The headers and texts of a message, as its reader gets them."""
    message = message_from_bytes(sent.message().as_bytes(), policy=default)
    parts = [part.get_content() for part in message.walk() if not part.is_multipart()]
    return "\n".join([*map(str, message.values()), *parts])


def test_an_e_mail_has_words_of_its_readers_district_alone(ground: Ground) -> None:
    """Reminders of a meeting and of follow-ups, a concern, and a report."""
    rows = ground.rows["north"]
    offset = 14 - timezone.now().hour
    zone = f"Etc/GMT{-offset:+d}" if offset else "Etc/GMT"  # afternoon, whenever this runs
    with undone():
        User.objects.update(time_zone=zone)
        soon = timezone.now() + timedelta(minutes=40)
        Meeting.objects.filter(pk=rows["meeting"]).update(starts_at=soon)
        refresh_reminders("meeting", rows["meeting"])
        refresh_reminders("follow_up", rows["follow_up"])
        notify("concern", rows["concern"])
        Subscription.objects.update(created_at=timezone.now() - timedelta(days=60))
        sent = send_due() + send_reports()
        messages = [one for one in mail.outbox if "north" in _district_of(ground, one.to[0])]
    assert sent and len(messages) >= 3, [one.subject for one in mail.outbox]
    for one in messages:
        assert "south" not in canaries.leaked(_read(one), ["south"]), one.subject
        assert canaries.leaked(str(one.subject), ["north", "south"]) == [], one.subject


def _district_of(ground: Ground, address: str) -> str:
    return next((where for (_role, where), user in ground.users.items() if user.email == address), "")


def test_the_trail_a_supervisor_reads_has_no_words_at_all(ground: Ground) -> None:
    client = ground.client(Role.SUPERVISOR, "north")
    assert canaries.leaked(canaries.text_of(client.get("/privacy/trail/")), ["south"]) == []


def test_who_works_elsewhere_tonight_is_told_to_their_own_supervisor_alone(ground: Ground) -> None:
    page = ground.client(Role.SUPERVISOR, "north").get("/duty/").content.decode()
    assert ground.on_duty["north"] in page
    assert ground.on_duty["south"] not in page


def test_a_tool_is_told_only_of_changes_of_what_it_may_read(ground: Ground) -> None:
    scopes = ("changes:read", "organisations:read")
    tool = Tool(ground.districts["north"], scopes=scopes)
    assert tool.get("/changes/?types=organisations").status_code == 200
    assert tool.get("/changes/?types=contacts").status_code == 403
    kinds = {row["type"] for row in tool.get("/changes/").json()["results"]}
    assert kinds <= {"organisations"}
