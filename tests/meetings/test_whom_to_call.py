"""A concern is logged: whom to call and reassure, at once."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.actors import SYSTEM, Actor
from accounts.models import Role
from contacts.models import Organisation
from lib.days import city_today
from meetings.models import Concern, Reminder
from meetings.services.concerns import log_concern
from meetings.whom_to_call import told_of, whom_to_call
from tests.factories import (
    make_actor,
    make_contact,
    make_district,
    make_officer,
    make_organisation,
    make_supervisor,
)

pytestmark = pytest.mark.django_db


def speaking_for(focus: str, district: Any, **fields: Any) -> Organisation:
    said = {"focus": focus, "declared_by": "Coordinator", "declared_on": city_today()}
    return make_organisation(district, focuses=[said], **fields)


def called(actor: Actor, concern: Concern) -> list[Organisation]:
    return [call.organisation for call in whom_to_call(actor, concern)]


def log(district: Any, **fields: Any) -> Concern:
    return log_concern(actor=SYSTEM, kinds=["graffiti_symbol"], district=district, **fields)


def test_the_place_comes_first_then_the_affected_communities_by_name() -> None:
    north = make_district()
    mosque = make_organisation(north, name="Zeta mosque", kind="religious_community")
    second = speaking_for("muslim", north, name="Muslim women’s circle")
    first = speaking_for("muslim", north, name="Ávila cultural centre")
    speaking_for("jewish", north)
    make_organisation(north)
    concern = log(north, bias_grounds=["anti_muslim"], site_organisation=mosque)
    calls = whom_to_call(make_actor(north), concern)
    assert [call.organisation for call in calls] == [mosque, first, second]
    assert [call.is_the_place for call in calls] == [True, False, False]
    assert [call.communities for call in calls] == [[], ["muslim"], ["muslim"]]


def test_a_kind_stands_for_its_community() -> None:
    north = make_district()
    shelter = make_organisation(north, kind="womens_organisation")
    make_organisation(north, kind="religious_community")
    calls = whom_to_call(make_actor(north), log(north, bias_grounds=["gender_based"]))
    assert [(call.organisation, call.communities) for call in calls] == [(shelter, ["women"])]


@pytest.mark.parametrize("status", ["dormant", "closed"])
def test_who_is_not_active_is_not_offered(status: str) -> None:
    north = make_district()
    gone = speaking_for("roma", north, status=status)
    assert called(make_actor(north), log(north, bias_grounds=["anti_roma"], site_organisation=gone)) == []


def test_around_is_the_whole_district_and_no_other() -> None:
    city = make_district()
    north, south = make_district(parent=city), make_district(parent=city)
    here, beside = make_district(parent=north), make_district(parent=north)
    near = [
        speaking_for("roma", d, name=n) for d, n in ((here, "A"), (beside, "B"), (north, "C"), (city, "D"))
    ]
    visiting = speaking_for("roma", south, name="E", also_in=[here])
    speaking_for("roma", south)
    concern = log(here, bias_grounds=["anti_roma"])
    assert called(make_actor(city), concern) == [*near, visiting]
    assert called(make_actor(north), concern) == [*near[:3], visiting]


def test_what_the_reader_does_not_see_is_left_out() -> None:
    north = make_district()
    speaking_for("roma", north)
    concern = log(north, bias_grounds=["anti_roma"])
    assert called(make_actor(make_district()), concern) == []
    assert called(make_actor(north, role=Role.ADMINISTRATOR), concern) == []


def test_the_first_to_call_is_on_the_card_unless_they_withdrew_or_have_no_number() -> None:
    north = make_district()
    centre = speaking_for("roma", north)
    make_contact(north, centre, phone="+34912345678")
    first = make_contact(north, centre, phone="+34912345679")
    first.affiliations.update(is_primary=True)
    concern = log(north, bias_grounds=["anti_roma"])
    actor = make_actor(north)
    (call,) = whom_to_call(actor, concern)
    assert call.first_to_call is not None
    assert call.first_to_call.contact == first
    assert call.object_ids == [centre.pk, first.pk]
    first.phone = ""
    first.save()
    assert whom_to_call(actor, concern)[0].first_to_call is None


def test_the_cost_does_not_grow_with_the_organisations(django_assert_num_queries: Any) -> None:
    north = make_district()
    for _number in range(25):
        speaking_for("roma", north, lead_officer=make_officer(north))
    concern = log(north, bias_grounds=["anti_roma"])
    actor = make_actor(north)
    with django_assert_num_queries(3):
        calls = whom_to_call(actor, concern)
        assert all(call.organisation.lead_officer for call in calls)
    assert len(calls) == 20


def test_who_is_told_is_known_before_and_after_it_is_sent() -> None:
    north = make_district()
    lead, supervisor = make_officer(north, name="Anna"), make_supervisor(north, name="Zoe")
    concern = log(north, site_organisation=make_organisation(north, lead_officer=lead))
    assert [(told.user, told.sent_at) for told in told_of(concern)] == [(lead, None), (supervisor, None)]
    now = timezone.now()
    Reminder.objects.filter(recipient=lead, channel="in_page").update(sent_at=now)
    assert [told.sent_at for told in told_of(concern)] == [now, None]
