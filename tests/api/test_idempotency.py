"""Two requests with one Idempotency-Key: one is processed, the other waits or gets the same response."""

import threading
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from api.http.idempotency import KEPT, forget_old_requests
from api.models import IdempotentRequest
from api.rules import to_json
from contacts.models import Organisation
from districts.models import District
from tests.api.clients import Tool
from tests.factories import make_district
from tests.plugins.workers import wait_until

WAITING = "FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"


def body(north: District) -> dict[str, str]:
    return {"name": "One", "kind": "ngo", "home_district": north.code}


def hash_of(path: str, sent: Any) -> bytes:
    """Return the request hash as every version has computed it for requests without a query."""
    return sha256(path.encode() + b"\n" + to_json(sent)).digest()


def again(tool: Tool) -> Tool:
    """Send the same key on another connection."""
    other = Tool.__new__(Tool)
    other.client = type(tool.client)(
        headers={"authorization": f"Bearer {tool.token}"}, raise_request_exception=False
    )
    return other


def nobody_writes_organisations() -> None:
    """Lock the organisations until the end of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE contacts_organisation IN SHARE ROW EXCLUSIVE MODE")


def is_waited_for() -> bool:
    """Return whether another connection waits for a lock that this one holds."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT {WAITING})")
        return bool(cursor.fetchone()[0])


def wait_for_a_lock() -> None:
    """Wait until another connection waits for a lock that this one holds."""
    wait_until(is_waited_for, seconds=15, what="a connection that waits for a lock")


def test_while_the_first_request_waits_the_second_is_told_so_however_long_it_takes(
    committed_db: None,
) -> None:
    """The first request waits for a lock."""
    north = make_district()
    tool, answers = Tool(north), []

    def send() -> None:
        answers.append(again(tool).post("/organisations/", body(north), idempotency_key="k"))
        connection.close()

    first = threading.Thread(target=send)
    with transaction.atomic():
        nobody_writes_organisations()
        first.start()
        wait_for_a_lock()
        second = threading.Thread(target=send)
        second.start()
        second.join(timeout=10)
        assert not second.is_alive(), "the second waits for what the first waits for"
    first.join(timeout=20)
    refused, made = answers
    assert (refused.status_code, refused.json()["code"]) == (409, "still_running")
    assert int(refused["Retry-After"]) >= 1
    assert made.status_code == 201
    assert Organisation.objects.count() == 1
    once_more = tool.post("/organisations/", body(north), idempotency_key="k")
    assert (once_more.status_code, once_more.json()["id"]) == (201, made.json()["id"])


def test_a_request_whose_connection_died_may_be_sent_again_at_once(committed_db: None) -> None:
    north = make_district()
    tool = Tool(north)
    answers: list[Any] = []

    def send() -> None:
        try:
            answers.append(again(tool).post("/organisations/", body(north), idempotency_key="k").status_code)
        except DatabaseError:
            answers.append("died")
        connection.close()

    first = threading.Thread(target=send)
    with transaction.atomic():
        nobody_writes_organisations()
        first.start()
        wait_for_a_lock()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pid) " + WAITING)
        first.join(timeout=20)
    assert answers == ["died"] or answers[0] >= 500
    assert tool.post("/organisations/", body(north), idempotency_key="k").status_code == 201
    assert Organisation.objects.count() == 1


@pytest.mark.django_db
def test_the_hash_of_the_request_is_kept() -> None:
    north = make_district()
    Tool(north).post("/organisations/", body(north), idempotency_key="k")
    kept = IdempotentRequest.objects.get()
    assert bytes(kept.request_hash) == hash_of("/api/v1/organisations/", body(north))


@pytest.mark.django_db
def test_the_query_belongs_to_the_request() -> None:
    north = make_district()
    tool = Tool(north)
    sent = [body(north), {"name": ""}]
    each = tool.post("/organisations/batch/?atomic=false", sent, idempotency_key="k")
    assert each.status_code == 200
    whole = tool.post("/organisations/batch/?atomic=true", sent, idempotency_key="k")
    assert (whole.status_code, whole.json()["code"]) == (422, "idempotency_key_reused")
    again_each = tool.post("/organisations/batch/?atomic=false", sent, idempotency_key="k")
    assert again_each["Idempotent-Replayed"] == "true"


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
        answers.append(again(tool).post("/organisations/", body(north), idempotency_key="k").status_code)
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Organisation.objects.count() == 1
    assert set(answers) <= {201, 409}
    assert 201 in answers
