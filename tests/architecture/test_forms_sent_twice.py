"""Every form that arrives twice does its work once (double tap, page reload, lost response).

The forms are found through URLs and pages, so a new form is covered.
"""

import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from threading import Barrier
from typing import Any, Final
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client, override_settings

from accounts.services.sent_forms import FIELD
from tests.architecture.asking import Ask, Asking, undone
from tests.architecture.ground import PATIENT, Ground
from tests.architecture.nasty import forms_of
from tests.architecture.page_templates import page_templates

pytestmark = pytest.mark.usefixtures("quiet_log")

#: Button values of forms that show a preview first.
SECOND_STEP: Final[dict[str, dict[str, str]]] = {
    "handover/<uuid:pk>/": {"step": "move"},
    "settings/districts/import/": {},
}
#: Tables of sessions, sent forms and who read what, which do not count as work of a form.
ASIDE: Final = {"accounts.Session", "accounts.SentForm", "disclosure.PersonRead"}


def test_every_form_that_is_posted_has_the_token_that_carries_its_id() -> None:
    forms = [
        (path.name, form)
        for path in page_templates().values()
        for form in re.findall(r'<form[^>]*method="post".*?</form>', path.read_text(), re.DOTALL)
    ]
    assert len(forms) > 80
    assert {name for name, form in forms if "{% csrf_token %}" not in form} == {"gallery.html"}


@pytest.fixture
def asking(committed_db: None) -> Iterator[Asking]:
    with override_settings(**PATIENT):
        yield Asking(Ground())


def rows() -> Counter[str]:
    """Return the number of rows in every table."""
    tables = {m._meta.db_table: m._meta.label for m in apps.get_models() if m._meta.label not in ASIDE}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{one}', count(*) FROM {one}" for one in tables))  # noqa: S608  # names of tables
        return Counter({tables[table]: number for table, number in cursor.fetchall()})


def posted(asking: Asking) -> Iterator[tuple[str, Client, Ask]]:
    """Yield each form of a page, filled in, with the browser of its reader."""
    for route in asking.routes:
        if route.startswith(("api/", "accounts/")):
            continue
        ask = asking.ask("POST", route, "north")
        role, form = asking.form(route, "north", ask.path)
        if form:
            assert FIELD in form.sent, f"{route}: its form has no id of its own"
            if route in SECOND_STEP:
                shown = forms_of(
                    asking.ground.client(role, "north").post(ask.path, ask.sent).content.decode()
                )
                after = next(one for one in shown if one.method == "post" and not one.action)
                ask = Ask("POST", ask.path, after.sent | SECOND_STEP[route])
            yield route, asking.ground.client(role, "north"), ask


def send(client: Client, ask: Ask, once: str, together: Barrier | None = None) -> Any:
    """Send like a browser of the same person, keeping only the sign-in data of the session."""
    browser = Client()
    browser.cookies = deepcopy(client.cookies)
    sent = dict(ask.sent) if isinstance(ask.sent, dict) else {}
    for value in sent.values():
        if hasattr(value, "seek"):
            value.seek(0)
    if together:
        sent = deepcopy(sent)
        together.wait()
    try:
        return browser.post(ask.path, sent | {FIELD: once})
    finally:
        if together:
            connection.close()


@pytest.mark.thorough
@pytest.mark.long
def test_two_taps_at_one_moment_make_what_one_tap_makes(asking: Asking) -> None:
    wrong, creating = [], []
    for route, client, ask in posted(asking):
        before = rows()
        with undone():
            send(client, ask, str(uuid4()))
            one_tap = rows() - before
        if not {label for label in one_tap if not label.startswith("audit.")}:
            continue
        creating.append(route)
        once, together = str(uuid4()), Barrier(2)
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda _n, a=(client, ask, once, together): send(*a), range(2)))
        two_taps = rows() - before
        led_to = {a.headers.get("Location") or a.headers.get("Content-Location") for a in answers}
        third = send(client, ask, once)
        led_to.add(third.headers.get("Location"))
        if two_taps != one_tap or rows() - before != one_tap or len(led_to) > 1:
            wrong.append((route, one_tap, two_taps, led_to, [answer.status_code for answer in answers]))
    assert wrong == []
    assert {
        "meetings/new/",
        "meetings/log/",
        "meetings/log/assembly/",
        "concerns/log/",
        "follow-ups/new/",
        "contacts/new/",
        "organisations/new/",
        "settings/people/invite/",
        "settings/keys/new/",
        "settings/webhooks/new/",
        "views/<slug:name>/new/",
        "settings/districts/new/",
        "settings/districts/import/",
        "import/",
        "organisations/export/",
        "reports/export/",
        "districts/<district_code:code>/archive/",
        "subscriptions/new/",
        "reviews/new/",
        "reviews/<uuid:pk>/actions/",
        "reviews/<uuid:pk>/addendum/",
        "duty/",
        "settings/calendar/",
        "handover/<uuid:pk>/",
    } - set(creating) == set()
