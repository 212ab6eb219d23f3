"""Daily limits of different contacts that a key or a browser session may read."""

from collections.abc import Collection
from dataclasses import dataclass
from math import ceil
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import Actor
from accounts.models import Role
from api.models import ApiKey, ContactRead, PersonRead
from api.problems import Problem
from lib.days import city_today, day_ends_at


@dataclass(frozen=True, slots=True)
class _Quota:
    """The table that counts the contacts read by a key or user today, and the limit."""

    reads: type[ContactRead] | type[PersonRead]
    reader: str
    id: UUID
    most: int

    def count(self, contact_ids: Collection[UUID]) -> tuple[int, int]:
        """Add contacts and return how many are new today, and how many were read before."""
        table = self.reads._meta.db_table
        statement = f"""
            WITH new AS (
                INSERT INTO {table} ({self.reader}, day, contact_id)
                SELECT %(id)s, %(day)s, unnest(%(ids)s::uuid[])
                ON CONFLICT DO NOTHING RETURNING 1
            )
            SELECT (SELECT count(*) FROM new),
                   (SELECT count(*) FROM {table} WHERE {self.reader} = %(id)s AND day = %(day)s)
        """  # noqa: S608 (table and column names)
        with connection.cursor() as cursor:
            cursor.execute(statement, {"id": self.id, "day": city_today(), "ids": list(contact_ids)})
            new, before = cursor.fetchone()
        return int(new), int(before)


def count_people(actor: Actor, key: ApiKey | None, contact_ids: Collection[UUID]) -> None:
    """Count the contacts about to be shown. Past the caller's quota, raise 429 and count none of them."""
    if not contact_ids or actor.id is None:
        return
    with transaction.atomic():
        quota = _quota_of(actor, key)
        new, before = quota.count(contact_ids)
        if new + before <= quota.most:
            return
        left, now = max(0, quota.most - before), timezone.now()
        text = _("You have reached your daily limit of contacts (%(most)d).")
        if left:
            text = ngettext(
                "Your daily limit (%(most)d) leaves %(n)d more contact for today. Ask for fewer at once.",
                "Your daily limit (%(most)d) leaves %(n)d more contacts for today. Ask for fewer at once.",
                left,
            )
        raise Problem(
            429,
            "people_quota",
            text % {"most": quota.most, "n": left},
            headers={"Retry-After": str(ceil((day_ends_at(city_today()) - now).total_seconds()))},
            remaining=left,
        )


def quota_left(actor: Actor, key: ApiKey | None) -> tuple[int, int]:
    """The caller's daily limit of contacts, and how many of them are left for today."""
    quota = _quota_of(actor, key)
    _new, before = quota.count(())
    return quota.most, max(0, quota.most - before)


def _quota_of(actor: Actor, key: ApiKey | None) -> _Quota:
    if key is not None:
        return _Quota(ContactRead, "key_id", key.pk, key.daily_contacts)
    is_officer = actor.role == Role.OFFICER
    most = settings.SESSION_PEOPLE_OFFICER if is_officer else settings.SESSION_PEOPLE_SUPERVISOR
    return _Quota(PersonRead, "user_id", actor.id, most)  # type: ignore[arg-type]  # checked by the caller


def forget_old_reads() -> int:
    """Delete counts of past days and return their number."""
    past = (model.objects.filter(day__lt=city_today()) for model in (ContactRead, PersonRead))
    return sum(rows.delete()[0] for rows in past)
