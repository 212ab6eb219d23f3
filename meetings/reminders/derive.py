"""Making reminder rows: after a change of what they are about, and topping up as days pass.

Only a caller that holds the subject's row locked deletes what is no longer wanted by comparing;
others could delete what a change beside them has just made. What is left over is found unwanted
before it is sent.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Relief, User
from districts.models import District
from lib.days import city_day
from meetings import rules
from meetings.models import Concern, FollowUp, FollowUpOrganisation, Meeting, Reminder
from meetings.models.follow_up import FollowUpQuerySet
from meetings.models.meeting import MeetingQuerySet
from meetings.reminders.wake import wake_on_commit
from meetings.reminders.wanted import (
    Key,
    Wanted,
    of_concerns,
    of_follow_ups,
    of_meetings,
    of_portfolios,
    of_reliefs,
)

AT_A_TIME = 500
_DAY = timedelta(days=1)


def refresh_for_meeting(meeting_id: UUID) -> None:
    """Let the reminders of a meeting follow it; the caller holds its row locked."""
    now = timezone.now()
    _align(meeting_id, of_meetings(Meeting.objects.filter(pk=meeting_id), now), now)


def refresh_for_follow_up(follow_up_id: UUID) -> None:
    """Let the reminders of a promise follow it; the caller holds its row locked."""
    now = timezone.now()
    _align(follow_up_id, of_follow_ups(FollowUp.objects.filter(pk=follow_up_id), now), now)


def notify_concern(concern_id: UUID) -> None:
    """Tell at once those who should know of a concern; called again, those who do not know yet."""
    now = timezone.now()
    _add_missing(of_concerns(Concern.objects.filter(pk=concern_id), now), now)


def notify_relief(relief_id: UUID) -> None:
    """Tell supervisors at once that an officer opened a further district."""
    now = timezone.now()
    _add_missing(of_reliefs(_reliefs([relief_id]), now), now)


def refresh_for_user(user_id: UUID) -> None:
    """Make a user's coming reminders anew after a change of settings, districts, role or access.

    First delete, then read: what a change beside this one makes either stays or is read.
    """
    now = timezone.now()
    user = User.objects.get(pk=user_id)
    waiting = Reminder.objects.waiting().filter(recipient=user)
    (waiting.filter(occurrence__gt=now) if user.is_active else waiting).delete()
    if user.is_active:
        wanted = _of_user(user, now)
        _add_missing((one for one in wanted if one.key.recipient_id == user.pk), now)


def top_up() -> int:
    """Make the rows that are missing for the days ahead; answers how many there were."""
    now = timezone.now()
    opened = Relief.objects.filter(starts_at__gte=now - rules.LOOKBACK)
    recent = Concern.objects.filter(created_at__gte=now - rules.LOOKBACK)
    return (
        _top_up(_soon(now), lambda ids: of_meetings(Meeting.objects.filter(pk__in=ids), now), now)
        + _top_up(_due(now), lambda ids: of_follow_ups(FollowUp.objects.filter(pk__in=ids), now), now)
        + _top_up(recent, lambda ids: of_concerns(Concern.objects.filter(pk__in=ids), now), now)
        + _top_up(opened, lambda ids: of_reliefs(_reliefs(ids), now), now)
        + _add_missing(of_portfolios(None, now), now)
    )


def _reliefs(ids: list[UUID]) -> QuerySet[Relief]:
    return Relief.objects.filter(pk__in=ids).select_related("district", "officer")


def _soon(now: datetime) -> MeetingQuerySet:
    return Meeting.objects.planned().filter(starts_at__gt=now, starts_at__lte=now + rules.AHEAD + _DAY)


def _due(now: datetime) -> FollowUpQuerySet:
    """Promises that are late or become due soon anywhere on earth."""
    return FollowUp.objects.pending().filter(due_on__lte=city_day(now + rules.AHEAD) + 2 * _DAY)


def _of_user(user: User, now: datetime) -> Iterator[Wanted]:
    yield from of_meetings(_soon(now).of_officer(user.pk), now)
    yield from of_follow_ups(_due(now).of_owner(user.pk), now)
    yield from of_portfolios([user.pk], now)
    homes = District.objects.under(*user.districts.all())
    in_districts = FollowUpOrganisation.objects.filter(organisation__home_district__in=homes)
    since = city_day(now - rules.LOOKBACK) - 9 * _DAY  # escalated after seven days
    late = _due(now).filter(due_on__gte=since, pk__in=in_districts.values("follow_up"))
    yield from of_follow_ups(late.exclude(owner=user), now)


def _top_up(rows: QuerySet[Any], wanted_of: Callable[[list[UUID]], Iterable[Wanted]], now: datetime) -> int:
    ids: list[UUID] = list(rows.values_list("pk", flat=True))
    made = 0
    for start in range(0, len(ids), AT_A_TIME):
        with transaction.atomic():
            made += _add_missing(wanted_of(ids[start : start + AT_A_TIME]), now)
    return made


def _align(subject_id: UUID, wanted: Iterable[Wanted], now: datetime) -> None:
    """Delete waiting rows of a locked subject that are no longer wanted, add those that are missing.

    A row that is wanted stays the same row, so that one being sent meanwhile is not sent again.
    """
    wanted = list(wanted)
    kept = {(one.key, one.at) for one in wanted}
    outdated = [
        row.pk
        for row in Reminder.objects.waiting().filter(subject_id=subject_id)
        if (Key.of(row), row.occurrence) not in kept
    ]
    Reminder.objects.waiting().filter(pk__in=outdated).delete()
    _add_missing(wanted, now)


def _add_missing(wanted: Iterable[Wanted], now: datetime) -> int:
    """Add the rows of those that may still be made and are not there; answers how many.

    One that waits for the 09:00 of a zone its recipient has left gives way to that of the new one.
    """
    makeable = [one for one in wanted if now <= one.made_until]
    if not makeable:
        return 0
    there: dict[Key, list[Reminder]] = defaultdict(list)
    subject_ids = {one.key.subject_id for one in makeable}
    for row in Reminder.objects.filter(
        subject_id__in=subject_ids, occurrence__gte=now - rules.LOOKBACK - _DAY
    ):
        there[Key.of(row)].append(row)
    missing: list[Reminder] = []
    outdated: list[UUID] = []
    for one in makeable:
        same = [row for row in there[one.key] if rules.is_same_occasion(row.rule, row.occurrence, one.at)]
        if all(row.occurrence != one.at and _is_untouched(row) for row in same):
            outdated += [row.pk for row in same]
            missing.append(one.row())
            there[one.key].append(missing[-1])
    Reminder.objects.waiting().filter(pk__in=outdated, lease_until__isnull=True).delete()
    Reminder.objects.bulk_create(missing, batch_size=1000, ignore_conflicts=True)
    if any(row.occurrence <= now for row in missing):
        wake_on_commit()
    return len(missing)


def _is_untouched(row: Reminder) -> bool:
    return row.sent_at is None and row.failed_at is None and row.lease_until is None
