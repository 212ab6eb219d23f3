"""A form names the district that it saves in: of what is selected, or the only one, else it asks."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from django.test import Client

from audit.models import Action, Event
from meetings.models import Concern
from meetings.rules.district_of_choice import district_of_choice
from tests.factories import make_district, make_officer, make_organisation, make_supervisor
from tests.markup import joined


@dataclass(frozen=True)
class Place:
    pk: UUID
    lineage: tuple[UUID, ...]


def place(*numbers: int) -> Place:
    ids = tuple(UUID(int=number) for number in numbers)
    return Place(ids[-1], ids)


CITY, NORTH, SOUTH, MARKET = place(1), place(1, 2), place(1, 3), place(1, 2, 4)


def test_the_home_of_what_is_selected_comes_first_and_only_one_district_is_assumed() -> None:
    assert district_of_choice(SOUTH, [NORTH, SOUTH]) == SOUTH
    assert district_of_choice(None, [NORTH]) == NORTH
    assert district_of_choice(None, [MARKET, NORTH]) == NORTH, "Market is a part of North"
    assert district_of_choice(None, [NORTH, SOUTH]) is None
    assert district_of_choice(None, [CITY, NORTH, SOUTH]) is None
    assert district_of_choice(None, [CITY]) == CITY, "a city without districts"
    assert district_of_choice(None, []) is None


@pytest.mark.django_db
def test_the_form_of_a_concern_names_its_district_and_asks_where_it_could_be_two(client: Client) -> None:
    north, south = make_district("North"), make_district("South")
    mosque = make_organisation(south, name="Al-Noor")
    client.force_login(make_officer(north))
    page = joined(client.get("/concerns/log/").text)
    assert "In: North, change" in page and "Save for North" in page
    client.force_login(make_officer(north, south))
    page = joined(client.get("/concerns/log/").text)
    assert "In: North" not in page and "Save and see who to call" in page
    chosen = {"site_organisation": mosque.pk, "look_for": "1"}
    page = joined(client.post("/concerns/log/", chosen).text)
    assert "In: South, change" in page and "Save for South" in page
    page = joined(client.post("/concerns/log/", chosen | {"district": north.pk}).text)
    assert "Save for North" in page


@pytest.mark.django_db
def test_a_shop_is_logged_with_who_is_near_it(client: Client) -> None:
    north = make_district()
    near = make_organisation(north, name="Al-Noor", address="58 Heron Street")
    hidden = make_organisation(name="Elsewhere", address="9 Heron Street")
    client.force_login(make_officer(north))
    shop = {"site_organisation": "business", "place": "60 Heron Street", "kinds": ["assault"]}
    page = client.post("/concerns/log/", shop | {"look_for": "1"}).text
    assert f'value="{near.pk}"' in page
    assert str(hidden.pk) not in page
    client.post("/concerns/log/", shop | {"near": [near.pk]})
    concern = Concern.objects.get()
    assert (concern.place_kind, concern.site_organisation) == ("business", None)
    assert list(concern.near.all()) == [near]
    assert "A shop or business" in client.get(f"/concerns/{concern.pk}/", follow=True).text
    edited = f"/concerns/{concern.pk}/edit/"
    page = client.get(edited).text
    assert f'value="{near.pk}"' in page and 'value="business"' in page


@pytest.mark.django_db
def test_a_home_with_its_number_is_asked_for_without(client: Client) -> None:
    client.force_login(make_supervisor(make_district()))
    home = {"site_organisation": "home", "kinds": ["threat"], "place": "Kestrel Way 12"}
    refused = client.post("/concerns/log/", home)
    assert refused.status_code == 422 and "Leave out the number" in refused.text
    assert client.post("/concerns/log/", home | {"place": "Kestrel Way"}).status_code == 302


@pytest.mark.django_db
def test_a_phone_number_in_the_facts_is_asked_about(client: Client) -> None:
    client.force_login(make_officer(make_district()))
    facts = {"kinds": ["threat"], "facts": "The owner is at 0904 555 123"}
    asked = client.post("/concerns/log/", facts)
    assert asked.status_code == 422 and "0904 555 123" in asked.text
    assert "It is an organisation’s phone number" in asked.text
    assert client.post("/concerns/log/", facts | {"keep_reason": "organisation"}).status_code == 302
    kept = Event.objects.get(action=Action.KEEP)
    assert (kept.object_ids, kept.field_names) == ([Concern.objects.get().pk], ["facts"])
