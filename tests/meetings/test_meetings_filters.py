"""The filters of meetings, as used by pages and API."""

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone

from accounts.actors import Actor, actor_for
from contacts.models import Organisation
from meetings.filters.meetings import MeetingFilters
from meetings.models import Meeting
from tests.factories import make_actor, make_district, make_meeting, make_officer, make_organisation
from tests.filtering import filtered

pytestmark = pytest.mark.django_db


@pytest.fixture
def school() -> Organisation:
    return make_organisation(make_district("North"))


@pytest.fixture
def actor(school: Organisation) -> Actor:
    return make_actor(school.home_district)


def found(actor: Actor, query: str) -> set[Meeting]:
    return set(filtered(MeetingFilters, query, Meeting.objects.visible_to(actor), actor))


def test_without_a_parameter_all_seen_are_found(actor: Actor, school: Organisation) -> None:
    seen = make_meeting(None, school)
    make_meeting()
    assert found(actor, "") == {seen}


@pytest.mark.parametrize(
    ("field", "value", "query"),
    [
        ("kind", "phone", "kind=phone,video"),
        ("status", "cancelled", "status=cancelled"),
        ("level", "consult", "level=consult"),
        ("initiated_by", "community", "initiated_by=community"),
        ("outcomes", ["advice_received", "no_change"], "outcome=advice_received,declined"),
        ("subject", "Αστυνομία στη γειτονιά", "q=αστυνομια"),
        ("place", "Põhjala plats", "q=pohjala"),
    ],
)
def test_one_value_picks_its_rows(
    actor: Actor, school: Organisation, field: str, value: object, query: str
) -> None:
    wanted = make_meeting(None, school, **{field: value})
    make_meeting(None, school)
    assert found(actor, query) == {wanted}


def test_a_district_holds_those_in_it(school: Organisation) -> None:
    quarter = make_district(parent=school.home_district)
    inside, outside = make_meeting(quarter), make_meeting(other := make_district())
    actor = make_actor(school.home_district, other)
    assert found(actor, f"district={school.home_district.code}") == {inside}
    assert found(actor, f"district={other.code}") == {outside}


def test_a_period_is_half_open(actor: Actor, school: Organisation) -> None:
    moment = timezone.now() - timedelta(days=9)
    meeting = make_meeting(None, school, starts_at=moment)
    query = QueryDict(mutable=True)
    query["starts_after"] = moment.isoformat()
    assert found(actor, query.urlencode()) == {meeting}
    query = QueryDict(mutable=True)
    query["starts_before"] = moment.isoformat()
    assert found(actor, query.urlencode()) == set()
    assert found(actor, f"starts_after={(moment - timedelta(days=2)).date()}") == {meeting}


def test_mine_are_those_i_take_part_in(school: Organisation) -> None:
    officer = make_officer(school.home_district)
    mine, other = make_meeting(None, school, officers=[officer]), make_meeting(None, school)
    assert found(actor_for(officer), "mine=true") == {mine}
    assert found(actor_for(officer), "mine=false") == {other}


def test_substantive_needs_somebody_there_and_something_heard(actor: Actor, school: Organisation) -> None:
    counts = make_meeting(None, school)
    absent = make_meeting(None, school, present=False)
    nothing = make_meeting(None, school, outcomes=["no_change"])
    assert found(actor, "substantive=true") == {counts}
    assert found(actor, "substantive=false") == {absent, nothing}


def test_with_an_organisation_it_is_about_that_one(actor: Actor, school: Organisation) -> None:
    other = make_organisation(school.home_district)
    meeting = make_meeting(None, school, other)
    meeting.organisation_links.filter(organisation=school).update(present=False)
    make_meeting(None, other)
    assert found(actor, f"organisation={school.pk}") == {meeting}
    assert found(actor, f"organisation={school.pk}&substantive=true") == set()


def test_an_organisation_that_is_not_seen_finds_nothing(actor: Actor, school: Organisation) -> None:
    hidden = make_organisation()
    make_meeting(None, school, hidden)
    assert found(actor, f"organisation={hidden.pk}") == set()


def test_what_another_system_knows(actor: Actor, school: Organisation) -> None:
    meeting = make_meeting(None, school)
    make_meeting(None, school)
    meeting.external_ids.create(source="city", external_id="7")
    assert found(actor, "source=city&external_id=7") == {meeting}


@pytest.mark.parametrize("query", ["kind=nothing", "mine=perhaps", "starts_after=soon", "organisation=1"])
def test_a_value_that_means_nothing_is_an_error(actor: Actor, query: str) -> None:
    filters = MeetingFilters(QueryDict(query), Meeting.objects.visible_to(actor), actor=actor)
    assert not filters.is_valid()
    assert not filters.qs.exists()
