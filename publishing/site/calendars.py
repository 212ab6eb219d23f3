"""Calendar files of announced meetings, without internal IDs."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, timedelta
from typing import Final

from icalendar import Event

from lib.days import day_starts_at
from meetings.codes import MeetingStatus
from meetings.queries.calendar_entries import calendar_bytes, new_calendar
from publishing.models import PublicMeeting

_LETTERS: Final = 20


def calendar_name(notice: PublicMeeting) -> str:
    """Return a file name that stays the same for a meeting and does not reveal its ID."""
    digest = hashlib.sha256(f"public meeting {notice.pk}".encode()).hexdigest()
    return f"{digest[:_LETTERS]}.ics"


def write_calendar(notices: Sequence[PublicMeeting], as_of: date) -> bytes:
    return calendar_bytes(new_calendar(), [_entry(notice, as_of) for notice in notices])


def _entry(notice: PublicMeeting, as_of: date) -> Event:
    starts_at = notice.meeting.starts_at.astimezone(UTC)
    entry = Event()
    entry.add("uid", calendar_name(notice).removesuffix(".ics"))
    entry.add("sequence", notice.meeting.version + notice.revision)
    entry.add("dtstamp", day_starts_at(as_of).astimezone(UTC))
    entry.add("dtstart", starts_at)
    entry.add("dtend", starts_at + timedelta(minutes=notice.meeting.duration_minutes or 0))
    entry.add("summary", notice.title)
    entry.add("location", notice.place)
    if notice.text:
        entry.add("description", notice.text)
    is_cancelled = notice.meeting.status == MeetingStatus.CANCELLED
    entry.add("status", "CANCELLED" if is_cancelled else "CONFIRMED")
    return entry
