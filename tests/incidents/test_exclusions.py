"""Police conduct: who may be concerned is excluded, a supervisor by somebody outside who sees no incident."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from accounts.models import User
from audit.models import Event
from incidents.models import ExclusionRequest, Incident
from incidents.services.exclusions import ask_exclusion, decide_exclusion, exclude_user
from tests.factories import PASSWORD, make_actor, make_district, make_supervisor, make_user
from tests.incidents.making import Night

pytestmark = pytest.mark.django_db


def test_a_confirmer_decides_whether_a_supervisor_is_excluded() -> None:
    night = Night()
    incident, second = night.incident(), make_supervisor(night.district)
    about: dict[str, Any] = {"incident_id": incident.pk, "user_id": night.supervisor.pk}
    with pytest.raises(ValidationError, match="A confirmer decides"):
        exclude_user(actor=night.actor(second), **about)
    with pytest.raises(User.DoesNotExist):  # an officer is excluded by a supervisor
        ask_exclusion(actor=night.actor(), **about | {"user_id": night.lead.pk})
    with pytest.raises(Incident.DoesNotExist):
        ask_exclusion(actor=make_actor(make_district()), **about)
    with pytest.raises(ValidationError, match="colleague"):
        ask_exclusion(actor=night.actor(night.supervisor), **about)
    asked = ask_exclusion(actor=night.actor(), **about)
    with pytest.raises(ValidationError, match="already been requested"):
        ask_exclusion(actor=night.actor(), **about)
    assert str(night.supervisor.pk) not in str(Event.objects.latest("pk").object_ids)
    for refused in (night.actor(second), make_actor(role="administrator")):
        with pytest.raises(ExclusionRequest.DoesNotExist):
            decide_exclusion(actor=refused, request_id=asked.pk, is_confirmed=True)
    confirmer = make_actor(role="confirmer")
    decide_exclusion(actor=confirmer, request_id=asked.pk, is_confirmed=True)
    assert not Incident.objects.visible_to(night.actor(night.supervisor)).exists()
    assert not incident.steps.filter(owner=night.supervisor).exists()
    assert incident.steps.filter(owner=second).exists()
    with pytest.raises(ExclusionRequest.DoesNotExist):  # decided once
        decide_exclusion(actor=confirmer, request_id=asked.pk, is_confirmed=False)


def test_who_is_not_excluded_stays_and_nobody_decides_what_they_asked() -> None:
    night = Night()
    incident = night.incident()
    asked = ask_exclusion(actor=night.actor(), incident_id=incident.pk, user_id=night.supervisor.pk)
    officer = make_user("privacy_officer")
    ExclusionRequest.objects.update(asked_by=officer)
    with pytest.raises(PermissionDenied):
        decide_exclusion(actor=night.actor(officer), request_id=asked.pk, is_confirmed=True)
    decide_exclusion(actor=make_actor(role="confirmer"), request_id=asked.pk, is_confirmed=False)
    assert Incident.objects.visible_to(night.actor(night.supervisor)).get() == incident


def test_it_is_asked_on_a_page_and_decided_in_the_inbox_without_the_incident(client: Client) -> None:
    night = Night()
    incident = night.incident()
    client.force_login(night.duty)
    page = f"/incidents/{incident.pk}/conduct/"
    assert "Police conduct may be involved" in client.get(f"/incidents/{incident.pk}/").text
    assert "Do not record complaints here" in client.get(page).text
    assert client.post(page, {"supervisor": night.lead.pk}).status_code == 422
    asked = client.post(page, {"supervisor": night.supervisor.pk}, follow=True)
    assert "Someone outside the district decides" in asked.text
    client.force_login(make_user("confirmer"))
    inbox = client.get("/settings/waiting/").text
    assert f"Exclude {night.supervisor.name} from an incident in {night.district.name}" in inbox
    assert night.place.name not in inbox
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    decide = f"/settings/waiting/exclusions/{ExclusionRequest.objects.get().pk}/"
    assert "Choose to confirm" in client.post(decide, {"decision": "perhaps"}, follow=True).text
    done = client.post(decide, {"decision": "confirm"}, follow=True)
    assert f"{night.supervisor.name} is excluded." in done.text
    assert client.get(f"/incidents/{incident.pk}/").status_code == 403
