"""A concern is logged in the district that the officer names, and its incident moves with it."""

from typing import Any

import pytest
from django.test import Client

from accounts.actors import actor_for
from audit.models import Change
from incidents.models import Incident
from incidents.services.concerns import edit_concern, join_concern
from meetings.models import Concern
from meetings.services.relief import open_relief
from reminders.models import Reminder
from tests.factories import make_district, make_officer, make_organisation, make_supervisor
from tests.incidents.making import Night

pytestmark = pytest.mark.django_db

TYPED: dict[str, Any] = {"kinds": ["attack_on_community_site"], "bias_grounds": ["anti_muslim"]}
TYPED |= {"facts": "A shop window was broken."}


def test_with_temporary_access_the_district_is_asked_and_places_of_both_are_offered(client: Client) -> None:
    night, home = Night(), make_district("Southbank")
    visitor = make_officer(home)
    mine = make_organisation(home, name="Rowing Club", lead_officer=visitor)
    client.force_login(visitor)
    before = client.post("/concerns/log/", TYPED | {"kinds": ["rumour"]})
    assert (before.status_code, Concern.objects.get().district) == (302, home)

    open_relief(actor=actor_for(visitor), district=night.district, reason="night_duty", hours=8)
    form = client.get("/concerns/log/").context["form"]
    offered = {name for _key, name in form.fields["site_organisation"].widget.choices}
    assert {night.place.name, night.other.name, mine.name} <= offered
    refused = client.post("/concerns/log/", TYPED)
    assert (refused.status_code, "Choose a district." in refused.text) == (422, True)
    assert (Concern.objects.count(), Incident.objects.count()) == (1, 0)
    client.post("/concerns/log/", TYPED | {"district": str(night.district.pk)})
    assert Incident.objects.get().district == night.district
    client.post("/concerns/log/", TYPED | {"kinds": ["rumour"], "site_organisation": str(night.other.pk)})
    assert Concern.objects.latest("pk").district == night.district, "the place says where it is"


def test_an_incident_moves_with_its_concern_and_asks_other_people() -> None:
    night, there = Night(), make_district("Northgate")
    duty = make_officer(night.district, there)
    lead, supervisor = make_officer(there), make_supervisor(there)
    muslim = [{"focus": "muslim", "declared_by": "The board", "declared_on": "2026-01-05"}]
    new = make_organisation(there, name="New Mosque", lead_officer=lead, focuses=muslim)
    concern = night.log(actor=actor_for(duty), site_organisation=None)
    incident = Incident.objects.get(concern_links__concern=concern)
    old = {step.pk for step in incident.steps.filter(organisation__in=[night.place, night.other])}
    assert old and not Incident.objects.visible_to(actor_for(lead)).exists()
    told = Reminder.objects.filter(recipient__in=[lead, supervisor])
    assert not told.exists()

    edit_concern(actor=actor_for(duty), concern_id=concern.pk, district=there)
    incident.refresh_from_db()
    assert incident.district == there
    assert Incident.objects.visible_to(actor_for(lead)).get() == incident
    assert not Incident.objects.visible_to(actor_for(night.lead)).exists()
    steps = incident.steps.select_related("organisation")
    assert {step.status for step in steps if step.pk in old} == {"not_needed"}
    assert {step.organisation for step in steps.open()} - {None} == {new}
    owners = set(incident.steps.open().values_list("owner", flat=True))
    assert owners <= {duty.pk, lead.pk, supervisor.pk} and {lead.pk, supervisor.pk} <= owners
    assert set(told.values_list("recipient", flat=True)) == {lead.pk, supervisor.pk}
    change = Change.objects.filter(object_type="incident").latest("pk")
    assert set(change.district_ids) == {night.district.pk, there.pk}, "both feeds are told"

    again = incident.version
    edit_concern(actor=actor_for(duty), concern_id=concern.pk, facts="Two windows.")
    incident.refresh_from_db()
    assert incident.version == again


def test_a_step_that_was_done_stays_and_going_back_asks_again() -> None:
    night, there = Night(), make_district("Northgate")
    duty = make_officer(night.district, there)
    concern = night.log(actor=actor_for(duty), site_organisation=None)
    incident = Incident.objects.get(concern_links__concern=concern)
    call = night.step(incident, "reassurance", night.place)
    incident.steps.filter(pk=call.pk).update(status="done", done_at=call.due_at, recorded_at=call.due_at)
    edit_concern(actor=actor_for(duty), concern_id=concern.pk, district=there)
    call.refresh_from_db()
    assert call.status == "done"
    edit_concern(actor=actor_for(duty), concern_id=concern.pk, district=night.district)
    incident.refresh_from_db()
    assert incident.district == night.district
    assert incident.steps.open().filter(organisation=night.other).exists()


def test_of_two_reports_one_moves_and_the_incident_is_in_both_districts() -> None:
    night, there = Night(), make_district("Northgate")
    duty = make_officer(night.district, there)
    incident = night.incident(actor=actor_for(duty))
    second = night.log(actor=actor_for(duty))
    join_concern(actor=actor_for(duty), incident_id=incident.pk, concern_id=second.pk)
    edit_concern(actor=actor_for(duty), concern_id=second.pk, district=there, site_organisation=None)
    incident.refresh_from_db()
    assert (incident.district, list(incident.also_in.all())) == (night.district, [there])
    assert incident.steps.open().filter(organisation=night.place).exists()
