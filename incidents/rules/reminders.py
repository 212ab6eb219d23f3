"""When who is reminded of an incident: one message a person and moment, whatever the number of steps."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from incidents.rules.steps import after_quiet, is_quiet, quiet_ends
from reminders.rules import LOOKBACK, Occurrence, Recipient, each_channel, nine_oclock

INCIDENT_GIVEN: Final = "incident_given"
INCIDENT_DUE: Final = "incident_due"
INCIDENT_LATE: Final = "incident_late"
INCIDENT_LATE_CITY: Final = "incident_late_city"
INCIDENT_CHOOSE: Final = "incident_choose"
INCIDENT_LOOK_AGAIN: Final = "incident_look_again"
PROTOCOL_REVIEW: Final = "protocol_review"
# What can wait is told half an hour after the quiet hours end.
TOLD_AFTER: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class OpenStep:
    """`given_at` is None if its owner took it, and needs no message."""

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
    """What is open: to its owner when given and when due, then to supervisors, then to the city's.

    At night only what may not wait leaves. By day, supervisors reassess tension at `look_again_at`, and
    choose from `choose_at` on who else is called.
    """
    for owner_id, recipient in owners.items():
        own = [step for step in steps if step.owner_id == owner_id]
        for at in sorted(_told_at(own, zone)):
            yield from each_channel(INCIDENT_GIVEN, recipient, at, now=now, made_until=at + LOOKBACK)
        for at in sorted({step.due_at.astimezone(UTC) for step in own}):
            yield from each_channel(INCIDENT_DUE, recipient, at, now=now)
    near = list(supervisors)
    far = [one for one in city_supervisors if one.id not in {here.id for here in near}]
    if choose_at:
        at = after_quiet(choose_at.astimezone(UTC), zone)
        for one in near or far:
            yield from each_channel(INCIDENT_CHOOSE, one, at, now=now, made_until=at + LOOKBACK)
    if look_again_at:
        at = after_quiet(look_again_at.astimezone(UTC), zone)
        for one in near or far:
            yield from each_channel(INCIDENT_LOOK_AGAIN, one, at, now=now)
    late = {(step.escalate_at, step.due_at) for step in steps if step.escalate_at}
    for at in sorted({at.astimezone(UTC) for at, _due in late if at}):
        for one in near or far:
            yield from each_channel(INCIDENT_LATE, one, at, now=now)
    for at in sorted({(at + (at - due)).astimezone(UTC) for at, due in late if at}):
        for one in far if near else ():
            yield from each_channel(INCIDENT_LATE_CITY, one, at, now=now)


def protocol_reminders(
    *, review_on: date, supervisors: Iterable[Recipient], now: datetime
) -> Iterator[Occurrence]:
    """A protocol in force is due for review: at 09:00 of that day."""
    for one in supervisors:
        at = nine_oclock(review_on, one.zone)
        yield from each_channel(PROTOCOL_REVIEW, one, at, now=now, made_until=at + LOOKBACK)


def _told_at(steps: Collection[OpenStep], zone: ZoneInfo) -> set[datetime]:
    """When the owner of these steps is told that they have them: once for all that were given together."""
    moments = set()
    for given in {step.given_at.astimezone(UTC) for step in steps if step.given_at}:
        waits = all(step.may_wait for step in steps if step.given_at == given) and is_quiet(given, zone)
        moments.add(quiet_ends(given, zone) + TOLD_AFTER if waits else given)
    return moments
