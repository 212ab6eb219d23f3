"""htmx requests after the session has ended: the page stays, and the typed values come back."""

import re
from typing import Any, Final

import pytest
from django.test import Client

from accounts.models import User
from accounts.services import held_forms
from districts.models import District
from tests.accounts.test_sessions import LOGIN, MINUTE, let_pass
from tests.architecture.page_templates import page_templates
from tests.factories import PASSWORD, make_district, make_meeting, make_officer, make_organisation

pytestmark = pytest.mark.django_db

TYPED: Final = "Lanterns & a <broken> door"
#: Pages that send htmx requests while a form is filled in: the URL, the extra data, and a form field.
ASKING: Final[dict[str, tuple[dict[str, str], str, str]]] = {
    "/meetings/log/": ({}, "GET /meetings/log/?q=mosque", "facts"),
    "/meetings/log/assembly/": ({"act": "add"}, "POST /meetings/log/assembly/", "facts"),
    "/meetings/new/": ({"act": "find"}, "POST /meetings/new/", "agenda"),
    "/concerns/log/": ({"suggest": "1"}, "POST /concerns/log/", "facts"),
    "/follow-ups/new/": ({"look_for": "1"}, "POST /follow-ups/new/", "title"),
    "/contacts/new/": ({}, "POST /contacts/new/similar/", "family_name"),
    "/organisations/new/": ({}, "POST /organisations/new/similar/", "summary"),
}
#: Pages that include these templates.
ASK_FROM: Final = {
    "pages/log/log.html",
    "pages/log/assembly.html",
    "pages/log/later.html",  # beside a form, and sends none of it
    "pages/meetings/find.html",
    "pages/meetings/new.html",
    "pages/follow_ups/new.html",
    "pages/follow_ups/picks.html",
    "pages/follow_ups/tick.html",  # a form of one box, in a row
    "pages/follow_ups/ticked.html",
    "pages/concerns/log.html",
    "pages/concerns/place.html",
    "pages/concerns/street.html",
    "components/where.html",
    "pages/contacts/new.html",
    "pages/organisations/new.html",
    "partials/top.html",  # suggestions, whose loss is not told: Enter searches
}


@pytest.fixture
def north() -> District:
    return make_district("North")


@pytest.fixture
def officer(north: District) -> User:
    return make_officer(north)


def fragment(client: Client, ask: str, page: str, fields: dict[str, Any]) -> Any:
    method, path = ask.split(" ")
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{page}"}
    return (
        client.generic(method, path, headers=headers)
        if method == "GET"
        else client.post(path, fields, headers=headers)
    )


def sign_in(client: Client, user: User, address: str) -> str:
    answer = client.post(LOGIN, {"login": user.email, "password": PASSWORD, "next": address}, follow=True)
    page: str = answer.content.decode()
    return page


def shows_what_was_typed(page: str) -> bool:
    return "Lanterns &amp; a &lt;broken&gt; door" in page


def test_these_are_all_forms_that_ask_while_they_are_filled_in() -> None:
    found = {
        name
        for name, path in page_templates().items()
        if "hx-post" in path.read_text() or re.search(r'name="q"[^>]*hx-get="{% url', path.read_text())
    }
    assert found == ASK_FROM


@pytest.mark.parametrize("page", ASKING)
def test_saving_after_a_fragment_was_refused_keeps_all_of_it(
    client: Client, officer: User, page: str
) -> None:
    client.force_login(officer)
    beside, ask, field = ASKING[page]
    let_pass(client, idle=16 * MINUTE)
    answer = fragment(client, ask, page, {field: TYPED, **beside})
    assert answer.status_code == 401
    assert "HX-Refresh" not in answer.headers
    assert answer.headers["Clear-Site-Data"]
    saved = client.post(page, {field: TYPED})
    assert saved["Location"].startswith(LOGIN)
    back = sign_in(client, officer, page)
    assert shows_what_was_typed(back)
    assert "You were signed out before this was saved" in back


