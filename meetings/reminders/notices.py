"""What a reminder says, in its recipient's language and time zone.

Little is said, because e-mail is read on locked screens: a title never names an organisation, a
person or what was promised, and supervisors are told where to look, not what they will find.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from icalendar import Calendar, Event

from accounts.models import Relief, User
from contacts.models import Organisation
from lib.days import city_today
from meetings import rules
from meetings.codes import ConcernKind
from meetings.models import Concern, FollowUp, Meeting, Reminder
from meetings.reminders.links import path_of
from meetings.reminders.subjects import Subject

NAMED = 20


@dataclass(frozen=True, slots=True)
class Notice:
    """A text to deliver, with the page it leads to and, for a meeting, its calendar entry."""

    title: str
    lines: Sequence[str]
    url: str
    calendar: bytes | None = None


def notice_of(reminder: Reminder, recipient: User, subject: Subject | Sequence[Organisation]) -> Notice:
    """`subject` is what the reminder is about, for a digest the organisations past their cadence."""
    with translation.override(recipient.language), timezone.override(ZoneInfo(recipient.time_zone)):
        title, lines = _words(reminder, subject)
    calendar = invitation(subject) if isinstance(subject, Meeting) else None
    return Notice(title, lines, settings.SITE_URL + path_of(reminder), calendar)


def host() -> str:
    """The host of this site, which ids of messages and calendar entries end with."""
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def invitation(meeting: Meeting) -> bytes:
    """The meeting as a calendar entry (RFC 5545): one that is sent again replaces the one before."""
    event = Event()
    event.add("uid", f"meeting-{meeting.pk}@{host()}")
    event.add("sequence", meeting.version)
    event.add("dtstamp", datetime.now(UTC))
    event.add("dtstart", meeting.starts_at.astimezone(UTC))
    event.add("dtend", meeting.starts_at.astimezone(UTC) + timedelta(minutes=meeting.duration_minutes))
    event.add("summary", meeting.subject)
    if meeting.place:
        event.add("location", meeting.place)
    calendar = Calendar()
    calendar.add("prodid", "-//Proximity CRM//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _words(reminder: Reminder, subject: Subject | Sequence[Organisation]) -> tuple[str, list[str]]:
    if isinstance(subject, Meeting):
        return _of_meeting(subject)
    if isinstance(subject, FollowUp):
        return (
            _of_escalated(subject) if reminder.rule == rules.FOLLOW_UP_ESCALATED else _of_follow_up(subject)
        )
    if isinstance(subject, Concern):
        return _of_concern(subject)
    if isinstance(subject, Relief):
        return _of_relief(subject)
    return _of_organisations(subject)


def _of_meeting(meeting: Meeting) -> tuple[str, list[str]]:
    starts_at = timezone.localtime(meeting.starts_at)
    when = {"day": _day(starts_at.date()), "time": f"{starts_at:%H:%M}"}
    lines = [meeting.subject, _("%(day)s at %(time)s") % when, meeting.place]
    return _("Meeting on %(day)s at %(time)s") % when, [line for line in lines if line]


def _of_follow_up(follow_up: FollowUp) -> tuple[str, list[str]]:
    late = (city_today() - follow_up.due_on).days
    if late > 0:
        title = ngettext("A promise is %(n)d day late", "A promise is %(n)d days late", late) % {"n": late}
    elif late == 0:
        title = _("A promise is due today")
    else:
        title = _("A promise is due on %(day)s") % {"day": _day(follow_up.due_on)}
    return title, [follow_up.title, _("Promised for %(day)s.") % {"day": _day(follow_up.due_on)}]


def _of_escalated(follow_up: FollowUp) -> tuple[str, list[str]]:
    late = (city_today() - follow_up.due_on).days
    title = ngettext(
        "A promise in your district is %(n)d day late", "A promise in your district is %(n)d days late", late
    )
    return title % {"n": late}, [
        _("It was promised for %(day)s. Open it to see by whom, and what stands in the way.")
        % {"day": _day(follow_up.due_on)}
    ]


def _of_concern(concern: Concern) -> tuple[str, list[str]]:
    kinds = ", ".join(str(ConcernKind(kind).label) for kind in concern.kinds)
    return _("New concern in %(district)s") % {"district": concern.district.name}, [
        kinds,
        _("Open it to see what happened and whom to call."),
    ]


def _of_relief(relief: Relief) -> tuple[str, list[str]]:
    until = timezone.localtime(relief.ends_at)
    return _("Further district opened: %(district)s") % {"district": relief.district.name}, [
        _("%(officer)s works there until %(time)s on %(day)s: %(reason)s.")
        % {
            "officer": relief.officer.name,
            "time": f"{until:%H:%M}",
            "day": _day(until.date()),
            "reason": relief.get_reason_display(),
        },
        _("Everything they open meanwhile says so in the trail."),
    ]


def _of_organisations(organisations: Sequence[Organisation]) -> tuple[str, list[str]]:
    count = len(organisations)
    title = ngettext("%(n)d organisation is worth seeing", "%(n)d organisations are worth seeing", count)
    lines = [f"– {organisation.name}" for organisation in organisations[:NAMED]]
    if count > NAMED:
        lines.append(_("and %(n)d more") % {"n": count - NAMED})
    return title % {"n": count}, [_("They have waited longer than agreed:"), *lines]


def _day(value: date) -> str:
    return date_format(value, pgettext("Django date format of a day in full", "l j F"))
