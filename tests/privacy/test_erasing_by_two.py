"""Erasing by two people: who waits for a second person, and what calls the erasure off."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from accounts.actors import Actor, actor_for
from accounts.models import PendingAct, Role, User
from accounts.services.acts import confirm_act, refuse_act
from audit.models import Event
from contacts.merging.services import merge_contacts
from contacts.models import Contact
from contacts.services.erasures import has_erased_today
from districts.models import District
from jobs.models import Job
from jobs.services.running import run_next
from privacy.models import DataRequest, Erasure
from privacy.services.erasures import ask_erasure, ask_erasure_of
from privacy.services.restrictions import lift_restriction, restrict_contact
from tests.factories import (
    make_contact,
    make_meeting,
    make_officer,
    make_user,
)
from tests.privacy.erasures import FACTS, decided, make_leila

pytestmark = pytest.mark.django_db


def test_several_contacts_wait_for_a_second_person(north: District, actor: Actor) -> None:
    make_leila(north)
    make_leila(north)
    row = decided(actor)
    made = ask_erasure(actor=actor, request_id=row.pk)
    act = PendingAct.objects.get(subject=made.pk)
    assert made.job is None
    with pytest.raises(PermissionDenied):
        confirm_act(actor=actor, act_id=act.pk)
    refuse_act(actor=actor_for(make_user(Role.CONFIRMER)), act_id=act.pk)
    assert not Erasure.objects.exists()
    made = ask_erasure(actor=actor, request_id=row.pk)
    confirm_act(actor=actor_for(make_user(Role.CONFIRMER)), act_id=PendingAct.objects.get(subject=made.pk).pk)
    assert run_next()
    assert not Contact.objects.exists()


@pytest.mark.parametrize("is_queue", [False, True])
def test_a_contact_into_which_another_was_merged_waits_too(
    north: District, actor: Actor, client: Client, is_queue: bool
) -> None:
    kept, other = make_leila(north), make_contact(north)
    versions = {kept.pk: kept.version, other.pk: other.version}
    merge_contacts(actor=actor_for(make_officer(north)), kept_id=kept.pk, versions=versions)
    made = (
        ask_erasure_of(actor, [kept.pk])
        if is_queue
        else ask_erasure(actor=actor, request_id=decided(actor).pk)
    )
    assert made.job is None and not run_next()
    client.force_login(make_user(Role.CONFIRMER))
    assert "1 contact was merged into it." in client.get("/settings/waiting/").text


def waiting_erasure(north: District, actor: Actor) -> tuple[DataRequest, PendingAct, Contact]:
    """A request whose erasure waits for a second person."""
    leila = make_leila(north)
    make_leila(north)
    row = decided(actor)
    return row, PendingAct.objects.get(subject=ask_erasure(actor=actor, request_id=row.pk).pk), leila


@pytest.mark.parametrize("how", ["answer", "withdraw"])
def test_an_erasure_that_waits_is_called_off_when_its_request_is_closed(
    north: District, actor: Actor, client: Client, how: str
) -> None:
    row, act, _leila = waiting_erasure(north, actor)
    client.force_login(User.objects.get(pk=actor.id))
    sent = {"version": row.version, "decision": "refused", "grounds": ["public_security"]}
    page = client.post(f"/privacy/requests/{row.pk}/{how}/", sent, follow=True).text
    assert "called off" in page
    with pytest.raises(PendingAct.DoesNotExist):
        confirm_act(actor=actor_for(make_user(Role.CONFIRMER)), act_id=act.pk)
    assert not Erasure.objects.exists() and not run_next()
    assert Contact.objects.count() == 2
    assert Event.objects.filter(object_ids__contains=[row.pk], field_names=["dropped_erasure"]).exists()


def test_an_erasure_is_not_confirmed_while_the_data_is_evidence_or_after_its_asker_has_left(
    north: District, actor: Actor
) -> None:
    _row, act, leila = waiting_erasure(north, actor)
    second = actor_for(make_user(Role.CONFIRMER))
    restriction = restrict_contact(actor=actor, contact_id=leila.pk, ground="evidence")
    with pytest.raises(ValidationError, match="evidence"):
        confirm_act(actor=second, act_id=act.pk)
    lift_restriction(actor=actor, restriction_id=restriction.pk)
    User.objects.filter(pk=actor.id).update(is_active=False)
    with pytest.raises(ValidationError, match="has left"):
        confirm_act(actor=second, act_id=act.pk)
    User.objects.filter(pk=actor.id).update(is_active=True)
    confirm_act(actor=second, act_id=act.pk)
    restrict_contact(actor=actor, contact_id=leila.pk, ground="evidence")  # before its task has run
    assert run_next() and Contact.objects.count() == 2
    assert "evidence" in Job.objects.get(kind="privacy_erase").message


def test_a_second_person_of_a_day_waits_too_whether_or_not_the_first_had_a_contact(
    north: District, actor: Actor
) -> None:
    make_meeting(north, facts=FACTS)
    begun = ask_erasure(actor=actor, request_id=decided(actor).pk)
    assert begun.job and not begun.contact_ids
    assert has_erased_today(actor), "before the first has run"
    assert run_next() and Erasure.objects.done().exists()
    make_meeting(north, facts=FACTS)
    assert ask_erasure(actor=actor, request_id=decided(actor).pk).job is None
    assert not has_erased_today(actor_for(make_user(Role.PRIVACY_OFFICER)))
