"""What a privacy officer must do next, and whether requests and breaches were handled in time."""

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
    """Requests with the days left. Breaches with the hours since they were known, and whether 72 passed."""

    requests: Sequence[tuple[DataRequest, int]]
    breaches: Sequence[tuple[Breach, int, bool]]
    late_notices: int
    recorded_again: int  # restricted contacts who seem to be in the contact book once more

    @property
    def rows(self) -> list[Any]:
        return [*(row for row, *_ in self.requests), *(row for row, *_ in self.breaches)]


def desk_of(actor: Actor) -> Desk | None:
    """Five statements at most for privacy officers, none for anyone else."""
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
    """Restricted contacts, each with other contacts of the same phone or email, who may be the same person.

    Whoever adds a contact does not see the restricted one, and is not told: that would say that there is one.
    """
    if not can_handle_requests(actor):
        return {}
    seen = Contact.objects.visible_to(actor)
    restricted = {
        pk: _reached(clues) for pk, clues in seen.filter(is_restricted=True).values_list("pk", "clues")
    }
    wanted = set[str]().union(*restricted.values())
    others = list(seen.filter(is_restricted=False, clues__overlap=sorted(wanted))) if wanted else []
    found = {pk: [one for one in others if clues & _reached(one.clues)] for pk, clues in restricted.items()}
    return {pk: ones for pk, ones in found.items() if ones}


def _reached(clues: Iterable[str]) -> set[str]:
    return {one for one in clues if one.startswith(("phone:", "email:"))}


@dataclass(frozen=True, slots=True)
class Figures:
    """Of requests received and breaches known in a year. A request counts once it is answered or late."""

    in_time: int
    due: int
    median_days: int | None
    breaches_in_time: int
    breaches_to_tell: int


def figures_of(actor: Actor, today: date | None = None) -> Figures:
    """Two statements."""
    today = today or city_today()
    seen = DataRequest.objects.visible_to(actor).filter(received_on__gt=today - PERIOD)
    answered = Q(answered_on__isnull=False)
    counted = seen.filter(answered | Q(extended_to__lt=today) | Q(extended_to=None, due_on__lt=today))
    rows = counted.exclude(~answered & Q(status=RequestStatus.WITHDRAWN))
    days = [
        (answered_on, received_on, extended_to or due_on)
        for answered_on, received_on, extended_to, due_on in rows.values_list(
            "answered_on", "received_on", "extended_to", "due_on"
        )
    ]
    lasted = [(on - since).days for on, since, _last in days if on is not None]
    told = Breach.objects.visible_to(actor).filter(aware_at__date__gt=today - PERIOD)
    told = told.exclude(risk__in=["", BreachRisk.UNLIKELY])
    moments = list(told.values_list("aware_at", "told_authority_at"))
    return Figures(
        in_time=sum(on is not None and on <= last for on, _since, last in days),
        due=len(days),
        median_days=round(median(lasted)) if lasted else None,
        breaches_in_time=sum(at is not None and at <= known + TELL_AUTHORITY for known, at in moments),
        breaches_to_tell=len(moments),
    )
