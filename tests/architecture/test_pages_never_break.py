"""No input from a reader causes a server error on any page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any, Final

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

from accounts.models import Role, User
from tests.architecture.asking import Ask, Asking, Opened, undone
from tests.architecture.nasty import ANY, Form, encode, fitting
from tests.architecture.noticing import EVERY
from tests.architecture.shared_ground import ground_for_all
from tests.examples import THOROUGH, some

pytestmark = pytest.mark.usefixtures("quiet_log")

FORM = "application/x-www-form-urlencoded"
# Query parameters that a view may read only together with another.
ASKED = (
    "q",
    "cursor",
    "ordering",
    "older",
    "month",
    "scope",
    "organisation",
    "contact",
    "meeting",
    "concern",
)
# Values sent by buttons without a form.
SENT = ("step", "answer", "status", "reason", "other", "told", "version", "name", "phone", "email", "website")

#: Readers who together open every page. Their time zone is far west of the city.
READERS: Final = (Role.SUPERVISOR, Role.PRIVACY_OFFICER, Role.ADMINISTRATOR)


@pytest.fixture(scope="module")
def asking(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Asking]:
    """The city of the access matrix, which has a row of each type."""
    with ground_for_all(django_db_blocker) as ground:
        User.objects.update(time_zone="America/New_York")
        yield Asking(ground)


@dataclass(frozen=True, slots=True)
class Page:
    """A page as a reader with access sees it."""

    path: str
    session: str
    seen: Opened

    def shown_to(self, client: Client) -> Client:
        client.cookies = SimpleCookie({"sessionid": self.session})
        return client

    def asked(self) -> dict[str, str]:
        """Return the query parameters with their types. A page that reads none has none."""
        if not self.seen.read:
            return {}
        asked = dict.fromkeys((*ASKED, *sorted(self.seen.read - {EVERY})), "hidden")
        for form in self.seen.forms:
            if form.method == "get":
                asked |= form.kinds
        return asked


def page_routes() -> list[str]:
    from pages.urls import urlpatterns

    return [str(pattern.pattern) for pattern in urlpatterns]


def page_of(asking: Asking, route: str) -> Page:
    """Return the page as the first reader sees it to whom it is not denied. Tests share what was opened."""
    path = asking.ask("GET", route, "north").path.partition("?")[0]
    for role in READERS:
        seen = asking.opened(role, "north", path)
        if seen.status != 403:
            break
    return Page(path, asking.ground.client(role, "north").cookies["sessionid"].value, seen)


def answers(
    client: Client, method: str, path: str, sent: Mapping[str, list[str]] | bytes, follow: bool = False
) -> str:
    """Return the error of the page, or an empty text.

    Writes are rolled back. `follow`: get the page first.
    """
    body = sent if isinstance(sent, bytes) else encode(sent)
    try:
        with undone():
            if method == "get":
                response = client.get(f"{path}?{body.decode()}", follow=True)
            else:
                response = client.post(path, body, content_type=FORM, follow=follow)
    except Exception as error:
        return f"{method} {path} {body[:500]!r}: {type(error).__name__}: {str(error)[:200]}"
    return f"{method} {path}: {response.status_code}" if response.status_code >= 500 else ""


def nasty(kinds: Mapping[str, str]) -> Iterator[dict[str, list[str]]]:
    """Yield values for all fields at once: the worst of each type first, then the next."""
    values = {name: fitting(name, kind) for name, kind in kinds.items()}
    for number in range(max(map(len, values.values()))):
        yield {name: [these[number]] for name, these in values.items() if number < len(these)}


@pytest.mark.thorough
@pytest.mark.thorough
@pytest.mark.long
def test_no_address_breaks_a_page(client: Client, asking: Asking) -> None:
    broken, reading = [], set()
    for route in page_routes():
        page = page_of(asking, route)
        asked, path = page.asked(), page.path
        page.shown_to(client)
        if asked:
            reading.add(path)
            broken += [answers(client, "get", path, {name: [value] for name in asked}) for value in ANY]
            broken += [answers(client, "get", path, fields) for fields in nasty(asked)]
            broken.append(answers(client, "get", path, {name: ["a", "b"] for name in asked}))
        elif page.seen.status != 405:
            broken.append(answers(client, "get", path, {name: [ANY[0]] for name in ASKED}))
    assert [one for one in broken if one] == []
    assert {"/calendar/", "/meetings/", "/reports/", "/privacy/trail/", "/search/"} <= reading


@pytest.mark.thorough
@pytest.mark.long
def test_no_parameter_by_itself_breaks_a_page(client: Client, asking: Asking) -> None:
    broken = []
    for route in page_routes():
        page = page_of(asking, route)
        page.shown_to(client)
        for name, kind in page.asked().items():
            if name not in page.seen.read and EVERY not in page.seen.read:
                continue  # without another parameter, the page does not look at it
            values = fitting(name, kind)[: 1 if name in ASKED else None]
            broken += [answers(client, "get", page.path, {name: [value]}) for value in values]
    assert [one for one in broken if one] == []


@pytest.mark.long
def test_no_form_breaks_a_page(client: Client, asking: Asking) -> None:
    broken = []
    too_much = encode({"facts": ["x" * 3_000_000]})
    for route in some(page_routes()):
        page = page_of(asking, route)
        page.shown_to(client)
        with undone():
            if client.post(page.path).status_code == 405:
                continue  # it reads nothing of what is sent
        own = [form for form in page.seen.forms if form.method == "post" and form.action in ("", page.path)]
        for form in own or [Form("post", page.path)]:
            rows = {name: value for name, value in form.sent.items() if name.endswith("_FORMS")}
            for value in ANY:
                all_of_it = {name: [value] for name in (*form.kinds, *SENT)}
                broken.append(answers(client, "post", page.path, all_of_it | rows))
        if THOROUGH:
            broken.append(answers(client, "post", page.path, too_much))
    assert [one for one in broken if one] == []


# --- Days, times and numbers are read only if the rest of the form is valid ------------------------


READ = ("date", "datetime-local", "number")


def right_forms(asking: Asking) -> Iterator[tuple[str, Client, Ask, Form]]:
    """Return each form with such a field, filled in by a permitted reader."""
    for route in asking.routes:
        if route.startswith(("api/", "accounts/")):
            continue
        ask = asking.ask("POST", route, "north")
        role, form = asking.form(route, "north", ask.path)
        if form and set(READ) & set(form.kinds.values()):
            yield route, asking.ground.client(role, "north"), ask, form


@pytest.mark.thorough
@pytest.mark.long
def test_no_day_or_number_breaks_a_form_that_is_right_but_for_it(asking: Asking) -> None:
    refused, broken, asked = [], [], set()
    for route, client, ask, form in right_forms(asking):
        assert isinstance(ask.sent, dict)
        asked.add(route)
        status = ask.by(client).status_code
        if status >= 400:
            refused.append((route, status))
        right = {key: [str(one) for one in as_list(given)] for key, given in ask.sent.items()}
        for name, kind in [(name, kind) for name, kind in form.kinds.items() if kind in READ]:
            values = fitting(name, kind)[: None if THOROUGH else 1]
            wrong = [right | {name: [value]} for value in values]
            broken += [answers(client, "post", ask.path, fields, follow=True) for fields in wrong]
    assert refused == []
    assert [one for one in broken if one] == []
    assert {"meetings/new/", "meetings/log/", "follow-ups/new/", "contacts/new/"} <= asked
    assert len(asked) > 15


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
