"""Session store whose rows name their user, so that a user's sessions can be listed and ended.

The database has no session keys, so a person who reads it or a backup cannot use a session. Content signed
for one row is invalid in another.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final, Self
from uuid import UUID

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.models import Session, User
from accounts.rules import browser_and_system
from lib.wired import Wired

# Keys in the session: two times in seconds since 1970, and the User-Agent header.
STARTED: Final = "started"
SEEN: Final = "seen"
DEVICE: Final = "device"


#: Functions that end other access with all sessions of a user or with the password. Each gets the user's ID.
ENDS_WITH_SESSIONS: Final = Wired[Callable[[UUID], None]]("accounts.services.sessions.ENDS_WITH_SESSIONS")


def row_key(key: str) -> str:
    """Return the hash of a session key that identifies its row. It is too long to find a matching key."""
    return sha256(key.encode()).hexdigest()[:40]


class SessionStore(DatabaseStore):
    _row_key = ""  # of a row; only the browser has the key itself

    @classmethod
    def get_model_class(cls) -> Any:
        return Session

    @classmethod
    def of_row(cls, row: Session) -> Self:
        """Return a store of this row that can only encode and decode."""
        store = cls()
        store._row_key = row.pk
        return store

    @property
    def key_salt(self) -> str:
        return f"{super().key_salt}.{self._row_key or row_key(self.session_key or '')}"

    def _get_session_from_db(self) -> Session | None:
        alive = Session.objects.filter(expire_date__gt=timezone.now())
        session = alive.filter(pk=row_key(self.session_key)).first() if self.session_key else None
        if session is None:
            self._session_key = None  # as Django does
        return session

    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(pk=row_key(session_key)).exists()

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            Session.objects.filter(pk=row_key(key)).delete()

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row: Any = super().create_model_instance(data)
        row.session_key = row_key(row.session_key)
        row.user_id = UUID(data[SESSION_KEY]) if SESSION_KEY in data else None
        row.device = str(data.get(DEVICE, ""))[:200]
        row.started_at, row.seen_at = _moment(data.get(STARTED)), _moment(data.get(SEEN))
        session: Session = row
        return session


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session of a user on one device. `key` is that of its row."""

    key: str
    device: str
    started_at: datetime | None
    seen_at: datetime | None
    is_here: bool

    @property
    def name(self) -> str:
        return device_name(self.device)

    @property
    def number(self) -> str:
        return salted_hmac("number of a session", self.key, algorithm="sha256").hexdigest()[:24]


def device_name(user_agent: str) -> str:
    """A name such as `Firefox on Windows`, in the reader's language, from a User-Agent header."""
    browser, system = browser_and_system(user_agent)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Unknown device")


def sessions_of(user_id: UUID, *, current_key: str | None) -> list[SignedIn]:
    """The user's active sessions: the current one first, then the most recently used."""
    moment = timezone.now()
    alive = Session.objects.filter(
        user_id=user_id,
        seen_at__gt=moment - timedelta(minutes=settings.SESSION_IDLE_MINUTES),
        started_at__gt=moment - timedelta(hours=settings.SESSION_HOURS),
    )
    rows = alive.order_by("-seen_at", "pk").values_list("pk", "device", "started_at", "seen_at")
    signed_in = [SignedIn(*row, is_here=row[0] == row_key(current_key or "")) for row in rows]
    return sorted(signed_in, key=lambda session: not session.is_here)


def end_sessions(user_id: UUID, *, except_key: str | None = None, only_row: str = "") -> int:
    """End a user's sessions at once: all, all except that of `except_key`, or only that of `only_row`.

    Return their number. If all sessions end, other access ends, too (`ENDS_WITH_SESSIONS`).
    """
    if not only_row:
        _end_other_access(user_id)
    rows = Session.objects.filter(user_id=user_id).exclude(pk=row_key(except_key or ""))
    ended, _rows = (rows.filter(pk=only_row) if only_row else rows).delete()
    return ended


class EndsWithPassword:
    """In AUTH_PASSWORD_VALIDATORS, because Django calls these after each change of a password.

    Django itself ends the sessions that began with the former password.
    """

    def validate(self, password: str, user: User | None = None) -> None:
        """Accept any password."""

    def get_help_text(self) -> str:
        return _("A new password signs you out on other devices and ends your calendar subscription.")

    def password_changed(self, password: str, user: User | None = None) -> None:
        if user is not None:
            _end_other_access(user.pk)


def _end_other_access(user_id: UUID) -> None:
    for end in ENDS_WITH_SESSIONS:
        end(user_id)


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
