"""Paging by cursor during concurrent writes neither loses nor repeats rows."""

import threading
from random import Random
from uuid import UUID

import pytest
from django.db import connection

from accounts.actors import SYSTEM
from contacts.models import Organisation
from contacts.services.organisations import edit_organisation
from districts.models import District
from tests.api.clients import Tool
from tests.factories import make_district, make_organisation


@pytest.fixture
def north(committed_db: None) -> District:
    return make_district()


def write_until(stop: threading.Event, north: District, known: list[UUID]) -> None:
    """Insert rows, and change version, name and modification time of existing rows, until told to stop."""
    random = Random(7)
    number = 0
    while not stop.is_set():
        number += 1
        make_organisation(north, name=f"Newcomer {number}")
        edit_organisation(actor=SYSTEM, organisation_id=random.choice(known), summary=f"Changed {number}")
    connection.close()


def test_every_row_that_is_there_throughout_is_seen_once(north: District) -> None:
    known = [make_organisation(north).pk for _ in range(60)]
    tool, stop = Tool(north, requests_per_minute=10_000), threading.Event()
    writers = [threading.Thread(target=write_until, args=(stop, north, known)) for _ in range(2)]
    for writer in writers:
        writer.start()
    try:
        for _walk in range(3):
            seen: list[str] = []
            url: str | None = "/organisations/?limit=7"
            while url and len(seen) < 2_000:
                body = tool.get(url).json()
                seen += [row["id"] for row in body["results"]]
                url = body["next"] and body["next"].split("/api/v1")[1]
            assert len(seen) == len(set(seen))
            assert {str(pk) for pk in known} <= set(seen)
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert Organisation.objects.count() > len(known)
