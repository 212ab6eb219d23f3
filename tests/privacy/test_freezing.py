"""What an open data request found cannot be deleted at any door, until the request is answered."""

import pytest
from django.core.exceptions import ValidationError

from accounts.actors import Actor, actor_for
from accounts.models import PendingAct, Role, User
from accounts.services.acts import confirm_act
from contacts.merging.services import merge_contacts, merge_organisations
from contacts.models import Contact
from contacts.services.erasures import erase_or_ask
from contacts.services.organisations import erase_organisations
from districts.models import District
from jobs.services.running import run_next
from lib.freezing import Frozen, refuse_frozen
from meetings.models import Meeting
from meetings.services.follow_ups import erase_follow_ups
from meetings.services.meetings import erase_meetings
from privacy.codes import Matched, RequestKind, Verdict
from privacy.exports.drafts import draft_of
from privacy.models import DataRequest, Finding
from privacy.queries.frozen_rows import frozen_by_requests
from privacy.services.erasures import refuse_erasure
from privacy.services.findings import cut_finding, decide_finding
from privacy.services.requests import answer_request, start_search, withdraw_request
from tests.api.clients import Tool
from tests.factories import (
    make_actor,
    make_contact,
    make_district,
    make_meeting,
    make_organisation,
    make_supervisor,
    make_user,
)
from tests.meetings.test_timeline import make_promise
from tests.privacy.making import make_request
from tests.privacy.requesting import FACTS, TERMS, identified, receive, searched, sure

pytestmark = pytest.mark.django_db


@pytest.fixture
def north() -> District:
    return make_district("North")


@pytest.fixture
def desk() -> User:
    return make_user(Role.PRIVACY_OFFICER)


@pytest.fixture
def supervisor(north: District) -> Actor:
    return actor_for(make_supervisor(north))


def find(row: DataRequest, model: str, pk: object, field: str) -> Finding:
    return Finding.objects.create(
        request=row, position=9, model=model, object_id=str(pk), field=field, matched=Matched.EXACT,
        passages=[[0, 3]],
    )  # fmt: skip


def test_a_contact_who_asked_is_erased_only_after_the_answer(
    north: District, desk: User, supervisor: Actor
) -> None:
    contact, other = make_contact(north), make_contact(north)
    finding = make_request(desk, make_meeting(north), contact, kind="access")
    with pytest.raises(Frozen) as refused:
        erase_or_ask(actor=supervisor, contact_id=contact.pk)
    assert finding.request.number not in str(refused.value)
    assert "privacy request is open" in str(refused.value)
    with pytest.raises(Frozen, match=finding.request.number):
        refuse_frozen(actor_for(desk), [contact])
    assert erase_or_ask(actor=supervisor, contact_id=other.pk)
    answer_request(actor=actor_for(desk), request_id=finding.request_id, decision="granted")
    assert not erase_or_ask(actor=supervisor, contact_id=contact.pk)  # the second of a day waits, as before
    assert Contact.objects.filter(pk=contact.pk).exists()


