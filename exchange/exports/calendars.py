"""Calendar files (RFC 5545, RFC 7986): one meeting for the phone, or all of a subscription."""

from collections.abc import Iterable
from datetime import UTC, timedelta
from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Event

from accounts.models import DutyShift
from accounts.services.mailing import host
from meetings.codes import MeetingStatus
from meetings.models import FollowUp, Meeting
from meetings.queries.calendar_entries import (
    add_subject,
    calendar_bytes,
    follow_up_entry,
    meeting_entry,
    new_calendar,
)

SHOWN: Final = {MeetingStatus.PLANNED: "CONFIRMED", MeetingStatus.HELD: "CONFIRMED"}


def meeting_file(meeting: Meeting) -> bytes:
    """Return a calendar file of one meeting with a neutral title. The meeting comes with its district."""
    return calendar_bytes(new_calendar(), [_entry(meeting, with_subjects=False)])


def calendar_file(
    meetings: Iterable[Meeting],
    follow_ups: Iterable[FollowUp] = (),
    shifts: Iterable[DutyShift] = (),
    *,
    with_subjects: bool,
) -> bytes:
    calendar = new_calendar()
    calendar.add("x-wr-calname", _("Meetings"))
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    entries = [
        *(_entry(meeting, with_subjects=with_subjects) for meeting in meetings),
        *(_follow_up_entry(row, with_subjects=with_subjects) for row in follow_ups),
        *map(_shift_entry, shifts),
    ]
    return calendar_bytes(calendar, entries)


def _entry(meeting: Meeting, *, with_subjects: bool) -> Event:
    entry = meeting_entry(meeting, meeting.updated_at)
    entry.add("last-modified", meeting.updated_at.astimezone(UTC))
    entry.add("status", SHOWN.get(MeetingStatus(meeting.status), "CANCELLED"))
    entry.add("class", "PRIVATE")
    entry.add("url", f"{settings.SITE_URL}/meetings/{meeting.pk}/")
    if with_subjects:
        add_subject(entry, meeting)
    else:
        entry.add("summary", _("Meeting, %(district)s") % {"district": meeting.district.code})
    return entry


def _follow_up_entry(row: FollowUp, *, with_subjects: bool) -> Event:
    """An open follow-up as an all-day event: few phones show tasks (VTODO) of a subscription."""
    entry = follow_up_entry(row)
    entry.add("last-modified", row.updated_at.astimezone(UTC))
    entry.add("class", "PRIVATE")
    entry.add("url", f"{settings.SITE_URL}/follow-ups/{row.pk}/")
    entry.add("summary", row.title if with_subjects else _("Follow-up due"))
    return entry


def _shift_entry(row: DutyShift) -> Event:
    """A duty shift of the reader, with the codes of its districts. A phone shows it on its lock screen."""
    entry = Event()
    entry.add("uid", f"shift-{row.pk}@{host()}")
    entry.add("sequence", row.version)
    entry.add("dtstamp", row.created_at.astimezone(UTC))
    entry.add("dtstart", row.starts_at.astimezone(UTC))
    entry.add("dtend", row.until.astimezone(UTC))
    entry.add("class", "PRIVATE")
    entry.add("url", f"{settings.SITE_URL}/duty/")
    codes = ", ".join(district.code for district in row.districts)
    entry.add("summary", _("On duty, %(districts)s") % {"districts": codes})
    return entry
