"""`OrganisationPeriod` rows follow every change that figures depend on."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from contacts.models import UNDO_WITHIN, Organisation, OrganisationPeriod
from lib.copying import insert_values
from lib.days import day_starts_at
from lib.ids import uuid7

DATED: Final = (
    *("status", "home_district", "lead_officer", "deputy_officer", "cadence_days", "verified_on"),
    "kind",
)
_FIELDS: Final[list[Any]] = [OrganisationPeriod._meta.get_field(name) for name in DATED]
_COLUMNS: Final[list[str]] = [field.attname for field in _FIELDS]


def open_periods(rows: Iterable[Organisation]) -> None:
    """Begin a period of each, since it was last written, with what figures depend on as it is now."""
    insert_values(
        OrganisationPeriod,
        ["id", "organisation_id", "since", *_COLUMNS],
        [(uuid7(), row.pk, row.updated_at, *_state(row)) for row in rows],
    )


def follow_periods(rows: Collection[Organisation], *, taken_back: datetime | None = None) -> None:
    """End the current period of each when it was last written, and begin one with what is so now.

    What is again as it was within the time of an undo never was otherwise, so that period goes on: no figure
    knows of a change that was taken back. `taken_back` is when it was made, where an undo has longer.
    """
    by_id = {row.pk: row for row in rows}
    if not by_id:
        return
    since = taken_back or min(row.updated_at for row in rows) - UNDO_WITHIN
    periods = OrganisationPeriod.objects.filter(organisation__in=by_id)
    same: dict[UUID, OrganisationPeriod] = {}
    for period in periods.filter(Q(until__gte=since) | Q(until=None)).order_by("since"):
        if _state(period) == _state(by_id[period.organisation_id]):
            same[period.organisation_id] = period
    for period in same.values():
        periods.filter(organisation=period.organisation_id, since__gt=period.since).delete()
        periods.filter(pk=period.pk).update(until=None)
    others = [row for row in rows if row.pk not in same]
    for moment in {row.updated_at for row in others}:
        those = [row.pk for row in others if row.updated_at == moment]
        periods.filter(organisation__in=those, until__isnull=True).update(until=moment)
    open_periods(others)


def begin_when_known(rows: Iterable[Organisation]) -> None:
    """Let the first period of each begin on the day since which it is known, else when it was entered."""
    for row in rows:
        since = day_starts_at(row.known_since) if row.known_since else row.created_at
        periods = OrganisationPeriod.objects.filter(organisation=row).order_by("since")
        periods.filter(until__lte=since).delete()
        first = periods[0]
        if first.since != since:
            first.since, first.entered_at = since, timezone.now()
            first.save(update_fields=["since", "entered_at"])


def correct_kinds(rows: Iterable[Organisation]) -> None:
    """Give these the kind they have now for as long as they had another without a break: it was wrong."""
    for row in rows:
        wrong: str | None = None
        for period in OrganisationPeriod.objects.filter(organisation=row).order_by("-since"):
            wrong = wrong or period.kind
            if period.kind != wrong:
                break
            period.kind, period.entered_at = row.kind, timezone.now()
            period.save(update_fields=["kind", "entered_at"])


def _state(row: Organisation | OrganisationPeriod) -> list[Any]:
    return [getattr(row, name) for name in _COLUMNS]