def test_a_contact_who_may_have_asked_is_frozen_from_the_receipt_until_the_search_has_run(
    north: District, desk: User, supervisor: Actor
) -> None:
    actor, officer = actor_for(desk), actor_for(make_supervisor(north))
    asking = make_contact(north, given_name="Háddad", family_name="LEILA")  # in the other order
    reached = make_contact(north, given_name="Noor", family_name="Reached", phone="+441144960648")
    written = make_contact(north, given_name="Kim", family_name="Written", email="leila@mill.example")
    similar = make_contact(north, given_name="Leila", family_name="Somebody")
    asked_before = make_contact(north, given_name="Leila", family_name="Haddad")
    erase_or_ask(actor=supervisor, contact_id=make_contact(north).pk)
    assert not erase_or_ask(actor=supervisor, contact_id=asked_before.pk)
    act = PendingAct.objects.get(subject=asked_before.pk)

    row = identified(actor, terms=TERMS | {"emails": ["Leila@Mill.example"]})
    for contact in (asking, reached, written):
        with pytest.raises(Frozen):
            erase_or_ask(actor=officer, contact_id=contact.pk)
        with pytest.raises(Frozen, match=row.number):
            refuse_frozen(actor, [contact])
    assert Tool(north).delete(f"/contacts/{asking.pk}/", if_match='"1"').json()["code"] == "frozen"
    assert erase_or_ask(actor=officer, contact_id=similar.pk)
    confirmer = make_actor(role=Role.CONFIRMER)
    with pytest.raises(Frozen):
        confirm_act(actor=confirmer, act_id=act.pk)

    late = make_contact(north, given_name="Leila", family_name="Haddad")
    start_search(actor=actor, request_id=row.pk)
    with pytest.raises(Frozen):
        refuse_frozen(actor, [late])
    assert run_next()
    row.refresh_from_db()
    found = set(Finding.objects.filter(request=row).values_list("object_id", flat=True))
    assert {str(one.pk) for one in (asking, reached, written, late, asked_before)} <= found
    with pytest.raises(Frozen):
        refuse_frozen(actor, [asking])
    Finding.objects.filter(request=row).update(verdict=Verdict.SOMEBODY_ELSE)
    confirm_act(actor=confirmer, act_id=act.pk)
    assert not Contact.objects.filter(pk=asked_before.pk).exists()
    refuse_frozen(actor, [asking, reached, written, late])


def test_a_rule_and_the_review_queue_leave_out_who_may_have_asked_until_the_request_is_withdrawn(
    north: District, desk: User
) -> None:
    contact = make_contact(north, given_name="Leila", family_name="Haddad")
    row = receive(actor_for(desk))
    frozen = Contact.objects.filter(frozen_by_requests("contacts.Contact"))
    assert list(frozen) == [contact]
    withdraw_request(actor=actor_for(desk), request_id=row.pk)
    assert not frozen.all().exists()
    assert DataRequest.objects.get(pk=row.pk).frozen_contact_ids == []


def test_an_erasure_waits_for_a_request_that_has_not_been_searched(north: District, desk: User) -> None:
    contact = make_contact(north, given_name="Leila", family_name="Haddad")
    erase = make_request(desk, make_meeting(north), contact, kind="erase")
    refuse_erasure(erase.request)
    waiting = receive(actor_for(desk))
    with pytest.raises(ValidationError, match=waiting.number):
        refuse_erasure(erase.request)


def test_a_contact_is_also_frozen_by_a_finding_on_what_is_deleted_with_them(
    north: District, desk: User, supervisor: Actor
) -> None:
    contact = make_contact(north, make_organisation(north))
    role = contact.affiliations.get()
    row = receive(actor_for(desk))
    found = find(row, "contacts.Affiliation", role.pk, "role_title")
    with pytest.raises(Frozen):
        erase_or_ask(actor=supervisor, contact_id=contact.pk)
    found.verdict = Verdict.SOMEBODY_ELSE
    found.save()
    assert erase_or_ask(actor=supervisor, contact_id=contact.pk)


def test_a_merge_an_undone_log_and_an_undone_import_are_refused_until_the_request_is_closed(
    north: District, desk: User, supervisor: Actor
) -> None:
    actor = actor_for(desk)
    row = receive(actor)
    one, two = make_organisation(north), make_organisation(north)
    meeting, promise = make_meeting(north), make_promise(one)
    here, there = make_contact(north), make_contact(north)
    for label, pk, field in (
        ("contacts.Organisation", two.pk, "summary"),
        ("meetings.Meeting", meeting.pk, "facts"),
        ("meetings.FollowUp", promise.pk, "title"),
        ("contacts.Contact", there.pk, "given_name"),
    ):
        find(row, label, pk, field)
    acts = (
        lambda: merge_organisations(actor=supervisor, kept_id=one.pk, versions={one.pk: 1, two.pk: 1}),
        lambda: merge_contacts(actor=supervisor, kept_id=here.pk, versions={here.pk: 1, there.pk: 1}),
        lambda: erase_organisations(actor=supervisor, ids=[two.pk], purpose="import"),
        lambda: erase_meetings(supervisor, [meeting]),
        lambda: erase_follow_ups(supervisor, [promise]),
    )
    for act in acts:
        with pytest.raises(Frozen):
            act()
    withdraw_request(actor=actor, request_id=row.pk)
    for act in acts[:2] + acts[3:]:
        act()


