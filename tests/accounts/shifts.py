"""Districts, officers and supervisors for the tests of duty shifts."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.actors import Actor, actor_for
from accounts.models import DutyShift
from meetings.services.shifts import (
    begin_shift,
    plan_shift,
)
from tests.factories import (
    make_district,
    make_officer,
    make_supervisor,
)


class City:
    """Two districts, an officer in the north, and a supervisor in each district."""

    def __init__(self) -> None:
        self.city = make_district("Alderport")
        self.north = make_district("Northgate", parent=self.city)
        self.south = make_district("Southbank", parent=self.city)
        self.market = make_district("Market", parent=self.south)
        self.officer = make_officer(self.north, name="Ann Lee")
        self.supervisors = [make_supervisor(self.north), make_supervisor(self.south)]

    @property
    def actor(self) -> Actor:
        return actor_for(self.officer)

    def begin(self, **fields: Any) -> DutyShift:
        given = {"districts": [self.south], "reason": "night_duty", "hours": 8} | fields
        return begin_shift(actor=self.actor, **given)


def pass_time(shift: DutyShift, hours: float) -> None:
    DutyShift.objects.filter(pk=shift.pk).update(
        starts_at=shift.starts_at - timedelta(hours=hours), ends_at=shift.ends_at - timedelta(hours=hours)
    )


class Planning(City):
    """The same, with the hours of a coming night."""

    def plan(self, **fields: Any) -> DutyShift:
        now = timezone.now()
        given: dict[str, Any] = {
            "user": self.officer,
            "districts": [self.south],
            "reason": "night_duty",
            "starts_at": now,
            "ends_at": now + timedelta(hours=12),
        }
        return plan_shift(**{"actor": actor_for(self.supervisors[1])} | given | fields)
