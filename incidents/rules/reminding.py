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
    owner_id: UUID | None
    due_at: datetime
    escalate_at: datetime | None
    may_wait: bool


def incident_reminders(
    *,
    opened_at: datetime,
    duty_id: UUID | None,
    steps: Collection[OpenStep],
    owners: Mapping[UUID, Recipient],
    supervisors: Iterable[Recipient],
    city_supervisors: Iterable[Recipient],
    zone: ZoneInfo,
    now: datetime,
) -> Iterator[Occurrence]:
    """What is open: to its owner when it opens and when it is due, then to supervisors, then to the city's.

    Whoever logged the concern needs no message that it opened. At night only what may not wait leaves.
    """
    opened = opened_at.astimezone(UTC)
    for owner_id, recipient in owners.items():
        own = [step for step in steps if step.owner_id == owner_id]
        if own and owner_id != duty_id:
            waits = all(step.may_wait for step in own) and is_quiet(opened, zone)
            at = quiet_ends(opened, zone) + TOLD_AFTER if waits else opened
            yield from each_channel(INCIDENT_GIVEN, recipient, at, now=now, made_until=opened + LOOKBACK)
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
