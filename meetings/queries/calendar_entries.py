"""A meeting as an entry of a calendar file (RFC 5545): one that comes again replaces the one before."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event

from accounts.services.mailing import host
from meetings.models import FollowUp, Meeting


def entry_of(meeting: Meeting, stamped_at: datetime) -> Event:
    """When it is and what tells it from others; whoever sends it says what it is called."""
    starts_at = meeting.starts_at.astimezone(UTC)
    entry = Event()
    entry.add("uid", f"meeting-{meeting.pk}@{host()}")
    entry.add("sequence", meeting.version)
    entry.add("dtstamp", stamped_at.astimezone(UTC))
    entry.add("dtstart", starts_at)
    entry.add("dtend", starts_at + timedelta(minutes=meeting.duration_minutes or 0))
    return entry


def day_entry_of(follow_up: FollowUp) -> Event:
    """The day it is due, which stays free for meetings."""
    entry = Event()
    entry.add("uid", f"follow-up-{follow_up.pk}@{host()}")
    entry.add("sequence", follow_up.version)
    entry.add("dtstamp", follow_up.updated_at.astimezone(UTC))
    entry.add("dtstart", follow_up.due_on)
    entry.add("dtend", follow_up.due_on + timedelta(days=1))
    entry.add("transp", "TRANSPARENT")
    return entry


def say_subject(entry: Event, meeting: Meeting) -> None:
    entry.add("summary", meeting.subject)
    if meeting.place:
        entry.add("location", meeting.place)


def new_calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Proximity CRM//EN")
    calendar.add("version", "2.0")
    return calendar


def file_of(calendar: Calendar, entries: Iterable[Event]) -> bytes:
    for entry in entries:
        calendar.add_component(entry)
    return bytes(calendar.to_ical())
