"""What annoyed whoever played a night of incidents on a phone, and the morning after at a desk."""

from typing import Any

import pytest
from django.test import Client

from accounts.actors import actor_for
from contacts.models import Organisation
from incidents.models import IncidentStep
from incidents.services.decisions import agree_words
from incidents.services.steps import mark_step
from tests.factories import make_officer
from tests.incidents.making import Night, zone_where_it_is
from tests.incidents.test_incident_pages import section_next

pytestmark = pytest.mark.django_db


@pytest.fixture
def night() -> Night:
    return Night(phone="+34910123456")


def text(client: Client, user: Any, path: str) -> str:
    client.force_login(user)
    return " ".join(client.get(path).text.split())


def test_what_is_next_for_an_officer_is_never_a_step_of_supervisors_while_there_is_another(
    client: Client, night: Night
) -> None:
    incident = night.incident()
    path = f"/incidents/{incident.pk}/"
    client.force_login(night.duty)
    client.post(f"{path}calls/", {"called": night.place.pk, "result": "reached"})
    case = {"task": night.step(incident, "case_reference").pk, "act": "done", "case_reference": "A-1"}
    client.post(f"{path}steps/", case)
    visitor = make_officer(night.district)
    assert "Next: Reach the communities" in section_next(text(client, visitor, path))
    assert "Next: Agree" in section_next(text(client, night.supervisor, path))


def test_only_supervisors_leave_out_a_step_that_only_they_can_finish(client: Client, night: Night) -> None:
    incident = night.incident()
    path = f"/incidents/{incident.pk}/"
    for proof in ("words", "assessment"):
        step = night.step(incident, proof)
        sent = {"task": step.pk, "act": "not_needed", "note": "The city has said it already"}
        client.force_login(night.duty)
        refused = client.post(f"{path}steps/", sent)
        assert refused.status_code == 422 and "Only a supervisor can finish this step." in refused.text
        forms = [form for form in client.get(path).text.split("<form") if str(step.pk) in form]
        assert not any('value="not_needed"' in form for form in forms)
        client.force_login(night.supervisor)
        assert client.post(f"{path}steps/", sent).status_code == 302
        step.refresh_from_db()
        assert step.status == "not_needed"


def test_whoever_has_no_step_to_hand_over_reads_so(client: Client, night: Night) -> None:
    path = f"/incidents/{night.incident().pk}/hand-over/"
    client.force_login(make_officer(night.district))
    assert "You have no open steps in this incident." in client.post(path, follow=True).text
    client.force_login(night.duty)
    assert "Your steps were handed over." in client.post(path, follow=True).text


def test_a_place_that_was_reached_no_longer_waits_for_the_morning(
    client: Client, night: Night, settings: Any
) -> None:
    settings.TIME_ZONE = zone_where_it_is(2)
    path = f"/incidents/{night.incident().pk}/"
    client.force_login(night.duty)
    client.post(f"{path}calls/", {"called": night.other.pk, "result": "left_message"})
    assert "Can wait for the morning" in text(client, night.duty, path)
    client.post(f"{path}calls/", {"called": night.other.pk, "result": "reached"})
    client.post(f"{path}calls/", {"called": night.place.pk, "result": "reached"})
    assert "Can wait for the morning" not in text(client, night.duty, path)


def test_steps_of_later_days_are_folded_below_those_of_tonight(client: Client, night: Night) -> None:
    steps = text(client, night.duty, f"/incidents/{night.incident().pk}/").split("> Steps <")[1]
    tonight, later = steps.split('<details class="more"> <summary>', 1)
    for step in ("Call the affected place", "Record the case number"):
        assert step in steps
    assert "Report back to the communities" not in tonight
    assert "steps due in more than 24 hours" in later and "Debrief with those who were there" in later


def test_the_morning_brief_names_a_step_once_and_says_who_did_what(client: Client, night: Night) -> None:
    incident = night.incident()
    path = f"/incidents/{incident.pk}/"
    client.force_login(night.duty)
    client.post(f"{path}calls/", {"called": night.place.pk, "result": "reached", "channel": "visit"})
    case = night.step(incident, "case_reference")
    about: dict[str, Any] = {"actor": night.actor(), "incident_id": incident.pk, "step_id": case.pk}
    mark_step(**about, note="Investigation unit")
    brief = text(client, night.supervisor, f"{path}brief/")
    assert brief.count("Report back to the communities") == 1
    assert f"{night.lead.name} · Al-Noor, Burial society" in brief
    assert f"Al-Noor: reached (visit, {night.duty.name})" in brief
    assert f"done, Investigation unit ({night.duty.name})" in brief
    Organisation.objects.filter(pk=night.place.pk).update(location_protected=True)
    printed = text(client, night.supervisor, f"{path}brief/")
    assert "Al-Noor" not in printed and "Burial society" in printed
    assert "Investigation unit" in printed, "a note that names no protected place"
    assert "a place whose location is protected: reached" in printed
    assert "Al-Noor" in text(client, night.supervisor, path)
    IncidentStep.objects.filter(pk=case.pk).update(note="Their people sleep at AL-NOOR")
    agree_words(actor=actor_for(night.supervisor), incident_id=incident.pk, words="We visited Al-Noor.")
    printed = text(client, night.supervisor, f"{path}brief/").casefold()
    assert "al-noor" not in printed and "not printed, because it names a protected location" in printed


def test_the_debrief_is_named_so_and_tells_what_happened_from_the_start(client: Client, night: Night) -> None:
    incident = night.incident()
    path = f"/incidents/{incident.pk}/"
    client.force_login(night.duty)
    client.post(f"{path}calls/", {"called": night.place.pk, "result": "reached"})
    page = text(client, night.supervisor, f"{path}debrief/")
    assert "Debrief" in page.split("<h1")[1].split("</h1>")[0]
    assert "After you sign, this debrief cannot be changed." in page
    happened = page.split("What happened")[1]
    assert happened.index("Attack on a community site") < happened.index("Al-Noor: reached")
