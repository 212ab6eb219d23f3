"""Who received data is told when it is corrected, restricted or erased, and confirms (GDPR 19)."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.actors import Actor, actor_for
from accounts.models import Role, User
from audit.models import Action, Change, Event
from audit.services import record
from contacts.models import Contact
from districts.models import District
from meetings.models import Meeting
from privacy.codes import NoticeKind
from privacy.models import Finding, Notice
from privacy.queries.activity_log import events_visible_to
from privacy.services.corrections import correct_contact, correct_text
from privacy.services.findings import decide_finding
from privacy.services.notices import answer_notice, make_notices, mark_sent
from privacy.services.restrictions import restrict_contact, restrict_findings
from tests.api.clients import Tool
from tests.contacts.pages import browse
from tests.factories import make_contact, make_district, make_meeting, make_supervisor, make_user
from tests.privacy.making import make_notice, make_request

pytestmark = pytest.mark.django_db


@pytest.fixture
def north() -> District:
    return make_district("North")


@pytest.fixture
def privacy_officer() -> User:
    return make_user(Role.PRIVACY_OFFICER)


@pytest.fixture
def actor(privacy_officer: User) -> Actor:
    return actor_for(privacy_officer)


@pytest.fixture
def contact(north: District) -> Contact:
    return make_contact(north, given_name="Sam", family_name="Exampel", phone="+441144960648")


@pytest.fixture
def finding(privacy_officer: User, north: District, contact: Contact) -> Finding:
    meeting = make_meeting(north, facts="Sam said that the door is green")
    return make_request(privacy_officer, meeting, contact, kind="rectify")


def share(north: District, *ids: Any, recipient: str = "Health office") -> None:
    record(
        actor_for(make_supervisor(north)), Action.EXPORT, "contact", ids, recipient=f"{recipient} · file x"
    )


def correct(actor: Actor, finding: Finding, contact: Contact, **fields: Any) -> list[Notice]:
    return correct_contact(
        actor=actor,
        request_id=finding.request_id,
        contact_id=contact.pk,
        version=contact.version,
        fields=fields,
    )


def test_a_correction_tells_each_recipient_once(
    actor: Actor, north: District, contact: Contact, finding: Finding
) -> None:
    other = make_contact(north)
    for name in ("Health office", "health office", "Parish"):
        share(north, contact.pk, recipient=name)
    share(north, other.pk, recipient="Nobody of theirs")
    tool = Tool(north, name="Platform")
    tool.get("/contacts/"), tool.get("/contacts/")
    made = correct(actor, finding, contact, family_name="Example")
    assert sorted(one.recipient for one in made) == ["Health office", "Parish", "Platform"]
    assert {(one.kind, *one.field_names) for one in made} == {("corrected", "family_name")}
    assert [one.sent_at is not None for one in made] == [False, False, True], "a key reads its own"
    contact.refresh_from_db()
    assert str(contact) == "Sam Example" and contact.folded == "sam example"
    assert Change.objects.filter(object_id=contact.pk).latest("at").op == "updated", "the feed tells it"


def test_a_restricted_contact_can_be_corrected_and_stays_restricted(
    actor: Actor, contact: Contact, finding: Finding
) -> None:
    restrict_contact(actor=actor, contact_id=contact.pk, ground="accuracy_contested")
    contact.refresh_from_db()
    correct(actor, finding, contact, phone="+441144960649")
    contact.refresh_from_db()
    assert contact.phone.as_e164 == "+441144960649" and contact.is_restricted


def test_a_correction_needs_the_right_request_and_another_value(
    actor: Actor, privacy_officer: User, north: District, contact: Contact, finding: Finding
) -> None:
    with pytest.raises(ValidationError, match="at least one"):
        correct(actor, finding, contact, family_name="Exampel")
    with pytest.raises(ValidationError):
        correct(actor, finding, contact, family_name="")
    with pytest.raises(Contact.DoesNotExist):
        correct(actor, finding, make_contact(north), family_name="Other")
    objection = make_request(privacy_officer, make_meeting(north), contact)
    with pytest.raises(ValidationError, match="request for correction"):
        correct(actor, objection, contact, family_name="Other")
    with pytest.raises(PermissionDenied):
        correct(actor_for(make_supervisor(north)), finding, contact, family_name="Other")
    contact.refresh_from_db()
    assert contact.family_name == "Exampel" and not Notice.objects.exists()


def test_a_text_is_corrected_unless_it_was_changed_in_the_meantime(
    actor: Actor, north: District, finding: Finding
) -> None:
    meeting = Meeting.objects.get(pk=finding.object_id)
    share(north, meeting.pk)
    given: dict[str, Any] = {"actor": actor, "request_id": finding.request_id, "finding_id": finding.pk}
    with pytest.raises(ValidationError, match="in the meantime"):
        correct_text(**given, was="Sam said nothing", text="Sam said that the door is red")
    with pytest.raises(ValidationError, match="Change the text"):
        correct_text(**given, was=meeting.facts, text=meeting.facts)
    [told] = correct_text(**given, was=meeting.facts, text="Sam said that the door is red")
    assert (told.object_ids, told.field_names) == ([meeting.pk], ["facts"])
    meeting.refresh_from_db()
    assert meeting.facts == "Sam said that the door is red"


def test_the_pages_show_old_and_new_and_list_who_must_confirm(
    privacy_officer: User, north: District, contact: Contact, finding: Finding
) -> None:
    share(north, contact.pk)
    page = browse(privacy_officer)
    path = f"/privacy/requests/{finding.request_id}/"
    assert f"{path}correct/1/" in page.get(path).text
    html = page.get(f"{path}correct/1/").text
    assert "Family name, old" in html and html.count("Exampel") >= 2
    sent = {"given_name": "Sam", "family_name": "Example", "phone": "+441144960648", "version": "1"}
    assert page.post(f"{path}correct/1/", sent | {"family_name": ""}).status_code == 422
    assert page.post(f"{path}correct/1/", sent).status_code == 302
    assert "1 recipient, 1 without an answer" in page.get(path).text
    assert page.get(f"{path}correct/2/").status_code == 404
    text = f"{path}findings/{finding.pk}/correct/"
    was = "Sam said that the door is green"
    assert was in page.get(text).text
    assert page.post(text, {"was": was, "text": "Sam said little"}).status_code == 302
    listed = page.get("/privacy/notices/").text
    for said in ("Health office", "family name", "Not sent yet", f"/contacts/{contact.pk}/"):
        assert said in listed, said
    row = Notice.objects.get()
    page.post(f"/privacy/notices/{row.pk}/", {"sent": "1"})
    assert "Sent today" in page.get("/privacy/notices/").text
    page.post(f"/privacy/notices/{row.pk}/", {"answer": "done"})
    row.refresh_from_db()
    assert row.answer == "done" and row.answered_at
    assert "No notice waits" in page.get("/privacy/notices/").text


def test_after_14_days_without_an_answer_a_notice_is_late(privacy_officer: User, contact: Contact) -> None:
    for days, name in ((14, "In time"), (16, "Late office")):
        made = timezone.now() - timedelta(days=days)
        make_notice(privacy_officer, contact, recipient=name, made_at=made)
    html = browse(privacy_officer).get("/privacy/notices/").text
    late, in_time = html.index("Late office"), html.index("In time")
    assert late < html.index("No answer by") < in_time, "the oldest is first"
    assert html.count("No answer by") == 1


def test_a_key_reads_its_notices_and_confirms_them(
    actor: Actor, north: District, contact: Contact, finding: Finding
) -> None:
    tool, other = Tool(north), Tool(make_district("South"))
    tool.get("/contacts/")
    assert tool.get("/me/").json()["notices"] == []
    [made] = correct(actor, finding, contact, family_name="Example")
    [told] = tool.get("/me/").json()["notices"]
    assert (told["id"], told["kind"], told["object_ids"], told["field_names"]) == (
        str(made.pk),
        "corrected",
        [str(contact.pk)],
        ["family_name"],
    )
    assert other.get("/me/").json()["notices"] == []
    path = f"/notices/{made.pk}/"
    assert other.post(path, {"answer": "done"}).status_code == 404
    for wrong in ({"answer": "none"}, {"answer": ""}, {}, {"answer": "done", "note": "x"}):
        assert tool.post(path, wrong).status_code == 400, wrong
    for _again in range(2):
        answer = tool.post(path, {"answer": "done"})
        assert answer.status_code == 200 and answer.json()["answer"] == "done"
    assert tool.get("/me/").json()["notices"] == []
    [event] = Event.objects.filter(object_type="notice", actor_kind="key", allowed=True)
    assert event.actor_id == tool.key.pk
    assert not events_visible_to(actor_for(make_supervisor(north))).filter(object_type="notice").exists()


def test_restricting_and_erasing_make_notices_too(actor: Actor, north: District, contact: Contact) -> None:
    share(north, contact.pk)
    restrict_contact(actor=actor, contact_id=contact.pk, ground="evidence")
    [told] = Notice.objects.all()
    assert (told.kind, told.recipient, told.object_ids) == ("restricted", "Health office", [contact.pk])
    [gone] = make_notices(actor, NoticeKind.ERASED, [contact.pk])
    assert gone.recipient == "Health office", "the notice itself is not taken for sharing"


@pytest.mark.parametrize("with_contact", [True, False])
def test_restricting_texts_tells_who_read_or_wrote_their_records(
    actor: Actor, north: District, contact: Contact, finding: Finding, with_contact: bool
) -> None:
    meeting, tool = Meeting.objects.get(pk=finding.object_id), Tool(north, name="Platform")
    assert tool.get(f"/meetings/{meeting.pk}/").status_code == 200
    share(north, meeting.pk)
    rest = {"actor": actor, "ground": "evidence"}
    decide = {"actor": actor, "request_id": finding.request_id, "finding_id": finding.pk}
    decide_finding(verdict="somebody_else", **decide)
    if with_contact:
        restrict_contact(contact_id=contact.pk, request=finding.request, **rest)
        assert not Notice.objects.exists(), "nobody received the contact"
        decide_finding(verdict="theirs", **decide)
    else:
        decide_finding(verdict="theirs", **decide)
        restrict_findings(request_id=finding.request_id, **rest)
    told = Notice.objects.order_by("recipient")
    assert [(one.kind, one.recipient, one.key_id) for one in told] == [
        ("restricted", "Health office", None),
        ("restricted", "Platform", tool.key.pk),
    ]
    assert {pk for one in told for pk in one.object_ids} == {meeting.pk}


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SUPERVISOR, Role.ADMINISTRATOR, Role.CONFIRMER])
def test_only_privacy_officers_and_the_key_see_and_answer_a_notice(
    privacy_officer: User, north: District, contact: Contact, role: str
) -> None:
    row = make_notice(privacy_officer, contact)
    other = actor_for(make_user(role, north))
    assert list(Notice.objects.visible_to(other)) == []
    with pytest.raises(PermissionDenied):
        mark_sent(actor=other, notice_id=row.pk)
    with pytest.raises(PermissionDenied):
        answer_notice(actor=other, notice_id=row.pk, answer="done")
    answer_notice(actor=actor_for(privacy_officer), notice_id=row.pk, answer="none")
    row.refresh_from_db()
    assert row.answer == "none"
