"""States as they were known then, and the correction of figures without a history."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Role
from audit.models import Event
from districts.models import District
from lib.days import city_today
from reports.models import KeptFigure, KeptPeriod, Split
from reports.queries.periods import Period, quarter_of
from reports.queries.statuses import final_on
from reports.services.keeping import keep_period
from reports.services.recounting import is_correctable
from tests.factories import make_district, make_officer, make_organisation, make_user
from tests.reports.city import make_promise, old

pytestmark = pytest.mark.django_db
QUARTER = quarter_of(date(2024, 7, 1))


def reader(role: Role, *districts: District) -> Client:
    client = Client()
    client.force_login(make_user(role, *districts))
    return client


def test_a_state_stands_beside_what_was_known_of_it_that_night() -> None:
    north = make_district("North")
    row = old(make_organisation(north))
    make_promise(row, due_on=QUARTER.since)
    keep_period(QUARTER, QUARTER.until)
    make_promise(row, due_on=QUARTER.since)  # entered in October
    keep_period(QUARTER, final_on(QUARTER))
    supervisor = reader(Role.SUPERVISOR, north)
    asked = f"district={north.code}&period=2024-Q3"
    page = " ".join(supervisor.get(f"/reports/overdue/?{asked}").text.split())
    assert "As known then, counted on" in page
    assert re.search(r"As known then, counted on [^:]+: 1\.", page)
    listed = " ".join(supervisor.get(f"/reports/overdue/vintages/?{asked}").text.split())
    assert "As known then" in listed and "days later" in listed
    assert "As known then" not in supervisor.get(f"/reports/activity/?{asked}").text, "a flow has none"
    assert reader(Role.SUPERVISOR, make_district()).get(f"/reports/overdue/?{asked}").status_code == 404


def kept_today(north: District) -> KeptPeriod:
    today = city_today()
    period = Period(today - timedelta(days=30), today)
    keep_period(period, today)
    return KeptPeriod.objects.get(district=north)


def test_a_supervisor_corrects_a_figure_without_history_and_says_why() -> None:
    north = make_district("North")
    row = old(make_organisation(north))
    period = kept_today(north)
    supervisor = reader(Role.SUPERVISOR, north)
    listed = supervisor.get(f"/reports/continuity/vintages/?district={north.code}").text
    address = f"/reports/kept/{period.pk}/correct/"
    assert f"{address}?indicator=continuity" in listed
    assert supervisor.get(f"{address}?indicator=continuity").status_code == 200
    sent = {"indicator": "continuity", "reason": "The deputy was missing"}
    same = supervisor.post(address, sent, follow=True)
    assert "The figure is the same as before." in same.text
    row.periods.update(lead_officer=make_officer(north), deputy_officer=make_officer(north))

    for missing in ({"indicator": "continuity"}, {"indicator": "coverage", "reason": "x"}):
        assert supervisor.post(address, missing).status_code == 422
    officer = reader(Role.OFFICER, north)
    assert officer.post(address, sent).status_code == 403
    assert reader(Role.PRIVACY_OFFICER).post(address, sent).status_code == 403
    assert reader(Role.SUPERVISOR, make_district()).post(address, sent).status_code == 404
    figures = KeptFigure.objects.filter(indicator="continuity", split=Split.TOTAL)
    assert [figure.vintage for figure in figures] == [1]
    link = f"{address}?indicator"
    assert link not in officer.get(f"/reports/continuity/vintages/?district={north.code}").text

    answer = supervisor.post(address, sent, follow=True)
    assert "Figure corrected in 1 district." in answer.text
    assert [(figure.vintage, figure.n) for figure in figures.order_by("vintage")] == [(1, 0), (2, 1)]
    event = Event.objects.filter(object_type="kept_period").latest("at")
    assert event.reason is not None and event.reason.text.startswith("The deputy was missing")


def test_after_five_working_days_a_figure_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    north = make_district()
    old(make_organisation(north))
    period = kept_today(north)
    supervisor = reader(Role.SUPERVISOR, north)
    address = f"/reports/kept/{period.pk}/correct/"
    now = timezone.now()
    assert is_correctable(now - timedelta(days=5)) and not is_correctable(now - timedelta(days=10))
    monkeypatch.setattr("reports.services.recounting.CORRECTED_WITHIN", -1)
    listed = supervisor.get(f"/reports/continuity/vintages/?district={north.code}").text
    assert address not in listed
    late = supervisor.post(address, {"indicator": "continuity", "reason": "Late"})
    assert late.status_code == 422
    assert "five working days" in late.text
