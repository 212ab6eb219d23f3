"""After a concern is logged: whom to call and reassure immediately."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actors import SYSTEM, Actor, actor_for
from accounts.models import Role, User
from contacts.models import Contact, Organisation
from lib.days import city_today
from meetings.codes import BiasGround
from meetings.models import Concern
from meetings.queries.calls import calls_about, neighbouring_leads, notified_colleagues
from meetings.services.concerns import log_concern
from meetings.services.shifts import plan_shift
from reminders.models import Reminder
from tests.factories import (
    make_actor,
    make_contact,
    make_district,
    make_officer,
    make_organisation,
    make_supervisor,
    make_user,
)
from tests.markup import joined

pytestmark = pytest.mark.django_db


def speaking_for(focus: str, district: Any, **fields: Any) -> Organisation:
    said = {"focus": focus, "declared_by": "Coordinator", "declared_on": city_today()}
    return make_organisation(district, focuses=[said], **fields)


def called(actor: Actor, concern: Concern) -> list[Organisation]:
    return [call.organisation for call in calls_about(actor, concern).touched]


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
    calls = calls_about(make_actor(north), concern).touched
    assert [call.organisation for call in calls] == [mosque, first, second]
    assert [call.is_the_place for call in calls] == [True, False, False]
    assert [call.communities for call in calls] == [[], ["muslim"], ["muslim"]]


def test_a_kind_stands_for_its_community() -> None:
    north = make_district()
    shelter = make_organisation(north, kind="womens_organisation")
    make_organisation(north, kind="religious_community")
    calls = calls_about(make_actor(north), log(north, bias_grounds=["gender_based"])).touched
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
    (call,) = calls_about(actor, concern).touched
    assert call.first_to_call is not None
    assert call.first_to_call.contact == first
    assert call.object_ids == [centre.pk, first.pk]
    first.phone = ""
    first.save()
    assert calls_about(actor, concern).touched[0].first_to_call is None


def test_the_cost_does_not_grow_with_the_organisations(django_assert_num_queries: Any) -> None:
    north = make_district()
    for _number in range(25):
        speaking_for("roma", north, lead_officer=make_officer(north))
    concern = log(north, bias_grounds=["anti_roma"])
    actor = make_actor(north)
    with django_assert_num_queries(2):
        calls = calls_about(actor, concern).touched
        assert all(call.organisation.lead_officer for call in calls)
    assert len(calls) == 20


def test_who_is_told_is_known_before_and_after_it_is_sent() -> None:
    north = make_district()
    lead, supervisor = make_officer(north, name="Anna"), make_supervisor(north, name="Zoe")
    concern = log(north, site_organisation=make_organisation(north, lead_officer=lead))
    assert [(told.user, told.sent_at) for told in notified_colleagues(concern)] == [
        (lead, None),
        (supervisor, None),
    ]
    now = timezone.now()
    Reminder.objects.filter(recipient=lead, channel="in_page").update(sent_at=now)
    assert [told.sent_at for told in notified_colleagues(concern)] == [now, None]


# --- At 23:00 somebody is always there to call -----------------------------------------------------


def helping(actor: Actor, concern: Concern) -> list[Organisation]:
    return [call.organisation for call in calls_about(actor, concern).helping]


@pytest.mark.parametrize("ground", BiasGround.values)
def test_victim_support_and_reporting_centres_help_whatever_the_bias(ground: str) -> None:
    north = make_district()
    silent = make_organisation(north, name="A centre", kind="ngo", is_reporting_centre=True)
    support = make_organisation(north, name="Victim Support", kind="victim_support", phone="+34617862338")
    make_organisation(north, kind="victim_support", status="closed")
    make_organisation(make_district("South"), kind="victim_support")
    make_organisation(north, name="A choir", kind="culture_sport")
    concern = log(north, bias_grounds=[ground])
    assert helping(make_actor(north), concern) == [support, silent]


def test_those_called_already_do_not_stand_there_twice_and_those_elsewhere_come_last() -> None:
    city = make_district("City")
    north, south, far = (make_district(name, parent=city) for name in ("North", "South", "Far"))
    here = speaking_for("lgbti", north, kind="victim_support")
    there = speaking_for("lgbti", south, phone="+34617862338")
    unseen = speaking_for("lgbti", far)
    support = make_organisation(north, kind="victim_support")
    concern = log(north, bias_grounds=["anti_lgbti"])
    actor = make_actor(north, south)
    assert called(actor, concern) == [here]
    assert helping(actor, concern) == [support, there]
    assert unseen not in helping(actor, concern)


def test_who_has_withdrawn_is_not_called_there_either() -> None:
    north = make_district()
    support = make_organisation(north, kind="victim_support")
    person = make_contact(north, support, phone="+34617862338")
    person.affiliations.update(is_primary=True)
    concern, actor = log(north), make_actor(north)
    assert calls_about(actor, concern).helping[0].first_to_call
    Contact.objects.filter(pk=person.pk).update(withdrawn_on=city_today())
    assert not calls_about(actor, concern).helping[0].first_to_call


def test_who_decides_has_a_number_for_who_works_in_the_district(client: Client) -> None:
    city = make_district("City")
    north, south = make_district("North", parent=city), make_district("South", parent=city)
    make_supervisor(city, name="B with", phone="+34617862338")
    make_supervisor(south, name="Of the south", phone="+34617862338")
    make_officer(north, name="Colleague", phone="+34617862338")
    address = f"/concerns/{log(north).pk}/"

    def decides(user: User) -> str:
        client.force_login(user)
        _before, _heading, shown = client.get(address).text.partition("Who decides")
        return shown.partition("Call now")[0]

    shown = decides(make_officer(north))
    assert "B with" in shown and "617 86 23 38" in shown
    assert "Of the south" not in shown and "Colleague" not in shown
    assert decides(make_user(Role.PRIVACY_OFFICER)) == ""


def test_who_decides_comes_in_the_order_of_duty_and_not_by_name(client: Client) -> None:
    city = make_district("City")
    north = make_district("North", parent=city)
    anna = make_supervisor(city, name="Anna of the city")
    away = make_supervisor(north, name="Bea who is away")
    nearest = make_supervisor(north, name="Zoe of the district")
    User.objects.filter(pk=away.pk).update(absent_until=city_today() + timedelta(days=3))
    concern = log(north)
    client.force_login(make_officer(north))

    def shown() -> list[str]:
        page = client.get(f"/concerns/{concern.pk}/").text.partition("Who decides")[2]
        names = ("Anna of the city", "Bea who is away", "Zoe of the district", "Otto on duty")
        found = {name: page.partition("</ul>")[0].find(name) for name in names}
        return sorted((name for name, at in found.items() if at >= 0), key=lambda name: found[name])

    assert shown() == ["Zoe of the district", "Anna of the city"]
    officer = make_officer(make_district("South", parent=city), name="Otto on duty")
    hours = {"starts_at": timezone.now(), "ends_at": timezone.now() + timedelta(hours=8)}
    for user in (officer, nearest):
        plan_shift(actor=actor_for(anna), user=user, districts=[north], reason="night_duty", **hours)
    assert shown() == ["Zoe of the district", "Otto on duty"], "who is on duty, the supervisor first"


def test_the_page_never_says_none_and_a_number_is_a_large_link(client: Client) -> None:
    north = make_district()
    officer = make_officer(north)
    make_supervisor(north, name="Sofia Marin", phone="+34617862338")
    make_organisation(north, name="Victim Support", kind="victim_support", phone="+34617862339")
    concern = log(north)
    client.force_login(officer)
    page = client.get(f"/concerns/{concern.pk}/").content.decode()
    assert "Call now<span>0" not in joined(page)
    for number in ("+34617862338", "+34617862339"):
        assert f'<a class="button soft" href="tel:{number}">' in page
    client.force_login(make_user(Role.PRIVACY_OFFICER))
    page = client.get(f"/concerns/{concern.pk}/").content.decode()
    assert "+34617862339" in page
    assert "+34617862338" not in page


# --- Colleagues of other districts ------------------------------------------------------------------


def neighbours(actor: Actor, concern: Concern) -> list[tuple[str, list[str]]]:
    leads = neighbouring_leads(actor, concern, calls_about(actor, concern))
    return [(lead.user.name, [str(community) for community in lead.communities]) for lead in leads]


def test_the_lead_of_another_district_is_named_and_the_organisation_is_not(client: Client) -> None:
    north, south = make_district("North"), make_district("South")
    lead = make_officer(south, name="Sofia Marin", phone="+34617862338")
    hidden = speaking_for("roma", south, name="Hidden circle", phone="+34617862339", lead_officer=lead)
    person = make_contact(south, hidden, phone="+34617862340")
    person.affiliations.update(is_primary=True)
    concern = log(north, bias_grounds=["anti_roma"])
    client.force_login(make_officer(north))
    page = client.get(f"/concerns/{concern.pk}/").content.decode()
    assert "Sofia Marin" in page
    assert "South" in page
    assert 'href="tel:+34617862338"' in page
    for secret in ("Hidden circle", str(hidden.pk), "+34617862339", "+34617862340"):
        assert secret not in page


def test_neighbours_are_listed_only_for_communities_without_an_organisation_in_sight() -> None:
    north, south = make_district(), make_district()
    lead, silent = make_officer(south, name="B", phone="+34617862338"), make_officer(south, name="A")
    for focus, officer in (("roma", lead), ("roma", silent), ("jewish", lead), ("muslim", lead)):
        speaking_for(focus, south, lead_officer=officer)
    gone = make_officer(south)
    speaking_for("lgbti", south, lead_officer=gone)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    speaking_for("lgbti", south, lead_officer=silent, status="closed")
    concern = log(north, bias_grounds=["anti_roma", "antisemitic", "anti_lgbti"])
    actor = make_actor(north)
    assert [(name, set(of)) for name, of in neighbours(actor, concern)] == [
        ("B", {"roma", "jewish"}),
        ("A", {"roma"}),
    ]
    speaking_for("roma", north)
    assert neighbours(actor, concern) == [("B", ["jewish"])]
    assert neighbours(make_actor(south), concern) == []
    assert neighbours(make_actor(role=Role.PRIVACY_OFFICER), concern) == []


def test_neighbours_cost_the_same_however_many(django_assert_num_queries: Any) -> None:
    north, south = make_district(), make_district()
    for _number in range(8):
        speaking_for("roma", south, lead_officer=make_officer(south))
    concern, actor = log(north, bias_grounds=["anti_roma"]), make_actor(north)
    calls = calls_about(actor, concern)
    with django_assert_num_queries(2):
        leads = neighbouring_leads(actor, concern, calls)
        assert all(lead.user.districts.all() for lead in leads)
    assert len(leads) == 8


def test_an_officer_who_left_is_not_named_on_the_card(client: Client) -> None:
    north = make_district()
    leads = make_officer(north, name="Zanquivo Brex")
    mosque = make_organisation(north, name="Zeta mosque", lead_officer=leads)
    concern = log(north, site_organisation=mosque)
    client.force_login(make_officer(north))
    address = f"/concerns/{concern.pk}/"
    assert "Zanquivo Brex" in client.get(address).content.decode()
    User.objects.filter(pk=leads.pk).update(is_active=False)
    Reminder.objects.all().delete()
    page = client.get(address).content.decode()
    assert "Zeta mosque" in page
    assert "Zanquivo Brex" not in page
