"""What a privacy officer must do next: requests and breaches with a last day, and late notices."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils import timezone

from accounts.actors import Actor
from lib.days import city_today
from privacy.models import Breach, DataRequest, Notice
from privacy.policies import can_handle_requests

MOST: Final = 5  # requests that are listed


@dataclass(frozen=True, slots=True)
class Desk:
    """Requests with the days left. Breaches with the hours since they were known, and whether 72 passed."""

    requests: Sequence[tuple[DataRequest, int]]
    breaches: Sequence[tuple[Breach, int, bool]]
    late_notices: int

    @property
    def rows(self) -> list[Any]:
        return [*(row for row, *_ in self.requests), *(row for row, *_ in self.breaches)]


def desk_of(actor: Actor) -> Desk | None:
    """Three statements for privacy officers, none for anybody else."""
    if not can_handle_requests(actor):
        return None
    today, now = city_today(), timezone.now()
    due = DataRequest.objects.visible_to(actor).pending().defer("stated").due_first()[:MOST]
    open_breaches = Breach.objects.visible_to(actor).to_tell().order_by("aware_at", "pk")
    return Desk(
        [(row, row.days_left(today)) for row in due],
        [(row, row.hours(now), row.authority_by < now) for row in open_breaches],
        Notice.objects.visible_to(actor).late(today).count(),
    )
