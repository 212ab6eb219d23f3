"""One contact is erased at once; each further one on the same day waits for a second person."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import PendingAct
from accounts.services.acts import confirm_act, refuse_act, withdraw_expired
from audit.models import Action, Change, Event
from audit.services import record
from contacts.merging.services import merge_contacts
from contacts.models import Contact, Merge
from contacts.services import erasures
from contacts.services.contacts import edit_contact
from districts.models import District
from lib.days import city_today
from meetings.models import Meeting
from privacy.models import DataRequest, LedgerEntry, Notice
from privacy.services.asking import pass_on_request
from privacy.services.requests import withdraw_request
from tests.api.clients import Tool
from tests.factories import PASSWORD, make_actor, make_contact, make_district, make_meeting, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def north() -> District:
    return make_district("North")


def erase(tool: Tool, contact: Contact) -> int:
    return int(tool.delete(f"/contacts/{contact.pk}/", if_match='"1"').status_code)


def test_the_second_contact_of_a_day_stays_until_a_second_person_confirms(north: District) -> None:
    tool, (first, second, third) = Tool(north), [make_contact(north) for _one in range(3)]
    assert [erase(tool, one) for one in (first, second, second, third)] == [204, 202, 202, 202]
    assert set(Contact.objects.all()) == {second, third}
    asked = Event.objects.filter(field_names=["asked_erasure"])
    assert {tuple(event.object_ids) for event in asked} == {(second.pk,), (third.pk,)}
    yes, no = (PendingAct.objects.get(subject=one.pk) for one in (second, third))
    with pytest.raises(PendingAct.DoesNotExist):
        confirm_act(actor=make_actor(north, role="supervisor"), act_id=yes.pk)
    with pytest.raises(PermissionDenied):
        confirm_act(actor=make_actor(north), act_id=yes.pk)
    officer = make_actor(role="privacy_officer")
    confirm_act(actor=officer, act_id=yes.pk)
    refuse_act(actor=officer, act_id=no.pk)
    assert set(Contact.objects.all()) == {third}
    event = Event.objects.filter(action=Action.ERASE).latest("pk")
    assert (event.object_ids, event.actor_id) == ([second.pk], officer.id)
    assert Change.objects.filter(object_id=second.pk, op="erased").exists()


def test_a_contact_into_which_others_were_merged_counts_as_several(north: District, client: Client) -> None:
    kept, other, plain = (make_contact(north) for _one in range(3))
    actor = make_actor(north)
    merge = merge_contacts(actor=actor, kept_id=kept.pk, versions={kept.pk: 1, other.pk: 1})
    Merge.objects.update(merged_at=timezone.now() - timedelta(days=400))  # whoever waits erases no more alone
    tag = f'"{Contact.objects.get(pk=kept.pk).version}"'
    assert Tool(north).delete(f"/contacts/{kept.pk}/", if_match=tag).status_code == 202
    assert PendingAct.objects.get().subject == kept.pk and Contact.objects.filter(pk=kept.pk).exists()
    client.force_login(make_user("confirmer"))
    assert "1 contact was merged into it." in client.get("/settings/waiting/").text
    assert erase(Tool(north), plain) == 204
    Merge.objects.filter(pk=merge.pk).update(undone_at=timezone.now())
    assert Tool(north).delete(f"/contacts/{kept.pk}/", if_match=tag).status_code == 204


def test_former_names_leave_notes_too_unless_somebody_else_has_them_now(north: District) -> None:
    actor, tool = make_actor(north), Tool(north)
    helen, yelena, other = (
        make_contact(north, given_name=given, family_name=family)
        for given, family in (("Helen", "Kwakstrom"), ("Yelena", "Quaxter"), ("Oddny", "Egilsson"))
    )
    said = ("Helen Kwakstrom", "Yelena Quaxter", "Yelena Marsh", "Oddny Egilsson")
    notes = [make_meeting(north, facts=f"{name} opens on Tuesdays.").pk for name in said]
    path = f"/contacts/{yelena.pk}/"
    for given, family in (("Oddny", "Egilsson"), ("Yelena", "Quaxter")):
        body = {"given_name": given, "family_name": family}
        assert tool.patch(path, body, if_match="*").status_code == 200
    merge_contacts(actor=actor, kept_id=yelena.pk, versions={yelena.pk: 3, helen.pk: 1})
    edit_contact(actor=actor, contact_id=yelena.pk, family_name="Marsh")
    pass_on_request(actor=actor, contact_id=yelena.pk, kind="access")
    assert set(DataRequest.objects.get().terms()["names"]) == set(said)
    withdraw_request(actor=SYSTEM, request_id=DataRequest.objects.get().pk)
    assert tool.delete(path, if_match="*").status_code == 202
    confirm_act(actor=make_actor(role="privacy_officer"), act_id=PendingAct.objects.get().pk)
    facts = Meeting.objects.in_bulk(notes)
    left = ["[a person] opens on Tuesdays."] * 3 + ["Oddny Egilsson opens on Tuesdays."]
    assert [facts[pk].facts for pk in notes] == left
    assert set(Contact.objects.all()) == {other}


def test_keys_are_counted_apart_and_each_day_begins_anew(
    north: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    contacts = [make_contact(north) for _one in range(4)]
    one, other = Tool(north), Tool(north)
    assert [erase(one, contacts[0]), erase(other, contacts[1]), erase(one, contacts[2])] == [204, 204, 202]
    tomorrow = city_today() + timedelta(days=1)
    monkeypatch.setattr(erasures, "city_today", lambda: tomorrow)  # because events cannot be backdated
    assert erase(one, contacts[3]) == 204
    PendingAct.objects.update(asked_at=timezone.now() - timedelta(days=8))
    assert withdraw_expired() == 1
    assert Contact.objects.filter(pk=contacts[2].pk).exists()


def test_an_erasure_that_is_refused_does_not_wait(north: District) -> None:
    tool, mine = Tool(north), [make_contact(north), make_contact(north)]
    elsewhere = make_contact(make_district())
    assert erase(tool, mine[0]) == 204
    assert erase(tool, elsewhere) == 404
    assert tool.delete(f"/contacts/{mine[1].pk}/", if_match='"7"').status_code == 412
    assert not PendingAct.objects.exists()


def test_a_confirmer_decides_without_reading_a_name(north: District, client: Client) -> None:
    tool, (first, second) = Tool(north), [make_contact(north, given_name="Zebedee") for _one in range(2)]
    assert [erase(tool, one) for one in (first, second)] == [204, 202]
    client.force_login(make_user("confirmer"))
    inbox = client.get("/settings/waiting/").text
    assert "A contact in North" in inbox and "Zebedee" not in inbox and str(second.pk) not in inbox
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    act = PendingAct.objects.get()
    done = client.post(f"/settings/waiting/{act.pk}/", {"decision": "confirm"}, follow=True)
    assert "Confirmed for A contact in North: erasure of a contact." in done.text
    assert not Contact.objects.exists()


def test_a_contact_that_is_gone_meanwhile_can_still_be_decided(north: District) -> None:
    tool, (first, second) = Tool(north), [make_contact(north) for _one in range(2)]
    assert [erase(tool, one) for one in (first, second)] == [204, 202]
    second.delete()
    confirm_act(actor=make_actor(role="privacy_officer"), act_id=PendingAct.objects.get().pk)
    assert not PendingAct.objects.waiting().exists()


def test_a_key_without_the_scope_makes_a_request_for_erasure(north: District) -> None:
    contact = make_contact(north, given_name="Sam", family_name="Example")
    tool = Tool(north, scopes=("contacts:read", "contacts:write"))
    assert [erase(tool, contact), erase(tool, contact)] == [202, 202]
    assert Contact.objects.filter(pk=contact.pk).exists()
    row = DataRequest.objects.get()
    assert (row.kind, row.channel, row.contact_id, row.received_by) == ("erase", "api", contact.pk, None)
    assert row.terms()["names"] == ["Sam Example"]
    assert erase(Tool(make_district(), scopes=("contacts:read", "contacts:write")), contact) == 404
    assert erase(Tool(north), contact) == 409  # while the request is open, the desk alone erases
    withdraw_request(actor=SYSTEM, request_id=row.pk)
    assert erase(Tool(north), contact) == 204


@pytest.mark.parametrize("role", ["officer", "supervisor"])
def test_whoever_is_signed_in_makes_a_request_for_erasure(north: District, client: Client, role: str) -> None:
    contact, elsewhere = make_contact(north), make_contact(make_district())
    client.force_login(make_user(role, north))

    def delete(one: Contact, tag: str) -> int:
        return client.delete(f"/api/v1/contacts/{one.pk}/", headers={"If-Match": tag}).status_code

    assert [delete(contact, '"1"'), delete(contact, "*"), delete(elsewhere, "*")] == [202, 202, 404]
    assert Contact.objects.filter(pk=contact.pk).exists() and not LedgerEntry.objects.exists()
    row = DataRequest.objects.get()
    assert (row.kind, row.channel, row.contact_id) == ("erase", "api", contact.pk)


def test_names_leave_notes_recipients_are_told_and_the_ledger_has_the_names(north: District) -> None:
    tool = Tool(north)
    names = [("Leila", "Haddad"), ("Oddny", "Egilsson")]
    for (given, family), status in zip(names, (204, 202), strict=True):
        contact = make_contact(north, given_name=given, family_name=family)
        note = make_meeting(north, facts=f"{given} {family} opens on Tuesdays.")
        record(SYSTEM, Action.EXPORT, "contact", [contact.pk], recipient="Parish · file x")
        assert erase(tool, contact) == status
        if status == 202:
            assert family in Meeting.objects.get(pk=note.pk).facts
            officer = make_actor(role="privacy_officer")
            confirm_act(actor=officer, act_id=PendingAct.objects.get(subject=contact.pk).pk)
        assert Meeting.objects.get(pk=note.pk).facts == "[a person] opens on Tuesdays."
        assert Notice.objects.filter(object_ids__contains=[contact.pk], recipient="Parish").exists()
        lines = LedgerEntry.objects.filter(contact_ids__contains=[contact.pk], sealed__isnull=False)
        assert [place[1] for place in lines.get().places] == [str(note.pk)]
    assert not Contact.objects.exists()
