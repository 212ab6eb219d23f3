"""The page of an incident: what is next, two taps to a call, and what it refuses."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from accounts.actors import SYSTEM
from audit.models import Event
from contacts.models import Organisation
from contacts.services.private_channels import set_organisation_private_channel
from incidents.models import CallInProgress, Incident
from incidents.services.concerns import open_incident
from incidents.services.decisions import reopen_incident
from incidents.services.proposed_protocols import GRAFFITI
from incidents.services.reassurances import record_reassurance, undo_reassurance
from incidents.services.steps import take_over
from lib.days import city_today
from meetings.models import Concern, FollowUp, Meeting
from meetings.services.concerns import reopen_concern
from meetings.services.shifts import begin_shift
from tests.factories import make_district, make_officer, make_organisation, make_supervisor
from tests.incidents.making import Night, make_incident, make_protocol, zone_where_it_is

pytestmark = pytest.mark.django_db


@pytest.fixture
def night(settings: Settings) -> Night:
    settings.TIME_ZONE = zone_where_it_is(12)
    return Night(phone="+34910123456")


def sign_in(client: Client, user: Any) -> Client:
    client.force_login(user)
    return client


def test_two_taps_lead_from_a_saved_concern_to_a_place_that_was_reached(client: Client, night: Night) -> None:
    sign_in(client, night.duty)
    form = {
        "kinds": ["attack_on_community_site"],
        "bias_grounds": ["unknown"],
        "site_organisation": night.place.pk,
    }
    saved = client.post("/concerns/log/", form)
    incident = Incident.objects.get()
    assert saved["Location"] == f"/incidents/{incident.pk}/"
    page = client.get(saved["Location"]).content.decode()
    assert "Call Al-Noor" in section_next(page)
    assert "910 12 34 56" in page
    call = {"called": night.place.pk, "result": "reached"}
    reached = client.post(f"/incidents/{incident.pk}/calls/", call, follow=True).content.decode()
    assert "Reached: Al-Noor" in reached and "Undo" in reached
    assert Meeting.objects.get().kind == "phone"
    concern = Concern.objects.get()
    led = client.get(f"/concerns/{concern.pk}/")
    assert led["Location"] == f"/incidents/{incident.pk}/?concern={concern.pk}#concern"


def test_a_second_tap_says_what_they_need_and_when_to_call_again(client: Client, night: Night) -> None:
    incident = night.incident()
    sign_in(client, night.duty)
    path, soon = f"/incidents/{incident.pk}/", city_today() + timedelta(days=2)
    called = {"called": night.place.pk, "result": "reached"}
    assert "They need…" in client.post(f"{path}calls/", called, follow=True).text
    row = incident.reassurances.get()
    said = {"tried": row.pk, "needs": ["patrol"], "told": ["patrols"], "call_again_on": soon}
    for wrong in (
        {"needs": ["a car"]},
        {"told": ["all"]},
        {"call_again_on": "2020-01-01"},
        {"tried": incident.pk},
    ):
        assert client.post(f"{path}calls/", said | wrong).status_code == 422, wrong
    assert sign_in(client, night.lead).post(f"{path}calls/", said).status_code == 403, "not their call"
    assert row.meeting is not None and row.meeting.outcomes == ["information_shared"]
    page = sign_in(client, night.duty).post(f"{path}calls/", said, follow=True).text
    assert "a patrol" in page and "call again" in page and "They need…" not in page
    row.refresh_from_db()
    assert row.meeting.outcomes == ["reassurance_given"], "they told us something"
    promised = FollowUp.objects.get()
    assert (promised.pk, promised.owner, promised.due_on) == (row.follow_up_id, night.duty, soon)
    assert promised.concern == Concern.objects.get()
    assert client.post(f"{path}calls/", said).status_code == 422, "once"


def test_a_call_that_is_undone_takes_its_follow_up_back(night: Night) -> None:
    about: dict[str, Any] = {"actor": night.actor(), "incident_id": night.incident().pk}
    row = record_reassurance(
        **about, organisation_id=night.place.pk, result="left_message", call_again_on=city_today()
    )
    assert FollowUp.objects.get().organisations.get() == night.place
    undo_reassurance(**about, reassurance_id=row.pk)
    assert not FollowUp.objects.exists()


def test_closing_an_incident_closes_its_concerns_and_lists_who_has_not_heard_of_it(
    client: Client, night: Night
) -> None:
    supervisor = night.actor(night.supervisor)
    concern = night.log(kinds=["graffiti_symbol"])
    over = make_incident(supervisor, concern, is_over=True)
    reopen_incident(actor=supervisor, incident_id=over.pk)
    reopen_concern(actor=supervisor, concern_id=concern.pk)
    sign_in(client, night.supervisor)
    assert client.post(f"/incidents/{over.pk}/decide/", {"act": "close"}).status_code == 302
    concern.refresh_from_db()
    assert (concern.status, concern.reported_back_on) == ("closed", None)
    assert "Reported back?" in client.get(f"/incidents/{over.pk}/").text


def test_a_concern_is_answered_when_whoever_raised_it_is_reached_or_else_the_place(night: Night) -> None:
    def call(result: str, called: Organisation) -> Any:
        about: dict[str, Any] = {"actor": night.actor(), "incident_id": incident.pk}
        return record_reassurance(**about, organisation_id=called.pk, result=result)

    for raised_by, answering, beside in (
        (None, night.place, night.other),
        (night.other, night.other, night.place),
    ):
        incident = Incident.objects.get(concern_links__concern=night.log(raised_by_organisation=raised_by))
        concern = incident.concern_links.get().concern
        for result, called in (("reached", beside), ("declined", answering)):
            undo_reassurance(
                actor=night.actor(), incident_id=incident.pk, reassurance_id=call(result, called).pk
            )
            concern.refresh_from_db()
            assert (concern.status, concern.answered_at) == ("open", None)
        row = call("reached", answering)
        concern.refresh_from_db()
        assert (concern.status, concern.answered_at) == ("answered", row.at)
        undo_reassurance(actor=night.actor(), incident_id=incident.pk, reassurance_id=row.pk)
        concern.refresh_from_db()
        assert (concern.status, concern.answered_at) == ("open", None)
        Incident.objects.update(status="closed", closed_at=timezone.now())


def test_the_second_who_takes_a_step_reads_who_was_first(client: Client, night: Night) -> None:
    incident = night.incident()
    step = night.step(incident, "case_reference")
    take_over(actor=night.actor(night.lead), incident_id=incident.pk, step_id=step.pk, owner_id=step.owner_id)
    sent = {"task": step.pk, "act": "take", "had_by": step.owner_id}
    answer = sign_in(client, make_officer(night.district)).post(f"/incidents/{incident.pk}/steps/", sent)
    assert answer.status_code == 409
    assert f"{night.lead.name} has already taken this step." in answer.content.decode()


def test_a_step_that_only_a_supervisor_can_finish_is_taken_over_by_one(client: Client, night: Night) -> None:
    path = f"/incidents/{night.incident().pk}/"
    colleague = make_supervisor(night.district)
    for proof in ("words", "assessment", "debrief"):
        step = night.step(Incident.objects.get(), proof)
        sent = {"task": step.pk, "act": "take", "had_by": night.supervisor.pk}
        refused = sign_in(client, night.duty).post(f"{path}steps/", sent)
        assert refused.status_code == 422 and "Only a supervisor can finish this step." in refused.text
        forms = {
            user: [
                form for form in sign_in(client, user).get(path).text.split("<form") if str(step.pk) in form
            ]
            for user in (night.duty, colleague)
        }
        assert not any('value="take"' in form for form in forms[night.duty])
        assert any('value="take"' in form for form in forms[colleague])
        assert client.post(f"{path}steps/", sent).status_code == 302
        step.refresh_from_db()
        assert step.owner == colleague


def test_what_a_service_refuses_is_said_on_the_page_and_nothing_is_written(
    client: Client, night: Night
) -> None:
    incident = night.incident()
    sign_in(client, night.duty)
    case = night.step(incident, "case_reference")
    for path, sent, text in (
        ("calls", {"called": night.place.pk, "result": "sang"}, "the result of the call"),
        (
            "calls",
            {"called": make_organisation(night.district).pk, "result": "reached"},
            "from the list",
        ),
        ("steps", {"task": case.pk, "act": "done"}, "Enter the case number"),
        ("steps", {"task": incident.pk, "act": "done"}, "from the list"),
    ):
        answer = client.post(f"/incidents/{incident.pk}/{path}/", sent)
        assert answer.status_code == 422, path
        assert text in answer.content.decode()
    assert not incident.reassurances.exists()
    assert client.post(f"/incidents/{incident.pk}/decide/", {"act": "close"}).status_code == 403
    marked = client.post(
        f"/incidents/{incident.pk}/steps/", {"task": case.pk, "act": "done", "case_reference": "AP-1"}
    )
    assert marked.status_code == 302


def test_a_supervisor_agrees_the_statement_and_sees_what_is_missing_to_close(
    client: Client, night: Night
) -> None:
    incident = night.incident()
    path = f"/incidents/{incident.pk}/"
    sign_in(client, night.supervisor)
    assert client.post(f"{path}decide/", {"act": "close"}).status_code == 422
    client.post(f"{path}decide/", {"act": "words", "words": "Officers are there."})
    page = client.get(path).content.decode()
    assert "Officers are there." in page and "Not done yet: Call the affected place" in page
    excluded = client.post(f"{path}decide/", {"act": "exclude", "colleague": night.lead.pk})
    assert excluded.status_code == 302
    assert sign_in(client, night.lead).get(path).status_code == 404


def test_a_second_report_is_offered_the_incident_and_others_are_started_by_hand(
    client: Client, night: Night, django_assert_max_num_queries: Any
) -> None:
    incident = night.incident()
    second = night.log()
    sign_in(client, night.duty)
    question = client.get(f"/concerns/{second.pk}/").text.partition("Is this one of these events?")[2]
    assert f'name="incident" value="{incident.pk}"' in question and "No. Start incident:" in question
    client.post(f"/concerns/{second.pk}/incident/", {"incident": incident.pk})
    assert incident.concern_links.count() == 2
    protocol = make_protocol(GRAFFITI)
    graffiti = night.log(kinds=["graffiti_symbol"])
    with django_assert_max_num_queries(14):
        page = client.get(f"/concerns/{graffiti.pk}/").text
    assert "Start incident: Graffiti or hate speech" in page
    opened = client.post(f"/concerns/{graffiti.pk}/incident/", {"protocol": protocol.pk})
    assert opened["Location"] == f"/incidents/{Incident.objects.latest('pk').pk}/"


@pytest.mark.parametrize("who", ["duty", "supervisor"])
def test_the_page_costs_the_same_whatever_the_number_of_organisations(
    client: Client, night: Night, who: str
) -> None:
    sign_in(client, getattr(night, who))

    def cost() -> int:
        incident = night.incident(received_at=timezone.now() - timedelta(days=2))
        client.get(f"/incidents/{incident.pk}/")  # marks one's steps as seen
        with CaptureQueriesContext(connection) as asked:
            assert client.get(f"/incidents/{incident.pk}/").status_code == 200
        Incident.objects.update(started_at=timezone.now() - timedelta(days=5))
        return len(asked)

    first = cost()
    for number in range(12):
        make_organisation(
            night.district,
            name=f"Group {number}",
            focuses=[{"focus": "muslim", "declared_by": "The board", "declared_on": "2026-01-05"}],
        )
    assert cost() == first
    assert first <= 18, "14, and what is shown of the concern"


def test_refused_and_sleeping_organisations_show_no_number(client: Client, night: Night) -> None:
    Organisation.objects.filter(pk=night.place.pk).update(
        contact_wish="none", contact_wish_by="Chair", contact_wish_on="2026-02-14"
    )
    incident = night.incident()
    page = sign_in(client, night.duty).get(f"/incidents/{incident.pk}/").content.decode()
    assert "Asked not to be contacted" in page
    assert "910 12 34 56" not in page


def section_next(page: str) -> str:
    return " ".join(page.split('<section class="next')[1].split("</section>")[0].split())


def test_whatever_is_next_can_be_done_from_its_place(client: Client, night: Night) -> None:
    path = f"/incidents/{night.incident().pk}/"
    sign_in(client, night.lead)
    call = {"called": night.place.pk, "result": "reached", "is_next": "1"}
    reached = client.post(f"{path}calls/", call)
    assert reached["Location"] == f"{path}#next"
    client.post(f"{path}calls/", call | {"called": night.other.pk})
    page = client.get(path).text
    assert "Burial society: reached." in page
    assert "Visit Al-Noor" in section_next(page)
    assert "Visited" in section_next(page) and "Give to a colleague" in section_next(page)
    vain = client.post(f"{path}calls/", call | {"channel": "visit", "result": "no_answer"}, follow=True).text
    assert "No one was there" in section_next(vain), "still to be visited"
    assert 'value="left_message"' not in section_next(vain), "they were reached by phone"
    client.post(f"{path}calls/", call | {"channel": "visit"})
    page = client.get(path).text
    assert "Offer victim support through the organisation: Al-Noor" in section_next(page)
    assert 'value="done"' in section_next(page)
    step = night.step(Incident.objects.get(), "tick", night.place)
    done = client.post(f"{path}steps/", {"task": step.pk, "act": "done", "is_next": "1"}, follow=True).text
    assert "Offer victim support through the organisation: Al-Noor" in " ".join(done.split())
    assert Meeting.objects.filter(kind="visit", status="held").count() == 1


def test_two_attempts_in_vain_offer_to_record_a_visit(client: Client, night: Night) -> None:
    path = f"/incidents/{night.incident().pk}/"
    sign_in(client, night.duty)
    call = {"called": night.place.pk, "result": "no_answer"}
    assert "No one was there" not in client.post(f"{path}calls/", call, follow=True).text
    page = client.post(f"{path}calls/", call, follow=True).text
    assert "Go there." in section_next(page) and "No one was there" in section_next(page)


def part(page: str, start: str, end: str) -> str:
    """The text between two marks of the page; "" if the first is not there."""
    return " ".join(page.partition(start)[2].partition(end)[0].split())


@pytest.mark.parametrize(
    ("hour", "agreed", "waits"),
    [(2, "not_asked", True), (2, "if_our_place", True), (2, "always", False), (12, "not_asked", False)],
)
def test_at_night_a_call_that_can_wait_is_folded_under_the_morning(
    client: Client, night: Night, settings: Any, hour: int, agreed: str, waits: bool
) -> None:
    Organisation.objects.filter(pk=night.other.pk).update(night_calls=agreed, phone="+34910123499")
    settings.TIME_ZONE = zone_where_it_is(hour)
    path = f"/incidents/{night.incident().pk}/"
    page = sign_in(client, night.duty).get(path).text
    morning = part(page, 'id="morning"', "</details>")
    assert ("Burial society" in morning) is waits and ("910 12 34 99" in morning) is waits
    assert ("Burial society" in part(page, 'id="calls"', "</ul>")) is not waits
    assert "Call Al-Noor" in section_next(page), "the affected place is called at once"
    CallInProgress.objects.create(incident=Incident.objects.get(), organisation=night.other, user=night.lead)
    page = client.get(path).text
    assert "is calling, since" in part(page, 'id="calls"', "</ul>"), "a colleague’s call is never folded"
    assert "Burial society" not in part(page, 'id="morning"', "</details>")
    CallInProgress.objects.all().delete()
    for result in ("no_answer", "no_answer"):
        client.post(f"{path}calls/", {"called": night.other.pk, "result": result})
    other = section_next(client.get(f"{path}?call={night.other.pk}").text)
    assert ("Can wait for the morning" in other) is waits, "brought to the top by hand"
    assert ("Go there." in other) is not waits


def test_danger_to_life_shows_the_number_of_who_asked_not_to_be_called_at_night(
    client: Client, night: Night, settings: Any
) -> None:
    Organisation.objects.filter(pk=night.place.pk).update(night_calls="never")
    settings.TIME_ZONE = zone_where_it_is(2)
    page = sign_in(client, night.duty).get(f"/incidents/{night.incident().pk}/").text
    before, danger = section_next(page).split("Danger to life")
    assert "910 12 34 56" in danger and "910 12 34 56" not in before


def test_the_holding_statement_is_agreed_in_one_tap(client: Client) -> None:
    night = Night()
    make_protocol(holding_statement="Officers are there.")
    incident = night.incident()
    page = sign_in(client, night.supervisor).get(f"/incidents/{incident.pk}/").text
    field = page.split('<textarea name="words"')[1].split("</textarea>")[0]
    assert "Officers are there." in field


def test_today_shows_what_is_under_way_in_the_district_and_own_steps_first(
    client: Client, night: Night
) -> None:
    own = night.incident()
    others = Night(night.district)
    concern = others.log(received_at=timezone.now() - timedelta(hours=23))
    open_incident(actor=others.actor(), concern_id=concern.pk, protocol_id=night.protocol.pk)
    reach = make_officer(night.district)
    visitor = make_officer(make_district())
    link = 'class="row-link" href="/incidents/'
    assert link not in sign_in(client, visitor).get("/").text, "of another district"
    begin_shift(actor=night.actor(visitor), districts=[night.district], reason="night_duty", hours=8)
    for user in (night.duty, night.supervisor, reach, visitor):
        shown = sign_in(client, user).get("/").text
        assert shown.count(link) == 2, "with a step, and to who works there tonight"
    found = [row.pk for row in sign_in(client, night.duty).get("/").context["incidents"]]
    assert found[0] == own.pk, "where they have a step, though the other one is more urgent"


def test_today_and_the_list_say_the_same_late_step_whoever_has_it(client: Client, night: Night) -> None:
    incident = night.incident()
    call = night.step(incident, "reassurance", night.place)
    incident.steps.filter(pk=call.pk).update(due_at=timezone.now() - timedelta(minutes=21))
    own = night.step(incident, "words")
    assert (call.owner, own.owner) == (night.duty, night.supervisor)
    sign_in(client, night.supervisor)
    for address in ("/", "/concerns/"):
        page = " ".join(client.get(address).text.split())
        row = next(part for part in page.split("<li ") if f'href="/incidents/{incident.pk}/"' in part)
        assert row.startswith('class="row late"') and f"{call.step.text}: Al-Noor" in row, address
        assert night.duty.name in row and "21 minutes late" in row and own.step.text not in row, address


def test_the_night_phone_is_one_tap_away_in_an_incident_and_nowhere_without_it(client: Client) -> None:
    night = Night()
    incident = night.incident()
    outside = make_organisation(night.district, name="Outside")
    for one in (night.place, outside):
        set_organisation_private_channel(actor=SYSTEM, organisation_id=one.pk, night_phone="612 345 678")
    client.force_login(night.duty)
    page = f"/incidents/{incident.pk}/"
    before = client.get(page).text
    assert "Show night phone" in before and "612345678" not in before.replace(" ", "")
    for called in (night.other, outside):  # without one, and not of this incident
        refused = client.post(f"{page}night-phone/", {"called": called.pk})
        assert refused.status_code == 422 and "612345678" not in refused.text.replace(" ", "")
    told = client.post(f"{page}night-phone/", {"called": night.place.pk})
    assert "612345678" in told.text.replace(" ", "") and "Night phone, shown once only" in told.text
    event = Event.objects.get(action="reveal")
    assert (event.object_ids, event.purpose) == ([night.place.pk], "An incident affects them")
    Organisation.objects.filter(pk=night.place.pk).update(
        contact_wish="none", contact_wish_by="The board", contact_wish_on=city_today()
    )
    refused = client.post(f"{page}night-phone/", {"called": night.place.pk})
    assert "asked not to be contacted" in refused.text


def test_the_danger_to_life_is_shown_and_typed_once(client: Client, night: Night, settings: Any) -> None:
    Organisation.objects.filter(pk=night.place.pk).update(night_calls="never")
    settings.TIME_ZONE = zone_where_it_is(2)
    path, reason = f"/incidents/{night.incident().pk}/", "Fire beside the house"
    sign_in(client, night.duty)
    call = {"called": night.place.pk, "result": "no_answer"}
    refused = client.post(f"{path}calls/", call | {"danger": "Fire"})
    assert refused.status_code == 422 and 'value="Fire"' in section_next(refused.text)
    tried = client.post(f"{path}calls/", call | {"danger": reason}, follow=True).text
    assert f'value="{reason}"' in section_next(tried), "the next try"
    assert reason in tried.partition("Timeline")[2]


def test_what_was_typed_into_a_refused_step_is_kept(client: Client, night: Night) -> None:
    incident = night.incident()
    case = incident.steps.get(step__proof="case_reference")
    sent = {"task": case.pk, "act": "not_needed", "note": "Ring 910 12 34 56"}
    refused = sign_in(client, night.duty).post(f"/incidents/{incident.pk}/steps/", sent)
    assert refused.status_code == 422 and 'value="Ring 910 12 34 56"' in refused.text
