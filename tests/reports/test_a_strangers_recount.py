"""Whoever runs the printed SQL of a figure gets the kept one: its first vintage, and each revision."""

from datetime import date

import pytest
from django.db import connection

from accounts.actors import actor_for
from districts.models import District
from meetings.services.meetings import edit_meeting
from reports.indicators.catalogue import REPORTS
from reports.models import KeptFigure
from reports.queries.periods import Period, year_of
from reports.services.keeping import keep_period
from reports.services.recounting import recount_period
from tests.reports.city import at
from tests.reports.test_explain_report import explained
from tests.reports.test_kept_figures import QUARTER, TODAY, City

PERIODS = (QUARTER, QUARTER.previous(), year_of(date(2025, 1, 1)))


def recounted(slug: str, district: District, period: Period) -> tuple[float, float]:
    """The numbers that the printed statement yields in a database session of its own."""
    days = ("--from", period.since.isoformat(), "--to", period.until.isoformat())
    with connection.cursor() as cursor:
        cursor.execute(explained(slug, "--district", district.code, *days))
        names = [column.name for column in cursor.description or ()]
        [row] = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
    return float(row["t0_n"] or 0), float(row["t0_of"] or 0)


@pytest.mark.django_db
def test_the_printed_statement_equals_vintage_1_and_each_revision() -> None:
    city = City()
    for period in PERIODS:
        keep_period(period, TODAY, with_old=True)
    districts = (city.city, city.north, city.market)
    compared = 0
    for period in PERIODS:
        figures = KeptFigure.objects.first_vintages([row.pk for row in districts], [period])
        for figure in figures.select_related("kept_period__district"):
            numbers = recounted(figure.indicator, figure.kept_period.district, period)
            assert numbers == pytest.approx((figure.n, figure.total)), (figure.indicator, str(period))
            compared += 1
    assert compared >= len(districts) * len(REPORTS)
    meeting = city.market_ngo.meetings.get()
    edit_meeting(actor=actor_for(city.officer), meeting_id=meeting.pk, starts_at=at(date(2026, 5, 4)))
    assert recount_period(QUARTER)
    revised = KeptFigure.objects.revisions().filter(kept_period__district__in=districts)
    assert {figure.indicator for figure in revised} >= {"coverage"}
    for figure in revised:
        numbers = recounted(figure.indicator, figure.kept_period.district, QUARTER)
        assert numbers == pytest.approx((figure.n, figure.total)), figure.indicator
