"""Every response that names a row is in the activity log: views, lists, searches, denials.

Pages and API routes come from the URL configuration, so a new route that shows a row without an event fails.
"""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern

from accounts.services.sent_forms import FIELD
from api.urls import urlpatterns as api_patterns
from audit.models import Action, Event
from tests.api.clients import Tool
from tests.architecture.city_of_pages import city, pages
from tests.architecture.test_every_page_is_closed import routes
from tests.examples import quickly
from tests.factories import make_contact, make_district, make_officer

__all__ = ["city"]  # a fixture

pytestmark = pytest.mark.django_db

NOUNS = ("organisation", "contact", "meeting", "follow_up", "concern")
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


def told(body: str, known: dict[UUID, str]) -> set[str]:
    """Return the rows of the city whose IDs a response contains."""
    return {known[pk] for pk in map(UUID, ID.findall(body)) if pk in known}


@pytest.mark.parametrize("role", quickly(["supervisor", "privacy_officer"], ["supervisor"]))
def test_every_page_that_shows_a_row_records_it(client: Client, city: dict[str, Any], role: str) -> None:
    users = city
    known = {city[noun]: noun for noun in NOUNS}
    client.force_login(users[role])
    client.post(f"/contacts/{city['contact']}/reason/", {"reason": "They called or wrote"})
    silent, nowhere = [], []
    for path in pages(city):
        before = set(Event.objects.values_list("pk", flat=True))
        answer = client.get(path)
        if answer.status_code != 200 or "html" not in answer["Content-Type"]:
            continue
        # IDs that the URL itself contains do not count.
        shown = told(answer.content.decode().replace(path, ""), known)
        new = Event.objects.exclude(pk__in=before)
        recorded = {known[pk] for event in new for pk in event.object_ids if pk in known}
        if missing := shown - recorded:
            silent.append(f"{path}: {sorted(missing)}")
        if role == "supervisor" and any(
            known.keys() & set(event.object_ids) and not event.district_ids for event in new
        ):  # nobody else sees a privacy officer’s events
            nowhere.append(path)
    assert silent == []
    assert nowhere == [], "\n".join(nowhere)


def api_lists() -> Iterator[str]:
    for route, _pattern in routes():
        if re.fullmatch(r"api/v1/[a-z-]+/", route):
            yield route.removeprefix("api/v1")


def test_every_answer_of_the_api_that_holds_a_row_records_it(city: dict[str, Any]) -> None:
    tool = Tool()
    known = {city[noun]: noun for noun in NOUNS}
    assert any(isinstance(pattern, URLPattern) for pattern in api_patterns)
    looked, silent = 0, []
    plural = {noun: f"{noun.replace('_', '-')}s" for noun in NOUNS}
    paths = [*api_lists(), *(f"/{plural[noun]}/{city[noun]}/" for noun in NOUNS)]
    for path in paths:
        before = set(Event.objects.values_list("pk", flat=True))
        answer = tool.get(path)
        if answer.status_code != 200 or path == "/changes/":  # IDs alone: the objects are read separately
            continue
        looked += 1
        own = {known[UUID(row["id"])] for row in _rows(answer.json()) if _is_known(row, known)}
        new = Event.objects.exclude(pk__in=before)
        recorded = {known[pk] for event in new for pk in event.object_ids if pk in known}
        if missing := own - recorded:
            silent.append(f"{path}: {sorted(missing)}")
        assert all(event.purpose == "testing the contract" for event in new), path
    assert looked >= 10
    assert silent == []


def _rows(body: Any) -> list[Any]:
    return body["results"] if isinstance(body, dict) and "results" in body else [body]


def _is_known(row: Any, known: dict[UUID, str]) -> bool:
    try:
        return UUID(row["id"]) in known
    except (KeyError, TypeError, ValueError):
        return False


def test_a_refusal_says_the_same_of_what_is_hidden_and_of_what_is_not_there(client: Client) -> None:
    north = make_district()
    officer = make_officer(north)
    hidden, nowhere = make_contact().pk, UUID(int=7)
    client.force_login(officer)
    bodies = []
    for pk in (hidden, nowhere):
        answer = client.get(f"/contacts/{pk}/")
        assert answer.status_code == 404
        bodies.append(
            re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode()).replace(
                str(pk), ""
            )
        )
    denied = list(Event.objects.filter(action=Action.DENY).order_by("pk"))
    assert [event.object_ids for event in denied] == [[hidden], [nowhere]]
    names = {field.attname for field in Event._meta.fields} - {
        "id",
        "at",
        "request_id",
        "object_ids",
        "content_hash",
    }
    names -= {"xid"}
    assert {name for name in names if getattr(denied[0], name) != getattr(denied[1], name)} == set()
    of_each_page = rf'"X-CSRFToken": "\w+"|name="{FIELD}" value="[\w-]+"'
    tokens = [re.sub(of_each_page, "", body) for body in bodies]
    assert tokens[0] == tokens[1]


def test_signing_in_out_and_failing_to_are_recorded(client: Client) -> None:
    officer = make_officer(make_district())
    sent = {"login": officer.email, "password": "wrong horse battery"}
    client.post("/accounts/login/", sent)
    client.post("/accounts/login/", sent | {"password": "correct horse battery"})
    client.post("/accounts/logout/")
    found = Event.objects.filter(object_ids=[officer.pk]).order_by("pk").values_list("action", "allowed")
    assert list(found) == [("sign_in_failed", False), ("sign_in", True), ("sign_out", True)]
