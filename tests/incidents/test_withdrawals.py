"""An incident that was opened by mistake, or twice, is withdrawn whole, and comes back whole."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone

from accounts.actors import Actor, actor_for
from accounts.models import PendingAct
from accounts.services.acts import confirm_act, refuse_act
from audit.models import Change, Event
from incidents.models import Incident
from incidents.queries.under_way import under_way
from incidents.services.concerns import open_incident
from incidents.services.exclusions import exclude_user
from incidents.services.incidents import AlreadyWithdrawn
from incidents.services.reassurances import record_reassurance
from incidents.services.steps import mark_step
from incidents.services.withdrawals import reopen_withdrawn, undo_withdrawal, withdraw_incident
from lib.conflicts import StaleVersion
from lib.row_context import acting_as
from meetings.models import Concern, FollowUp
from meetings.queries.today import today_of
from pages.icons import drawn
from reminders.models import Reminder
from tests.factories import make_district, make_officer, make_supervisor
from tests.incidents.making import Night
from tests.incidents.test_shift_handovers import on_duty
from tests.markup import joined

pytestmark = pytest.mark.django_db


@pytest.fixture
def night() -> Night:
    return Night()


def withdraw(night: Night, incident: Incident, user: Any = None, **changes: Any) -> Incident:
    given: dict[str, Any] = {"incident_id": incident.pk, "reason": "mistake"}
    return withdraw_incident(actor=night.actor(user), **given | changes)


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def state_of(page: str) -> list[str]:
    return re.findall(r'data-now="([^"]+)"', page)


def to_answer(actor: Actor) -> list[Concern]:
    with acting_as(actor):
        return list(today_of(actor, mine=True).concerns)


def reach(night: Night, incident: Incident, organisation: Any = None) -> None:
    called = organisation or night.place
    record_reassurance(
        actor=night.actor(), incident_id=incident.pk, organisation_id=called.pk, result="reached"
    )


def make_older(incident: Incident, **span: float) -> None:
    Incident.objects.filter(pk=incident.pk).update(created_at=timezone.now() - timedelta(**span))


def test_who_opened_it_withdraws_it_and_its_concern_is_to_be_answered_again(night: Night) -> None:
    incident = night.incident()
    concern = Concern.objects.get()
    assert to_answer(night.actor()) == []
    withdraw(night, incident)
    incident.refresh_from_db()
    assert (incident.status, incident.withdrawn_by) == ("withdrawn", night.duty)
    assert set(incident.steps.values_list("status", flat=True)) == {"withdrawn"}
    assert under_way(night.actor()) == []
    assert to_answer(night.actor()) == [concern]
    assert not Reminder.objects.waiting().filter(subject_id=incident.pk).exists()
    change = Change.objects.filter(object_id=incident.pk).latest("pk")
    assert (change.op, change.event.field_names) == ("archived", ["status", "withdrawal_reason"])
    with pytest.raises(AlreadyWithdrawn):
        withdraw(night, incident)
    with pytest.raises(AlreadyWithdrawn):
        reach(night, incident)


def test_a_colleague_cannot_withdraw_it_nor_its_opener_once_somebody_was_reached(night: Night) -> None:
    incident = night.incident()
    with pytest.raises(PermissionDenied):
        withdraw(night, incident, night.lead)
    with pytest.raises(Incident.DoesNotExist):
        withdraw(night, incident, make_officer(make_district()))
    reach(night, incident)
    with pytest.raises(PermissionDenied):
        withdraw(night, incident)
    withdraw(night, incident, night.supervisor)
    told = FollowUp.objects.get()
    assert (told.owner, told.kind, told.title) == (
        night.duty,
        "report_back",
        "Report back: it was no incident",
    )
    assert list(told.organisations.all()) == [night.place]


def test_undo_brings_back_steps_and_takes_report_backs_away_unless_something_changed(night: Night) -> None:
    incident = night.incident()
    before = set(incident.steps.values_list("pk", "status", "owner"))
    version = withdraw(night, incident).version
    undo_withdrawal(actor=night.actor(), incident_id=incident.pk, version=version)
    incident.refresh_from_db()
    assert (incident.status, incident.withdrawn_at, incident.withdrawal_reason) == ("open", None, "")
    assert set(incident.steps.values_list("pk", "status", "owner")) == before
    assert to_answer(night.actor()) == []

    reach(night, incident)
    version = withdraw(night, incident, night.supervisor).version
    with pytest.raises(PermissionDenied):
        undo_withdrawal(actor=night.actor(night.lead), incident_id=incident.pk, version=version)
    with pytest.raises(StaleVersion):
        undo_withdrawal(actor=night.actor(night.supervisor), incident_id=incident.pk, version=version - 1)
    undo_withdrawal(actor=night.actor(night.supervisor), incident_id=incident.pk, version=version)
    assert not FollowUp.objects.exists()
    assert night.step(incident, "reassurance", night.place).status == "done"


def test_after_ten_minutes_a_supervisor_reopens_it_unless_its_concern_went_elsewhere(night: Night) -> None:
    incident = night.incident()
    version = withdraw(night, incident).version
    earlier = timezone.now() - timedelta(minutes=11)
    incident.steps.filter(status="withdrawn").update(done_at=earlier)
    Incident.objects.update(withdrawn_at=earlier)
    with pytest.raises(ValidationError, match="too late"):
        undo_withdrawal(actor=night.actor(), incident_id=incident.pk, version=version)
    with pytest.raises(PermissionDenied):
        reopen_withdrawn(actor=night.actor(), incident_id=incident.pk)
    reopen_withdrawn(actor=night.actor(night.supervisor), incident_id=incident.pk)
    incident.refresh_from_db()
    assert (incident.status, incident.steps.open().count()) == ("open", incident.steps.count())

    withdraw(night, incident, night.supervisor)
    concern = Concern.objects.get()
    fresh = open_incident(actor=night.actor(), concern_id=concern.pk, protocol_id=night.protocol.pk)
    assert fresh.concern_links.get().concern == concern
    with pytest.raises(AlreadyWithdrawn, match="belong to another incident"):
        reopen_withdrawn(actor=night.actor(night.supervisor), incident_id=incident.pk)


def test_after_an_hour_a_second_supervisor_of_the_district_has_to_agree(night: Night) -> None:
    incident = night.incident()
    make_older(incident, minutes=61)
    with pytest.raises(PermissionDenied):
        withdraw(night, incident)
    withdraw(night, incident, night.supervisor)
    incident.refresh_from_db()
    assert (incident.status, incident.withdrawal_reason) == ("open", "mistake")
    act = PendingAct.objects.waiting().get(kind="withdrawal", subject=incident.pk)
    second, stranger = make_supervisor(night.district), make_supervisor(make_district())
    for user in (night.supervisor, stranger, night.duty):
        with pytest.raises((PermissionDenied, PendingAct.DoesNotExist)):
            confirm_act(actor=actor_for(user), act_id=act.pk)
    with pytest.raises(ValidationError, match="already asked"):
        withdraw(night, incident, second)
    refuse_act(actor=actor_for(second), act_id=act.pk)
    incident.refresh_from_db()
    assert (incident.status, incident.withdrawal_reason) == ("open", "")

    withdraw(night, incident, night.supervisor)
    act = PendingAct.objects.waiting().get(kind="withdrawal", subject=incident.pk)
    confirm_act(actor=actor_for(second), act_id=act.pk)
    incident.refresh_from_db()
    assert (incident.status, incident.withdrawn_by) == ("withdrawn", night.supervisor)


def test_two_incidents_of_one_event_become_one_in_which_reached_is_reached(night: Night) -> None:
    kept, twin = night.incident(), night.second_incident()
    concern = twin.concern_links.get().concern
    reach(night, twin)
    mark_step(
        actor=night.actor(),
        incident_id=twin.pk,
        step_id=night.step(twin, "case_reference").pk,
        case_reference="4711",
    )
    supervisor = night.actor(night.supervisor)
    merged = withdraw(night, twin, night.supervisor, reason="same_event", same_as_id=kept.pk)
    kept.refresh_from_db()
    assert kept.concern_links.count() == 2 and not twin.concern_links.exists()
    assert night.step(kept, "reassurance", night.place).status == "done"
    assert night.step(kept, "case_reference").status == "done"
    assert night.step(kept, "reassurance", night.other).status == "open"
    assert night.step(twin, "reassurance", night.place).status == "done", "calls and steps stay"
    assert twin.reassurances.count() == 1 and not FollowUp.objects.exists()
    with pytest.raises(AlreadyWithdrawn):
        withdraw(night, kept, night.supervisor, reason="same_event", same_as_id=twin.pk)

    stale = kept.version
    undo_withdrawal(
        actor=supervisor, incident_id=twin.pk, version=merged.version, same_as_version=kept.version
    )
    assert twin.concern_links.get().concern == concern and kept.concern_links.count() == 1
    assert night.step(kept, "reassurance", night.place).status == "open"
    twin.refresh_from_db()
    assert twin.status != "withdrawn"

    merged = withdraw(night, twin, night.supervisor, reason="same_event", same_as_id=kept.pk)
    with pytest.raises(StaleVersion):
        undo_withdrawal(actor=supervisor, incident_id=twin.pk, version=merged.version, same_as_version=stale)


def test_the_page_shows_calls_and_done_steps_of_a_merged_incident_to_who_sees_that(
    night: Night, django_assert_max_num_queries: Any
) -> None:
    kept, twin = night.incident(), night.second_incident()
    reach(night, twin)
    case = night.step(twin, "case_reference")
    mark_step(actor=night.actor(), incident_id=twin.pk, step_id=case.pk, case_reference="4711")
    record_reassurance(
        actor=night.actor(), incident_id=twin.pk, organisation_id=night.other.pk, result="left_message"
    )
    exclude_user(actor=night.actor(night.supervisor), incident_id=twin.pk, user_id=night.lead.pk)
    client, excluded = signed_in(night.duty), signed_in(night.lead)
    path = f"/incidents/{kept.pk}/"
    before = state_of(client.get(path).text)
    withdraw(night, twin, night.supervisor, reason="same_event", same_as_id=kept.pk)
    client.get(path)  # marks steps as seen
    with django_assert_max_num_queries(16 + 2):  # the organisations to call about the second report
        page = joined(client.get(f"{path}?call={night.other.pk}").text)
    assert before != state_of(page)
    assert "Left a message, today" in page and "Reached, today" in page
    timeline = page.split('<ol class="timeline">')[-1]
    assert timeline.count("Reached: Al-Noor") == 1
    assert timeline.count(case.step.text) == 1, "done once, by whoever did it"
    assert str(twin.pk) in page
    seen = Event.objects.filter(action="view", actor_id=night.duty.pk).latest("at")
    assert {kept.pk, twin.pk, night.other.pk} <= set(seen.object_ids)
    page = joined(excluded.get(path).text)
    for text in ("Left a message, today", "Reached, today", str(twin.pk)):
        assert text not in page, text
    assert f"{case.step.text}" in page, "of this incident, and done"
    shift = on_duty(night.duty, night.district)
    brief = joined(client.get(f"/duty/{shift.pk}/brief/").text)
    assert f"{night.other.name}: left a message" in brief and f"{night.place.name}: reached" in brief


def test_a_merge_is_one_level_deep_and_into_an_open_incident_that_one_sees(night: Night) -> None:
    first, second, third = night.incident(), night.second_incident(), night.second_incident()
    elsewhere = Night(district=make_district())
    hidden = elsewhere.incident()

    def merge(incident: Incident, other: Incident | None) -> None:
        same_as_id = other.pk if other else None
        withdraw(night, incident, night.supervisor, reason="same_event", same_as_id=same_as_id)

    for other, error in ((None, ValidationError), (first, ValidationError), (hidden, Incident.DoesNotExist)):
        with pytest.raises(error):
            merge(first, other)
    with pytest.raises(ValidationError):
        withdraw(night, first, night.supervisor, reason="nothing_found")
    merge(first, second)
    with pytest.raises(ValidationError, match="merged into this one"):
        merge(second, third)
    merge(third, second)
    assert second.concern_links.count() == 3


def test_an_excluded_colleague_sees_the_concern_as_if_there_were_no_incident(night: Night) -> None:
    incident = night.incident()
    exclude_user(actor=night.actor(night.supervisor), incident_id=incident.pk, user_id=night.lead.pk)
    concern = Concern.objects.get()
    assert to_answer(night.actor(night.lead)) == [concern]
    assert to_answer(night.actor(night.duty)) == []
    elsewhere = make_officer(make_district())
    assert to_answer(actor_for(elsewhere)) == []


def test_the_menu_withdraws_and_undoes_and_offers_this_to_who_may(client: Client, night: Night) -> None:
    incident = night.incident()
    path = f"/incidents/{incident.pk}/"
    for user, is_offered in ((night.lead, False), (night.supervisor, True), (night.duty, True)):
        client.force_login(user)
        assert ("Opened by mistake" in client.get(path).text) == is_offered
    assert client.post(f"{path}withdraw/").status_code == 302
    page = client.get(path).text
    assert "Incident withdrawn." in page and "opened by mistake" in page
    assert "Opened by mistake" not in page and "Reopen" not in page
    [undo] = re.findall(r'action="(/undo/[^"]+)"', page)
    assert client.post(f"{path}calls/", {"called": night.place.pk, "result": "reached"}).status_code == 409
    client.post(undo)
    incident.refresh_from_db()
    assert incident.status == "open"
    client.force_login(night.lead)
    assert client.post(f"{path}withdraw/").status_code == 403


def test_the_same_event_is_chosen_by_name_and_the_page_of_each_leads_to_the_other(
    client: Client, night: Night
) -> None:
    kept, twin = night.incident(), night.second_incident()
    client.force_login(night.supervisor)
    path = f"/incidents/{twin.pk}/"
    page = client.get(f"{path}same-event/").text
    assert f'value="{kept.pk}"' in page and "Attack on a community site, Al-Noor" in page
    assert client.post(f"{path}same-event/", {"same_as": twin.pk}).status_code == 422
    merged = client.post(f"{path}same-event/", {"same_as": kept.pk})
    assert merged["Location"] == f"/incidents/{kept.pk}/"
    assert path in client.get(f"/incidents/{kept.pk}/").text
    assert f"/incidents/{kept.pk}/" in client.get(path).text
    client.post(f"{path}withdraw/", {"act": "reopen"})
    twin.refresh_from_db()
    assert twin.status == "open"


def test_who_cannot_see_the_incident_of_a_concern_is_not_offered_to_start_one(
    client: Client, night: Night
) -> None:
    incident, elsewhere = night.incident(), make_district()
    concern = Concern.objects.get()
    exclude_user(actor=night.actor(night.supervisor), incident_id=incident.pk, user_id=night.lead.pk)
    start = {"protocol": str(night.protocol.pk)}
    for _time in range(2):
        client.force_login(night.lead)
        page = client.get(f"/concerns/{concern.pk}/").text
        assert "Start incident" in page and "Being handled" not in page
        client.post(f"/concerns/{concern.pk}/incident/", start)
        assert "Your supervisor was notified." in client.get(f"/concerns/{concern.pk}/").text
    assert FollowUp.objects.get().owner == night.supervisor

    Incident.objects.update(district=elsewhere)
    client.force_login(night.duty)
    page = client.get(f"/concerns/{concern.pk}/").text
    assert "Being handled" in page and night.supervisor.name in page
    assert "Start incident" not in page and "Join this incident" not in page


def test_the_timeline_says_that_it_was_withdrawn_brought_back_and_withdrawn_again(night: Night) -> None:
    incident = night.incident()
    first = withdraw(night, incident)
    undo_withdrawal(actor=night.actor(), incident_id=incident.pk, version=first.version)
    withdraw(night, incident)
    page = joined(signed_in(night.duty).get(f"/incidents/{incident.pk}/").text)
    timeline = page.split('<ol class="timeline">')[-1].split("</ol>")[0]
    assert timeline.count("Incident withdrawn") == 2 and timeline.count("Withdrawal undone") == 1
    assert "steps withdrawn" in timeline and drawn("check") not in timeline, "not done"
    assert timeline.count(f"· {night.duty.name}") == 3
