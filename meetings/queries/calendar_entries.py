"""Calendar entries (RFC 5545) of meetings and follow-ups.

A UID stays the same, so that a new entry replaces the earlier one in the reader's calendar.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event

from accounts.services.mailing import host
from lib.days import city_day
from meetings.codes import TimePrecision
from meetings.models import FollowUp, Meeting


def meeting_entry(meeting: Meeting, stamped_at: datetime) -> Event:
    """Time and UID of a meeting, all day if its time is not exact. The caller adds the subject."""
    starts_at = meeting.starts_at.astimezone(UTC)
    entry = Event()
    entry.add("uid", f"meeting-{meeting.pk}@{host()}")
    entry.add("sequence", meeting.version)
    entry.add("dtstamp", stamped_at.astimezone(UTC))
    if meeting.has_exact_time:
        entry.add("dtstart", starts_at)
        entry.add("dtend", starts_at + timedelta(minutes=meeting.duration_minutes or 0))
        return entry
    day = city_day(meeting.starts_at)
    entry.add("dtstart", day)
    entry.add("dtend", day + timedelta(days=1))
    if meeting.precision != TimePrecision.DAY:
        entry.add("description", meeting.get_precision_display())
    return entry


def follow_up_entry(follow_up: FollowUp) -> Event:
    """Due day of a follow-up. The day stays free for meetings."""
    entry = Event()
    entry.add("uid", f"follow-up-{follow_up.pk}@{host()}")
    entry.add("sequence", follow_up.version)
    entry.add("dtstamp", follow_up.updated_at.astimezone(UTC))
    entry.add("dtstart", follow_up.due_on)
    entry.add("dtend", follow_up.due_on + timedelta(days=1))
    entry.add("transp", "TRANSPARENT")
    return entry


def add_subject(entry: Event, meeting: Meeting) -> None:
    entry.add("summary", meeting.subject)
    if meeting.place:
        entry.add("location", meeting.place)


def new_calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Proximity CRM//EN")
    calendar.add("version", "2.0")
    return calendar


def calendar_bytes(calendar: Calendar, entries: Iterable[Event]) -> bytes:
    for entry in entries:
        calendar.add_component(entry)
    return bytes(calendar.to_ical())
