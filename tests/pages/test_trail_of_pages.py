"""What an officer of two districts looks at is found by the supervisor of the district it lies in, alone."""

import pytest
from django.test import Client

from accounts.actors import SYSTEM, actor_for
from audit.models import Event
from lib.days import city_today
from meetings.services.concerns import log_concern
from meetings.services.follow_ups import create_follow_up
from privacy.trail import events_visible_to
from tests.factories import make_district, make_meeting, make_officer, make_organisation, make_supervisor

pytestmark = pytest.mark.django_db

PAGES = (
    *("/follow-ups/", "/follow-ups/{promise}/"),
    *(f"/follow-ups/{{promise}}/{part}/" for part in ("edit", "done", "cancel")),
    *("/concerns/", "/concerns/{concern}/", "/concerns/{concern}/edit/"),
    *("/meetings/", "/meetings/{held}/", "/meetings/{held}/edit/", "/meetings/{planned}/hold/"),
)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_names_the_district_of_its_rows(page: str, client: Client) -> None:
    north, south = make_district("North"), make_district("South")
    officer, organisation = make_officer(north, south), make_organisation(north)
    planned = {"officers": [officer], "status": "planned", "outcomes": []}
    rows = {
        "promise": create_follow_up(
            actor=SYSTEM, title="Call", owner=officer, due_on=city_today(), organisations=[organisation]
        ),
        "concern": log_concern(actor=SYSTEM, kinds=["hate_incident"], district=north),
        "held": make_meeting(north, organisation, officers=[officer]),
        "planned": make_meeting(north, organisation, **planned),
    }
    client.force_login(officer)
    assert client.get(page.format(**{name: row.pk for name, row in rows.items()})).status_code == 200
    event = Event.objects.latest("id")
    assert event.district_ids == [north.pk]
    assert event in events_visible_to(actor_for(make_supervisor(north)))
    assert event not in events_visible_to(actor_for(make_supervisor(south)))
