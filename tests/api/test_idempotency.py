"""Two requests with one Idempotency-Key: one works, the other waits its turn or gets the same answer."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from api.idempotency import KEPT, forget_old_requests
from api.models import IdempotentRequest
from contacts.models import Organisation
from districts.models import District
from tests.api.clients import Tool
from tests.factories import make_district


def body(north: District) -> dict[str, str]:
    return {"name": "One", "kind": "ngo", "home_district": north.code}


@pytest.mark.django_db
def test_while_the_first_request_runs_the_second_is_told_so() -> None:
    north = make_district()
    tool = Tool(north)
    tool.post("/organisations/", body(north), idempotency_key="k")
    IdempotentRequest.objects.update(status=None, lease_until=timezone.now() + timedelta(minutes=1))
    running = tool.post("/organisations/", body(north), idempotency_key="k")
    assert (running.status_code, running.json()["code"]) == (409, "still_running")


@pytest.mark.django_db
def test_a_request_that_died_may_be_sent_again() -> None:
    north = make_district()
    tool = Tool(north)
    tool.post("/organisations/", body(north), idempotency_key="k")
    IdempotentRequest.objects.update(status=None, lease_until=timezone.now() - timedelta(seconds=1))
    assert tool.post("/organisations/", body(north), idempotency_key="k").status_code == 201


@pytest.mark.django_db
def test_after_48_hours_a_key_is_forgotten() -> None:
    north = make_district()
    tool = Tool(north)
    first = tool.post("/organisations/", body(north), idempotency_key="k").json()
    IdempotentRequest.objects.update(created_at=timezone.now() - KEPT - timedelta(seconds=1))
    second = tool.post("/organisations/", body(north), idempotency_key="k").json()
    assert first["id"] != second["id"]
    IdempotentRequest.objects.update(created_at=timezone.now() - KEPT - timedelta(seconds=1))
    assert forget_old_requests() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "é", "x" * 256, "a\tb"])
def test_a_key_is_plain_text_of_some_length(key: str) -> None:
    north = make_district()
    answer = Tool(north).post("/organisations/", body(north), idempotency_key=key)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_idempotency_key")


def test_ten_at_once_with_one_key_make_one_organisation(committed_db: None) -> None:
    north = make_district()
    tool, answers = Tool(north), []

    def send() -> None:
        again = Tool.__new__(Tool)
        again.client = type(tool.client)(headers={"authorization": f"Bearer {tool.token}"})
        answers.append(again.post("/organisations/", body(north), idempotency_key="k").status_code)
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Organisation.objects.count() == 1
    assert set(answers) <= {201, 409}
    assert 201 in answers
