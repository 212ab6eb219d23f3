"""Organisations to meet next: those due a meeting, longest overdue first, then those not met yet."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db.models import F

from contacts.models import Organisation
from contacts.models.organisation import OrganisationQuerySet
from lib.prepared import PlaceholderDay

_SOONEST = F("meet_by").asc(nulls_last=True)


class OrganisationsToMeet(NamedTuple):
    """Organisations to meet. Partners and clubs are left out, as in the figures."""

    due: Sequence[Organisation]
    not_met_yet: Sequence[Organisation]


def organisations_to_meet(
    rows: OrganisationQuerySet, today: date | PlaceholderDay, *, due: int, not_met_yet: int
) -> OrganisationQuerySet:
    """Select at most `due` and `not_met_yet` organisations in one statement, for `split_by_due`."""
    late = rows.due_a_meeting(today).order_by("meet_by", "pk")
    not_met = rows.not_met_yet(today).order_by(_SOONEST, "pk")
    organisation_ids: Any = late.values("pk")[:due].union(not_met.values("pk")[:not_met_yet], all=True)
    return Organisation.objects.filter(pk__in=organisation_ids).order_by(_SOONEST, "pk")


def split_by_due(organisations: Iterable[Organisation], today: date) -> OrganisationsToMeet:
    late: list[Organisation] = []
    waiting: list[Organisation] = []
    for row in organisations:
        (late if row.meet_by and row.meet_by < today else waiting).append(row)
    return OrganisationsToMeet(late, waiting)
