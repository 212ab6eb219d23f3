"""Events as versions before `audit_write` inserted them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connections
from django.utils import timezone

from audit.rules import content_hash
from lib.ids import uuid7


def insert_old_event(at: datetime | None = None, recipient: str = "") -> UUID:
    """Insert an event in form 1, with its reason in it."""
    content: dict[str, Any] = {
        "id": uuid7(),
        "at": at or timezone.now(),
        "actor_kind": "user",
        "actor_id": uuid7(),
        "actor_role": "officer",
        "action": "view",
        "object_type": "contact",
        "object_ids": [uuid7()],
        "field_names": ["email"],
        "district_ids": [],
        "purpose": "she called",
        "request_id": "a request",
        "recipient": recipient,
        "allowed": True,
        "search_hash": None,
    }
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            f"INSERT INTO audit_event ({', '.join(content)}, content_hash)"  # noqa: S608  # names of this test
            f" VALUES ({', '.join(['%s'] * len(content))}, %s)",
            [*content.values(), content_hash(content)],
        )
    return UUID(str(content["id"]))
