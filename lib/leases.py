"""Claiming work that rows hold: a row is one worker's until its lease ends, by the database's clock.

A worker claims rows, renews the lease of each before anything leaves because of it, and lets go with what
came of it. One that dies leaves its leases to run out, and another goes on; one that was overtaken
writes nothing. The model has a column `lease_until` (docs/adr/0022).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Generic, TypeVar

from django.db import connection, models, transaction
from django.db.models import Q
from django.db.models.functions import Now

# For a queryset's `due`: rows that no worker holds.
FREE: Final = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())

M = TypeVar("M", bound=models.Model)


@dataclass(slots=True)
class Lease(Generic[M]):
    """A row that is this worker's for `length`.

    `ends` are the ends that the row's lease may have: one was written last, and where its answer was lost or
    its transaction rolled back, it is an earlier one.
    """

    row: M
    length: timedelta
    ends: tuple[datetime, ...]

    @property
    def ours(self) -> models.QuerySet[M]:
        """The row, as long as nobody else has claimed it since."""
        rows: models.QuerySet[M] = type(self.row)._default_manager.filter(pk=self.row.pk)
        return rows.filter(lease_until__in=self.ends)

    def renew(self, **fields: Any) -> bool:
        """Hold on for the whole length from now, and write `fields`; false where it is another's."""
        ours, until, known = self.ours, database_now() + self.length, self.ends
        self.ends = (*known, until)
        renewed = bool(ours.update(lease_until=until, **fields))
        self.ends = (*known[-1:], until) if renewed else known
        return renewed

    def end(self, pause: timedelta | None = None, **fields: Any) -> bool:
        """Let go and write `fields`, where it is ours; nobody claims it before a pause is over."""
        return bool(self.ours.update(lease_until=None if pause is None else Now() + pause, **fields))


def claim(
    due: models.QuerySet[M], length: timedelta, at_most: int | None = None, **fields: Any
) -> list[Lease[M]]:
    """The first rows of `due` (which are FREE) that nobody else is claiming; writes `fields` with them."""
    with transaction.atomic():
        rows = list(due.select_for_update(of=("self",), skip_locked=True)[:at_most])
        until = database_now() + length
        due.model._default_manager.filter(pk__in=[row.pk for row in rows]).update(lease_until=until, **fields)
    return [Lease(row, length, (until,)) for row in rows]


def claim_alone(number: int) -> None:
    """Wait until no other worker's transaction claims under this number: until the end of this one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def give_back(leases: Iterable[Lease[Any]]) -> None:
    """Those that there was no time for: anybody may claim them at once."""
    for lease in leases:
        lease.end()


def database_now() -> datetime:
    """No clock of a process is trusted with what another process will read (docs/adr/0004)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now
