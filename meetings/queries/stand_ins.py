"""Stand-ins who get the reminders of an absent colleague: lead or deputy officers, else supervisors."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from accounts.actors import actor_for
from accounts.models import User
from accounts.rules import WRITES
from lib.days import city_day, city_today
from reminders.rules import Recipient

_OFFICERS: Final = ("organisation__lead_officer", "organisation__deputy_officer")


def recipient_of(user: User) -> Recipient:
    return Recipient(user.pk, frozenset(user.reminder_channels), ZoneInfo(user.time_zone), user.is_active)


def is_away(user: User, at: datetime) -> bool:
    """Whether the user is absent at this moment."""
    return user.absent_until is not None and city_day(at) < user.absent_until


class StandIns:
    """Present lead and deputy officers of the organisations of some rows, who see the row.

    `links` connect the rows with their organisations, and `parent` is the row's name in them. Without links
    no query runs.
    """

    def __init__(self, rows: Any, links: QuerySet[Any], parent: str) -> None:
        self._officers_by_row: dict[UUID, list[User]] = defaultdict(list)
        officers: dict[UUID, set[UUID]] = defaultdict(set)
        for row_id, *pair in links.values_list(parent, *_OFFICERS):
            for officer_id in filter(None, pair):
                officers[officer_id].add(row_id)
        staff = User.objects.active().with_role(*WRITES).filter(pk__in=officers)
        for user in staff.exclude(pk__in=User.objects.away_on(city_today())).in_order() if officers else ():
            visible_rows = rows.visible_to(actor_for(user)).filter(pk__in=officers[user.pk])
            for row_id in visible_rows.values_list("pk", flat=True):
                self._officers_by_row[row_id].append(user)

    def for_row(
        self, row_id: UUID, supervisors: Iterable[Recipient], *, but: Collection[UUID]
    ) -> Sequence[Recipient]:
        """Stand-ins of `but` for a row, else `supervisors`; empty if all of them are in `but`."""
        stand_ins = [recipient_of(user) for user in self._officers_by_row[row_id]] or list(supervisors)
        return [stand_in for stand_in in stand_ins if stand_in.id not in but]
