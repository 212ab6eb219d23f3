"""Privacy desk: the next tasks of a privacy officer, and figures on deadlines."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Any, Final
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from accounts.actors import Actor
from contacts.models import Contact
from lib.days import city_today
from privacy.codes import BreachRisk, RequestStatus
from privacy.models import Breach, DataRequest, Notice
from privacy.policies import can_handle_requests
from privacy.rules.breaches import TELL_AUTHORITY

MOST: Final = 5  # requests that are listed
PERIOD: Final = timedelta(days=365)  # of the figures


@dataclass(frozen=True, slots=True)
class Desk:
    """Next tasks: requests with days left, and breaches with hours passed and whether 72 are over."""

    requests: Sequence[tuple[DataRequest, int]]
    breaches: Sequence[tuple[Breach, int, bool]]
    late_notices: int
    recorded_again: int  # restricted contacts who seem to be on record a second time

    @property
    def rows(self) -> list[Any]:
        return [*(row for row, *_ in self.requests), *(row for row, *_ in self.breaches)]


def desk_of(actor: Actor) -> Desk | None:
    """Return the next tasks for privacy officers, None for anyone else. Runs at most five statements."""
    if not can_handle_requests(actor):
        return None
    today, now = city_today(), timezone.now()
    due = DataRequest.objects.visible_to(actor).to_do().defer("stated").due_first()[:MOST]
    open_breaches = Breach.objects.visible_to(actor).to_tell().order_by("aware_at", "pk")
    return Desk(
        [(row, row.days_left(today)) for row in due],
        [(row, row.hours(now), row.authority_by < now) for row in open_breaches],
        Notice.objects.visible_to(actor).late(today).count(),
        len(recorded_again(actor)),
    )


def recorded_again(actor: Actor) -> dict[UUID, list[Contact]]:
    """Return restricted contacts, each with other contacts that have the same phone or email.

    An officer who adds such a contact gets no warning, because a warning would reveal the restricted one.
    """
    if not can_handle_requests(actor):
        return {}
    contacts = Contact.objects.visible_to(actor)
    restricted = {
        pk: _channel_clues(clues)
        for pk, clues in contacts.filter(is_restricted=True).values_list("pk", "clues")
    }
    clues_to_find = set[str]().union(*restricted.values())
    unrestricted = (
        list(contacts.filter(is_restricted=False, clues__overlap=sorted(clues_to_find)))
        if clues_to_find
        else []
    )
    same_channels = {
        pk: [contact for contact in unrestricted if clues & _channel_clues(contact.clues)]
        for pk, clues in restricted.items()
    }
    return {pk: ones for pk, ones in same_channels.items() if ones}


def _channel_clues(clues: Iterable[str]) -> set[str]:
    return {clue for clue in clues if clue.startswith(("phone:", "email:"))}


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures on requests received and breaches known in a year. Answered and late requests count."""

    in_time: int
    due: int
    median_days: int | None
    breaches_in_time: int
    breaches_to_tell: int


def figures_of(actor: Actor, today: date | None = None) -> Figures:
    """Return the figures of the year before `today`. Runs two statements."""
    today = today or city_today()
    requests = DataRequest.objects.visible_to(actor).filter(received_on__gt=today - PERIOD)
    answered = Q(answered_on__isnull=False)
    counted = requests.filter(answered | Q(extended_to__lt=today) | Q(extended_to=None, due_on__lt=today))
    rows = counted.exclude(~answered & Q(status=RequestStatus.WITHDRAWN))
    days = [
        (answered_on, received_on, extended_to or due_on)
        for answered_on, received_on, extended_to, due_on in rows.values_list(
            "answered_on", "received_on", "extended_to", "due_on"
        )
    ]
    durations = [(on - since).days for on, since, _last in days if on is not None]
    breaches = Breach.objects.visible_to(actor).filter(aware_at__date__gt=today - PERIOD)
    breaches = breaches.exclude(risk__in=["", BreachRisk.UNLIKELY])
    moments = list(breaches.values_list("aware_at", "told_authority_at"))
    return Figures(
        in_time=sum(on is not None and on <= last_day for on, _since, last_day in days),
        due=len(days),
        median_days=round(median(durations)) if durations else None,
        breaches_in_time=sum(at is not None and at <= aware_at + TELL_AUTHORITY for aware_at, at in moments),
        breaches_to_tell=len(moments),
    )
