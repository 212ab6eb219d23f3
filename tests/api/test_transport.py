"""Headers of every answer: request IDs, compression, entity tags, and how much of the limits is left."""

import gzip
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from api.schema.document import as_json
from audit.models import Event
from lib.days import city_today, day_ends_at
from tests.api.clients import Tool
from tests.contacts.pages import browse
from tests.factories import make_contact, make_district, make_officer, make_organisation

pytestmark = pytest.mark.django_db


def test_every_answer_names_its_request_and_takes_a_sane_id() -> None:
    tool = Tool()
    for path in ("/me/", "/organisations/", "/nothing/", "/organisations/?x=1", "/schema/"):
        one, other = (tool.get(path)["X-Request-Id"] for _time in range(2))
        assert one != other
        assert tool.get(path, x_request_id="a.Trace:7_-")["X-Request-Id"] == "a.Trace:7_-"
    refused = Client().get("/api/v1/me/", headers={"x-request-id": "mine"})
    assert (refused.status_code, refused["X-Request-Id"], refused.json()["request_id"]) == (
        401,
        "mine",
        "mine",
    )
    for odd in ("", "x" * 65, "a b", "<b>", "é", "a\tb", "{}"):
        assert tool.get("/me/", x_request_id=odd)["X-Request-Id"] not in (odd, "")
    assert Client().get("/accounts/login/")["X-Request-Id"]
    tool.get("/organisations/", x_request_id="in-the-log")
    assert Event.objects.filter(request_id="in-the-log", actor_id=tool.key.pk).exists()


def test_answers_to_keys_are_compressed_and_answers_to_browsers_are_not() -> None:
    north = make_district()
    for _number in range(5):
        make_organisation(north)
    tool = Tool(north)
    plain = tool.get("/organisations/")
    packed = tool.get("/organisations/", accept_encoding="gzip")
    assert (packed["Content-Encoding"], "Accept-Encoding" in packed["Vary"]) == ("gzip", True)
    assert gzip.decompress(packed.content) == plain.content
    assert len(packed.content) < len(plain.content)
    assert "Content-Encoding" not in plain.headers
    document = Client().get("/api/v1/schema/", headers={"accept-encoding": "gzip"})
    assert gzip.decompress(document.content) == as_json()
    officer = browse(make_officer(north))
    for path in ("/api/v1/organisations/", "/organisations/"):
        answer = officer.get(path, headers={"accept-encoding": "gzip"})
        assert (answer.status_code, "Content-Encoding" in answer.headers) == (200, False)


def test_a_weak_tag_is_as_good_as_a_strong_one() -> None:
    north = make_district()
    path = f"/organisations/{make_organisation(north).pk}/"
    tool = Tool(north)
    strong, weak = tool.get(path)["ETag"], tool.get(path, accept_encoding="gzip")["ETag"]
    assert weak == f"W/{strong}"
    for held in (strong, weak, f'"x", {weak}', "*"):
        assert tool.get(path, if_none_match=held).status_code == 304, held
    assert tool.get(path, if_none_match='W/"1-0"').status_code == 200
    version = 1
    for match in (weak, "*", '"9", W/"3"', '"4"'):
        changed = tool.patch(path, {"summary": match}, if_match=match)
        version += 1
        assert (changed.status_code, changed.json()["version"]) == (200, version), match
    refused = {weak: 412, '"8", "9"': 412, "7": 400, '"7", x': 400, "": 400, ", ".join(['"7"'] * 21): 400}
    for match, status in refused.items():
        assert tool.patch(path, {"summary": "no"}, if_match=match).status_code == status, match
    two = tool.patch(path, {"summary": "no", "version": 4}, if_match='"5"')
    assert (two.status_code, two.json()["code"]) == (400, "bad_if_match")
    assert tool.patch(path, {"summary": "yes", "version": 5}, if_match='"5"').status_code == 200
    assert tool.delete(path, if_match='W/"6"').status_code == 204


def test_a_refusal_for_haste_says_the_limit_and_when_to_come_back() -> None:
    tool = Tool(requests_per_minute=1)
    answers: list[Any] = [tool.get("/me/") for _ in range(3)]  # also if the minute ends in between
    refused = next(answer for answer in answers if answer.status_code == 429)
    left = int(refused["Retry-After"])
    assert (refused.status_code, refused.json()["code"], 0 <= left <= 60) == (429, "throttled", True)
    assert refused["RateLimit"] == f'"default";r=0;t={left}'
    assert refused["RateLimit-Policy"] == '"default";q=1;w=60'


def test_the_quota_of_contacts_says_what_is_left_and_when_it_begins_anew() -> None:
    north = make_district()
    people = [make_contact(north) for _number in range(3)]
    tool = Tool(north, daily_contacts=2)

    def left() -> tuple[int, int]:
        about = tool.get("/me/").json()
        return about["daily_contacts"], about["contacts_left"]

    assert left() == (2, 2)
    assert tool.get(f"/contacts/{people[0].pk}/").status_code == 200
    assert left() == (2, 1)
    refused = tool.get("/contacts/")
    midnight: datetime = day_ends_at(city_today())
    wait = (midnight - timezone.now()).total_seconds()
    assert refused.json()["remaining"] == 1
    assert "1 more contact for today" in refused.json()["detail"]
    assert abs(int(refused["Retry-After"]) - wait) < 10
    assert tool.get("/contacts/?limit=1&ordering=-id").status_code == 200
    assert left() == (2, 0)
    none = tool.get("/contacts/").json()
    assert (none["remaining"], "reached" in none["detail"]) == (0, True)
    officer = browse(make_officer(north)).get("/api/v1/me/").json()
    assert officer["daily_contacts"] == officer["contacts_left"] == 60


def test_a_search_has_a_limit() -> None:
    north = make_district()
    for number in range(3):
        make_organisation(north, name=f"Harbour club {number}")
    tool = Tool(north)
    assert len(tool.get("/organisations/?q=harbour").json()["results"]) == 3
    assert len(tool.get("/organisations/?q=harbour&limit=2").json()["results"]) == 2


def test_an_address_that_is_written_otherwise_says_how() -> None:
    north = make_district()
    pk = make_organisation(north).pk
    tool = Tool(north)
    for path in (f"/organisations/{str(pk).upper()}/", f"/organisations/{pk}"):
        refused = tool.get(path)
        assert (refused.status_code, refused.json()["code"]) == (404, "no_such_address")
    naive = tool.get("/organisations/?updated_since=2026-11-24T14:05:00+01:00")
    assert "%2B" in naive.json()["errors"][0]["detail"]
    body = {"name": "One", "kind": "ngo", "home_district": north.code}
    for odd in (5, str(UUID(int=0)), str(UUID(int=2**128 - 1))):
        refused = tool.post("/organisations/", body | {"id": odd})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/id"), odd
