"""Leases on rows: a row belongs to one worker until its lease ends, by the database's clock.

A worker claims rows, renews each lease before it sends anything, and ends the lease with the result. If a
worker dies, its leases expire and another worker continues. A worker whose lease was taken over writes
nothing. The model has a column `lease_until` (docs/adr/0022).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Generic, TypeVar

from django.db import connection, models, transaction
from django.db.models import Q
from django.db.models.functions import Now

# For a queryset's `due`: rows without a current lease.
FREE: Final = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())

M = TypeVar("M", bound=models.Model)


@dataclass(slots=True)
class Lease(Generic[M]):
    """A row that this worker holds for `length`.

    `ends` are the possible values of the row's lease_until: the last one written, and the one before in case
    the last write was lost or rolled back.
    """

    row: M
    length: timedelta
    ends: tuple[datetime, ...]

    @property
    def ours(self) -> models.QuerySet[M]:
        """The row, unless another worker has claimed it since."""
        rows: models.QuerySet[M] = type(self.row)._default_manager.filter(pk=self.row.pk)
        return rows.filter(lease_until__in=self.ends)

    def renew(self, **fields: Any) -> bool:
        """Extend the lease to its full length from now and write `fields`.

        Return False if another worker has taken it over.
        """
        own_row, until, known_ends = self.ours, database_now() + self.length, self.ends
        self.ends = (*known_ends, until)
        renewed = bool(own_row.update(lease_until=until, **fields))
        self.ends = (*known_ends[-1:], until) if renewed else known_ends
        return renewed

    def was_renewed(self, until: datetime) -> None:
        """Note that another statement has extended the lease to `until`."""
        self.ends = (*self.ends[-1:], until)

    def end(self, pause: timedelta | None = None, **fields: Any) -> bool:
        """End the lease and write `fields`, if it is still ours.

        No worker can claim the row until the pause is over.
        """
        return bool(self.ours.update(lease_until=None if pause is None else Now() + pause, **fields))


def claim(
    due: models.QuerySet[M], length: timedelta, at_most: int | None = None, **fields: Any
) -> list[Lease[M]]:
    """Claim the first rows of `due` (which must be FREE) and write `fields`. Skip rows being claimed."""
    with transaction.atomic():
        rows = list(due.select_for_update(of=("self",), skip_locked=True)[:at_most])
        until = database_now() + length
        due.model._default_manager.filter(pk__in=[row.pk for row in rows]).update(lease_until=until, **fields)
    return [Lease(row, length, (until,)) for row in rows]


def claim_alone(number: int) -> None:
    """Lock `number` until the end of the transaction, so that only one worker claims at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def give_back(leases: Iterable[Lease[Any]]) -> None:
    """End leases of unfinished rows, so that other workers can claim the rows at once."""
    alike: dict[tuple[datetime, ...], list[Lease[Any]]] = defaultdict(list)
    for lease in leases:
        alike[lease.ends].append(lease)
    for ends, group in alike.items():
        rows = type(group[0].row)._default_manager.filter(pk__in=[lease.row.pk for lease in group])
        rows.filter(lease_until__in=ends).update(lease_until=None)


def database_now() -> datetime:
    """Return the database's time, because the clocks of two processes may differ (docs/adr/0004)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now
