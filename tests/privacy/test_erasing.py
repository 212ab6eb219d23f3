"""Erasing a person: texts keep the rest, contacts leave, and a killed job reaches the same end."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone

from accounts.actors import Actor, actor_for
from accounts.models import User
from audit.models import Action, Event
from audit.services import record
from contacts.models import Contact, Merge, NotADuplicate
from contacts.services.private_channels import set_private_channel
from districts.models import District, PeriodNote
from jobs.models import Job
from jobs.services.running import run_next
from lib import erasable
from lib.ids import uuid7
from meetings.models import FollowUp, Meeting, MeetingContact
from privacy.codes import Matched, RequestStatus, Verdict
from privacy.models import DataRequest, Erasure, Finding, Notice, Package
from privacy.queries import erasure_plans
from privacy.queries.activity_log import events_visible_to
from privacy.services import erasure_job
from privacy.services import requests as services
from privacy.services.erasures import ask_erasure
from privacy.services.findings import decide_finding
from privacy.services.restrictions import restrict_contact
from tests.factories import (
    PASSWORD,
    make_contact,
    make_meeting,
    make_officer,
    make_organisation,
    make_supervisor,
)
from tests.privacy import planting
from tests.privacy.erasures import FACTS, NAME, PHONE, decided, erased, make_leila
from tests.privacy.requesting import receive
from tests.reports.city import (
    at,
    close_incident,
    make_call,
    make_concern,
    make_incident,
    make_promise,
    make_step,
    old,
)
from tests.reports.test_the_past_stays import figures

pytestmark = pytest.mark.django_db


def test_an_objection_that_is_refused_needs_no_erasure_and_the_restriction_stays_until_it_is_lifted(
    north: District, actor: Actor, client: Client
) -> None:
    leila = make_leila(north)
    row = decided(actor, "object")
    row.contact_id = leila.pk
    row.save(update_fields=["contact_id"])
    restrict_contact(actor=actor, contact_id=leila.pk, ground="objection_pending")
    client.force_login(User.objects.get(pk=actor.id))
    sent = {"decision": "refused", "grounds": ["public_security"], "version": row.version}
    said = client.post(f"/privacy/requests/{row.pk}/answer/", sent, follow=True).text
    assert "Request answered." in said and "The contact is still restricted." in said
    assert Contact.objects.get(pk=leila.pk).is_restricted


def test_the_person_leaves_and_the_rest_of_each_text_stays(north: District, actor: Actor) -> None:
    leila, other = make_leila(north), make_contact(north)
    set_private_channel(actor=actor_for(make_officer(north)), contact_id=leila.pk, phone=PHONE)
    place = make_organisation(north, summary=f"Opened by {NAME} in May")
    meeting = make_meeting(north, place, facts=FACTS, subject=f"Tea with {NAME}", headcount=None)
    MeetingContact.objects.create(meeting=meeting, contact=leila, attendance="attended")
    MeetingContact.objects.create(meeting=meeting, contact=other, attendance="attended")
    promise = FollowUp.objects.create(
        title="Call back", owner=make_officer(north), contact=leila,
        due_on=timezone.localdate(), first_due_on=timezone.localdate(),
    )  # fmt: skip
    one, two = sorted((leila.pk, other.pk))
    NotADuplicate.objects.create(object_type="contact", one=one, other=two)
    merge = Merge.objects.create(
        object_type="contact", kept_id=uuid7(), gone_ids=[leila.pk], kept_version=1, memory={"kept": NAME}
    )
    made = erased(actor, decided(actor))
    assert set(Contact.objects.all()) == {other}
    for row in (meeting, place, promise, merge):
        row.refresh_from_db()
    assert (
        meeting.facts
        == "[a person] opens on Tuesdays. Ask [a person], [a person]. Her cousin Samir was asked."
    )
    assert (meeting.subject, meeting.headcount) == ("Tea with [a person]", 2)
    assert place.summary == "Opened by [a person] in May"
    assert "haddad" not in meeting.folded + place.folded
    assert (promise.contact, merge.memory) == (None, None)
    assert not NotADuplicate.objects.exists()
    assert made.done_at
    assert not Event.objects.filter(
        object_ids__contains=[meeting.pk], action=Action.UPDATE, login=NAME
    ).exists()


def test_what_is_about_someone_else_stays(north: District, actor: Actor) -> None:
    make_leila(north)
    meeting, other = (make_meeting(north, facts=FACTS) for _one in range(2))
    row = decided(actor)
    finding = Finding.objects.of_request(row).get(object_id=str(other.pk))
    decide_finding(actor=actor, request_id=row.pk, finding_id=finding.pk, verdict=Verdict.SOMEBODY_ELSE)
    erased(actor, row)
    assert "[a person]" in Meeting.objects.get(pk=meeting.pk).facts
    assert Meeting.objects.get(pk=other.pk).facts == FACTS


def test_a_job_that_is_killed_after_any_step_reaches_the_same_end(
    north: District, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is stopped after the first write, after the second, and so on, until it ends."""
    make_leila(north)
    meetings = [make_meeting(north, facts=FACTS, subject=f"Tea with {NAME}") for _one in range(3)]
    today = timezone.localdate()
    PeriodNote.objects.create(
        district=north, text=f"{NAME} was away", since=today, until=today + timedelta(1)
    )
    monkeypatch.setattr(erasure_job, "_AT_ONCE", 1)
    row = decided(actor)
    made = Erasure.objects.create(request=row)
    erasure_job.begin(made)
    fixed, kills = made.places, 0

    class Killed(BaseException):
        pass

    def run(steps: int) -> None:
        def progress(done: int, _total: int | None) -> None:
            nonlocal steps
            steps -= 1
            if not steps:
                raise Killed

        places = erasure_job.places_of(made)
        erasure_job.carry_out(actor, places, made.contact_ids, erasure_plans.search_for(row), progress)

    for steps in range(1, 20):
        try:
            run(steps)
        except Killed:
            kills += 1
            erasure_job.begin(made)
            assert made.places == fixed
    assert kills == 4
    run(100)
    assert not Contact.objects.filter(family_name="Haddad").exists()
    assert "Haddad" not in PeriodNote.objects.get().text
    for meeting in meetings:
        meeting.refresh_from_db()
        assert meeting.subject == "Tea with [a person]"
        assert meeting.version == 2


