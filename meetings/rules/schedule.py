"""When who is reminded of meetings, promises, concerns and portfolios, by the rules of `reminders`."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from reminders.rules import AHEAD, LOOKBACK, Occurrence, Recipient, days_around, each_channel, nine_oclock

MEETING_DAY_BEFORE: Final = "meeting_day_before"
MEETING_HOUR_BEFORE: Final = "meeting_hour_before"
FOLLOW_UP_DAY_BEFORE: Final = "follow_up_day_before"
FOLLOW_UP_WRITTEN: Final = "follow_up_written"
FOLLOW_UP_DUE: Final = "follow_up_due"
FOLLOW_UP_OVERDUE: Final = "follow_up_overdue"
FOLLOW_UP_ESCALATED: Final = "follow_up_escalated"
CADENCE_DIGEST: Final = "cadence_digest"
CONCERN_RECEIVED: Final = "concern_received"
RELIEF_OPENED: Final = "relief_opened"

EMAIL: Final = "email"  # a channel, as accounts names it
ESCALATED_AFTER_DAYS: Final = 7
MONDAY: Final = 0
# By how many days late it is; what stays late is on Today alone.
_OF_OWNER: Final = {-1: FOLLOW_UP_DAY_BEFORE, 0: FOLLOW_UP_DUE, 1: FOLLOW_UP_OVERDUE}
_DAY: Final = timedelta(days=1)


def meeting_reminders(
    *, status: str, starts_at: datetime, officers: Iterable[Recipient], now: datetime
) -> Iterator[Occurrence]:
    """A planned meeting: the day and an hour before, to its officers, and never once it has begun."""
    if status != "planned" or not now < starts_at <= now + AHEAD + _DAY:
        return
    starts_at = starts_at.astimezone(UTC)
    hour_before = starts_at - timedelta(hours=1)
    for officer in officers:
        day_before = nine_oclock(starts_at.astimezone(officer.zone).date() - _DAY, officer.zone)
        yield from each_channel(MEETING_DAY_BEFORE, officer, day_before, now=now)
        yield from each_channel(MEETING_HOUR_BEFORE, officer, hour_before, now=now, made_until=starts_at)


def follow_up_reminders(
    *,
    status: str,
    written_at: datetime,
    due_on: date,
    owner: Recipient,
    supervisors: Iterable[Recipient],
    now: datetime,
) -> Iterator[Occurrence]:
    """A pending promise: to its owner the day before, that day, and once it is late; then to supervisors.

    One written on the day it is due is told at once; at nine too like any other, unless that has passed. Of
    one that was late already when it was written, as imported history is, no day before that is told.
    """
    written_on = written_at.astimezone(owner.zone).date()
    if status not in {"open", "in_progress"}:
        return
    is_told = False
    if written_on == due_on:
        at, nine = written_at.astimezone(UTC), nine_oclock(due_on, owner.zone)
        is_told = at >= nine
        until = nine_oclock(due_on + _DAY, owner.zone) if is_told else nine
        yield from each_channel(FOLLOW_UP_WRITTEN, owner, at, now=now, made_until=until)
    for day in days_around(now, owner.zone):
        rule = _OF_OWNER.get((day - due_on).days) if written_on <= due_on else None
        if rule and not (is_told and rule == FOLLOW_UP_DUE):
            tomorrow = nine_oclock(day + _DAY, owner.zone)  # from then on the next rule speaks
            last = tomorrow if rule == FOLLOW_UP_DUE else None
            yield from each_channel(rule, owner, nine_oclock(day, owner.zone), now=now, made_until=last)
    for supervisor in supervisors:
        for day in days_around(now, supervisor.zone):
            if (day - due_on).days == ESCALATED_AFTER_DAYS and day > written_on:
                at = nine_oclock(day, supervisor.zone)
                yield from each_channel(FOLLOW_UP_ESCALATED, supervisor, at, now=now)


def concern_reminders(
    *, logged_at: datetime, recipients: Iterable[Recipient], now: datetime
) -> Iterator[Occurrence]:
    """A new concern: at once."""
    at = logged_at.astimezone(UTC)
    for recipient in recipients:
        yield from each_channel(CONCERN_RECEIVED, recipient, at, now=now, made_until=at + LOOKBACK)


def relief_reminders(
    *, opened_at: datetime, supervisors: Iterable[Recipient], now: datetime
) -> Iterator[Occurrence]:
    """An officer opened a further district: at once, by e-mail too whatever a supervisor has chosen."""
    at = opened_at.astimezone(UTC)
    for one in supervisors:
        told = replace(one, channels=one.channels | {EMAIL})
        yield from each_channel(RELIEF_OPENED, told, at, now=now, made_until=at + LOOKBACK)


def digest_reminders(*, recipient: Recipient, meet_by: date, now: datetime) -> Iterator[Occurrence]:
    """Mondays on which an organisation of the recipient is past its cadence; `meet_by` is the earliest."""
    for day in days_around(now, recipient.zone):
        if day.weekday() == MONDAY and meet_by < day:
            yield from each_channel(CADENCE_DIGEST, recipient, nine_oclock(day, recipient.zone), now=now)
