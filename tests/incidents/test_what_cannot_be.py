"""What cannot be is refused and leaves nothing half done; what changes later adds steps and removes none."""

from copy import copy
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.actors import SYSTEM
from contacts.models import Organisation
from contacts.services.organisations import edit_organisation
from incidents.models import Incident, IncidentStep, ProtocolStep
from incidents.queries import step_plans
from incidents.services.concerns import edit_concern, open_incident
from incidents.services.decisions import call_more, widen_incident
from incidents.services.protocols import approve_protocol, draft_protocol
from incidents.services.reassurances import record_reassurance, undo_reassurance
from incidents.services.steps import mark_step, reopen_step, take_over
from meetings.models import Concern, Meeting
from reminders.models import Reminder
from tests.factories import make_actor, make_district, make_organisation, make_supervisor
from tests.incidents.making import Night, make_protocol

pytestmark = pytest.mark.django_db
REFUSED: dict[str, Any] = {
    "contact_wish": "none",
    "contact_wish_by": "The board",
    "contact_wish_on": date(2026, 1, 5),
}


@pytest.mark.parametrize(
    "at",
    [timedelta(hours=1), timedelta(hours=-4), datetime(1, 1, 2, tzinfo=UTC)],
    ids=["to come", "before it began", "year 1"],
)
def test_neither_a_step_nor_a_call_is_of_another_time(at: timedelta | datetime) -> None:
    night = Night()
    incident = night.incident(received_at=timezone.now() - timedelta(hours=3))
    moment = at if isinstance(at, datetime) else timezone.now() + at
    about: dict[str, Any] = {"actor": night.actor(), "incident_id": incident.pk}
    step = night.step(incident, "tick")
    with pytest.raises(ValidationError):
        mark_step(**about, step_id=step.pk, done_at=moment)
    with pytest.raises(ValidationError):
        record_reassurance(**about, organisation_id=night.place.pk, result="reached", at=moment)
    assert (incident.steps.exclude(status="open").count(), Meeting.objects.count()) == (0, 0)
    since = timezone.now() - timedelta(hours=2)
    assert mark_step(**about, step_id=step.pk, done_at=since).done_at == since
    assert record_reassurance(**about, organisation_id=night.place.pk, result="reached", at=since).at == since


def test_a_step_of_another_district_or_another_incident_does_not_exist() -> None:
    night, elsewhere = Night(), Night(make_district())
    incident, other = night.incident(), elsewhere.incident()
    step = night.step(incident, "case_reference")
    IncidentStep.objects.filter(pk=step.pk).update(owner=night.lead)
    step.refresh_from_db()
    wanted: dict[str, Any] = {"step_id": step.pk, "owner_id": step.owner_id}
    with pytest.raises(Incident.DoesNotExist):
        take_over(actor=elsewhere.actor(), incident_id=incident.pk, **wanted)
    with pytest.raises(IncidentStep.DoesNotExist):
        take_over(actor=elsewhere.actor(), incident_id=other.pk, **wanted)
    assert take_over(actor=night.actor(), incident_id=incident.pk, **wanted).owner == night.duty


def test_a_step_for_an_organisation_of_another_district_does_not_exist_there() -> None:
    """An incident shown in a second district: its officers work on the steps for organisations they see."""
    night, elsewhere = Night(), Night(make_district())
    incident = night.incident()
    widen_incident(actor=SYSTEM, incident_id=incident.pk, district_id=elsewhere.district.pk)
    about: dict[str, Any] = {"actor": elsewhere.actor(), "incident_id": incident.pk}
    hidden, once = night.step(incident, "visit", night.place), night.step(incident, "case_reference")
    for work in (
        lambda: take_over(**about, step_id=hidden.pk, owner_id=hidden.owner_id),
        lambda: mark_step(**about, step_id=hidden.pk, status="not_needed", note="Not our district"),
        lambda: reopen_step(**about, step_id=night.step(incident, "tick", night.place).pk),
    ):
        with pytest.raises(IncidentStep.DoesNotExist):
            work()
    assert take_over(**about, step_id=once.pk, owner_id=once.owner_id).owner == elsewhere.duty


def test_an_old_protocol_gives_a_supervisor_the_step_that_only_one_can_finish() -> None:
    steps = [{"text": "Statement", "who": "supervisor", "due_minutes": 60, "proof": "words"}]
    drafted = draft_protocol(actor=SYSTEM, code="old", name="Old", kinds=["threat"], steps=steps)
    ProtocolStep.objects.filter(protocol=drafted).update(who="duty")
    protocol, night = approve_protocol(actor=SYSTEM, protocol_id=drafted.pk), Night()
    concern = night.log(kinds=["threat"])
    incident = open_incident(actor=night.actor(), concern_id=concern.pk, protocol_id=protocol.pk)
    assert incident.steps.get().owner == night.supervisor


def test_two_taps_on_reached_are_one_call(client: Client) -> None:
    night = Night()
    incident = night.incident()
    client.force_login(night.duty)
    tap = {"called": night.place.pk, "result": "reached", "once": str(uuid4())}
    answers = [client.post(f"/incidents/{incident.pk}/calls/", tap) for _tap in range(2)]
    assert [one.status_code for one in answers] == [302, 302]
    assert (incident.reassurances.count(), Meeting.objects.count()) == (1, 1)


