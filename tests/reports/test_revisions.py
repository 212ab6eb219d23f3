"""A supervisor learns of a revised figure: on Today until looked at, on its page, and by mail."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actors import actor_for
from accounts.models import Role, User
from meetings.services.meetings import edit_meeting
from reports.models import KeptFigure
from reports.reminders import FIGURES_REVISED, RevisedFigures
from reports.services.keeping import keep_period
from reports.services.recounting import recount_period
from tests.factories import make_district, make_meeting, make_supervisor, make_user
from tests.reports.city import at
from tests.reports.test_kept_figures import QUARTER, TODAY, City

pytestmark = pytest.mark.django_db


@pytest.fixture
def revised() -> City:
    """Market has two organisations fewer that were met in the quarter."""
    city = City()
    keep_period(QUARTER, TODAY, with_old=True)
    for organisation in (city.market_ngo, city.market_women):
        meeting = organisation.meetings.get()
        edit_meeting(actor=actor_for(city.officer), meeting_id=meeting.pk, starts_at=at(date(2026, 5, 4)))
    recount_period(QUARTER)
    return city


def page(client: Client, user: User, address: str) -> str:
    client.force_login(user)
    return client.get(address).content.decode()


def test_a_revision_is_on_today_until_the_supervisor_has_looked(client: Client, revised: City) -> None:
    supervisor, elsewhere = make_supervisor(revised.market), make_supervisor(make_district())
    assert "final figures were revised" in page(client, supervisor, "/")
    assert "final figures were revised" not in page(client, elsewhere, "/")
    shown = page(client, supervisor, "/reports/revisions/")
    assert "Organisations met: 2 of 2 → <strong>0 of 2</strong>" in shown
    assert "Market" in shown and "North" not in shown
    assert revised.officer.name not in shown
    assert client.post("/reports/revisions/").status_code == 302
    assert "final figures were revised" not in page(client, supervisor, "/")
    assert "I have looked" not in page(client, supervisor, "/reports/revisions/")


def test_who_reads_the_activity_log_sees_who_wrote_the_revision(client: Client, revised: City) -> None:
    assert revised.officer.name in page(client, make_user(Role.PRIVACY_OFFICER), "/reports/revisions/")


def test_a_share_that_moved_is_in_the_mail_of_the_morning(revised: City) -> None:
    supervisor, now = make_supervisor(revised.market), timezone.now()
    subject = RevisedFigures()
    ids = set(subject.coming(now))
    figure = KeptFigure.objects.revisions().filter(kept_period__district=revised.market).first()
    assert figure is not None and figure.kept_period_id in ids
    told = [occurrence for _pk, occurrence in subject.occurrences(ids, now)]
    assert {occurrence.rule for occurrence in told} == {FIGURES_REVISED}
    assert supervisor.pk in {occurrence.recipient_id for occurrence in told}
    assert all(now < occurrence.at <= now + timedelta(days=2) for occurrence in told)
    rows = subject.rows_visible_to(actor_for(supervisor), ids)
    assert set(rows) == {figure.kept_period_id}
    title, lines = subject.words(FIGURES_REVISED, rows[figure.kept_period_id])
    assert title == "Final figures were revised"
    assert "Market, Quarter 1 of 2026: Organisations met" in lines


def test_each_vintage_of_a_distribution_states_its_counts(client: Client) -> None:
    district = City().market
    day = at(date(2026, 2, 2))
    make_meeting(district, starts_at=day, level="inform")
    keep_period(QUARTER, TODAY, with_old=True)
    make_meeting(district, starts_at=day)
    recount_period(QUARTER)
    shown = page(client, make_supervisor(district), f"/reports/level/vintages/?district={district.code}")
    assert re.findall(r"inform 1, (\d+ of \d+)", shown) == ["1 of 3", "1 of 4"]
