"""Which organisations to meet next: those due a meeting, longest first, then those not met yet."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db.models import F

from contacts.models import Organisation
from contacts.models.organisation import OrganisationQuerySet
from lib.prepared import PlaceholderDay

_SOONEST = F("meet_by").asc(nulls_last=True)


class ToMeet(NamedTuple):
    """Both lists leave out partners and clubs, as the figures do."""

    due: Sequence[Organisation]
    not_met_yet: Sequence[Organisation]


def whom_to_meet(
    rows: OrganisationQuerySet, today: date | PlaceholderDay, *, due: int, not_met_yet: int
) -> OrganisationQuerySet:
    """At most that many of each, in one statement, for `split`."""
    late = rows.due_a_meeting(today).order_by("meet_by", "pk")
    never = rows.not_met_yet(today).order_by(_SOONEST, "pk")
    shown: Any = late.values("pk")[:due].union(never.values("pk")[:not_met_yet], all=True)
    return Organisation.objects.filter(pk__in=shown).order_by(_SOONEST, "pk")


def split(found: Iterable[Organisation], today: date) -> ToMeet:
    late: list[Organisation] = []
    waiting: list[Organisation] = []
    for row in found:
        (late if row.meet_by and row.meet_by < today else waiting).append(row)
    return ToMeet(late, waiting)