def find_too(actor: Actor, meeting: Meeting) -> Finding:
    """The finding of Samir, whose request has the text as it was."""
    row = receive(actor, terms={"names": ["Samir Nasser"]})
    start = FACTS.index("Samir")
    return Finding.objects.create(
        request=row, position=1, model="meetings.Meeting", object_id=str(meeting.pk), field="facts",
        matched=Matched.SIMILAR, passages=[[start, start + 5]], text=FACTS,
    )  # fmt: skip


def test_a_text_that_was_edited_meanwhile_is_searched_again(north: District, actor: Actor) -> None:
    make_leila(north)
    meeting = make_meeting(north, facts=FACTS)
    row = decided(actor)
    made = Erasure.objects.create(request=row)
    erasure_job.begin(made)
    Meeting.objects.filter(pk=meeting.pk).update(facts="Today Leila Haddad came. Samir left.")
    other = find_too(actor, meeting)
    places = erasure_job.places_of(made)
    erasure_job.carry_out(actor, places, made.contact_ids, erasure_plans.search_for(row))
    assert Meeting.objects.get().facts == "Today [a person] came. Samir left."
    other.refresh_from_db()
    assert other.text and [word for word in ("Leila", "Hadad", "0648") if word in other.text] == []
    assert other.text[slice(*other.passages[0])] == "Samir", "another request finds its person where it did"


def test_a_request_is_neither_refused_nor_withdrawn_after_the_data_was_erased(
    north: District, actor: Actor
) -> None:
    make_leila(north)
    row = decided(actor)
    erased(actor, row)
    for decision in ("refused", "nothing_held"):
        with pytest.raises(ValidationError, match="was erased"):
            services.answer_request(
                actor=actor, request_id=row.pk, decision=decision, grounds=["public_security"]
            )
    with pytest.raises(ValidationError, match="was erased"):
        services.withdraw_request(actor=actor, request_id=row.pk)
    services.answer_request(actor=actor, request_id=row.pk, decision="granted")


