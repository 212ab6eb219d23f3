"""Where sessions are kept: rows that say whose they are, so that a person's can be listed and ended."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from accounts.models import Session

# What a session says of itself: seconds since 1970, and what the browser calls itself.
STARTED: Final = "started"
SEEN: Final = "seen"
DEVICE: Final = "device"


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls) -> Any:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row: Session = super().create_model_instance(data)
        row.user_id = UUID(data[SESSION_KEY]) if SESSION_KEY in data else None
        row.device = str(data.get(DEVICE, ""))[:200]
        row.started_at, row.seen_at = _moment(data.get(STARTED)), _moment(data.get(SEEN))
        return row


def end_sessions(user_id: UUID, *, but: str | None = None) -> int:
    """End those of a person, at once and on every device; `but` is the key of one that stays."""
    ended, _rows = Session.objects.filter(user_id=user_id).exclude(session_key=but or "").delete()
    return ended


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