def test_an_organisation_that_asked_for_its_record_is_not_merged(
    north: District, desk: User, supervisor: Actor
) -> None:
    one, two = make_organisation(north), make_organisation(north)
    DataRequest.objects.filter(pk=receive(actor_for(desk)).pk).update(
        kind=RequestKind.ORGANISATION_COPY, organisation_id=two.pk
    )
    with pytest.raises(Frozen):
        merge_organisations(actor=supervisor, kept_id=one.pk, versions={one.pk: 1, two.pk: 1})


def test_an_erasure_waits_for_another_open_request_for_the_same_data(north: District, desk: User) -> None:
    contact, meeting = make_contact(north), make_meeting(north)
    access = make_request(desk, meeting, contact, kind="access")
    erase = make_request(desk, meeting, contact, kind="erase")
    with pytest.raises(ValidationError, match=access.request.number):
        refuse_erasure(erase.request)
    answer_request(actor=actor_for(desk), request_id=access.request_id, decision="granted")
    refuse_erasure(erase.request)


def test_an_erasure_does_not_wait_for_someone_else_in_the_same_note(north: District, desk: User) -> None:
    meeting = make_meeting(north)
    other = make_request(desk, meeting, make_contact(north), kind="access")
    other.passages = [[40, 44]]
    other.save()
    refuse_erasure(make_request(desk, meeting, make_contact(north), kind="erase").request)


def test_a_found_text_stays_as_it_was_found_whatever_its_officer_makes_of_it(
    north: District, desk: User
) -> None:
    meeting = make_meeting(north, facts=FACTS)
    make_meeting(north, facts="Leila Haddad came.")
    contact = make_contact(north, given_name="Leila", family_name="Haddad")
    actor, client = actor_for(desk), sure(desk)
    row = searched(actor)
    for one in Finding.objects.filter(request=row):
        decide_finding(actor=actor, request_id=row.pk, finding_id=one.pk, verdict=Verdict.THEIRS)
    one = Finding.objects.get(request=row, object_id=str(meeting.pk))
    start = FACTS.index("Samir")
    cut_finding(
        actor=actor, request_id=row.pk, finding_id=one.pk, cuts=[(start, start + 5)],
        grounds=["third_party_rights"], length=len(FACTS),
    )  # fmt: skip

    Meeting.objects.filter(pk=meeting.pk).update(facts="Now: Samir Haddad and nobody else.")
    Contact.objects.filter(pk=contact.pk).update(given_name="Lena")
    page = client.get(f"/privacy/requests/{row.pk}/").text
    assert "<mark>Leila Haddad</mark> opens on Tuesdays" in page and '<del class="cut">Samir</del>' in page
    assert "Now: Samir Haddad and nobody else." in page
    assert page.count("It was changed since") == 2, "the other note is as it was"
    content = draft_of(actor, row).content
    texts = {fact["text"] for fact in content["facts"]}
    assert texts == {FACTS.replace("Samir", "[…]"), "Leila Haddad came.", "Leila Haddad"}
    assert "Lena" in str(content["records"]), "the record as it is today is given, too"

    start_search(actor=actor, request_id=row.pk)
    assert run_next()
    again = Finding.objects.get(pk=one.pk)
    assert (again.text, again.cuts, again.verdict) == (FACTS, [[start, start + 5]], "theirs")
    withdraw_request(actor=actor, request_id=row.pk)
    assert set(Finding.objects.filter(request=row).values_list("text", flat=True)) == {""}
    assert "It is not kept here" in client.get(f"/privacy/requests/{row.pk}/").text


def test_the_api_answers_409_without_the_number(north: District, desk: User) -> None:
    contact = make_contact(north)
    finding = make_request(desk, make_meeting(north), contact, kind="access")
    tool = Tool(north)
    answer = tool.delete(f"/contacts/{contact.pk}/", if_match='"1"')
    assert (answer.status_code, answer.json()["code"]) == (409, "frozen")
    assert finding.request.number not in answer.content.decode()
