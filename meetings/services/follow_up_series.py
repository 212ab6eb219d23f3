"""Promises that are made again and again: the next one is there when the last is done, or due.

Only one is open ahead of its day, so that nobody's list fills with a year of calls.
"""

from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts.actors import SYSTEM, Actor
from meetings.models import FollowUp, Series
from meetings.models.follow_up import PENDING
from meetings.rules import recurrence
from meetings.services.follow_ups import create_follow_up, edit_follow_up, locked_follow_up

COPIED: Final = ("title", "kind", "contact", "owner")


@transaction.atomic
def start_follow_up_series(
    *, actor: Actor, pattern: str, until: date | None = None, **fields: Any
) -> FollowUp:
    """A promise that comes again by `pattern`. Fields and exceptions are those of `create_follow_up`."""
    first = create_follow_up(actor=actor, **fields)
    series = Series.objects.create(
        rule=recurrence.rule_for(pattern, first.due_on, until), first_on=first.due_on, made_until=first.due_on
    )
    first.series, first.series_on = series, first.due_on
    first.save(update_fields=["series", "series_on"])
    return first


@transaction.atomic
def edit_one_of_follow_up_series(
    *, actor: Actor, follow_up_id: UUID, only_this: bool, **fields: Any
) -> FollowUp:
    """Change a promise; the next ones are like it unless `only_this`. Raises as `edit_follow_up` does."""
    row = locked_follow_up(actor, follow_up_id)
    FollowUp.objects.filter(pk=row.pk).update(departs=only_this and row.series_id is not None)
    return edit_follow_up(actor=actor, follow_up_id=follow_up_id, **fields)


@transaction.atomic
def end_follow_up_series(*, actor: Actor, follow_up_id: UUID, is_ended: bool = True) -> FollowUp:
    """No more after this one, or after all (`is_ended=False`). The open one stays.

    Raises as `edit_follow_up` does.
    """
    row = edit_follow_up(actor=actor, follow_up_id=follow_up_id)
    Series.objects.filter(follow_ups=row).update(is_ended=is_ended)
    return row


def make_next_follow_ups(today: date) -> int:
    """Make the next promise of every series whose last one is done or due; answers how many."""
    return sum(_make_next(pk, today) for pk in list(_waiting(today).values_list("pk", flat=True)))


def _waiting(today: date) -> QuerySet[Series]:
    """Series without an open promise whose day is to come."""
    ahead = FollowUp.objects.filter(series=OuterRef("pk"), status__in=PENDING, series_on__gt=today)
    return Series.objects.to_go_on().filter(~Exists(ahead), follow_ups__isnull=False).distinct()


@transaction.atomic
def _make_next(series_id: UUID, today: date) -> bool:
    series = Series.objects.select_for_update().get(pk=series_id)
    source = series.follow_ups.order_by("departs", "-series_on").first()
    if not source or not _waiting(today).filter(pk=series_id).exists():
        return False
    day = recurrence.next_day(series.rule, series.first_on, made_until=series.made_until, today=today)
    if day is None or not source.owner.is_active:
        Series.objects.filter(pk=series_id).update(is_ended=day is None)
        return False
    fields: Any = {name: getattr(source, name) for name in COPIED}
    if source.contact and source.contact.withdrawn_on:
        fields["contact"] = None
    made = create_follow_up(actor=SYSTEM, due_on=day, organisations=source.organisations.all(), **fields)
    FollowUp.objects.filter(pk=made.pk).update(series=series, series_on=day)
    series.made_until = day
    series.save()
    return True