def test_an_erasure_searches_once_more_and_waits_for_a_verdict_on_what_was_written_since(
    north: District, actor: Actor, client: Client
) -> None:
    make_leila(north)
    other = make_meeting(north, facts=FACTS)
    row = decided(actor)
    finding = Finding.objects.of_request(row).get(object_id=str(other.pk))
    decide_finding(actor=actor, request_id=row.pk, finding_id=finding.pk, verdict=Verdict.SOMEBODY_ELSE)
    Meeting.objects.filter(pk=other.pk).update(facts=f"{FACTS} {NAME} called again.")
    new = make_meeting(north, facts=f"{NAME} came back.")
    made = ask_erasure(actor=actor, request_id=row.pk)
    assert run_next() and Contact.objects.exists()
    assert "written since" in Job.objects.get(pk=str(made.job)).message
    client.force_login(User.objects.get(pk=actor.id))
    page = client.get(f"/privacy/requests/{row.pk}/").text
    assert "Search again" in page and "written since the search" in page
    with pytest.raises(ValidationError, match="verdict"):
        ask_erasure(actor=actor, request_id=row.pk)
    unread = Finding.objects.of_request(row).blocking()
    assert set(unread.values_list("object_id", flat=True)) == {str(other.pk), str(new.pk)}
    for one in unread:
        decide_finding(actor=actor, request_id=row.pk, finding_id=one.pk, verdict=Verdict.THEIRS)
    assert ask_erasure(actor=actor, request_id=row.pk).pk == made.pk
    assert run_next() and not Contact.objects.exists()
    assert "Haddad" not in "".join(Meeting.objects.values_list("facts", flat=True))
    assert "Search again" not in client.get(f"/privacy/requests/{row.pk}/").text
    with pytest.raises(ValidationError, match="being erased"):
        services.start_search(actor=actor, request_id=row.pk)


def test_an_erasure_is_refused_in_the_wrong_request_state_or_role(north: District, actor: Actor) -> None:
    leila = make_leila(north)
    meeting = make_meeting(north, facts=FACTS)
    copy = decided(actor, kind="access")
    with pytest.raises(ValidationError, match="Only a request for erasure"):
        ask_erasure(actor=actor, request_id=copy.pk)
    row = decided(actor)
    with pytest.raises(PermissionDenied):
        ask_erasure(actor=actor_for(make_officer(north)), request_id=row.pk)
    finding = Finding.objects.of_request(row).get(object_id=str(meeting.pk))
    decide_finding(actor=actor, request_id=row.pk, finding_id=finding.pk, verdict=Verdict.UNSURE)
    with pytest.raises(ValidationError, match="verdict"):
        ask_erasure(actor=actor, request_id=row.pk)
    decide_finding(actor=actor, request_id=row.pk, finding_id=finding.pk, verdict=Verdict.THEIRS)
    restrict_contact(actor=actor, contact_id=leila.pk, ground="evidence")
    with pytest.raises(ValidationError, match="evidence"):
        ask_erasure(actor=actor, request_id=row.pk)
    assert Contact.objects.filter(pk=leila.pk).exists()


@pytest.mark.parametrize("kind", ["erase", "object"])
def test_a_request_is_granted_only_after_the_data_is_erased(north: District, actor: Actor, kind: str) -> None:
    make_leila(north)
    row = decided(actor, kind)
    for decision in ("granted", "partly"):
        with pytest.raises(ValidationError, match="Erase the data"):
            services.answer_request(
                actor=actor, request_id=row.pk, decision=decision, grounds=["public_security"]
            )
    erased(actor, row)
    row.refresh_from_db()
    done = services.answer_request(actor=actor, request_id=row.pk, decision="granted", version=row.version)
    assert done.status == RequestStatus.ANSWERED


def test_officers_do_not_see_the_events_of_an_erasure(north: District, actor: Actor) -> None:
    make_leila(north)
    meeting = make_meeting(north, facts=FACTS)
    erased(actor, decided(actor))
    seen = events_visible_to(actor).filter(object_ids__contains=[meeting.pk], action=Action.UPDATE)
    assert seen.exists()
    assert not events_visible_to(actor_for(make_officer(north))).filter(pk__in=seen.values("pk")).exists()


def test_every_table_whose_texts_can_name_a_person_has_a_writer() -> None:
    own = {"contacts.Contact"}  # deleted as a whole
    needed = {one.model for one in planting.searched_fields() if one.erasure != "keep"}
    assert needed - own <= set(erasable.writers())


