"""District page, map, Today and scorecard count the same organisations for the same question."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts.actors import SYSTEM, actor_for
from contacts.models import Organisation
from lib.days import city_today
from meetings.district_profile import LATELY_DAYS, figures, profile
from meetings.services.summaries import refresh_last_met
from meetings.today import today_of
from reports.catalogue import REPORTS
from reports.periods import Period
from reports.questions import ask
from tests.factories import make_district, make_meeting, make_organisation, make_supervisor
from tests.reports.city import at, follow, old

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
    here = figures(actor, today)[north.pk]
    assert (here.met, here.organisations) == (coverage.n, coverage.of) == (2, 4)
    neglected = follow(REPORTS["cadence"].drill(cadence, question, "rest"), actor)
    due = {row.pk for row in today_of(actor, mine=False).worth_seeing}
    assert due == {row.pk for row in profile(actor, north, today).worth_seeing} == neglected
    assert len(due) == cadence.of - cadence.n == 3
    client.force_login(supervisor)
    for address in ("/?scope=district", f"/districts/{north.code}/"):
        assert "Partners and clubs are left out" in client.get(address, follow=True).content.decode()
