"""Recurring follow-ups. The next one is created when the last is done or due.

Only one is pending ahead of its day, so that no list fills with a year of calls.
"""

from datetime import date
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.actors import SYSTEM, Actor
from accounts.rules import WRITES
from contacts.services.changes import Change, lock_one
from lib.conflicts import check_version
from lib.row_context import acting_as, writes
from meetings.models import FollowUp, Series
from meetings.models.follow_up import PENDING
from meetings.rules import recurrence
from meetings.services.follow_ups import (
    create_follow_up,
    edit_follow_up,
    write_follow_ups,
)
from meetings.services.series import (
    LATER,
    ONE,
    check_end,
    lock_series,
    mark_departed,
    mark_skipped_rows,
    place_in_series,
    reschedule,
    run_isolated,
)

COPIED: Final = ("title", "kind", "contact", "owner")


@writes
def start_follow_up_series(
    *, actor: Actor, pattern: str, until: date | None = None, times: int | None = None, **fields: Any
) -> FollowUp:
    """Create a follow-up that recurs by `pattern`, up to the day `until`, a number of `times` or without end.

    Fields and exceptions are those of `create_follow_up`.
    """
    first_follow_up = create_follow_up(actor=actor, **fields)
    check_end(first_follow_up.due_on, until)
    series = Series.objects.create(
        rule=recurrence.rule_for(pattern, first_follow_up.due_on, until, times),
        first_on=first_follow_up.due_on,
        made_until=first_follow_up.due_on,
    )
    place_in_series(first_follow_up, series, first_follow_up.due_on)
    return first_follow_up


@writes
def edit_one_of_follow_up_series(
    *, actor: Actor, follow_up_id: UUID, scope: str, version: int | None = None, **fields: Any
) -> FollowUp:
    """Change this follow-up (ONE), this and later ones (LATER), or all pending ones of the series (ALL).

    A new due day moves the others by the same pattern, also future ones. Status and outcome change in this
    follow-up only. Raises as `edit_follow_up` does.
    """
    if scope != ONE:
        lock_series("follow_ups", FollowUp.objects.visible_to(actor).filter(pk=follow_up_id))
    with acting_as(actor):
        row = lock_one(FollowUp.objects.visible_to(actor), follow_up_id, fields)
    if scope == ONE or row.series_id is None:
        before = _series_values(row) if row.series_id else None
        edited = edit_follow_up(actor=actor, follow_up_id=follow_up_id, version=version, **fields)
        if before and _series_values(edited) != before:
            mark_departed(edited)
        return edited
    check_version(row.version, version)
    rows = _pending_in_scope(row, scope)
    if row not in rows:
        raise ValidationError(_("This follow-up is already closed. Choose “Only this one”."))
    days = _due_days(row, rows, fields.get("due_on", row.due_on))
    mark_departed(*rows, departs=False)
    series_fields = {name: value for name, value in fields.items() if name in {*COPIED, "organisations"}}
    for follow_up in rows:
        row_fields = (
            fields
            if follow_up == row
            else series_fields | ({"due_on": days[follow_up.pk]} if follow_up.pk in days else {})
        )
        edit_follow_up(actor=actor, follow_up_id=follow_up.pk, **row_fields)
    mark_skipped_rows(rows)
    return FollowUp.objects.get(pk=follow_up_id)


@writes
def end_follow_up_series(*, actor: Actor, follow_up_id: UUID, is_ended: bool = True) -> FollowUp:
    """End a series, or with `is_ended=False` continue it. The pending follow-up stays.

    Raises as `edit_follow_up` does.
    """
    row = edit_follow_up(actor=actor, follow_up_id=follow_up_id)
    Series.objects.filter(follow_ups=row).update(is_ended=is_ended)
    return row


def make_next_follow_ups(today: date) -> int:
    """Create the next follow-up of each series whose last one is done or due, and return their number."""
    ids = list(_series_to_continue(today).values_list("pk", flat=True))
    return run_isolated(ids, lambda pk: _make_next(pk, today))


def _pending_in_scope(row: FollowUp, scope: str) -> list[FollowUp]:
    """Pending follow-ups of the series that the change applies to, by series date."""
    rows = FollowUp.objects.pending().filter(Q(departs=False) | Q(pk=row.pk), series=row.series_id)
    if scope == LATER:
        rows = rows.filter(series_on__gte=row.series_on)
    return list(rows.order_by("series_on"))


def _series_values(row: FollowUp) -> tuple[dict[str, Any], set[UUID]]:
    """Values shared with the series, and organisation IDs.

    A follow-up that changes them departs from the series.
    """
    values = {name: row.serializable_value(name) for name in (*COPIED, "due_on")}
    return values, set(row.organisation_links.values_list("organisation", flat=True))


def _due_days(row: FollowUp, rows: list[FollowUp], due_on: date) -> dict[UUID, date]:
    """New due days by ID; empty if they stay. A follow-up that was moved separately keeps its day."""
    first_day, current_day = rows[0].series_on, row.series_on
    if due_on == row.due_on or not (row.series and first_day and current_day):
        return {}
    _series, new_days = reschedule(
        row.series, "follow_ups", since=first_day, old_day=current_day, new_day=due_on
    )
    return {
        follow_up.pk: new_days[follow_up.series_on]
        for follow_up in rows
        if follow_up.series_on and follow_up.due_on == follow_up.series_on
    }


def _series_to_continue(today: date) -> QuerySet[Series]:
    """Open series without a pending follow-up in the future."""
    pending_ahead = FollowUp.objects.filter(series=OuterRef("pk"), status__in=PENDING, series_on__gt=today)
    return Series.objects.to_continue().filter(~Exists(pending_ahead), follow_ups__isnull=False).distinct()


@writes
def _make_next(series_id: UUID, today: date) -> bool:
    series = Series.objects.select_for_update().get(pk=series_id)
    source = series.follow_ups.order_by("departs", "-series_on").first()
    if not source or not _series_to_continue(today).filter(pk=series_id).exists():
        return False
    day = recurrence.next_day(series.rule, series.first_on, made_until=series.made_until, today=today)
    if day is None or not (source.owner.is_active and source.owner.role in WRITES):
        Series.objects.filter(pk=series_id).update(is_ended=day is None)
        return False
    fields: Any = {name: getattr(source, name) for name in COPIED} | {"due_on": day}
    if source.contact and (source.contact.withdrawn_on or source.contact.is_restricted):
        fields["contact"] = None
    follow_up = FollowUp(series=series, series_on=day)
    write_follow_ups(SYSTEM, [Change(follow_up, fields | {"organisations": source.organisations.all()})])
    series.made_until = day
    series.save()
    return True