@pytest.mark.thorough
def test_every_figure_is_the_same_before_and_after(north: District, actor: Actor) -> None:
    """A planned name in everything that figures count: meetings, follow-ups, concerns, organisations."""
    leila, day = make_leila(north), date(2024, 8, 12)
    place = old(make_organisation(north, summary=f"Opened by {NAME}", name="Haddad Leila Bakery"))
    held = {"facts": FACTS, "subject": f"Tea with {NAME}", "headcount": None}
    meeting = make_meeting(north, place, starts_at=at(day), **held)
    MeetingContact.objects.create(meeting=meeting, contact=leila, attendance="attended")
    make_promise(place, due_on=day, done_at=at(day), title=f"Call {NAME}", contact=leila)
    make_promise(place, due_on=day, title=f"Write to {NAME}")
    make_concern(north, at(day), facts=FACTS, site_organisation=place)
    incident = make_incident(north, at(day))
    make_step(incident, "once", due=timedelta(hours=1), done=timedelta(minutes=9), note=FACTS)
    make_call(incident, place, "reached", timedelta(hours=1))
    close_incident(incident, at(day), keep=FACTS, held_on=day)
    reader = actor_for(make_supervisor(north))
    before = figures(reader)
    erased(actor, decided(actor))
    assert "Haddad" not in "".join(Meeting.objects.values_list("facts", flat=True))
    assert figures(reader) == before
    assert len(before) > 20


def test_the_page_shows_numbers_and_offers_the_erasure_only_when_it_can_run(
    north: District, actor: Actor, client: Client
) -> None:
    make_leila(north)
    meeting = make_meeting(north, facts=FACTS)
    row = decided(actor)
    client.force_login(User.objects.get(pk=str(actor.id)))
    address = f"/privacy/requests/{row.pk}/erase/"
    page = client.get(address).text
    assert "Erase data</button>" in page and "Leila Haddad" in page and "Meeting" in page
    finding = Finding.objects.of_request(row).get(object_id=str(meeting.pk))
    decide_finding(actor=actor, request_id=row.pk, finding_id=finding.pk, verdict=Verdict.UNSURE)
    page = client.get(address).text
    assert "Erase data</button>" not in page and "Give every finding a verdict" in page
    Finding.objects.of_request(row).update(verdict=Verdict.SOMEBODY_ELSE)
    DataRequest.objects.filter(pk=row.pk).update(contact_id=None)
    page = client.get(address).text
    assert "Erase data</button>" not in page and "nothing to erase" in page
    Finding.objects.of_request(row).update(verdict=Verdict.THEIRS)
    row.refresh_from_db()
    late = client.post(address, {"version": row.version})
    assert late["Location"].startswith("/accounts/reauthenticate/")
    assert "already requested" not in client.get(address).text
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert client.post(address, {"version": row.version})["Location"] == f"/privacy/requests/{row.pk}/"
    assert "already requested" in client.get(address).text


def test_what_privacy_officers_wrote_and_links_by_id_alone_are_covered(north: District, actor: Actor) -> None:
    leila = make_leila(north)
    today = timezone.localdate()
    promise = FollowUp.objects.create(
        title="Call back", owner=make_officer(north), contact=leila, due_on=today, first_due_on=today
    )
    before = services.receive_request(
        actor=actor, terms={"names": ["Bo Example"]}, regimes=["gdpr"], kind="access", channel="letter",
        received_on=today,
    )  # fmt: skip
    services.extend_request(
        actor=actor,
        request_id=before.pk,
        extended_to=before.due_on + timedelta(days=9),
        extension_reason=f"{NAME} must be heard, too",
    )
    why = f"The person fears {NAME}, so that the names of officers matter here."
    package = Package.objects.create(
        request=before, language="en-gb", identity_essential=True, naming_reason=why
    )
    by = actor_for(make_supervisor(north))
    record(by, Action.EXPORT, "contact", [leila.pk], recipient="Parish · file x")
    row = decided(actor)
    linked = Finding.objects.of_request(row).get(matched=Matched.LINKED)
    assert (linked.model, linked.object_id, linked.passages) == ("meetings.FollowUp", str(promise.pk), [])
    erased(actor, row)
    promise.refresh_from_db()
    before.refresh_from_db()
    package.refresh_from_db()
    assert (promise.title, promise.contact) == ("Call back", None)
    assert before.extension_reason == "[a person] must be heard, too"
    assert "Haddad" not in package.naming_reason and len(package.naming_reason) >= 50
    [told] = Notice.objects.all()
    assert (told.kind, told.recipient, leila.pk in told.object_ids) == ("erased", "Parish", True)