@pytest.mark.parametrize("page", [page for page in ASKING if f"POST {page}" == ASKING[page][1]])
def test_what_htmx_sent_comes_back_when_the_page_is_loaded_again(
    client: Client, officer: User, page: str
) -> None:
    """The page then shows the form, not the confirmation, so saving it works."""
    client.force_login(officer)
    beside, ask, field = ASKING[page]
    let_pass(client, idle=16 * MINUTE)
    assert fragment(client, ask, page, {field: TYPED, **beside}).status_code == 401
    back = sign_in(client, officer, page)
    assert shows_what_was_typed(back)
    for name in held_forms.DRAFTS:
        assert f'<input type="hidden" name="{name}"' not in back


def test_a_part_of_a_form_is_not_taken_for_the_form(client: Client, officer: User) -> None:
    client.force_login(officer)
    let_pass(client, idle=16 * MINUTE)
    fragment(client, "POST /organisations/new/similar/", "/organisations/new/", {"name": "Casa"})
    assert held_forms.HELD not in client.session


def test_nobody_else_gets_what_was_saved_after_a_fragment(
    client: Client, officer: User, north: District
) -> None:
    client.force_login(officer)
    let_pass(client, idle=16 * MINUTE)
    fragment(client, "GET /meetings/log/?q=a", "/meetings/log/", {})
    client.post("/meetings/log/", {"facts": TYPED})
    assert not shows_what_was_typed(sign_in(client, make_officer(north), "/meetings/log/"))
    assert not shows_what_was_typed(client.get("/meetings/log/").content.decode())


def test_a_form_that_stays_is_told_where_to_go_and_keeps_its_cookies(
    client: Client, officer: User, north: District
) -> None:
    client.force_login(officer)
    organisation = make_organisation(north)
    meeting = make_meeting(north, organisation)
    plain = client.post("/concerns/log/", {"kinds": ["tension"], "district": north.pk})
    answer = client.post(
        f"/concerns/log/?meeting={meeting.pk}",
        {"kinds": ["tension"], "district": north.pk},
        headers={"X-Staying": "1"},
    )
    assert (plain.status_code, answer.status_code) == (302, 204)
    assert answer["X-Leads-To"].startswith("/concerns/")
    assert "Location" not in answer
    let_pass(client, idle=16 * MINUTE)
    answer = client.post("/concerns/log/", {"facts": TYPED}, headers={"X-Staying": "1"})
    assert answer["X-Leads-To"] == f"{LOGIN}?next=/concerns/log/"
    assert shows_what_was_typed(sign_in(client, officer, "/concerns/log/"))


def test_a_page_is_left_only_where_its_form_is_held(client: Client, officer: User) -> None:
    staying = {"X-Staying": "1"}
    client.force_login(officer)
    client.logout()
    answer = client.post("/concerns/log/", {"facts": TYPED}, headers=staying)
    assert (answer.status_code, "X-Held" in answer, "X-Leads-To" in answer) == (401, False, False)
    answer = fragment(client, "POST /concerns/log/", "/concerns/log/", {"facts": TYPED})
    assert (answer.status_code, "X-Held" in answer) == (401, False)
    client.force_login(officer)
    let_pass(client, idle=16 * MINUTE)
    answer = client.post("/concerns/log/", {"facts": TYPED}, headers=staying)
    assert (answer.status_code, answer["X-Held"], "X-Leads-To" in answer) == (204, "1", True)


def test_a_form_of_before_the_sign_in_is_told_from_what_is_forbidden(officer: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(officer)
    answer = browser.post("/concerns/log/", {"facts": TYPED})
    assert (answer.status_code, answer["X-Stale"]) == (403, "1")
    plain = Client()
    plain.force_login(officer)
    answer = plain.get("/settings/people/")
    assert (answer.status_code, "X-Stale" in answer) == (403, False)
