"""Events that the owner of the tables inserts, as an attacker or a faulty clock would."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connections
from django.utils import timezone

from audit.rules import FORM, row_hash
from lib.ids import uuid7


def insert_event(at: datetime | None = None) -> UUID:
    """Insert an event with its own hash, and a moment of its own."""
    content: dict[str, Any] = {
        "id": uuid7(),
        "at": at or timezone.now(),
        "actor_kind": "user",
        "actor_id": uuid7(),
        "actor_role": "officer",
        "login": "",
        "action": "view",
        "object_type": "contact",
        "object_ids": [uuid7()],
        "field_names": ["email"],
        "district_ids": [],
        "reason_code": "",
        "reason_digest": None,
        "request_id": "a request",
        "recipient": "",
        "recipient_digest": None,
        "allowed": True,
        "search_hash": None,
        "form": FORM,
    }
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            f"INSERT INTO audit_event ({', '.join(content)}, content_hash)"  # noqa: S608  # names of this test
            f" VALUES ({', '.join(['%s'] * len(content))}, %s)",
            [*content.values(), row_hash("event", content)],
        )
    return UUID(str(content["id"]))
