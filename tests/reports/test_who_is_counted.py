"""District page, map, Today and scorecard count the same organisations for the same question."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts.actors import SYSTEM, actor_for
from contacts.models import Organisation
from lib.days import city_today
from meetings.queries.district_profile import LATELY_DAYS, district_figures, profile_of
from meetings.queries.today import today_of
from meetings.reminders import Portfolios
from meetings.services.last_met import refresh_last_met
from reports.indicators.catalogue import REPORTS
from reports.queries.periods import Period
from reports.queries.questions import ask
from tests.factories import make_district, make_meeting, make_officer, make_organisation, make_supervisor
from tests.reports.city import at, follow, old

MARK = "due a meeting</span>"
pytestmark = pytest.mark.django_db


def test_partners_and_clubs_are_left_out_everywhere_alike(client: Client) -> None:
    north, today = make_district(), city_today()
    supervisor = make_supervisor(north)
    actor = actor_for(supervisor)
    for kind in ("ngo", "school", "culture_sport"):
        for days_ago in (5, 60, 200):
            row = old(make_organisation(north, kind=kind, cadence_days=30))
            make_meeting(north, row, starts_at=at(today - timedelta(days=days_ago)))
        old(make_organisation(north, kind=kind, cadence_days=30))
    refresh_last_met(SYSTEM, Organisation.objects.values_list("pk", flat=True))
    lately = Period(today - timedelta(days=LATELY_DAYS - 1), today + timedelta(days=1))
    question = ask(actor, [lately])
    [coverage], [cadence] = (REPORTS[slug].rows(question) for slug in ("coverage", "cadence"))
    here = district_figures(actor, today)[north.pk]
    assert (here.met, here.organisations) == (coverage.n, coverage.of) == (2, 4)
    neglected = follow(REPORTS["cadence"].drill(cadence, question, "rest"), actor)
    day, page = today_of(actor, mine=False), profile_of(actor, north, today).to_meet
    due, waiting = ({row.pk for row in rows} for rows in (page.due, page.not_met_yet))
    assert (due, waiting) == tuple({row.pk for row in rows} for rows in (day.due_a_meeting, day.not_met_yet))
    assert due == {row.pk for row in Organisation.objects.due_a_meeting(today)}
    assert due == {row.pk for row in Organisation.objects.all() if row.is_due_a_meeting}
    assert waiting == {row.pk for row in Organisation.objects.not_met_yet(today)}
    assert due | waiting == neglected
    assert len(due | waiting) == cadence.of - cadence.n == 3
    client.force_login(supervisor)
    assert "Partners and clubs are left out" in client.get(f"/districts/{north.code}/").content.decode()
    for asked, rows in (("overdue", due), ("not_met_yet", waiting)):  # what the headings of both pages open
        listed = client.get(f"/organisations/?district={north.code}&{asked}=true").content.decode()
        assert all(
            (f"/organisations/{row.pk}/" in listed) == (row.pk in rows) for row in Organisation.objects.all()
        )


def test_partners_and_who_wants_no_contact_are_due_a_meeting_nowhere(client: Client) -> None:
    north = make_district()
    officer = make_officer(north)
    wish = {"contact_wish": "none", "contact_wish_by": "the chair", "contact_wish_on": city_today()}
    due, school, refused = (
        make_organisation(north, lead_officer=officer, cadence_days=30, **fields)
        for fields in ({}, {"kind": "school"}, wish)
    )
    Organisation.objects.update(meet_by=city_today() - timedelta(days=1))
    client.force_login(officer)
    page = client.get("/organisations/?overdue=true").content.decode()
    assert [row.name in page for row in (due, school, refused)] == [True, False, False]
    rest = client.get("/organisations/?overdue=false").content.decode()
    assert [row.name in rest for row in (due, school, refused)] == [False, True, True]
    for row in (due, school, refused):
        pages = rest if row != due else page, client.get(f"/organisations/{row.pk}/").content.decode()
        assert [MARK in shown for shown in pages] == [row == due] * 2
    [mine] = Portfolios().rows_visible_to(actor_for(officer), [officer.pk]).values()
    assert list(mine) == [due]
