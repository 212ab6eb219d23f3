"""Who gets the reminders of a colleague who is away: who shares their organisations, else supervisors."""

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


def recipient(user: User) -> Recipient:
    return Recipient(user.pk, frozenset(user.reminder_channels), ZoneInfo(user.time_zone), user.is_active)


def is_away(user: User, at: datetime) -> bool:
    """Whether a user has not said to be back by this moment."""
    return user.absent_until is not None and city_day(at) < user.absent_until


class StandIns:
    """Lead and deputy officers of the organisations of some rows, who are here and see the row.

    `links` are of these rows and their organisations, and `parent` is the name of the row in them. Nothing
    is read if there are no links.
    """

    def __init__(self, rows: Any, links: QuerySet[Any], parent: str) -> None:
        self._of: dict[UUID, list[User]] = defaultdict(list)
        officers: dict[UUID, set[UUID]] = defaultdict(set)
        for row_id, *pair in links.values_list(parent, *_OFFICERS):
            for officer_id in filter(None, pair):
                officers[officer_id].add(row_id)
        staff = User.objects.active().with_role(*WRITES).filter(pk__in=officers)
        for user in staff.exclude(pk__in=User.objects.away_on(city_today())).in_order() if officers else ():
            seen = rows.visible_to(actor_for(user)).filter(pk__in=officers[user.pk])
            for row_id in seen.values_list("pk", flat=True):
                self._of[row_id].append(user)

    def of(
        self, row_id: UUID, supervisors: Iterable[Recipient], *, but: Collection[UUID]
    ) -> Sequence[Recipient]:
        """Whoever takes the place of `but` for a row; nobody if there is no one else."""
        found = [recipient(user) for user in self._of[row_id]] or list(supervisors)
        return [one for one in found if one.id not in but]
