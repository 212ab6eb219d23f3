"""Work of privacy officers, for the confirmer: requests and monthly counts, without people."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Count, Exists, OuterRef, Q

from accounts.actors import Actor
from accounts.models import Role, User
from audit.models import Action, Event
from lib.days import city_day, city_today, day_starts_at
from privacy.models import DataRequest, Erasure
from privacy.policies import can_oversee_desk

BACK: Final = timedelta(days=365)
MOST: Final = 200  # listed requests

#: An erasure for a request also records its contacts, which must not count twice.
_OF_REQUEST: Final = Exists(
    Erasure.objects.filter(request__isnull=False, contact_ids__overlap=OuterRef("object_ids"))
)

#: Monthly counts by name, with the events that count.
_COUNTED: Final = {
    "searches": Q(action=Action.SEARCH, object_type="data_request"),
    "inquiries": Q(action=Action.INQUIRE),
    "private": Q(action=Action.REVEAL),
    "erasures": Q(action=Action.ERASE, object_type="data_request")
    | Q(action=Action.ERASE, object_type="contact") & ~_OF_REQUEST,
}


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A data request without the terms that the person stated."""

    number: str
    received_on: date
    kind: str
    status: str
    findings: int
    by: str


@dataclass(frozen=True, slots=True)
class Month:
    """Work of privacy officers in a month, counted by the names of `_COUNTED`."""

    first: date
    requests: int
    counts: Counter[str]

    @property
    def numbers(self) -> list[int]:
        return [self.requests, *(self.counts[name] for name in _COUNTED)]


@dataclass(frozen=True, slots=True)
class Overview:
    requests: Sequence[RequestLine]
    months: Sequence[Month]


def overview_of(actor: Actor, today: date | None = None) -> Overview | None:
    """Return the overview for those who oversee the desk, None for anyone else. Runs three statements."""
    if not can_oversee_desk(actor):
        return None
    since = (today or city_today()) - BACK
    requests = DataRequest.objects.filter(created_at__gte=day_starts_at(since)).select_related("received_by")
    rows: Any = requests.annotate(found=Count("findings")).defer("stated").order_by("-created_at", "-pk")
    lines, received = [], Counter[date]()
    for row in rows:
        received[city_day(row.created_at).replace(day=1)] += 1
        officer = row.received_by.name if row.received_by else ""
        kind, status = str(row.get_kind_display()), str(row.get_status_display())
        lines.append(RequestLine(row.number, row.received_on, kind, status, row.found, officer))
    counts = _counts(since)
    months = sorted({*received, *counts}, reverse=True)
    return Overview(
        lines[:MOST], [Month(first_day, received[first_day], counts[first_day]) for first_day in months]
    )


def _counts(since: date) -> dict[date, Counter[str]]:
    officers = User.objects.filter(role=Role.PRIVACY_OFFICER).values("pk")
    counts_by_month: dict[date, Counter[str]] = defaultdict(Counter)
    for name, event_filter in _COUNTED.items():
        events = Event.objects.filter(event_filter, actor_id__in=officers, allowed=True)
        events = events.filter(at__gte=day_starts_at(since))
        for at in events.values_list("at", flat=True).iterator(5_000):
            counts_by_month[city_day(at).replace(day=1)][name] += 1
    return counts_by_month
