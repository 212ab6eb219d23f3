"""An incident from the concern to its end: who may do what, and what the rest of the system learns of it."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import PendingAct
from audit.models import Change, Event
from contacts.merging.services import merge_organisations, undo_merge
from contacts.models import Organisation
from incidents.models import Incident, IncidentStep, Protocol
from incidents.services.concerns import edit_concern, join_concern, open_incident, protocols_for
from incidents.services.decisions import (
    agree_words,
    close_incident,
    reopen_incident,
    widen_incident,
)
from incidents.services.exclusions import exclude_user
from incidents.services.judgements import assess_tension, sign_debrief, waive_debrief
from incidents.services.proposed_protocols import GRAFFITI, PROPOSED, TENSION
from incidents.services.protocols import approve_protocol, draft_protocol, unowned_steps
from incidents.services.reassurances import record_reassurance, undo_reassurance
from incidents.services.steps import (
    AlreadyTaken,
    decline_step,
    mark_step,
    reopen_step,
    take_over,
)
from lib.days import city_today
from meetings.models import Concern, Meeting
from tests.factories import make_actor, make_district, make_officer, make_organisation, make_supervisor
from tests.incidents.making import Night, make_protocol

pytestmark = pytest.mark.django_db


def about(night: Night, incident: Incident, user: Any = None) -> dict[str, Any]:
    return {"actor": night.actor(user), "incident_id": incident.pk}


# --- Protocols ----------------------------------------------------------------------------------------


def test_a_protocol_is_approved_by_somebody_else_and_never_changes_again() -> None:
    district = make_district()
    author, second = make_actor(district, role="supervisor"), make_actor(district, role="supervisor")
    given = {"code": "attack", "name": "Attack", "district": district, "kinds": ["threat"]}
    steps = [{"text": "Call", "who": "duty", "due_minutes": 60}]
    with pytest.raises(PermissionDenied):
        draft_protocol(actor=make_actor(district), steps=steps, **given)
    with pytest.raises(PermissionDenied):
        draft_protocol(actor=make_actor(make_district(), role="supervisor"), steps=steps, **given)
    drafts = [draft_protocol(actor=author, steps=steps, **given) for _number in range(2)]
    for refused in (author, make_actor(district), make_actor(make_district(), role="supervisor")):
        with pytest.raises(PermissionDenied):
            approve_protocol(actor=refused, protocol_id=drafts[0].pk)
    first = approve_protocol(actor=second, protocol_id=drafts[0].pk)
    confirmer = make_actor(role="confirmer")
    waiting = PendingAct.objects.visible_to(confirmer).values_list("kind", "subject")
    assert list(waiting) == [("protocol", drafts[1].pk)]
    later = approve_protocol(actor=confirmer, protocol_id=drafts[1].pk)
    with pytest.raises(Protocol.DoesNotExist):  # what is in force is not theirs to read
        approve_protocol(actor=confirmer, protocol_id=later.pk)
    first.refresh_from_db()
    assert [first.status, later.status] == ["replaced", "in_force"]
    assert [first.number, later.number] == [1, 2]
    step = later.steps.get()
    for change in (
        lambda: Protocol.objects.filter(pk=later.pk).update(name="Other"),
        lambda: later.steps.filter(pk=step.pk).update(due_minutes=5),
        lambda: later.steps.create(position=2, text="More", who="duty", due_minutes=5),
        lambda: step.delete(),
    ):
        with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic():
            change()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"steps": []}, "steps"),
        ({"steps": [{"text": "Call", "who": "duty", "due_minutes": 0}]}, "due_minutes"),
        ({"steps": [{"text": "Call", "who": "duty", "due_minutes": 10**9}]}, "due_minutes"),
        ({"steps": [{"text": "Call", "who": "duty", "due_minutes": -5}]}, "due_minutes"),
        ({"steps": [{"text": "Call", "who": "everybody", "due_minutes": 5}]}, "who"),
        ({"kinds": ["alien_landing"]}, "kinds"),
        ({"kinds": []}, "kinds"),
    ],
)
def test_a_protocol_that_cannot_be_is_rejected_by_field(changes: dict[str, Any], field: str) -> None:
    actor = make_actor(make_district(), role="supervisor")
    usual = {
        "code": "own",
        "name": "Own",
        "kinds": ["threat"],
        "steps": [{"text": "x", "who": "duty", "due_minutes": 5}],
    }
    with pytest.raises(ValidationError) as error:
        draft_protocol(actor=actor, **usual | changes)
    assert field in error.value.message_dict
    assert draft_protocol(actor=actor, **usual).number == 1


def test_two_steps_of_a_protocol_cannot_have_one_position() -> None:
    step = {"text": "Call", "who": "duty", "due_minutes": 5, "position": 1}
    given: dict[str, Any] = {"code": "own", "name": "Own", "kinds": ["threat"]}
    with pytest.raises(ValidationError, match="Two steps have the same position"), transaction.atomic():
        draft_protocol(actor=SYSTEM, steps=[step, step], **given)
    assert not Protocol.objects.exists()
    assert draft_protocol(actor=SYSTEM, steps=[step], **given).steps.count() == 1


def test_the_proposed_protocols_leave_no_step_without_an_owner_where_somebody_supervises() -> None:
    for shipped in PROPOSED:
        make_protocol(shipped)
    without, led = make_district(), make_district()
    make_supervisor(led)
    assert unowned_steps(led) == []
    assert len(unowned_steps(without)) == sum(len(shipped["steps"]) for shipped in PROPOSED)


# --- Opening ------------------------------------------------------------------------------------------


def test_an_attack_opens_with_its_concern_and_everybody_gets_their_steps() -> None:
    night = Night()
    incident = night.incident()
    owners = {
        (str(step.step.text), step.organisation_id): step.owner
        for step in incident.steps.select_related("step", "owner")
    }
    assert owners["Call the affected place", night.place.pk] == night.duty
    assert owners["Agree the statement", None] == night.supervisor
    assert owners["Reach the communities affected", night.other.pk] == night.lead
    assert owners["Visit the affected place", night.place.pk] == night.lead
    assert None not in owners.values() and len(owners) == 12
    change = Change.objects.get(object_type="incident")
    assert (change.object_id, change.op, change.district_ids) == (incident.pk, "created", [night.district.pk])


def test_what_does_not_match_opens_nothing_and_a_second_report_within_a_day_is_only_offered() -> None:
    night = Night()
    make_protocol(GRAFFITI), make_protocol(TENSION)
    night.log(bias_grounds=["none"])
    night.log(kinds=["tension"])
    graffiti = night.log(kinds=["graffiti_symbol"])
    assert not Incident.objects.exists()
    protocol = Protocol.objects.get(code="graffiti_speech")
    with pytest.raises(ValidationError, match="Choose a protocol"):
        open_incident(actor=night.actor(), concern_id=graffiti.pk, protocol_id=night.protocol.pk)
    open_incident(actor=night.actor(), concern_id=graffiti.pk, protocol_id=protocol.pk)
    first = night.incident(received_at=timezone.now() - timedelta(hours=1))
    second = night.log(received_at=timezone.now() - timedelta(hours=2))
    assert Incident.objects.count() == 2
    with pytest.raises(Concern.DoesNotExist):
        join_concern(actor=make_actor(make_district()), incident_id=first.pk, concern_id=second.pk)
    joined = join_concern(**about(night, first), concern_id=second.pk)
    assert joined.started_at == second.received_at
    with pytest.raises(ValidationError, match="already belongs"):
        join_concern(**about(night, first), concern_id=second.pk)


def test_whom_a_concern_touches_later_gets_steps_and_nobody_loses_one() -> None:
    night = Night()
    incident = night.incident()
    women = [{"focus": "women", "declared_by": "The board", "declared_on": "2026-01-05"}]
    centre = make_organisation(night.district, name="Women’s centre", focuses=women)
    concern = Concern.objects.get()
    edit_concern(actor=night.actor(), concern_id=concern.pk, affected_focuses=["women"])
    assert incident.steps.filter(organisation=centre).count() == 2
    assert incident.steps.filter(organisation=night.other).count() == 2
    before = Change.objects.count()
    edit_concern(actor=night.actor(), concern_id=concern.pk, place="The door")
    assert list(Change.objects.values_list("object_type", flat=True))[before:] == ["concern"]


def test_who_sees_an_incident_elsewhere_works_on_it_and_leaves_its_concern_alone() -> None:
    night = Night()
    incident = night.incident()
    elsewhere = make_officer(make_district())
    widen_incident(**about(night, incident, night.supervisor), district_id=elsewhere.districts.get().pk)
    there = about(night, incident, elsewhere)
    mark_step(**there, step_id=night.step(incident, "case_reference").pk, case_reference="AP-26-2")
    assert Concern.objects.get().case_reference == ""
    with pytest.raises(Organisation.DoesNotExist):
        record_reassurance(**there, organisation_id=night.place.pk, result="reached")


def test_a_district_follows_its_own_protocol_before_the_citys() -> None:
    night = Night()
    parent = make_district()
    part = make_district(parent=parent)
    ours = make_protocol(district=parent)
    assert Night(part).incident().protocol == ours
    assert night.incident().protocol == night.protocol


# --- Steps --------------------------------------------------------------------------------------------


def test_of_two_who_take_a_step_the_first_gets_it_and_the_second_is_told_who() -> None:
    night = Night()
    incident = night.incident()
    step = night.step(incident, "visit", night.place)
    assert step.owner == night.lead
    taken: dict[str, Any] = {"step_id": step.pk, "owner_id": step.owner_id}
    assert take_over(**about(night, incident), **taken).owner_id == night.duty.pk
    with pytest.raises(AlreadyTaken, match=night.duty.name):
        take_over(**about(night, incident, night.supervisor), **taken)
    assert take_over(**about(night, incident), **taken).owner_id == night.duty.pk
    for outsider in (make_officer(make_district()), make_officer()):
        with pytest.raises(Incident.DoesNotExist):
            take_over(**about(night, incident, outsider), **taken)


def test_who_has_no_shift_passes_single_steps_on_without_a_word() -> None:
    night = Night()
    incident = night.incident()
    visit = night.step(incident, "visit", night.place)
    with pytest.raises(ValidationError, match="not yours"):
        decline_step(**about(night, incident), step_id=visit.pk)
    assert decline_step(**about(night, incident, night.lead), step_id=visit.pk).owner == night.duty
    for step in incident.steps.filter(owner=night.duty):
        assert decline_step(**about(night, incident), step_id=step.pk).owner not in (None, night.duty)
    assert not incident.steps.filter(owner=night.duty).exists()
    assert not incident.steps.filter(owner__isnull=True).exists()


def test_a_step_is_marked_with_what_it_asks_for_and_can_be_opened_again() -> None:
    night = Night()
    incident = night.incident(received_at=timezone.now() - timedelta(hours=3))
    case, call = night.step(incident, "case_reference"), night.step(incident, "reassurance", night.place)
    marked: dict[str, Any] = about(night, incident) | {"step_id": case.pk}
    for wrong, message in (
        ({}, "case number"),
        ({"status": "not_needed"}, "10 characters"),
        ({"note": "x", "done_at": timezone.now() + timedelta(hours=1)}, "start of the incident"),
        ({"note": "x", "done_at": timezone.now() - timedelta(hours=4)}, "start of the incident"),
    ):
        with pytest.raises(ValidationError, match=message):
            mark_step(**marked | wrong)
    with pytest.raises(ValidationError, match="recording what it asks for"):
        mark_step(**about(night, incident), step_id=call.pk)
    mark_step(**marked, case_reference="AP-26-1")
    assert Concern.objects.get(incident_link__incident=incident).case_reference == "AP-26-1"
    with pytest.raises(ValidationError, match="no longer open"):
        mark_step(**marked, note="Handed to a unit")
    reopen_step(**marked)
    clean = night.step(incident, "tick")  # nobody is told when it is late
    assert mark_step(**about(night, incident), step_id=clean.pk, status="not_needed").escalate_at is None
    case.refresh_from_db()
    assert (case.status, case.done_at) == ("open", None)


# --- Reassurance --------------------------------------------------------------------------------------


def test_reaching_a_place_is_a_meeting_settles_its_calls_and_can_be_undone() -> None:
    night = Night()
    incident = night.incident()
    reached = record_reassurance(
        **about(night, incident), organisation_id=night.place.pk, result="reached", needs=["patrol"]
    )
    meeting = Meeting.objects.get()
    assert (meeting.status, meeting.kind, meeting.duration_minutes) == ("held", "phone", None)
    assert meeting.outcomes == ["reassurance_given"]
    concern = Concern.objects.get()
    assert concern.reassurance_offered_at == reached.at
    assert concern.reassurance_answer == "", "no one said whether they accepted"
    assert night.step(incident, "reassurance", night.place).status == "done"
    assert night.step(incident, "visit", night.place).status == "open"
    with pytest.raises(PermissionDenied):
        undo_reassurance(**about(night, incident, night.lead), reassurance_id=reached.pk)
    undo_reassurance(**about(night, incident), reassurance_id=reached.pk)
    assert not Meeting.objects.exists() and not incident.reassurances.exists()
    assert night.step(incident, "reassurance", night.place).status == "open"
    concern.refresh_from_db()
    assert concern.reassurance_offered_at is None


def test_a_vain_try_settles_nothing_and_a_refusal_settles_all_of_an_organisation() -> None:
    night = Night()
    incident = night.incident()
    call = about(night, incident) | {"organisation_id": night.other.pk}
    record_reassurance(**call, result="left_message")
    assert incident.steps.open().filter(organisation=night.other).count() == 2
    record_reassurance(**call, result="declined")
    assert set(incident.steps.filter(organisation=night.other).values_list("status", flat=True)) == {
        "not_needed"
    }
    assert list(Meeting.objects.order_by("pk").values_list("status", "outcomes")) == [
        ("not_reached", []),
        ("held", ["declined"]),
    ]
    night.other.refresh_from_db()
    assert night.other.last_met_at is None


def test_nothing_overrides_a_refusal_and_only_danger_overrides_do_not_call_at_night() -> None:
    refusal = {"contact_wish": "none", "contact_wish_by": "The chair", "contact_wish_on": city_today()}
    night = Night(**refusal)
    incident = night.incident(received_at=timezone.now() - timedelta(days=2))
    assert not incident.steps.filter(
        organisation=night.place, step__proof__in=["reassurance", "visit"]
    ).exists()
    call = about(night, incident) | {"result": "reached"}
    with pytest.raises(ValidationError, match="not to be contacted"):
        record_reassurance(**call, organisation_id=night.place.pk, danger="Danger to life, really")
    Organisation.objects.filter(pk=night.other.pk).update(night_calls="never")
    at_night = timezone.localtime(timezone.now() - timedelta(days=1)).replace(hour=3)
    with pytest.raises(ValidationError, match="not to be called at night"):
        record_reassurance(**call, organisation_id=night.other.pk, at=at_night)
    record_reassurance(**call, organisation_id=night.other.pk, at=at_night, danger="Fire beside the house")
    assert Event.objects.filter(object_type="incident", reason__text="Fire beside the house").exists()
    stranger = make_organisation(night.district)
    with pytest.raises(Organisation.DoesNotExist):
        record_reassurance(**call, organisation_id=stranger.pk)


# --- Decisions, judgements and the end ----------------------------------------------------------------


def test_supervisors_alone_decide_and_who_is_excluded_sees_nothing_any_longer() -> None:
    night = Night()
    incident = night.incident()
    words = {"words": "Officers are there."}
    for refused in (night.duty, make_supervisor(make_district())):
        with pytest.raises((PermissionDenied, Incident.DoesNotExist)):
            agree_words(**about(night, incident, refused), **words)
    agree_words(**about(night, incident, night.supervisor), **words)
    assert night.step(incident, "words").status == "done"
    exclude_user(**about(night, incident, night.supervisor), user_id=night.lead.pk)
    assert not Incident.objects.visible_to(night.actor(night.lead)).exists()
    assert not incident.steps.filter(owner=night.lead).exists()
    with pytest.raises(ValidationError, match="another supervisor"):
        exclude_user(**about(night, incident, night.supervisor), user_id=night.supervisor.pk)


def test_widening_shows_an_incident_elsewhere_and_both_districts_are_in_the_event() -> None:
    night = Night()
    incident = night.incident()
    elsewhere = make_district()
    there = make_actor(elsewhere)
    assert not Incident.objects.visible_to(there).exists()
    widen_incident(**about(night, incident, night.supervisor), district_id=elsewhere.pk)
    assert list(Incident.objects.visible_to(there)) == [incident]
    event = Event.objects.filter(object_type="incident").latest("pk")
    assert set(event.district_ids) == {night.district.pk, elsewhere.pk}


def test_an_incident_closes_when_it_is_calm_debriefed_and_nothing_required_is_open() -> None:
    night = Night()
    incident = night.incident()
    lead: dict[str, Any] = about(night, incident, night.supervisor)
    level = {"level": 3, "trend": "rising", "not_consulted_reason": "Nobody answered at night"}
    with pytest.raises(ValidationError, match="who you consulted"):
        assess_tension(**lead, level=3, trend="rising")
    with pytest.raises(ValidationError):
        assess_tension(**lead, **level | {"level": 7})
    assert assess_tension(**lead, **level).number == 1
    with pytest.raises(ValidationError, match="20 characters"):
        waive_debrief(**lead, reason="No time")
    voices = [{"in_time": "yes", "organisation": night.place}, {"in_time": "no", "next_time": "Call earlier"}]
    kept = {"keep": "The order in which we called", "no_action_reason": "Everything worked as agreed."}
    sign_debrief(**lead, held_on=city_today(), why="It was night", voices=voices, **kept)
    with pytest.raises(ValidationError, match="already has a debrief"):
        waive_debrief(**lead, reason="Somebody pressed the button twice")
    with pytest.raises(ValidationError) as error:
        close_incident(**lead)
    assert "Not done yet: Call the affected place" in error.value.messages
    assert "Reassess tension: the last level must be calm or uneasy." in error.value.messages
    for organisation in (night.place, night.other):
        record_reassurance(**lead, organisation_id=organisation.pk, result="reached")
    for step in incident.steps.open().filter(step__required=True):
        mark_step(**lead, step_id=step.pk, note="Handed to a unit")
    incident.refresh_from_db()
    assert incident.status == "watching"
    assess_tension(**lead, **level | {"level": 2, "trend": "falling"})
    closed = close_incident(**lead)
    assert (closed.status, Change.objects.filter(object_id=closed.pk).latest("pk").op) == (
        "closed",
        "archived",
    )
    with pytest.raises(ValidationError, match="closed"):
        mark_step(**lead, step_id=IncidentStep.objects.open().earliest("pk").pk)
    assert reopen_incident(**lead).status in ("open", "watching")


def test_two_records_of_an_organisation_in_one_incident_become_one_and_two_again() -> None:
    night = Night()
    incident = night.incident()
    for one in (night.place, night.other):
        record_reassurance(
            actor=night.actor(), incident_id=incident.pk, organisation_id=one.pk, result="reached"
        )
    before = set(incident.steps.values_list("pk", "organisation", "status"))
    versions = {row.pk: Organisation.objects.get(pk=row.pk).version for row in (night.place, night.other)}
    merged = merge_organisations(actor=SYSTEM, kept_id=night.place.pk, versions=versions, choices={})
    assert set(incident.steps.values_list("organisation", flat=True)) == {None, night.place.pk}
    assert set(incident.reassurances.values_list("organisation", flat=True)) == {night.place.pk}
    undo_merge(actor=SYSTEM, merge_id=merged.pk)
    assert set(incident.steps.values_list("pk", "organisation", "status")) == before
    assert incident.reassurances.filter(organisation=night.other).exists()


def test_reporting_back_is_one_act_on_the_concern_and_in_the_step() -> None:
    night = Night()
    incident, concern = night.incident(), Concern.objects.get()
    record_reassurance(**about(night, incident), organisation_id=night.place.pk, result="reached")
    step = night.step(incident, "reported_back", night.place)
    edit_concern(actor=night.actor(), concern_id=concern.pk, reported_back_on=city_today())
    step.refresh_from_db()
    assert step.status == "done" and night.step(incident, "reported_back", night.other).is_open
    edit_concern(actor=night.actor(), concern_id=concern.pk, reported_back_on=None)
    step.refresh_from_db()
    assert step.is_open
    mark_step(**about(night, incident), step_id=step.pk)
    concern.refresh_from_db()
    assert concern.reported_back_on == city_today()
    reopen_step(**about(night, incident), step_id=step.pk)
    concern.refresh_from_db()
    assert concern.reported_back_on is None


def test_damage_to_property_is_offered_as_an_attack_and_opens_nothing_by_itself() -> None:
    night = Night()
    graffiti = make_protocol(GRAFFITI)
    concern = night.log(kinds=["property_damage"])
    assert not Incident.objects.exists()
    assert set(protocols_for(concern)) == {night.protocol, graffiti}
    night.log(kinds=["property_damage", "threat"])
    assert Incident.objects.get().protocol == night.protocol
