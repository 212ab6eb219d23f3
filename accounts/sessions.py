"""Where sessions are kept: rows that say whose they are, so that a person's can be listed and ended."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.models import Session
from accounts.rules import browser_and_system

# What a session says of itself: seconds since 1970, and what the browser calls itself.
STARTED: Final = "started"
SEEN: Final = "seen"
DEVICE: Final = "device"


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls) -> Any:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row: Any = super().create_model_instance(data)
        row.user_id = UUID(data[SESSION_KEY]) if SESSION_KEY in data else None
        row.device = str(data.get(DEVICE, ""))[:200]
        row.started_at, row.seen_at = _moment(data.get(STARTED)), _moment(data.get(SEEN))
        found: Session = row
        return found


@dataclass(frozen=True, slots=True)
class SignedIn:
    """One device a person is signed in on. `number` names it on a page; the key would let anybody in."""

    key: str
    device: str
    started_at: datetime | None
    seen_at: datetime | None
    is_here: bool

    @property
    def name(self) -> str:
        browser, system = browser_and_system(self.device)
        if browser and system:
            return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
        return browser or system or _("Unknown device")

    @property
    def number(self) -> str:
        return salted_hmac("number of a session", self.key, algorithm="sha256").hexdigest()[:24]


def sessions_of(user_id: UUID, *, here: str | None) -> list[SignedIn]:
    """Those that live, this one first, then the latest used."""
    now = timezone.now()
    alive = Session.objects.filter(
        user_id=user_id,
        seen_at__gt=now - timedelta(minutes=settings.SESSION_IDLE_MINUTES),
        started_at__gt=now - timedelta(hours=settings.SESSION_HOURS),
    )
    rows = alive.order_by("-seen_at", "pk").values_list("pk", "device", "started_at", "seen_at")
    found = [SignedIn(*row, is_here=row[0] == here) for row in rows]
    return sorted(found, key=lambda one: not one.is_here)


def end_sessions(user_id: UUID, *, but: str | None = None, only: str = "") -> int:
    """End those of a person, at once; all of them, all `but` the one of this key, or `only` that one."""
    rows = Session.objects.filter(user_id=user_id).exclude(pk=but or "")
    ended, _rows = (rows.filter(pk=only) if only else rows).delete()
    return ended


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
