"""Daily limits of different contacts that a key or a user may read.

A user's reads count on pages and in the API alike (docs/adr/0048). Past the limit, users give a reason and
read on until twice the limit.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import Actor
from accounts.models import Role
from api.models import ApiKey, ContactRead, PersonRead, ReadingDay
from api.problems import Problem
from lib.days import city_today, day_ends_at
from meetings.portfolio import portfolio_among

HINT_AT: Final = 0.8  # of the limit
DAYS_KEPT: Final = 60  # numbers of past days, from which a user's own usual day is known
#: Contacts that a user read are kept so long, so that many small days together can be noticed.
READS_KEPT: Final = 31


@dataclass(frozen=True, slots=True)
class Counted:
    """How many different contacts the reader has read today, with those about to be shown, and the limit."""

    new: int
    before: int
    limit: int
    is_explained: bool = False

    @property
    def total(self) -> int:
        return self.new + self.before

    @property
    def most(self) -> int:
        """The limit, or twice the limit for users who have given a reason today."""
        return 2 * self.limit if self.is_explained else self.limit

    @property
    def is_refused(self) -> bool:
        return self.new > 0 and self.total > self.most

    @property
    def is_near(self) -> bool:
        """Whether the reader should be told how many contacts they have read today."""
        return self.new > 0 and self.total >= HINT_AT * self.limit


class ContactsLimit(Exception):
    """The user may not read these contacts now. `needs_reason`: a reason lets them read on."""

    def __init__(self, counted: Counted, contact_ids: Collection[UUID]) -> None:
        super().__init__()
        self.counted, self.contact_ids = counted, contact_ids
        self.needs_reason = not counted.is_explained


@dataclass(frozen=True, slots=True)
class _Quota:
    """The table that counts the contacts read by a key or user today, and the limit."""

    reads: type[ContactRead] | type[PersonRead]
    reader: str
    id: UUID
    limit: int

    def count(self, contact_ids: Collection[UUID], outside: Collection[UUID] = ()) -> Counted:
        """Count those that are new today and those read before, and add the new ones within the limit.

        `outside` are those outside the reader's portfolio.
        """
        table = self.reads._meta.db_table
        names, values, explained = "", "", "FALSE"
        if self.reads is PersonRead:
            names, values = ", is_outside", ", fresh.id = ANY(%(outside)s::uuid[])"
            explained = f"""EXISTS (
                SELECT FROM {ReadingDay._meta.db_table}
                WHERE user_id = %(id)s AND day = %(day)s AND explained_at IS NOT NULL
            )"""
        mine = f"{self.reader} = %(id)s AND day = %(day)s"
        statement = f"""
            WITH fresh AS (
                SELECT DISTINCT asked.id FROM unnest(%(ids)s::uuid[]) AS asked (id)
                WHERE NOT EXISTS (SELECT FROM {table} WHERE {mine} AND contact_id = asked.id)
            ), state AS (
                SELECT (SELECT count(*) FROM fresh) AS new,
                       (SELECT count(*) FROM {table} WHERE {mine}) AS before,
                       {explained} AS is_explained
            ), counted AS (
                INSERT INTO {table} ({self.reader}, day, contact_id{names})
                SELECT %(id)s, %(day)s, fresh.id{values} FROM fresh, state
                WHERE new + before <= CASE WHEN is_explained THEN 2 ELSE 1 END * %(limit)s
                ON CONFLICT DO NOTHING
            )
            SELECT new, before, is_explained FROM state
        """  # noqa: S608 (table and column names)
        given: dict[str, Any] = {
            "id": self.id,
            "day": city_today(),
            "ids": list(contact_ids),
            "outside": list(outside),
            "limit": self.limit,
        }
        with connection.cursor() as cursor:
            cursor.execute(statement, given)
            new, before, is_explained = cursor.fetchone()
        return Counted(int(new), int(before), self.limit, bool(is_explained))


def count_contacts(actor: Actor, contact_ids: Collection[UUID], *, is_outside: bool = False) -> Counted:
    """Count the contacts that a page is about to show to a user. `is_outside`: of their portfolio.

    Raises ContactsLimit past the user's limit, and counts none of them.
    """
    if not contact_ids or actor.id is None:
        return Counted(0, 0, 0)
    counted = _quota_of(actor, None).count(contact_ids, contact_ids if is_outside else ())
    if counted.is_refused:
        raise ContactsLimit(counted, contact_ids)
    return counted


def count_people(actor: Actor, key: ApiKey | None, contact_ids: Collection[UUID]) -> None:
    """Count the contacts about to be shown. Past the caller's quota, raise 429 and count none of them.

    In a browser session, those outside the reader's portfolio are counted apart, as on pages.
    """
    if not contact_ids or actor.id is None:
        return
    outside = set(contact_ids) - portfolio_among(actor, contact_ids) if key is None else ()
    counted = _quota_of(actor, key).count(contact_ids, outside)
    if not counted.is_refused:
        return
    left, now = max(0, counted.most - counted.before), timezone.now()
    text = _("You have reached your daily limit of contacts (%(most)d).")
    if left:
        text = ngettext(
            "Your daily limit (%(most)d) leaves %(n)d more contact for today. Ask for fewer at once.",
            "Your daily limit (%(most)d) leaves %(n)d more contacts for today. Ask for fewer at once.",
            left,
        )
    elif key is None and not counted.is_explained:
        text = _(
            "You have reached your daily limit of contacts (%(most)d). To read more today, open a "
            "contact on its page and give a reason."
        )
    raise Problem(
        429,
        "people_quota",
        text % {"most": counted.most, "n": left},
        headers={"Retry-After": str(ceil((day_ends_at(city_today()) - now).total_seconds()))},
        remaining=left,
    )


def quota_left(actor: Actor, key: ApiKey | None) -> tuple[int, int]:
    """The caller's daily limit of contacts, and how many of them are left for today."""
    counted = _quota_of(actor, key).count(())
    return counted.most, max(0, counted.most - counted.before)


