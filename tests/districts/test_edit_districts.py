"""Creating, editing and moving districts, and expected communities."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.actors import SYSTEM, actor_for
from audit.models import Action, Change, Event
from contacts.models import Organisation
from districts.models import District, ExpectedCommunity
from districts.services.districts import (
    create_district,
    edit_district,
    expect_community,
    withdraw_expected_community,
)
from lib.conflicts import StaleVersion
from tests.api.clients import Tool
from tests.districts.squares import polygon
from tests.factories import make_actor, make_district, make_officer, make_organisation, make_supervisor

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator() -> Any:
    return make_actor(role="administrator")


def test_a_district_lies_in_its_parent(administrator: Any) -> None:
    city = create_district(actor=administrator, code="C", name="City")
    north = create_district(actor=administrator, code="N", name="  North ", parent=city, boundary=polygon())
    assert (north.name, north.lineage) == ("North", [city.pk, north.pk])
    north.refresh_from_db()
    assert north.boundary is not None
    assert north.boundary["type"] == "MultiPolygon"
    change = Change.objects.get(object_id=north.pk)
    assert (change.op, change.event.actor_id) == ("created", administrator.id)
    assert set(change.district_ids) == {city.pk, north.pk}


@pytest.mark.parametrize("role", ["officer", "supervisor", "privacy_officer"])
def test_other_roles_change_no_district(role: str) -> None:
    district = make_district()
    actor = make_actor(district, role=role)
    with pytest.raises(PermissionDenied):
        create_district(actor=actor, code="N", name="North")
    with pytest.raises(PermissionDenied):
        edit_district(actor=actor, district_id=district.pk, name="Other")


def test_a_moved_district_takes_its_parts_and_its_readers_along() -> None:
    west, east = make_district("West"), make_district("East")
    quarter = make_district("Quarter", parent=west)
    street = make_district("Street", parent=quarter)
    reader = make_officer(east)
    make_organisation(street)
    edit_district(actor=SYSTEM, district_id=quarter.pk, parent=east, was_wrong=True)
    street.refresh_from_db()
    assert street.lineage == [east.pk, quarter.pk, street.pk]
    assert Organisation.objects.visible_to(actor_for(reader)).count() == 1
    change = Change.objects.get(object_id=quarter.pk)
    assert set(change.district_ids) == {west.pk, east.pk, quarter.pk}


def test_a_part_can_become_a_district_of_its_own(administrator: Any) -> None:
    part = make_district(parent=make_district())
    assert edit_district(actor=administrator, district_id=part.pk, parent=None).lineage == [part.pk]


def test_circles_are_refused(administrator: Any) -> None:
    city = make_district()
    part = make_district(parent=make_district(parent=city))
    for parent in (part, city):
        with pytest.raises(ValidationError, match="cannot be part of itself"):
            edit_district(actor=administrator, district_id=city.pk, parent=parent)
    city.refresh_from_db()
    assert city.lineage == [city.pk]


def test_what_does_not_change_is_not_written(administrator: Any) -> None:
    north = create_district(actor=administrator, code="N", name="North", boundary=polygon())
    events = Event.objects.count()
    again = edit_district(actor=administrator, district_id=north.pk, name="North", boundary=polygon())
    assert again.version == 1
    assert Event.objects.count() == events


def test_an_older_version_is_refused(administrator: Any) -> None:
    north = make_district("North")
    edit_district(actor=administrator, district_id=north.pk, version=1, name="Norte")
    with pytest.raises(StaleVersion):
        edit_district(actor=administrator, district_id=north.pk, version=1, name="Nord")


def test_a_district_out_of_use_stays_and_the_trail_says_so(administrator: Any) -> None:
    north = make_district("North")
    edit_district(actor=administrator, district_id=north.pk, is_active=False)
    assert not District.objects.active().exists()
    event = Event.objects.get(action=Action.ARCHIVE)
    assert (event.object_ids, event.field_names) == ([north.pk], ["is_active"])


@pytest.mark.parametrize(
    "fields",
    [
        {"code": "N N"},
        {"code": "N/1"},
        {"code": "import"},
        {"code": ""},
        {"name": ""},
        {"name": "x" * 121},
        {"population": -1},
        {"population": 10**12},
        {"boundary": {"type": "Point", "coordinates": [0, 0]}},
    ],
)
def test_bad_fields_are_refused(administrator: Any, fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        create_district(actor=administrator, **({"code": "N", "name": "North"} | fields))
    assert not District.objects.exists()


def test_a_code_is_used_once(administrator: Any) -> None:
    district = make_district()
    with pytest.raises(ValidationError, match="already exists"):
        create_district(actor=administrator, code=district.code, name="Another")


def test_a_supervisor_says_who_is_expected_in_her_district() -> None:
    city = make_district()
    part = make_district(parent=city)
    actor = actor_for(make_supervisor(city))
    expected = expect_community(
        actor=actor, district_id=part.pk, focus="roma", evidence="Census of the city, 2024"
    )
    assert list(ExpectedCommunity.objects.visible_to(actor)) == [expected]
    event = Event.objects.get(object_type="district", object_ids=[part.pk])
    assert event.field_names == ["expected_communities"]
    withdraw_expected_community(actor=actor, expected_id=expected.pk)
    assert not ExpectedCommunity.objects.exists()


@pytest.mark.parametrize("role", ["officer", "privacy_officer", "administrator"])
def test_other_roles_do_not_say_who_is_expected(role: str) -> None:
    district = make_district()
    with pytest.raises(PermissionDenied):
        expect_community(
            actor=make_actor(district, role=role), district_id=district.pk, focus="roma", evidence="Census"
        )


def test_a_supervisor_of_another_district_does_not_say_who_is_expected() -> None:
    district = make_district()
    expected = ExpectedCommunity.objects.create(district=district, focus="roma", evidence="Census")
    stranger = actor_for(make_supervisor(make_district()))
    with pytest.raises(PermissionDenied):
        expect_community(actor=stranger, district_id=district.pk, focus="sikh", evidence="Census")
    with pytest.raises(ExpectedCommunity.DoesNotExist):
        withdraw_expected_community(actor=stranger, expected_id=expected.pk)


@pytest.mark.parametrize(
    "fields", [{"focus": "martians"}, {"focus": ""}, {"evidence": " "}, {"source_url": "javascript:x"}]
)
def test_an_expectation_without_community_or_evidence_is_refused(fields: dict[str, str]) -> None:
    district = make_district()
    actor = actor_for(make_supervisor(district))
    with pytest.raises(ValidationError):
        expect_community(
            actor=actor, district_id=district.pk, **({"focus": "roma", "evidence": "Census"} | fields)
        )


@pytest.mark.parametrize("given", ["account", "key"])
def test_an_administrator_alone_shows_no_district_to_others_by_moving_it(given: str) -> None:
    """An account gets access to a small district, then the city is moved into it. This needs two people."""
    harmless, north = make_district("Test"), make_district("North")
    if given == "account":
        make_officer(harmless)
    else:
        Tool(harmless)
    administrator = make_actor(role="administrator")
    with pytest.raises(ValidationError, match="Move it on the server with manage"):
        edit_district(actor=administrator, district_id=north.pk, parent=harmless)
    north.refresh_from_db()
    assert north.lineage == [north.pk]
    edit_district(actor=administrator, district_id=north.pk, parent=make_district("Empty"))
    assert edit_district(actor=SYSTEM, district_id=north.pk, parent=harmless).lineage[0] == harmless.pk
