"""A form that arrives after its shift ended asks, keeps all that was typed, and takes no other district."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actors import actor_for
from accounts.models import DutyShift
from meetings.models import Concern, Meeting
from meetings.services.shifts import begin_shift, end_shift
from tests.factories import make_district, make_officer, make_organisation
from tests.markup import joined

pytestmark = pytest.mark.django_db


class Night:
    """An officer of North whose shift in South ended while she filled in a form for an organisation there."""

    def __init__(self, client: Client) -> None:
        city = make_district()
        self.north, self.south = make_district("North", parent=city), make_district("South", parent=city)
        self.mosque = make_organisation(self.south, name="Al-Noor")
        self.officer = make_officer(self.north)
        actor = actor_for(self.officer)
        begin_shift(actor=actor, districts=[self.south], reason="night_duty", hours=4)
        self.client = client
        client.force_login(self.officer)

    def end(self) -> None:
        end_shift(actor=actor_for(self.officer))


@pytest.fixture
def night(client: Client) -> Night:
    return Night(client)


CONCERN = {
    "kinds": ["threat"],
    "site_organisation": "public_place",
    "place": "Mint Street",
    "facts": "Two men",
}
MEETING = {"subject": "Rubbish", "kind": "visit", "starts_at": "2030-01-01T10:00", "duration_minutes": "60"}


def forms(night: Night) -> dict[str, dict[str, Any]]:
    today = f"{timezone.localtime():%Y-%m-%dT%H:%M}"
    held = {"kind": "visit", "starts_at": today, "duration_minutes": "30"}
    who = f"organisation:{night.mosque.pk}"
    return {
        "/concerns/log/": CONCERN | {"site_organisation": night.mosque.pk},
        "/meetings/new/": MEETING | {f"was-{night.mosque.pk}": "present"},
        "/meetings/log/": held | {"who": who, "promise_when": "none", "promise_kind": "call_back"},
    }


@pytest.mark.parametrize("address", ["/concerns/log/", "/meetings/new/", "/meetings/log/"])
@pytest.mark.parametrize("how", ["district", "named_district"])
def test_the_end_is_said_and_one_tap_begins_again_and_saves(night: Night, address: str, how: str) -> None:
    sent = forms(night)[address] | {how: night.south.pk}
    night.end()
    asked = night.client.post(address, sent)
    page = joined(asked.text)
    assert asked.status_code == 409 and "Your shift in South has ended" in page
    assert not Concern.objects.exists() and not Meeting.objects.exists()
    for name, value in sent.items():
        kept = value[0] if isinstance(value, list) else value
        assert name == how or f'name="{name}" value="{kept}"' in page
    again = sent | {"district": night.south.pk, "begin_again": night.south.pk}
    assert night.client.post(address, again).status_code == 302
    saved = Concern.objects.first() or Meeting.objects.first()
    assert saved and saved.district == night.south
    assert DutyShift.objects.open_at(timezone.now()).get().reason == "night_duty"


def test_a_form_that_asked_for_the_district_still_asks_when_one_is_left(night: Night) -> None:
    assert 'name="named_district" value=""' in night.client.get("/concerns/log/").text
    night.end()
    refused = night.client.post("/concerns/log/", CONCERN | {"named_district": ""})
    assert refused.status_code == 422 and "Choose a district." in refused.text
    assert "Save for North" not in joined(refused.text)
    assert night.client.post("/concerns/log/", CONCERN | {"district": night.north.pk}).status_code == 302


def test_searching_in_the_form_keeps_the_lost_district(night: Night) -> None:
    night.end()
    draft = CONCERN | {"district": night.south.pk, "look_for": "1"}
    page = joined(night.client.post("/concerns/log/", draft).text)
    assert f'name="named_district" value="{night.south.pk}"' in page
    assert "You can no longer save for South" in page and "Save for North" not in page


def test_another_officers_district_cannot_be_begun_again(night: Night) -> None:
    night.client.force_login(make_officer(night.north))
    again = CONCERN | {"district": night.south.pk, "begin_again": night.south.pk}
    assert night.client.post("/concerns/log/", again).status_code == 404
    asked = night.client.post("/concerns/log/", CONCERN | {"district": night.south.pk})
    assert asked.status_code == 409 and "Begin the shift again" not in asked.text
    assert not Concern.objects.exists()


def test_results_come_below_the_search_and_name_their_districts(night: Night) -> None:
    make_organisation(night.north, name="Al-Noor School")
    page = joined(night.client.post("/concerns/log/", {"look_for": "1", "find": "Noor"}).text)
    assert page.index('name="find"') < page.index('id="picks"') < page.index("Al-Noor, South")
    assert "Al-Noor School, North" in page


def test_districts_of_the_shift_come_first_and_the_field_is_not_called_optional(night: Night) -> None:
    page = joined(night.client.get("/concerns/log/").text)
    field = page.split('<div id="where"')[1].split("</select>")[0]
    assert (
        field.index("On duty") < field.index("South") < field.index("Your districts") < field.index("North")
    )
    assert "(optional)" not in field