def read_on(user_id: UUID) -> tuple[int, bool]:
    """Let a user read on after the limit, today. Return the number read so far, and whether this is new."""
    today = city_today()
    row, _made = ReadingDay.objects.select_for_update().get_or_create(user_id=user_id, day=today)
    if is_new := row.explained_at is None:
        row.explained_at = timezone.now()
        row.save(update_fields=["explained_at"])
    return PersonRead.objects.filter(user=user_id, day=today).count(), is_new


def _quota_of(actor: Actor, key: ApiKey | None) -> _Quota:
    if key is not None:
        return _Quota(ContactRead, "key_id", key.pk, key.daily_contacts)
    is_officer = actor.role == Role.OFFICER
    limit = settings.SESSION_PEOPLE_OFFICER if is_officer else settings.SESSION_PEOPLE_SUPERVISOR
    return _Quota(PersonRead, "user_id", actor.id, limit)  # type: ignore[arg-type]  # checked by the caller


@transaction.atomic
def forget_old_reads() -> int:
    """Delete old reads and return their number: a key's after a day, a user's after 31 days.

    A user's numbers of each day stay longer.
    """
    today = city_today()
    by_keys = ContactRead.objects.filter(day__lt=today)
    past = PersonRead.objects.filter(day__lt=today - timedelta(days=1)).values_list("user", "day")
    days = [ReadingDay(user_id=user, day=day, contacts=n) for user, day, n in past.annotate(n=Count("pk"))]
    ReadingDay.objects.bulk_create(
        days, update_conflicts=True, unique_fields=["user", "day"], update_fields=["contacts"]
    )
    ReadingDay.objects.filter(day__lt=today - timedelta(days=1 + DAYS_KEPT)).delete()
    by_users = PersonRead.objects.filter(day__lt=today - timedelta(days=READS_KEPT))
    return by_keys.delete()[0] + by_users.delete()[0]
