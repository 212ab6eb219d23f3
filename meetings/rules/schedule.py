"""Times and recipients of reminders of meetings, follow-ups, concerns and portfolios."""

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
SHIFT_BEGUN: Final = "shift_begun"
SHIFT_PLANNED: Final = "shift_planned"
SHIFT_ENDS: Final = "shift_ends"

EMAIL: Final = "email"  # a channel, as accounts names it
ESCALATED_AFTER_DAYS: Final = 7
MONDAY: Final = 0
# By number of days late. A follow-up that stays late appears only on Today.
_OWNER_RULES: Final = {-1: FOLLOW_UP_DAY_BEFORE, 0: FOLLOW_UP_DUE, 1: FOLLOW_UP_OVERDUE}
_DAY: Final = timedelta(days=1)
HANDED_OVER_BEFORE: Final = timedelta(minutes=30)


def meeting_reminders(
    *, status: str, starts_at: datetime, officers: Iterable[Recipient], now: datetime
) -> Iterator[Occurrence]:
    """Yield reminders of a planned meeting for its officers: the day before, and an hour before its start."""
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
    """Yield reminders of a pending follow-up: to its owner around the due day, later to supervisors.

    A follow-up created on its due day gets a reminder at once, and another at 09:00 if that is still to come.
    A follow-up created after its due date gets no reminder for earlier days.
    """
    written_on = written_at.astimezone(owner.zone).date()
    if status not in {"open", "in_progress"}:
        return
    was_notified_today = False
    if written_on == due_on:
        at, nine = written_at.astimezone(UTC), nine_oclock(due_on, owner.zone)
        was_notified_today = at >= nine
        until = nine_oclock(due_on + _DAY, owner.zone) if was_notified_today else nine
        yield from each_channel(FOLLOW_UP_WRITTEN, owner, at, now=now, made_until=until)
    for day in days_around(now, owner.zone):
        rule = _OWNER_RULES.get((day - due_on).days) if written_on <= due_on else None
        if rule and not (was_notified_today and rule == FOLLOW_UP_DUE):
            tomorrow = nine_oclock(day + _DAY, owner.zone)  # then the next rule applies
            made_until = tomorrow if rule == FOLLOW_UP_DUE else None
            yield from each_channel(rule, owner, nine_oclock(day, owner.zone), now=now, made_until=made_until)
    for supervisor in supervisors:
        for day in days_around(now, supervisor.zone):
            if (day - due_on).days == ESCALATED_AFTER_DAYS and day > written_on:
                at = nine_oclock(day, supervisor.zone)
                yield from each_channel(FOLLOW_UP_ESCALATED, supervisor, at, now=now)


def concern_reminders(
    *, logged_at: datetime, recipients: Iterable[Recipient], now: datetime
) -> Iterator[Occurrence]:
    """Yield reminders of a new concern, at once."""
    at = logged_at.astimezone(UTC)
    for recipient in recipients:
        yield from each_channel(CONCERN_RECEIVED, recipient, at, now=now, made_until=at + LOOKBACK)


def shift_begun_reminders(
    *, at: datetime, supervisors: Iterable[Recipient], moment: datetime
) -> Iterator[Occurrence]:
    """Yield reminders for supervisors of districts that an officer opened: at once, and by email, too."""
    at = at.astimezone(UTC)
    for supervisor in supervisors:
        recipient = replace(supervisor, channels=supervisor.channels | {EMAIL})
        yield from each_channel(SHIFT_BEGUN, recipient, at, now=moment, made_until=at + LOOKBACK)


def shift_planned_reminders(
    *, at: datetime, recipients: Iterable[Recipient], moment: datetime
) -> Iterator[Occurrence]:
    """Yield reminders of a planned shift for its officer and the officer's supervisors, at once."""
    at = at.astimezone(UTC)
    for recipient in recipients:
        yield from each_channel(SHIFT_PLANNED, recipient, at, now=moment, made_until=at + LOOKBACK)


def shift_ends_reminders(
    *, starts_at: datetime, ends_at: datetime, officer: Recipient, moment: datetime
) -> Iterator[Occurrence]:
    """Yield reminders to hand over, half an hour before the end of a shift that is longer than that."""
    at = ends_at.astimezone(UTC) - HANDED_OVER_BEFORE
    if at > starts_at:
        yield from each_channel(SHIFT_ENDS, officer, at, now=moment, made_until=ends_at)


def digest_reminders(*, recipient: Recipient, meet_by: date, now: datetime) -> Iterator[Occurrence]:
    """Yield Monday reminders while an organisation is due a meeting. `meet_by` is the earliest date."""
    for day in days_around(now, recipient.zone):
        if day.weekday() == MONDAY and meet_by < day:
            yield from each_channel(CADENCE_DIGEST, recipient, nine_oclock(day, recipient.zone), now=now)
