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
DAILY_FOR_DAYS: Final = 3
MONDAY: Final = 0
_DAY: Final = timedelta(days=1)


def meeting_reminders(
    *, status: str, starts_at: datetime, officers: Iterable[Recipient], now: datetime
) -> Iterator[Occurrence]:
    """A planned meeting: a day and an hour before, to its officers, and never once it has begun."""
    if status != "planned" or not now < starts_at <= now + AHEAD + _DAY:
        return
    starts_at = starts_at.astimezone(UTC)
    hour_before = starts_at - timedelta(hours=1)
    for officer in officers:
        yield from each_channel(MEETING_DAY_BEFORE, officer, starts_at - _DAY, now=now)
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
    """A pending promise: to its owner the day before, that day, and while it is late; then to supervisors.

    One written in the small hours of the day it is due is told at once, and at nine like any other;
    one written later that day is told at once because its nine o'clock has passed.
    """
    if status not in {"open", "in_progress"}:
        return
    if written_at.astimezone(owner.zone).date() == due_on:
        nine = nine_oclock(due_on, owner.zone)
        if (at := written_at.astimezone(UTC)) < nine:
            yield from each_channel(FOLLOW_UP_WRITTEN, owner, at, now=now, made_until=nine)
    for day in days_around(now, owner.zone):
        if rule := _rule_of_owner((day - due_on).days):
            tomorrow = nine_oclock(day + _DAY, owner.zone)  # from then on the next rule speaks
            until = tomorrow if rule == FOLLOW_UP_DUE else None
            yield from each_channel(rule, owner, nine_oclock(day, owner.zone), now=now, made_until=until)
    for supervisor in supervisors:
        for day in days_around(now, supervisor.zone):
            if (day - due_on).days == ESCALATED_AFTER_DAYS:
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


def _rule_of_owner(days_late: int) -> str | None:
    if days_late == -1:
        return FOLLOW_UP_DAY_BEFORE
    if days_late == 0:
        return FOLLOW_UP_DUE
    weekly = days_late > DAILY_FOR_DAYS and (days_late - DAILY_FOR_DAYS) % 7 == 0
    return FOLLOW_UP_OVERDUE if 0 < days_late <= DAILY_FOR_DAYS or weekly else None
