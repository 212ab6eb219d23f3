"""The search for the person of a request: who may start it, and what it finds."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.actors import SYSTEM, Actor, actor_for
from accounts.models import PendingAct, Role, User
from accounts.services.acts import confirm_act
from accounts.services.effects import summaries_of
from audit.models import Action, Event
from contacts.services.private_channels import set_private_channel
from districts.models import District
from jobs.models import Job
from jobs.services.running import run_next
from lib.days import city_today
from privacy.codes import Identity, RequestStatus, Verdict
from privacy.models import Finding
from privacy.rules.finding import person_search
from privacy.services import requests as services
from privacy.services.findings import decide_finding
from privacy.services.searches import names_group
from tests.factories import (
    make_contact,
    make_district,
    make_meeting,
    make_user,
)
from tests.privacy.requesting import FACTS, findings, identified, receive, searched, sure

pytestmark = pytest.mark.django_db


def test_no_search_starts_before_the_identity_is_confirmed(actor: Actor) -> None:
    row = services.ask_identity(actor=actor, request_id=receive(actor).pk)
    assert row.status == RequestStatus.IDENTITY_ASKED
    with pytest.raises(ValidationError, match="Confirm the identity"):
        services.start_search(actor=actor, request_id=row.pk)
    with pytest.raises(ValidationError):
        services.confirm_identity(actor=actor, request_id=row.pk, identity=Identity.NOT_YET)
    row = services.confirm_identity(actor=actor, request_id=row.pk, identity=Identity.KNOWN_CHANNEL)
    assert row.identity_on == city_today()
    assert services.start_search(actor=actor, request_id=row.pk).status == RequestStatus.SEARCHING


def test_the_search_finds_the_person_in_records_and_texts_of_every_district(
    actor: Actor, north: District
) -> None:
    contact = make_contact(north, given_name="Leila", family_name="Haddad")
    set_private_channel(actor=SYSTEM, contact_id=contact.pk, phone="+441144960648", email="")
    make_contact(north, given_name="Leila", family_name="Mansour")
    make_meeting(make_district("South"), facts=FACTS, assessment="Лейла Хаддад is calm", place="Hall")
    row = searched(actor)
    assert {(*key, one.matched) for key, one in findings(row).items()} == {
        ("contacts.Contact", "given_name", "exact"),
        ("contacts.PrivateChannel", "phone", "phone"),
        ("meetings.Meeting", "facts", "exact"),
        ("meetings.Meeting", "assessment", "similar"),
    }
    assert {one.verdict for one in Finding.objects.of_request(row)} == {""}, (
        "the machine calls nothing theirs"
    )
    event = Event.objects.filter(action=Action.SEARCH, object_type="data_request").get()
    assert (event.object_ids, event.purpose) == ([row.pk], row.number)


def test_searching_again_keeps_verdicts_and_drops_what_is_gone(actor: Actor, north: District) -> None:
    meeting, other = (make_meeting(north, facts=FACTS) for _ in range(2))
    row = searched(actor)
    one = Finding.objects.get(object_id=str(meeting.pk))
    decide_finding(actor=actor, request_id=row.pk, finding_id=one.pk, verdict=Verdict.THEIRS)
    other.delete()
    make_meeting(north, facts="Leila Haddad again")
    services.start_search(actor=actor, request_id=row.pk)
    assert run_next()
    assert sorted(Finding.objects.of_request(row).values_list("verdict", flat=True)) == ["", "theirs"]


# --- Words about communities ------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.CONFIRMER, Role.PRIVACY_OFFICER])
def test_a_search_for_a_word_about_a_community_waits_for_a_second_person(actor: Actor, role: str) -> None:
    row = identified(actor, terms={"names": ["Leila Haddad", name := "Roma"]})
    assert services.start_search(actor=actor, request_id=row.pk).status == RequestStatus.OPEN
    assert not Job.objects.exists()
    act = PendingAct.objects.get()
    with pytest.raises(PermissionDenied):
        confirm_act(actor=actor, act_id=act.pk)
    [shown] = summaries_of([act]).values()
    assert row.number in shown.title and name not in f"{shown.title} {shown.lines}"
    confirm_act(actor=actor_for(make_user(role)), act_id=act.pk)
    row.refresh_from_db()
    assert row.status == RequestStatus.SEARCHING
    assert run_next()
    assert services.start_search(actor=actor, request_id=row.pk).status == RequestStatus.SEARCHING  # again


def test_a_misspelling_passes_no_gate_that_the_search_forgives(actor: Actor) -> None:
    words = ["Synagogue", "Mosque", "gay member", "HIV"]
    misspelt = ["Rroma", "Mosqeu", "Imam", "Imman", "Muslmische", "Gitannos", "Мюслюлмани", "Rroma children"]
    for name in (*words, *misspelt, "Roman", "Iman Saleh"):
        assert names_group([name]), name
    assert any(person_search(["Roman"], (), ()).hits("a Roma family")), "so this name waits"
    row = identified(actor, terms={"names": ["Rroma"]})
    assert services.start_search(actor=actor, request_id=row.pk).status == RequestStatus.OPEN


def test_the_name_of_a_person_is_searched_at_once(actor: Actor, north: District) -> None:
    assert names_group(["Rosa Church"])
    for given, family in (("Yasmin", "Saleh"), ("Roman", "Weber"), ("Rosa", "Marin"), ("Ivy", "Church")):
        make_contact(north, given_name=given, family_name=family)
    for name in ("Leila Haddad", "Noor", "Christian Weber", "Rosa Church", "Iman Saleh", "Romana Weber"):
        assert not names_group([name]), name
    assert names_group(["Roman"]), "a single name finds the word, too"
    assert names_group(["Roman children"])
    row = identified(actor, terms={"names": ["Rosa Church", "Noor"]})
    assert services.start_search(actor=actor, request_id=row.pk).status == RequestStatus.SEARCHING


def test_the_page_says_that_the_search_waits(officer_of_privacy: User, actor: Actor) -> None:
    row = identified(actor, terms={"names": ["Synagogue"]})
    client = sure(officer_of_privacy)
    client.post(f"/privacy/requests/{row.pk}/search/", {"version": str(row.version)})
    assert "A second person must confirm the search" in client.get(f"/privacy/requests/{row.pk}/").text
