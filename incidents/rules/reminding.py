"""When who is reminded of an incident: one message a person and moment, whatever the number of steps."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from incidents.rules.steps import is_quiet, quiet_ends
from reminders.rules import LOOKBACK, Occurrence, Recipient, each_channel

INCIDENT_GIVEN: Final = "incident_given"
INCIDENT_DUE: Final = "incident_due"
INCIDENT_LATE: Final = "incident_late"
INCIDENT_LATE_CITY: Final = "incident_late_city"
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
) -> Iterator[Occurrence]:
    """What is open: to its owner when given and when due, then to supervisors, then to the city's.

    At night only what may not wait leaves.
    """
    for owner_id, recipient in owners.items():
        own = [step for step in steps if step.owner_id == owner_id]
        for at in sorted(_told_at(own, zone)):
            yield from each_channel(INCIDENT_GIVEN, recipient, at, now=now, made_until=at + LOOKBACK)
        for at in sorted({step.due_at.astimezone(UTC) for step in own}):
            yield from each_channel(INCIDENT_DUE, recipient, at, now=now)
    near = list(supervisors)
    far = [one for one in city_supervisors if one.id not in {here.id for here in near}]
    late = {(step.escalate_at, step.due_at) for step in steps if step.escalate_at}
    for at in sorted({at.astimezone(UTC) for at, _due in late if at}):
        for one in near or far:
            yield from each_channel(INCIDENT_LATE, one, at, now=now)
    for at in sorted({(at + (at - due)).astimezone(UTC) for at, due in late if at}):
        for one in far if near else ():
            yield from each_channel(INCIDENT_LATE_CITY, one, at, now=now)


def _told_at(steps: Collection[OpenStep], zone: ZoneInfo) -> set[datetime]:
    """When the owner of these steps is told that they have them: once for all that were given together."""
    moments = set()
    for given in {step.given_at.astimezone(UTC) for step in steps if step.given_at}:
        waits = all(step.may_wait for step in steps if step.given_at == given) and is_quiet(given, zone)
        moments.add(quiet_ends(given, zone) + TOLD_AFTER if waits else given)
    return moments
