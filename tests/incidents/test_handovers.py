"""What happened, who has it: steps that change hands are lines of the incident's timeline."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from incidents.models import Incident, StepHandover
from incidents.services.absences import pass_on_unattended_steps
from incidents.services.decisions import widen_incident
from incidents.services.exclusions import exclude_user
from incidents.services.shift_handovers import hand_over_shift
from incidents.services.steps import decline_step, mark_step, take_over
from lib.days import city_today
from tests.factories import make_district, make_officer
from tests.incidents.making import Night
from tests.incidents.test_shift_handovers import on_duty

pytestmark = pytest.mark.django_db


def timeline(client: Client, user: Any, incident: Incident) -> list[str]:
    """The lines of the timeline, the latest first."""
    client.force_login(user)
    page = client.get(f"/incidents/{incident.pk}/").text
    last = page.split('<ol class="timeline">')[-1].split("</ol>")[0]  # above it: the history of the concern
    return [" ".join(one.split()) for one in last.split("<li>")[1:]]


def test_the_timeline_says_who_took_over_and_who_handed_over_to_whom(client: Client) -> None:
    night = Night()
    incident = night.incident()
    about: dict[str, Any] = {"incident_id": incident.pk}
    visit = night.step(incident, "visit", night.place)
    take_over(actor=night.actor(), **about, step_id=visit.pk, owner_id=night.lead.pk)
    line = timeline(client, night.duty, incident)[0]
    assert f"{night.duty.name} took over from {night.lead.name}" in line
    assert f"{visit.step.text}: Al-Noor" in line
    take_over(actor=night.actor(), **about, step_id=visit.pk, owner_id=night.duty.pk)
    assert StepHandover.objects.count() == 1, "it is theirs already"

    decline_step(actor=night.actor(), **about, step_id=visit.pk)
    assert f"{night.duty.name} handed over to {night.lead.name}" in timeline(client, night.duty, incident)[0]

    mark_step(actor=night.actor(), **about, step_id=visit.pk, status="not_needed", note="They came to us")
    shift = on_duty(night.duty, night.district)
    hand_over_shift(actor=night.actor(), shift=shift.pk, to=night.lead.pk)
    line = timeline(client, night.duty, incident)[0]
    assert f"{night.duty.name} handed over to {night.lead.name}" in line, "all at once are one line"
    assert "Record the case number" in line and "more" not in line
    assert StepHandover.objects.count() == 5


def test_what_the_system_or_a_supervisor_passes_on_says_from_whom_to_whom(client: Client) -> None:
    night = Night()
    incident = night.incident()
    night.lead.absent_until = city_today() + timedelta(days=3)
    night.lead.save()
    assert pass_on_unattended_steps()
    text = f"Passed on from {night.lead.name} to {night.duty.name}"
    lines = timeline(client, night.duty, incident)
    assert text in lines[0] and "2 more" in lines[0], "of five steps"
    exclude_user(actor=night.actor(night.supervisor), incident_id=incident.pk, user_id=night.duty.pk)
    taken = f"{night.supervisor.name} took over from {night.duty.name}"
    assert taken in timeline(client, night.supervisor, incident)[0], "and not why"
    assert text in " ".join(client.get(f"/incidents/{incident.pk}/debrief/").text.split())


def test_who_does_not_see_an_organisation_reads_nothing_of_its_steps(client: Client) -> None:
    night, elsewhere = Night(), make_district()
    incident = night.incident()
    widen_incident(actor=night.actor(night.supervisor), incident_id=incident.pk, district_id=elsewhere.pk)
    for proof, place in (("visit", night.place), ("case_reference", None)):
        step = night.step(incident, proof, place)
        take_over(
            actor=night.actor(night.supervisor),
            incident_id=incident.pk,
            step_id=step.pk,
            owner_id=step.owner_id,
        )
    lines = [line for line in timeline(client, make_officer(elsewhere), incident) if "took over" in line]
    assert len(lines) == 1 and "Al-Noor" not in lines[0]
    assert len([one for one in timeline(client, night.duty, incident) if "took over" in one]) == 2
