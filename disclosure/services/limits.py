"""Services of the daily limit: count the different contacts that a user or key reads (docs/adr/0048).

A user's reads count on pages and in the API alike. Past the limit, users give a reason and read on until
twice the limit.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Count
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Role
from disclosure.models import PersonRead, ReadingDay
from disclosure.rules import DAYS_KEPT, READS_KEPT, ReadCount
from lib.days import city_today


class LimitReached(Exception):
    """The reader may not read these contacts now. `needs_reason`: a reason lets a user read on."""

    def __init__(self, count: ReadCount, contact_ids: Collection[UUID], *, needs_reason: bool) -> None:
        super().__init__()
        self.count, self.contact_ids, self.needs_reason = count, contact_ids, needs_reason


@dataclass(frozen=True, slots=True)
class ReadLimit:
    """The number of different contacts that a reader may read in a day, and the table that counts them."""

    reads: type[models.Model]
    reader_column: str
    reader_id: UUID
    contacts: int


def limit_of_user(actor: Actor) -> ReadLimit:
    """Return the daily limit of a user, by role."""
    if actor.kind != "user" or actor.id is None:
        raise TypeError("Only a signed-in user has this limit. A key brings its own.")
    is_officer = actor.role == Role.OFFICER
    contacts = settings.SESSION_PEOPLE_OFFICER if is_officer else settings.SESSION_PEOPLE_SUPERVISOR
    return ReadLimit(PersonRead, "user_id", actor.id, contacts)


def count_reads(limit: ReadLimit, contact_ids: Collection[UUID], outside: Collection[UUID] = ()) -> ReadCount:
    """Count the contacts about to be shown. `outside` are those outside a user's portfolio.

    Raises LimitReached past the limit, and counts none of them.
    """
    count = _add_reads(limit, contact_ids, outside)
    if count.is_refused:
        needs_reason = limit.reads is PersonRead and not count.is_explained
        raise LimitReached(count, contact_ids, needs_reason=needs_reason)
    return count


def count_of_today(limit: ReadLimit) -> ReadCount:
    """Return the count of contacts that the reader read today."""
    return _add_reads(limit, (), ())


def _add_reads(limit: ReadLimit, contact_ids: Collection[UUID], outside: Collection[UUID]) -> ReadCount:
    """Count the contacts that are new today and those read before, and add the new ones within the limit."""
    table, reader = limit.reads._meta.db_table, limit.reader_column
    names, values, explained = "", "", "FALSE"
    if limit.reads is PersonRead:
        names, values = ", is_outside", ", fresh.id = ANY(%(outside)s::uuid[])"
        explained = f"""EXISTS (
            SELECT FROM {ReadingDay._meta.db_table}
            WHERE user_id = %(id)s AND day = %(day)s AND explained_at IS NOT NULL
        )"""
    mine = f"{reader} = %(id)s AND day = %(day)s"
    statement = f"""
        WITH fresh AS (
            SELECT DISTINCT asked.id FROM unnest(%(ids)s::uuid[]) AS asked (id)
            WHERE NOT EXISTS (SELECT FROM {table} WHERE {mine} AND contact_id = asked.id)
        ), state AS (
            SELECT (SELECT count(*) FROM fresh) AS new,
                   (SELECT count(*) FROM {table} WHERE {mine}) AS before,
                   {explained} AS is_explained
        ), counted AS (
            INSERT INTO {table} ({reader}, day, contact_id{names})
            SELECT %(id)s, %(day)s, fresh.id{values} FROM fresh, state
            WHERE new + before <= CASE WHEN is_explained THEN 2 ELSE 1 END * %(limit)s
            ON CONFLICT DO NOTHING
        )
        SELECT new, before, is_explained FROM state
    """  # noqa: S608 (table and column names)
    arguments: dict[str, Any] = {
        "id": limit.reader_id,
        "day": city_today(),
        "ids": list(contact_ids),
        "outside": list(outside),
        "limit": limit.contacts,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        new, before, is_explained = cursor.fetchone()
    return ReadCount(int(new), int(before), limit.contacts, bool(is_explained))


def read_on(user_id: UUID) -> tuple[int, bool]:
    """Let a user read on after the limit, today. Return the number read so far, and whether this is new."""
    today = city_today()
    row, _made = ReadingDay.objects.select_for_update().get_or_create(user_id=user_id, day=today)
    if is_new := row.explained_at is None:
        row.explained_at = timezone.now()
        row.save(update_fields=["explained_at"])
    return PersonRead.objects.filter(user=user_id, day=today).count(), is_new


@transaction.atomic
def forget_old_reads() -> int:
    """Delete what users read more than 31 days ago and return the number of rows.

    The numbers of each day stay longer.
    """
    today = city_today()
    past = PersonRead.objects.filter(day__lt=today - timedelta(days=1)).values_list("user", "day")
    days = [ReadingDay(user_id=user, day=day, contacts=n) for user, day, n in past.annotate(n=Count("pk"))]
    ReadingDay.objects.bulk_create(
        days, update_conflicts=True, unique_fields=["user", "day"], update_fields=["contacts"]
    )
    ReadingDay.objects.filter(day__lt=today - timedelta(days=1 + DAYS_KEPT)).delete()
    return PersonRead.objects.filter(day__lt=today - timedelta(days=READS_KEPT)).delete()[0]
