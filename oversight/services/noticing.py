"""Find unusual reading of contacts, today and yesterday, and raise alerts (docs/adr/0048)."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Q
from django.utils import timezone

from accounts.models import DutyShift
from accounts.rules import BEGUN_WITHIN, MOST_BEGUN_SHIFTS
from api.models import ApiKey, KeyNetwork
from audit.models import Action, Event
from contacts.models import Contact
from contacts.queries.search import COMMUNITY
from disclosure.models import PersonRead, ReadingDay
from lib.days import city_today, day_ends_at, day_starts_at
from lib.id_lists import id_in
from lib.row_context import Opened, opened
from oversight.models import Alert, AlertKind
from oversight.rules import (
    DAYS_LOOKED_AT,
    DAYS_TOGETHER,
    MANY_REASONS,
    is_much_together,
    is_unusual,
    usual_day,
)
from oversight.services.alerts import raise_alert


def notice() -> int:
    """Raise the alerts that are due and return their number. Each alert is raised once a day."""
    today = city_today()
    days = (today - timedelta(days=1), today)
    return sum(_notice(day) for day in days) + _notice_weeks(today) + _notice_shifts(today)


def _notice(day: date) -> int:
    return _notice_reading(day) + _notice_searches(day) + _notice_networks(day)


def _notice_reading(day: date) -> int:
    """Raise alerts for users who read three times the usual contacts, or many outside their portfolio."""
    rows = PersonRead.objects.filter(day=day).values("user_id")
    numbers = rows.annotate(n=Count("pk"), outside=Count("pk", filter=Q(is_outside=True)))
    read = {row["user_id"]: (row["n"], row["outside"]) for row in numbers}
    usual_by_user = _usual_days(day, list(read))
    raised = 0
    for user_id, (contacts, outside) in read.items():
        if is_unusual(contacts, usual_by_user[user_id]):
            raised += raise_alert(
                AlertKind.UNUSUAL_DAY, user_id=user_id, day=day, seen=contacts, usual=usual_by_user[user_id]
            )
        if outside >= MANY_REASONS:
            raised += raise_alert(AlertKind.OUTSIDE_PORTFOLIO, user_id=user_id, day=day, seen=outside)
    return raised


def _usual_days(day: date, user_ids: list[UUID]) -> dict[UUID, int | None]:
    since = day - timedelta(days=DAYS_LOOKED_AT)
    past: dict[UUID, list[int]] = {user_id: [] for user_id in user_ids}
    rows = ReadingDay.objects.filter(user__in=user_ids, day__gte=since, day__lt=day)
    for user_id, contacts in rows.values_list("user_id", "contacts"):
        past[user_id].append(contacts)
    return {user_id: usual_day(days) for user_id, days in past.items()}


def _notice_weeks(today: date) -> int:
    """Raise an alert, once in 30 days, for users who read many different contacts, also in files."""
    first_day = today - timedelta(days=DAYS_TOGETHER - 1)
    rows = PersonRead.objects.filter(day__gte=first_day)
    numbers = rows.values_list("user_id").annotate(
        n=Count("contact_id", distinct=True),
        outside=Count("contact_id", distinct=True, filter=Q(is_outside=True)),
    )
    counts = {user_id: (contacts, outside) for user_id, contacts, outside in numbers}
    for user_id, exported in _exported_since(first_day).items():
        contacts, outside = counts.get(user_id, (0, 0))
        exported.difference_update(rows.filter(user=user_id).values_list("contact_id", flat=True))
        counts[user_id] = contacts + len(exported), outside
    alerted_users = set(
        Alert.objects.filter(kind=AlertKind.MANY_TOGETHER, day__gte=first_day).values_list(
            "user_id", flat=True
        )
    )
    return sum(
        raise_alert(AlertKind.MANY_TOGETHER, user_id=user_id, day=today, seen=contacts)
        for user_id, (contacts, outside) in counts.items()
        if user_id not in alerted_users and is_much_together(contacts, outside)
    )


def _notice_shifts(today: date) -> int:
    """Raise an alert, once in 30 days, for officers who began three duty shifts without a supervisor."""
    since = timezone.now() - BEGUN_WITHIN
    shifts = DutyShift.objects.with_begun_districts().filter(starts_at__gt=since)
    begun = shifts.values_list("user_id").annotate(n=Count("pk")).filter(n__gte=MOST_BEGUN_SHIFTS)
    alerts = Alert.objects.filter(kind=AlertKind.BEGUN_SHIFTS, day__gt=today - BEGUN_WITHIN)
    alerted_users = set(alerts.values_list("user_id", flat=True))
    return sum(
        raise_alert(AlertKind.BEGUN_SHIFTS, user_id=user_id, day=today, seen=n)
        for user_id, n in begun
        if user_id not in alerted_users
    )


@opened(Opened.WRITER)
def _exported_since(day: date) -> dict[UUID, set[UUID]]:
    """Contacts in the files that each user exported since a day. Contacts erased since are not counted."""
    files: dict[UUID, set[UUID]] = defaultdict(set)
    events = Event.objects.filter(
        at__gte=day_starts_at(day), action=Action.EXPORT, actor_kind="user", allowed=True
    )
    for user_id, ids in events.values_list("actor_id", "object_ids").iterator(100):
        if user_id is not None:
            files[user_id].update(ids)
    every = set[UUID]().union(*files.values())
    people = set(Contact.objects.filter(id_in("pk", every)).values_list("pk", flat=True)) if every else set()
    return {user_id: ids & people for user_id, ids in files.items()}


class _Reader(NamedTuple):
    user_id: UUID | None
    key_id: UUID | None = None


def _notice_searches(day: date) -> int:
    """Raise alerts for searches among contacts for a word of a community, by users and keys."""
    events = Event.objects.filter(
        at__gte=day_starts_at(day),
        at__lt=day_ends_at(day),
        action=Action.SEARCH,
        object_type="contact",
        field_names__contains=[COMMUNITY],
    )
    counts = Counter(events.values_list("actor_kind", "actor_id"))
    creators = dict(
        ApiKey.objects.filter(pk__in=[pk for kind, pk in counts if kind == "key"]).values_list(
            "pk", "created_by"
        )
    )
    raised = 0
    for (kind, actor_id), searches in counts.items():
        reader = _Reader(actor_id)
        if kind == "key" and actor_id is not None:
            reader = _Reader(creators.get(actor_id), actor_id)
        raised += raise_alert(AlertKind.COMMUNITY_SEARCH, day=day, seen=searches, **reader._asdict())
    return raised


def _notice_networks(day: date) -> int:
    """Raise alerts for keys that were used for the first time from a network."""
    rows = KeyNetwork.objects.filter(
        first_at__gte=day_starts_at(day), first_at__lt=day_ends_at(day), is_expected=False
    )
    new = rows.values("key_id", "key__created_by").annotate(n=Count("pk"))
    return sum(
        raise_alert(
            AlertKind.NEW_NETWORK,
            user_id=row["key__created_by"],
            key_id=row["key_id"],
            day=day,
            seen=row["n"],
        )
        for row in new
    )
