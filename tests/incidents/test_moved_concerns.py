"""A concern is logged in the district that the officer names, and its incident moves with it."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actors import actor_for
from audit.models import Change
from incidents.models import Incident
from incidents.services.concerns import edit_concern, join_concern
from incidents.services.reassurances import record_reassurance
from meetings.models import Concern, FollowUp
from meetings.services.shifts import begin_shift
from pages.icons import drawn
from reminders.models import Reminder
from tests.factories import make_district, make_officer, make_organisation, make_supervisor
from tests.incidents.making import Night
from tests.markup import joined

pytestmark = pytest.mark.django_db

TYPED: dict[str, Any] = {"kinds": ["attack_on_community_site"], "bias_grounds": ["anti_muslim"]}
TYPED |= {"facts": "A shop window was broken."}


def test_on_duty_the_district_is_asked_and_places_of_both_are_offered(client: Client) -> None:
    night, home = Night(), make_district("Southbank")
    visitor = make_officer(home)
    mine = make_organisation(home, name="Rowing Club", lead_officer=visitor)
    client.force_login(visitor)
    before = client.post("/concerns/log/", TYPED | {"kinds": ["rumour"]})
    assert (before.status_code, Concern.objects.get().district) == (302, home)

    begin_shift(actor=actor_for(visitor), districts=[night.district], reason="night_duty", hours=8)
    form = client.get("/concerns/log/").context["form"]
    offered = {name for _key, name in form.fields["site_organisation"].widget.choices}
    places = [(row.name, row.home_district.name) for row in (night.place, night.other, mine)]
    assert {f"{name}, {district}" for name, district in places} <= offered
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
    assert {step.status for step in steps if step.pk in old} == {"withdrawn"}
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


def test_a_district_of_others_is_added_to_the_shift_from_the_form_and_nothing_typed_is_lost(
    client: Client,
) -> None:
    night = Night()
    others = [make_district(f"Bank {number}") for number in range(4)]
    concern = night.log()
    path = f"/concerns/{concern.pk}/edit/"
    client.force_login(night.duty)
    page = client.get(path).text
    assert "Begin a duty shift there first" in page and "Add to my shift" not in page
    first, *more = others
    begin_shift(actor=night.actor(), districts=[first], reason="night_duty", hours=8)
    page = client.get(path).text
    assert "Add to my shift" in page
    select = page.split('name="districts"')[1].split(">")[0]
    assert "required" not in select, "a browser would not save while it is empty in its closed fold"
    typed = TYPED | {"version": concern.version, "facts": "Two windows.", "received_at": "2026-11-01T01:00"}
    for number, district in enumerate(more):
        sent = typed | {"districts": str(district.pk), "add_to_shift": "1"}
        answer = client.post(path, sent)
        form = answer.context["form"]
        assert (form["facts"].value(), "Two windows." in answer.text) == ("Two windows.", True)
        assert (form.chosen_district == district) == (number < 2), "up to three"
    assert "Choose up to three districts." in answer.text
    concern.refresh_from_db()
    assert (concern.district, concern.facts) == (night.district, "")
    covered = client.post(path, typed | {"districts": str(first.pk), "add_to_shift": "1"})
    assert covered.context["elsewhere"].errors
    moved = client.post(path, typed | {"district": str(more[0].pk)}, follow=True)
    assert Incident.objects.get().district == more[0]
    step = Incident.objects.get().steps.open().filter(owner__isnull=False).in_order()[0]
    said = f"It is now in {more[0].name}. The first step, “{step.step.text}”, has {step.owner}."
    assert said in joined(moved.text)
    client.force_login(make_supervisor(more[0]))
    assert "Ask someone who covers both districts" in client.get(path).text


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


def test_with_one_of_two_reports_all_of_them_move_unless_only_this_one_is_meant() -> None:
    night, there = Night(), make_district("Northgate")
    duty = make_officer(night.district, there)
    incident = night.incident(actor=actor_for(duty))
    second = night.log(actor=actor_for(duty), site_organisation=None)
    join_concern(actor=actor_for(duty), incident_id=incident.pk, concern_id=second.pk)
    edit_concern(actor=actor_for(duty), concern_id=second.pk, district=there)
    incident.refresh_from_db()
    assert (incident.district, list(incident.also_in.all())) == (there, [])
    assert {row.district for row in Concern.objects.all()} == {there}

    elsewhere = make_district("Mill Ponds")
    duty.districts.add(elsewhere)
    edit_concern(actor=actor_for(duty), concern_id=second.pk, district=elsewhere, only_this=True)
    incident.refresh_from_db()
    own = Incident.objects.get(concern_links__concern=second)
    assert (incident.district, own.district, own == incident) == (there, elsewhere, False)
    assert incident.concern_links.count() == own.concern_links.count() == 1


def test_who_was_reached_before_a_move_gets_a_report_back_from_whoever_called(client: Client) -> None:
    night, there = Night(), make_district("Northgate")
    duty, lead = make_officer(night.district, there), make_officer(there)
    concern = night.log(actor=actor_for(duty), site_organisation=None)
    incident = Incident.objects.get(concern_links__concern=concern)
    for organisation, result in ((night.place, "reached"), (night.other, "no_answer")):
        record_reassurance(
            actor=actor_for(night.lead),
            incident_id=incident.pk,
            organisation_id=organisation.pk,
            result=result,
        )
    Reminder.objects.filter(recipient=night.lead).update(sent_at=timezone.now())
    edit_concern(actor=actor_for(duty), concern_id=concern.pk, district=there)
    told = FollowUp.objects.get()
    assert (told.owner, list(told.organisations.all())) == (night.lead, [night.place])
    left = incident.steps.open().filter(organisation__in=[night.place, night.other])
    assert not left.exists(), "no required step is left where nothing happened"
    moved = Reminder.objects.filter(rule="incident_moved")
    assert {row.recipient for row in moved} == {night.lead}
    moved.update(sent_at=timezone.now())
    client.force_login(night.lead)
    assert client.get(f"/incidents/{incident.pk}/").status_code == 404
    assert "An incident moved to Northgate. Nothing to do." in client.get("/notifications/").text
    client.force_login(lead)
    assert client.get(f"/incidents/{incident.pk}/").status_code == 200
    assert "An incident moved" not in client.get("/notifications/").text


def test_the_form_asks_of_one_of_several_reports_whether_only_it_was_elsewhere(client: Client) -> None:
    night, there = Night(), make_district("Northgate")
    duty = make_officer(night.district, there)
    incident = night.incident(actor=actor_for(duty))
    client.force_login(duty)
    second = night.log(actor=actor_for(duty))
    path = f"/concerns/{second.pk}/edit/"
    assert 'name="only_this"' not in client.get(path).text
    join_concern(actor=actor_for(duty), incident_id=incident.pk, concern_id=second.pk)
    assert 'name="only_this"' in client.get(path).text
    sent = TYPED | {"district": str(there.pk), "version": second.version + 1, "only_this": "on"}
    sent |= {"received_at": "2026-01-05T10:00"}
    assert client.post(path, sent).status_code == 302
    incident.refresh_from_db()
    second.refresh_from_db()
    assert (incident.district, second.district) == (night.district, there)
    assert Incident.objects.get(concern_links__concern=second) != incident


def test_withdrawn_steps_are_no_progress_and_the_timeline_says_what_moved(client: Client) -> None:
    night, there = Night(), make_district("Northgate")
    duty = make_officer(night.district, there)
    make_supervisor(there)
    muslim = [{"focus": "muslim", "declared_by": "The board", "declared_on": "2026-01-05"}]
    make_organisation(there, name="New Mosque", focuses=muslim)
    concern = night.log(actor=actor_for(night.duty), site_organisation=None)
    incident = Incident.objects.get(concern_links__concern=concern)
    steps = incident.steps.exclude(organisation=None)
    assert steps.count() > 1 and night.duty.pk in incident.steps.values_list("owner", flat=True)
    edit_concern(actor=actor_for(duty), concern_id=concern.pk, district=there)
    client.force_login(duty)
    page = joined(client.get(f"/incidents/{incident.pk}/").text)
    rows = [part.split("</summary>")[0] for part in page.split("<summary")]
    reach = [row for row in rows if "Reach the communities affected" in row]
    assert reach and not any(" of " in row for row in reach), "one organisation, and it is not reached"
    number = incident.steps.open().values("step").distinct().count()
    assert f"0 of {number} done" in page
    timeline = page.split('<ol class="timeline">')[-1].split("</ol>")[0]
    assert "Moved to Northgate" in timeline and f"· {duty.name}" in timeline
    assert "steps withdrawn" in timeline and drawn("check") not in timeline
    assert "Passed on from" in timeline and "took over from" not in timeline, "the correction moved it"


def place_steps(incident: Incident, organisation: Any) -> set[str]:
    """Statuses of the steps that are only for the affected place."""
    rows = incident.steps.filter(organisation=organisation, step__each="the_place")
    return set(rows.values_list("status", flat=True))


def test_another_place_of_the_same_district_withdraws_the_steps_of_the_place_before() -> None:
    night = Night()
    shop = make_organisation(night.district, name="Corner shop")
    concern = night.log(site_organisation=shop)
    incident = Incident.objects.get(concern_links__concern=concern)
    about: dict[str, Any] = {"actor": night.actor(), "incident_id": incident.pk}
    record_reassurance(**about, organisation_id=shop.pk, result="reached")
    reached_steps = incident.steps.filter(organisation=shop, status="done").count()
    assert reached_steps and "open" in place_steps(incident, shop)

    edit_concern(actor=night.actor(), concern_id=concern.pk, site_organisation=night.place)
    assert place_steps(incident, night.place) == {"open"}
    assert incident.steps.filter(organisation=shop, status="done").count() == reached_steps
    assert not incident.steps.open().filter(organisation=shop).exists()
    report_back = FollowUp.objects.get(reassurance__incident=incident, kind="report_back")
    assert (report_back.owner, report_back.title) == (night.duty, "Report back: it was at another place")

    edit_concern(actor=night.actor(), concern_id=concern.pk, site_organisation=shop)
    assert "open" in place_steps(incident, shop) and place_steps(incident, night.place) == {"withdrawn"}
    calls = incident.steps.open().filter(organisation=night.place, step__proof="reassurance")
    assert calls.get().step.each == "each_organisation", "as a mosque of the district it is still called"


def test_a_correction_that_keeps_the_place_keeps_its_steps() -> None:
    night = Night()
    concern = night.log()
    incident = Incident.objects.get(concern_links__concern=concern)
    before = set(incident.steps.open().values_list("pk", flat=True))
    edit_concern(actor=night.actor(), concern_id=concern.pk, near=[night.other])
    assert before <= set(incident.steps.open().values_list("pk", flat=True))