def test_undo_takes_both_back_but_not_for_a_colleague() -> None:
    night = Night()
    incident = night.incident()
    about: dict[str, Any] = {"actor": night.actor(), "incident_id": incident.pk}
    made = record_reassurance(**about, organisation_id=night.place.pk, result="declined")
    refused = about | {"actor": night.actor(night.lead)}
    with pytest.raises(PermissionDenied):
        undo_reassurance(**refused, reassurance_id=made.pk)
    undo_reassurance(**about, reassurance_id=made.pk)
    assert not incident.reassurances.exists() and not Meeting.objects.exclude(status="cancelled").exists()
    assert incident.steps.open().filter(organisation=night.place).exists()


def test_a_concern_that_moves_keeps_its_steps_and_gets_those_of_its_new_district() -> None:
    night, north = Night(), make_district()
    incident = night.incident()
    both = make_actor(night.district, north, role="supervisor")
    muslim = [{"focus": "muslim", "declared_by": "The board", "declared_on": "2026-01-05"}]
    there = make_organisation(north, name="Prayer room", focuses=muslim)
    before = set(incident.steps.values_list("pk", flat=True))
    concern = Concern.objects.get(incident_link__incident=incident)
    edit_concern(actor=both, concern_id=concern.pk, district=north)
    after = set(incident.steps.values_list("pk", flat=True))
    assert before < after
    assert {row.organisation for row in incident.steps.exclude(pk__in=before)} == {there}
    edit_concern(actor=both, concern_id=concern.pk, affected_focuses=[])
    assert set(incident.steps.values_list("pk", flat=True)) == after


def test_the_command_exits_with_1_while_some_step_would_have_no_owner() -> None:
    district = make_district(code="D-7")
    make_protocol()
    with pytest.raises(CommandError) as stopped:
        call_command("check_protocols", stdout=(out := StringIO()))
    assert stopped.value.returncode == 1 and "D-7  attack  Call the affected place" in out.getvalue()
    make_supervisor(district)
    call_command("check_protocols", stdout=(out := StringIO()))
    assert out.getvalue() == "Every step has an owner.\n"


@pytest.mark.thorough
def test_of_500_organisations_60_get_calls_and_the_page_costs_no_more(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    night = Night()
    like = Organisation.objects.get(pk=night.other.pk)
    said = like.focus_declarations.get()
    many = []
    for number in range(500):
        many.append(copy(like))
        many[-1].pk, many[-1].name, many[-1].folded = uuid4(), f"Group {number}", f"group {number:03}"
    Organisation.objects.bulk_create(many)
    declared = [copy(said) for _one in many]
    for row, one in zip(declared, many, strict=True):
        row.pk, row.organisation_id = uuid4(), one.pk
    type(said).objects.bulk_create(declared)
    incident = night.incident()
    called = set(incident.steps.values_list("organisation", flat=True)) - {None}
    assert (len(called), incident.left_out) == (step_plans.AT_MOST, 502 - step_plans.AT_MOST)
    client.force_login(night.duty)
    with django_assert_max_num_queries(16):
        assert client.get(f"/incidents/{incident.pk}/").status_code == 200


def test_of_more_than_sixty_organisations_the_supervisor_is_told_and_chooses(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(step_plans, "AT_MOST", 2)
    night = Night()
    muslim = [{"focus": "muslim", "declared_by": "The board", "declared_on": "2026-01-05"}]
    third, fourth = (make_organisation(night.district, name=name, focuses=muslim) for name in ("Cee", "Dee"))
    hidden = make_organisation(night.district, name="Zed on the hill", focuses=muslim)
    edit_organisation(actor=SYSTEM, organisation_id=hidden.pk, **REFUSED)
    incident = night.incident()
    assert incident.left_out == 2
    called = set(incident.steps.values_list("organisation", flat=True))
    assert called == {None, night.place.pk, night.other.pk}
    told = Reminder.objects.filter(rule="incident_choose").values_list("recipient", flat=True)
    assert set(told) == {night.supervisor.pk}
    for refused in ([], [hidden.pk], [night.other.pk]):
        with pytest.raises(ValidationError):
            call_more(actor=night.actor(night.supervisor), incident_id=incident.pk, organisation_ids=refused)
    with pytest.raises(PermissionDenied):
        call_more(actor=night.actor(), incident_id=incident.pk, organisation_ids=[third.pk])
    client.force_login(night.supervisor)
    page = f"/incidents/{incident.pk}/"
    assert "2 more organisations are affected" in client.get(page).text
    offered = client.get(f"{page}more/").text
    assert "Cee" in offered and "Dee" in offered and hidden.name not in offered
    added = client.post(f"{page}more/", {"organisations": [third.pk]}, follow=True)
    assert "Steps added." in added.text and "1 more organisation is affected" in added.text
    assert incident.steps.filter(organisation=third).count() == 2
    call_more(actor=night.actor(night.supervisor), incident_id=incident.pk, organisation_ids=[fourth.pk])
    assert not Reminder.objects.waiting().filter(rule="incident_choose").exists()
