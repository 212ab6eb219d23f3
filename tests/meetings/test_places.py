"""Places that are no organisation: a home has no number, and near organisations are seen and few."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from meetings.models import Concern
from meetings.rules.places import is_without_house_number
from meetings.services.concerns import edit_concern, log_concern
from tests.factories import make_actor, make_district, make_organisation


def test_a_street_or_a_postcode_is_no_house() -> None:
    for place in (
        "",
        "Kestrel Way",
        "Kestrel Way, NE4 5XY",
        "10115",
        "SW1A 1AA",
        "1234 AB",
        "00-950",
        "LV-1010",
    ):
        assert is_without_house_number(place), place
    for place in (
        "Kestrel Way 12",
        "12 Kestrel Way",
        "12, Kestrel Way",
        "Kestrel Way, 60A",
        "Flat 3",
        "Way, 3B",
    ):
        assert not is_without_house_number(place), place


@pytest.mark.django_db
def test_a_home_is_kept_without_its_number() -> None:
    north = make_district()
    about: dict[str, Any] = {"actor": make_actor(north), "kinds": ["threat"], "district": north}
    with pytest.raises(ValidationError) as refused:
        log_concern(**about, place_kind="home", place="Kestrel Way 12")
    assert list(refused.value.message_dict) == ["place"]
    shop = log_concern(**about, place_kind="business", place="Kestrel Way 12")
    with pytest.raises(ValidationError):
        edit_concern(actor=about["actor"], concern_id=shop.pk, place_kind="home")
    edit_concern(actor=about["actor"], concern_id=shop.pk, place_kind="home", place="Kestrel Way")


@pytest.mark.django_db
def test_an_organisation_makes_the_place_its_own() -> None:
    north = make_district()
    actor, mosque = make_actor(north), make_organisation(north)
    concern = log_concern(actor=actor, kinds=["threat"], district=north, place_kind="other")
    edit_concern(actor=actor, concern_id=concern.pk, site_organisation=mosque)
    assert Concern.objects.get().place_kind == "organisation"
    with pytest.raises(ValidationError):
        edit_concern(actor=actor, concern_id=concern.pk, place_kind="business")


@pytest.mark.django_db
def test_at_most_three_organisations_that_one_sees_are_near() -> None:
    north = make_district()
    actor, near = make_actor(north), [make_organisation(north) for _n in range(4)]
    concern = log_concern(actor=actor, kinds=["threat"], district=north, place_kind="business", near=near[:3])
    version = concern.version
    for wrong in (near, [make_organisation(make_district())]):
        with pytest.raises(ValidationError) as refused:
            edit_concern(actor=actor, concern_id=concern.pk, near=wrong)
        assert list(refused.value.message_dict) == ["near"]
    assert edit_concern(actor=actor, concern_id=concern.pk, near=near[:3]).version == version
    assert edit_concern(actor=actor, concern_id=concern.pk, near=near[1:2]).version == version + 1
    assert set(concern.near.all()) == {near[1]}


@pytest.mark.django_db
def test_a_near_organisation_that_one_does_not_see_stays() -> None:
    north, south = make_district(), make_district()
    hidden, seen = make_organisation(south), make_organisation(north)
    concern = log_concern(actor=make_actor(north), kinds=["threat"], district=north, near=[seen])
    concern.near.add(hidden)
    edit_concern(actor=make_actor(north), concern_id=concern.pk, near=[])
    assert set(concern.near.all()) == {hidden}
