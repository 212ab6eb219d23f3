"""Times and recipients of incident reminders: one message a person and moment for any number of steps."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from incidents.rules.duty import NOTIFIED_UNSEEN_AFTER
from incidents.rules.hours import after_quiet, is_quiet, quiet_ends
from reminders.rules import LOOKBACK, Occurrence, Recipient, each_channel, nine_oclock

INCIDENT_GIVEN: Final = "incident_given"
INCIDENT_DUE: Final = "incident_due"
INCIDENT_LATE: Final = "incident_late"
INCIDENT_LATE_CITY: Final = "incident_late_city"
INCIDENT_CHOOSE: Final = "incident_choose"
INCIDENT_MOVED: Final = "incident_moved"
STEP_UNSEEN: Final = "step_unseen"
SHIFT_HANDED_OVER: Final = "shift_handed_over"
SHIFT_HANDOVER_UNSEEN: Final = "handover_unseen"
INCIDENT_LOOK_AGAIN: Final = "incident_look_again"
PROTOCOL_REVIEW: Final = "protocol_review"
# Steps that can wait are notified half an hour after the quiet hours end.
NOTIFIED_AFTER: Final = timedelta(minutes=30)
# A hand-over of a shift that its recipient has not opened is a matter for supervisors after this time.
HANDOVER_SEEN_WITHIN: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class OpenStep:
    """An open step. `given_at` is None if its owner took the step and needs no message."""

    owner_id: UUID | None
    given_at: datetime | None
    due_at: datetime
    escalate_at: datetime | None
    may_wait: bool


def incident_reminders(
    *,
    steps: Collection[OpenStep],
    owners: Mapping[UUID, Recipient],
    supervisors: Iterable[Recipient],
    city_supervisors: Iterable[Recipient],
    zone: ZoneInfo,
    now: datetime,
    look_again_at: datetime | None = None,
    choose_at: datetime | None = None,
) -> Iterator[Occurrence]:
    """Yield reminders of open steps: to owners when assigned and when due, then to supervisors.

    Late steps go to the district's supervisors first, and later to the city's. At night only urgent steps
    are notified. By day, supervisors reassess tension at `look_again_at`. From `choose_at` on they choose
    which other organisations to call.
    """
    for owner_id, recipient in owners.items():
        own_steps = [step for step in steps if step.owner_id == owner_id]
        for at in sorted(_given_moments(own_steps, zone)):
            yield from each_channel(INCIDENT_GIVEN, recipient, at, now=now, made_until=at + LOOKBACK)
        for at in sorted({step.due_at.astimezone(UTC) for step in own_steps}):
            yield from each_channel(INCIDENT_DUE, recipient, at, now=now)
    district_recipients = list(supervisors)
    city_recipients = [
        recipient
        for recipient in city_supervisors
        if recipient.id not in {district_recipient.id for district_recipient in district_recipients}
    ]
    if choose_at:
        at = after_quiet(choose_at.astimezone(UTC), zone)
        for recipient in district_recipients or city_recipients:
            yield from each_channel(INCIDENT_CHOOSE, recipient, at, now=now, made_until=at + LOOKBACK)
    if look_again_at:
        at = after_quiet(look_again_at.astimezone(UTC), zone)
        for recipient in district_recipients or city_recipients:
            yield from each_channel(INCIDENT_LOOK_AGAIN, recipient, at, now=now)
    late = {(step.escalate_at, step.due_at) for step in steps if step.escalate_at}
    for at in sorted({at.astimezone(UTC) for at, _due in late if at}):
        for recipient in district_recipients or city_recipients:
            yield from each_channel(INCIDENT_LATE, recipient, at, now=now)
    for at in sorted({(at + (at - due)).astimezone(UTC) for at, due in late if at}):
        for recipient in city_recipients if district_recipients else ():
            yield from each_channel(INCIDENT_LATE_CITY, recipient, at, now=now)


def unseen_reminders(
    *, given_at: Iterable[datetime], recipient: Recipient, moment: datetime
) -> Iterator[Occurrence]:
    """Yield reminders to the next in order of urgent steps that their owner has not seen."""
    for at in sorted({at.astimezone(UTC) + NOTIFIED_UNSEEN_AFTER for at in given_at}):
        yield from each_channel(STEP_UNSEEN, recipient, at, now=moment, made_until=at + LOOKBACK)


def handover_reminders(
    *,
    handed_over_at: datetime,
    is_seen: bool,
    recipient: Recipient,
    supervisors: Iterable[Recipient],
    moment: datetime,
) -> Iterator[Occurrence]:
    """Yield reminders of a shift that was handed over: to its recipient, and to supervisors if unseen."""
    at = handed_over_at.astimezone(UTC)
    yield from each_channel(SHIFT_HANDED_OVER, recipient, at, now=moment, made_until=at + LOOKBACK)
    unseen_at = at + HANDOVER_SEEN_WITHIN
    for supervisor in () if is_seen else supervisors:
        if supervisor.id != recipient.id:
            yield from each_channel(
                SHIFT_HANDOVER_UNSEEN, supervisor, unseen_at, now=moment, made_until=unseen_at + LOOKBACK
            )


def protocol_reminders(
    *, review_on: date, supervisors: Iterable[Recipient], now: datetime
) -> Iterator[Occurrence]:
    """Yield reminders to review a protocol in force, at 09:00 on its review date."""
    for recipient in supervisors:
        at = nine_oclock(review_on, recipient.zone)
        yield from each_channel(PROTOCOL_REVIEW, recipient, at, now=now, made_until=at + LOOKBACK)


def _given_moments(steps: Collection[OpenStep], zone: ZoneInfo) -> set[datetime]:
    """Return the times to notify the owner of these steps: once for steps that were assigned together."""
    moments = set()
    for given_at in {step.given_at.astimezone(UTC) for step in steps if step.given_at}:
        waits = all(step.may_wait for step in steps if step.given_at == given_at) and is_quiet(given_at, zone)
        moments.add(quiet_ends(given_at, zone) + NOTIFIED_AFTER if waits else given_at)
    return moments
