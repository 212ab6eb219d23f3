"""Promises that are made again and again: the next one is there when the last is done, or due.

Only one is open ahead of its day, so that nobody's list fills with a year of calls.
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
    depart,
    leave_behind,
    lock_series,
    place,
    reschedule,
    run_isolated,
)

COPIED: Final = ("title", "kind", "contact", "owner")


@writes
def start_follow_up_series(
    *, actor: Actor, pattern: str, until: date | None = None, times: int | None = None, **fields: Any
) -> FollowUp:
    """A promise that comes again by `pattern`, to the day `until`, so many `times`, or without end.

    Fields and exceptions are those of `create_follow_up`.
    """
    first = create_follow_up(actor=actor, **fields)
    check_end(first.due_on, until)
    series = Series.objects.create(
        rule=recurrence.rule_for(pattern, first.due_on, until, times),
        first_on=first.due_on,
        made_until=first.due_on,
    )
    place(first, series, first.due_on)
    return first


@writes
def edit_one_of_follow_up_series(
    *, actor: Actor, follow_up_id: UUID, scope: str, version: int | None = None, **fields: Any
) -> FollowUp:
    """Change this promise (ONE), this and later ones (LATER) or all that are open and later (ALL).

    Another day moves the others by the same pattern, those that are not made yet too. Its status and
    what came of it are of this one alone. Raises as `edit_follow_up` does.
    """
    if scope != ONE:
        lock_series("follow_ups", FollowUp.objects.visible_to(actor).filter(pk=follow_up_id))
    with acting_as(actor):
        row = lock_one(FollowUp.objects.visible_to(actor), follow_up_id, fields)
    if scope == ONE or row.series_id is None:
        before = _shared(row) if row.series_id else None
        edited = edit_follow_up(actor=actor, follow_up_id=follow_up_id, version=version, **fields)
        if before and _shared(edited) != before:
            depart(edited)
        return edited
    check_version(row.version, version)
    rows = _open_ones(row, scope)
    if row not in rows:
        raise ValidationError(_("This follow-up is already closed. Choose “Only this one”."))
    days = _days(row, rows, fields.get("due_on", row.due_on))
    depart(*rows, departs=False)
    shared = {name: value for name, value in fields.items() if name in {*COPIED, "organisations"}}
    for one in rows:
        changed = fields if one == row else shared | ({"due_on": days[one.pk]} if one.pk in days else {})
        edit_follow_up(actor=actor, follow_up_id=one.pk, **changed)
    leave_behind(rows)
    return FollowUp.objects.get(pk=follow_up_id)


@writes
def end_follow_up_series(*, actor: Actor, follow_up_id: UUID, is_ended: bool = True) -> FollowUp:
    """No more after this one, or after all (`is_ended=False`). The open one stays.

    Raises as `edit_follow_up` does.
    """
    row = edit_follow_up(actor=actor, follow_up_id=follow_up_id)
    Series.objects.filter(follow_ups=row).update(is_ended=is_ended)
    return row


def make_next_follow_ups(today: date) -> int:
    """Make the next promise of every series whose last one is done or due; answers how many."""
    ids = list(_waiting(today).values_list("pk", flat=True))
    return run_isolated(ids, lambda pk: _make_next(pk, today))


def _open_ones(row: FollowUp, scope: str) -> list[FollowUp]:
    """Those of its series that a change is for, in the order of their days."""
    rows = FollowUp.objects.pending().filter(Q(departs=False) | Q(pk=row.pk), series=row.series_id)
    if scope == LATER:
        rows = rows.filter(series_on__gte=row.series_on)
    return list(rows.order_by("series_on"))


def _shared(row: FollowUp) -> tuple[dict[str, Any], set[UUID]]:
    """What the others of its series are like, and the day: one that differs in it departs."""
    same = {name: row.serializable_value(name) for name in (*COPIED, "due_on")}
    return same, set(row.organisation_links.values_list("organisation", flat=True))


def _days(row: FollowUp, rows: list[FollowUp], due_on: date) -> dict[UUID, date]:
    """When each is due; nothing where that stays. One that was moved by itself stays where it is."""
    since, at = rows[0].series_on, row.series_on
    if due_on == row.due_on or not (row.series and since and at):
        return {}
    _series, days = reschedule(row.series, "follow_ups", since=since, at=at, to=due_on)
    return {one.pk: days[one.series_on] for one in rows if one.series_on and one.due_on == one.series_on}


def _waiting(today: date) -> QuerySet[Series]:
    """Series without an open promise whose day is to come."""
    ahead = FollowUp.objects.filter(series=OuterRef("pk"), status__in=PENDING, series_on__gt=today)
    return Series.objects.to_go_on().filter(~Exists(ahead), follow_ups__isnull=False).distinct()


@writes
def _make_next(series_id: UUID, today: date) -> bool:
    series = Series.objects.select_for_update().get(pk=series_id)
    source = series.follow_ups.order_by("departs", "-series_on").first()
    if not source or not _waiting(today).filter(pk=series_id).exists():
        return False
    day = recurrence.next_day(series.rule, series.first_on, made_until=series.made_until, today=today)
    if day is None or not (source.owner.is_active and source.owner.role in WRITES):
        Series.objects.filter(pk=series_id).update(is_ended=day is None)
        return False
    fields: Any = {name: getattr(source, name) for name in COPIED} | {"due_on": day}
    if source.contact and (source.contact.withdrawn_on or source.contact.is_restricted):
        fields["contact"] = None
    made = FollowUp(series=series, series_on=day)
    write_follow_ups(SYSTEM, [Change(made, fields | {"organisations": source.organisations.all()})])
    series.made_until = day
    series.save()
    return True
