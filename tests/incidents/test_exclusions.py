"""Police conduct: who may be concerned is excluded, a supervisor by somebody outside who sees no incident."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import PendingAct, User
from accounts.services.act_mails import mail_new_acts
from accounts.services.acts import confirm_act, refuse_act, withdraw_expired
from audit.models import Event
from incidents.models import ExclusionRequest, Incident
from incidents.services.concerns import edit_concern
from incidents.services.exclusions import exclude_user, request_exclusion
from meetings.services.concerns import answer_concern, close_concern, reopen_concern
from tests.factories import PASSWORD, make_actor, make_district, make_supervisor, make_user
from tests.incidents.making import Night
from tests.plugins.mail import MailSink

pytestmark = pytest.mark.django_db


def test_a_confirmer_decides_whether_a_supervisor_is_excluded() -> None:
    night = Night()
    incident, second = night.incident(), make_supervisor(night.district)
    about: dict[str, Any] = {"incident_id": incident.pk, "user_id": night.supervisor.pk}
    with pytest.raises(ValidationError, match="A confirmer decides"):
        exclude_user(actor=night.actor(second), **about)
    with pytest.raises(User.DoesNotExist):  # an officer is excluded by a supervisor
        request_exclusion(actor=night.actor(), **about | {"user_id": night.lead.pk})
    with pytest.raises(Incident.DoesNotExist):
        request_exclusion(actor=make_actor(make_district()), **about)
    with pytest.raises(ValidationError, match="colleague"):
        request_exclusion(actor=night.actor(night.supervisor), **about)
    asked = request_exclusion(actor=night.actor(), **about)
    with pytest.raises(ValidationError, match="already been requested"):
        request_exclusion(actor=night.actor(), **about)
    assert str(night.supervisor.pk) not in str(Event.objects.latest("pk").object_ids)
    act = PendingAct.objects.waiting().get(kind="exclusion", subject=asked.pk)
    with pytest.raises(PendingAct.DoesNotExist):
        confirm_act(actor=night.actor(second), act_id=act.pk)
    with pytest.raises(PermissionDenied):
        confirm_act(actor=make_actor(role="administrator"), act_id=act.pk)
    confirmer = make_actor(role="confirmer")
    confirm_act(actor=confirmer, act_id=act.pk)
    assert not Incident.objects.visible_to(night.actor(night.supervisor)).exists()
    assert not incident.steps.filter(owner=night.supervisor).exists()
    assert incident.steps.filter(owner=second).exists()
    with pytest.raises(PendingAct.DoesNotExist):  # decided once
        refuse_act(actor=confirmer, act_id=act.pk)


def test_who_is_excluded_steers_nothing_by_the_concern(client: Client) -> None:
    night = Night()
    incident, free = night.incident(), night.log(affected_focuses=[])
    concern = incident.concern_links.get().concern
    exclude_user(actor=night.actor(night.supervisor), incident_id=incident.pk, user_id=night.lead.pk)
    changes: dict[str, Any] = {"affected_focuses": ["roma"]}
    acts: tuple[Callable[[Actor], object], ...] = (
        lambda who: edit_concern(actor=who, concern_id=concern.pk, **changes),
        lambda who: answer_concern(actor=who, concern_id=concern.pk),
        lambda who: close_concern(actor=who, concern_id=concern.pk),
        lambda who: reopen_concern(actor=who, concern_id=concern.pk),
    )
    for act in acts:
        with pytest.raises(PermissionDenied), transaction.atomic():
            act(night.actor(night.lead))
    assert edit_concern(actor=night.actor(night.lead), concern_id=free.pk, facts="Paint.").facts == "Paint."
    address = f"/concerns/{concern.pk}/"
    for user, status in ((night.lead, 403), (night.duty, 200)):
        client.force_login(user)
        assert client.get(address, follow=True).status_code == 200, "the concern is still seen"
        assert client.get(f"{address}edit/").status_code == status
    for act in acts:
        act(night.actor())


def test_who_is_not_excluded_stays_and_nobody_decides_what_they_asked() -> None:
    night = Night()
    incident = night.incident()
    asked = request_exclusion(actor=night.actor(), incident_id=incident.pk, user_id=night.supervisor.pk)
    act = PendingAct.objects.get(subject=asked.pk)
    officer = make_user("privacy_officer")
    PendingAct.objects.waiting().update(asked_by=officer)
    with pytest.raises(PermissionDenied):
        confirm_act(actor=night.actor(officer), act_id=act.pk)
    refuse_act(actor=make_actor(role="confirmer"), act_id=act.pk)
    assert Incident.objects.visible_to(night.actor(night.supervisor)).get() == incident


def test_who_can_decide_gets_one_email_and_after_a_week_nobody_is_excluded(mail_sink: MailSink) -> None:
    night, confirmer = Night(), make_user("confirmer")
    about: dict[str, Any] = {"incident_id": night.incident().pk, "user_id": night.supervisor.pk}
    asked = request_exclusion(actor=night.actor(), **about)
    assert mail_new_acts() == 1 and mail_new_acts() == 0
    (mail,) = mail_sink.messages
    text = mail.get_content()
    assert mail["To"] == confirmer.email and "exclusion from an incident" in text
    assert night.supervisor.name not in text and night.place.name not in text
    PendingAct.objects.waiting().update(asked_at=timezone.now() - timedelta(days=6))
    assert withdraw_expired() == 0
    PendingAct.objects.waiting().update(asked_at=timezone.now() - timedelta(days=7))
    assert withdraw_expired() == 1
    asked.refresh_from_db()
    assert asked.decided_at and not asked.is_confirmed
    assert Incident.objects.visible_to(night.actor(night.supervisor)).exists()
    assert request_exclusion(actor=night.actor(), **about).pk != asked.pk, "it can be asked again"


def test_a_request_that_the_version_before_has_decided_is_not_decided_again() -> None:
    night = Night()
    asked = request_exclusion(
        actor=night.actor(), incident_id=night.incident().pk, user_id=night.supervisor.pk
    )
    ExclusionRequest.objects.update(decided_at=timezone.now(), is_confirmed=False)
    act = PendingAct.objects.get(subject=asked.pk)
    confirm_act(actor=make_actor(role="confirmer"), act_id=act.pk)
    assert Incident.objects.visible_to(night.actor(night.supervisor)).exists()


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
    assert night.supervisor.name in inbox and "Exclusion from an incident" in inbox
    assert night.district.name in inbox and night.place.name not in inbox
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    decide = f"/settings/waiting/{PendingAct.objects.waiting().get().pk}/"
    assert "Choose to confirm" in client.post(decide, {"decision": "perhaps"}, follow=True).text
    done = client.post(decide, {"decision": "confirm"}, follow=True)
    assert f"Confirmed for {night.supervisor.name}: exclusion from an incident." in done.text
    assert client.get(f"/incidents/{incident.pk}/").status_code == 403
