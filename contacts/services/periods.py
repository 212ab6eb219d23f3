"""Periods of organisations (`OrganisationPeriod`): one for each state that figures depend on."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from contacts.models import Organisation, OrganisationPeriod
from lib.copying import insert_values
from lib.days import day_starts_at
from lib.ids import uuid7

DATED: Final = (
    *("status", "home_district", "lead_officer", "deputy_officer", "cadence_days", "verified_on"),
    "kind",
)
UNDO_WITHIN: Final = timedelta(minutes=10)  # for an undo of a change of fields
_FIELDS: Final[list[Any]] = [OrganisationPeriod._meta.get_field(name) for name in DATED]
_COLUMNS: Final[list[str]] = [field.attname for field in _FIELDS]


def open_periods(rows: Iterable[Organisation]) -> None:
    """Begin a period of each organisation with its present state, from its last write."""
    insert_values(
        OrganisationPeriod,
        ["id", "organisation_id", "since", *_COLUMNS],
        [(uuid7(), row.pk, row.updated_at, *_dated_values(row)) for row in rows],
    )


def follow_periods(rows: Collection[Organisation], *, undone_at: datetime | None = None) -> None:
    """End the current period of each organisation at its last write, and begin one with its present state.

    If an organisation returns to an earlier state within the time for an undo, that period continues. So no
    figure shows an undone change. `undone_at` is the time of that change, if the undo has more time.
    """
    by_id = {row.pk: row for row in rows}
    if not by_id:
        return
    since = undone_at or min(row.updated_at for row in rows) - UNDO_WITHIN
    periods = OrganisationPeriod.objects.filter(organisation__in=by_id)
    continued: dict[UUID, OrganisationPeriod] = {}
    for period in periods.filter(Q(until__gte=since) | Q(until=None)).order_by("since"):
        if _dated_values(period) == _dated_values(by_id[period.organisation_id]):
            continued[period.organisation_id] = period
    for period in continued.values():
        periods.filter(organisation=period.organisation_id, since__gt=period.since).delete()
        periods.filter(pk=period.pk).update(until=None)
    changed_rows = [row for row in rows if row.pk not in continued]
    for written_at in {row.updated_at for row in changed_rows}:
        organisation_ids = [row.pk for row in changed_rows if row.updated_at == written_at]
        periods.filter(organisation__in=organisation_ids, until__isnull=True).update(until=written_at)
    open_periods(changed_rows)


def begin_when_known(rows: Iterable[Organisation]) -> None:
    """Begin the first period of each organisation on its known-since day, or when it was entered."""
    for row in rows:
        since = day_starts_at(row.known_since) if row.known_since else row.created_at
        periods = OrganisationPeriod.objects.filter(organisation=row).order_by("since")
        periods.filter(until__lte=since).delete()
        first_period = periods[0]
        if first_period.since != since:
            first_period.since, first_period.entered_at = since, timezone.now()
            first_period.save(update_fields=["since", "entered_at"])


def correct_kinds(rows: Iterable[Organisation]) -> None:
    """Replace a wrong kind by the present kind in the latest periods that have it without a break."""
    for row in rows:
        wrong_kind: str | None = None
        for period in OrganisationPeriod.objects.filter(organisation=row).order_by("-since"):
            wrong_kind = wrong_kind or period.kind
            if period.kind != wrong_kind:
                break
            period.kind, period.entered_at = row.kind, timezone.now()
            period.save(update_fields=["kind", "entered_at"])


def _dated_values(row: Organisation | OrganisationPeriod) -> list[Any]:
    return [getattr(row, name) for name in _COLUMNS]
