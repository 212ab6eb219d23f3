"""Two beats at once freeze a value once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

from django.db import connections

from lib.row_context import act_as_system
from plans.models import IndicatorValue
from plans.services.indicators import freeze_due
from tests.factories import make_organisation
from tests.plans.making import Planned
from tests.plans.test_frozen_values import STARTS, taken
from tests.reports.city import old


def test_two_beats_freeze_a_value_once(committed_db: None) -> None:
    planned = Planned(starts_on=STARTS)
    old(make_organisation(planned.north))
    taken(planned, "coverage", "ratio")
    planned.adopt()
    barrier = Barrier(2)

    def beat(_number: int) -> int:
        act_as_system()
        try:
            barrier.wait(10)
            return freeze_due(date(2026, 5, 1))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(beat, range(2))) == [0, 1]
    assert IndicatorValue.objects.count() == 2
