"""While a restriction stands, the notes that are theirs show a mark at every exit."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from accounts.actors import Actor, actor_for
from accounts.models import Role, User
from contacts.models import Contact
from districts.models import District
from jobs.models import Job, JobFile
from jobs.services.running import run_next
from lib.freezing import Frozen
from meetings.models import FollowUp, Meeting
from meetings.services.concerns import edit_concern
from plans.models import Evidence
from privacy import inventory
from privacy.exports.letter import paragraphs
from privacy.exports.records import Officers, data_held
from privacy.models import DataRequest, Finding, HiddenText, LedgerEntry, Notice, Restriction
from privacy.queries.findings import show
from privacy.queries.text_search import find_everywhere
from privacy.services.corrections import correct_text
from privacy.services.erasures import ask_erasure
from privacy.services.findings import decide_finding
from privacy.services.hiding import findings_that_stay, hideable
from privacy.services.ledger import begin_ledger, ledger_problems, replay, write_ledger
from privacy.services.restrictions import lift_restriction, restrict_contact, restrict_findings
from publishing.models import PublicFile
from publishing.tasks import publish_site
from tests.api.clients import Tool
from tests.contacts.pages import browse
from tests.exchange.test_export_lists import export
from tests.exchange.test_import_history import city
from tests.exchange.test_import_wizard import mapped, send, sums
from tests.factories import (
    make_contact,
    make_district,
    make_meeting,
    make_organisation,
    make_supervisor,
    make_user,
)
from tests.plans.making import Planned
from tests.privacy.requesting import searched, sure
from tests.publishing.town import Town

pytestmark = pytest.mark.django_db

FACTS = "Leila Haddad opens on Tuesdays, she said."
MARK = "[text restricted]"


@pytest.fixture
def north() -> District:
    return make_district("North")


@pytest.fixture
def desk() -> User:
    return make_user(Role.PRIVACY_OFFICER)


@pytest.fixture
def actor(desk: User) -> Actor:
    return actor_for(desk)


def decided(actor: Actor, verdict: str = "theirs", **fields: Any) -> DataRequest:
    row = searched(actor, **fields)
    for one in Finding.objects.of_request(row):
        decide_finding(actor=actor, request_id=row.pk, finding_id=one.pk, verdict=verdict)
    row.refresh_from_db()
    return row


def test_no_exit_has_a_restricted_note_and_all_have_it_again(
    actor: Actor, desk: User, north: District
) -> None:
    meeting, user = make_meeting(north, facts=FACTS), make_supervisor(north)
    row = decided(actor)
    page, tool = browse(user), Tool(north)

    def exits() -> list[str]:
        return [
            page.get(f"/meetings/{meeting.pk}/").text,
            page.get(f"/meetings/{meeting.pk}/edit/").text,
            page.get("/meetings/").text,
            page.get("/search/?q=Tuesdays").text,
            tool.get(f"/meetings/{meeting.pk}/").content.decode(),
            tool.get("/meetings/").content.decode(),
            tool.get("/meetings/?q=Tuesdays").content.decode(),
            export(user, "/meetings/export/")[1].decode(),
        ]

    assert sum("opens on Tuesdays" in one for one in exits()) >= 4
    before = Meeting.objects.get(pk=meeting.pk).version
    restriction = restrict_findings(actor=actor, request_id=row.pk, ground="accuracy_contested")
    assert not any("opens on" in one for one in exits())
    assert MARK in exits()[0] and Meeting.objects.get(pk=meeting.pk).version > before
    lift_restriction(actor=actor, restriction_id=restriction.pk)
    assert sum("opens on Tuesdays" in one for one in exits()) >= 4
    assert not HiddenText.objects.exists()


def test_the_desk_still_reads_finds_and_gives_a_restricted_note(
    actor: Actor, desk: User, north: District
) -> None:
    make_meeting(north, facts=FACTS)
    row = decided(actor)
    restrict_findings(actor=actor, request_id=row.pk, ground="accuracy_contested")
    assert show([Finding.objects.of_request(row).get()])[0].text == FACTS
    assert ("meetings.Meeting", "facts") in {(one.model, one.field) for one in find_everywhere(row)}
    assert "opens on Tuesdays" in sure(desk).get(f"/privacy/requests/{row.pk}/draft/").text


def test_a_verdict_after_the_restriction_hides_or_puts_back_the_text(actor: Actor, north: District) -> None:
    meeting, contact = make_meeting(north, facts=FACTS), make_contact(north)
    row = searched(actor)
    restrict_contact(actor=actor, contact_id=contact.pk, ground="objection_pending", request=row)
    finding = Finding.objects.of_request(row).get()
    for verdict, text in (("theirs", MARK), ("somebody_else", FACTS), ("theirs", MARK)):
        decide_finding(actor=actor, request_id=row.pk, finding_id=finding.pk, verdict=verdict)
        assert Meeting.objects.get(pk=meeting.pk).facts == text


def test_a_note_of_two_restricted_people_comes_back_with_the_second(actor: Actor, north: District) -> None:
    meeting = make_meeting(north, facts=FACTS)
    one, two = decided(actor), decided(actor)
    first = restrict_findings(actor=actor, request_id=one.pk, ground="accuracy_contested")
    second = restrict_findings(actor=actor, request_id=two.pk, ground="evidence")
    lift_restriction(actor=actor, restriction_id=first.pk)
    assert Meeting.objects.get(pk=meeting.pk).facts == MARK
    lift_restriction(actor=actor, restriction_id=second.pk)
    assert Meeting.objects.get(pk=meeting.pk).facts == FACTS


@pytest.mark.parametrize(
    ("written", "after"),
    [(f"{MARK} He agreed.", f"{FACTS} He agreed."), ("He agreed.", f"{FACTS}\n\nHe agreed.")],
)
def test_what_an_officer_wrote_meanwhile_stays(
    actor: Actor, north: District, written: str, after: str
) -> None:
    meeting = make_meeting(north, facts=FACTS)
    row = decided(actor)
    restriction = restrict_findings(actor=actor, request_id=row.pk, ground="accuracy_contested")
    Meeting.objects.filter(pk=meeting.pk).update(facts=written)
    lift_restriction(actor=actor, restriction_id=restriction.pk)
    assert Meeting.objects.get(pk=meeting.pk).facts == after


def test_an_erasure_removes_the_person_from_a_restricted_note(actor: Actor, north: District) -> None:
    meeting = make_meeting(north, facts=FACTS)
    row = decided(actor, kind="erase")
    restrict_findings(actor=actor, request_id=row.pk, ground="objection_pending")
    ask_erasure(actor=actor, request_id=row.pk)
    assert run_next()
    assert Meeting.objects.get(pk=meeting.pk).facts == "[a person] opens on Tuesdays, she said."
    assert not any("Haddad" in one.text for one in HiddenText.objects.all())


def test_an_erasure_leaves_the_restricted_note_and_the_files_of_a_near_namesake(
    actor: Actor, north: District, tmp_path: Path
) -> None:
    """Also after a restore, and for what privacy officers wrote about the other person."""
    note = "Svetlana Gjorgjieva said that the lamp is broken."
    make_contact(north, given_name="Svetlana", family_name="Gjorgjeva")
    other = make_contact(north, given_name="Svetlana", family_name="Gjorgjieva")
    meeting = make_meeting(north, facts=note)

    def judged(name: str, theirs: str, kind: str) -> DataRequest:
        row = searched(actor, kind=kind, terms={"names": [name]})
        for one in Finding.objects.of_request(row):
            text = " ".join(part.text for part in show([one]))
            verdict = "theirs" if theirs in text else "somebody_else"
            decide_finding(actor=actor, request_id=row.pk, finding_id=one.pk, verdict=verdict)
        row.refresh_from_db()
        return row

    data_held = judged("Svetlana Gjorgjieva", "Gjorgjieva", "object")
    restriction = restrict_findings(actor=actor, request_id=data_held.pk, ground="objection_pending")
    DataRequest.objects.filter(pk=data_held.pk).update(extension_reason="We must hear Svetlana Gjorgjieva.")
    row = judged("Svetlana Gjorgjeva", "Gjorgjeva", "erase")
    late = "Svetlana Gjorgjeva and Svetlana Gjorgjieva called."
    DataRequest.objects.filter(pk=data_held.pk).update(late_reason=late)  # nobody has read it
    ask_erasure(actor=actor, request_id=row.pk)
    assert run_next()
    file = tmp_path / "erasures.jsonl"
    begin_ledger(file)
    write_ledger(file)
    for _restored in range(2):
        assert set(Contact.objects.all()) == {other}
        assert HiddenText.objects.get().text == note
        data_held.refresh_from_db()
        assert data_held.extension_reason == "We must hear Svetlana Gjorgjieva."
        assert data_held.late_reason == "[a person] and Svetlana Gjorgjieva called."
        DataRequest.objects.filter(pk=data_held.pk).update(late_reason=late)
        replay(file)
    lift_restriction(actor=actor, restriction_id=restriction.pk)
    assert Meeting.objects.get(pk=meeting.pk).facts == note


def test_an_erasure_removes_the_person_from_a_note_that_another_request_restricts(
    actor: Actor, north: District, tmp_path: Path
) -> None:
    meeting, file = make_meeting(north, facts=FACTS), tmp_path / "erasures.jsonl"
    begin_ledger(file)
    data_held = decided(actor, kind="object")
    restriction = restrict_findings(actor=actor, request_id=data_held.pk, ground="objection_pending")
    row = decided(actor, kind="erase")
    DataRequest.objects.filter(pk=data_held.pk).update(status="withdrawn")  # it would freeze the note
    Restriction.objects.filter(pk=restriction.pk).update(ground="evidence")
    with pytest.raises(ValidationError, match="evidence"):
        ask_erasure(actor=actor, request_id=row.pk)
    Restriction.objects.filter(pk=restriction.pk).update(ground="objection_pending")
    ask_erasure(actor=actor, request_id=row.pk)
    assert run_next()
    write_ledger(file)
    assert list(ledger_problems(file)) == []
    replay(file)
    assert list(ledger_problems(file)) == []
    lift_restriction(actor=actor, restriction_id=restriction.pk)
    assert Meeting.objects.get(pk=meeting.pk).facts == "[a person] opens on Tuesdays, she said."
    assert list(ledger_problems(file)) == []
    Meeting.objects.filter(pk=meeting.pk).update(facts=FACTS)  # as an older backup has it
    assert list(ledger_problems(file))
    replay(file)
    assert list(ledger_problems(file)) == []


def test_texts_are_restricted_once_and_only_if_there_are_some(actor: Actor, north: District) -> None:
    make_meeting(north, facts=FACTS)
    other = decided(actor, verdict="somebody_else")
    with pytest.raises(ValidationError, match="nothing to restrict"):
        restrict_findings(actor=actor, request_id=other.pk, ground="evidence")
    row = decided(actor)
    restrict_findings(actor=actor, request_id=row.pk, ground="evidence")
    with pytest.raises(ValidationError, match="already restricted"):
        restrict_findings(actor=actor, request_id=row.pk, ground="evidence")


def test_the_pages_restrict_and_lift_texts_of_a_person_without_a_contact(
    actor: Actor, desk: User, north: District
) -> None:
    meeting = make_meeting(north, facts=FACTS)
    row, client = decided(actor), sure(desk)
    address = f"/privacy/requests/{row.pk}/restrict/"
    assert address in client.get(f"/privacy/requests/{row.pk}/").text
    assert "Restrict texts" in client.get(address).text
    assert client.post(address, {"ground": "evidence"}).status_code == 302
    assert Meeting.objects.get(pk=meeting.pk).facts == MARK
    assert f"Texts of request {row.number}" in client.get("/privacy/restrictions/").text
    other = Client()
    other.force_login(make_supervisor(north))
    assert other.get(address).status_code == 403


def test_a_restriction_is_lifted_only_if_both_texts_fit_again(actor: Actor, north: District) -> None:
    title = f"Ask Leila Haddad {'x' * 170}"
    row = FollowUp.objects.create(
        title=title, owner=make_supervisor(north), due_on="2026-05-01", first_due_on="2026-05-01"
    )
    restriction = restrict_findings(actor=actor, request_id=decided(actor).pk, ground="accuracy_contested")
    FollowUp.objects.filter(pk=row.pk).update(title="y" * 190)
    with pytest.raises(ValidationError, match="Shorten the new text"):
        lift_restriction(actor=actor, restriction_id=restriction.pk)
    assert HiddenText.objects.get().text == title
    FollowUp.objects.filter(pk=row.pk).update(title="Call")
    lift_restriction(actor=actor, restriction_id=restriction.pk)
    row.refresh_from_db()
    assert row.title.startswith(title) and row.title.endswith("Call")


def test_no_writer_replaces_a_restricted_text(actor: Actor, north: District) -> None:
    """The nightly PUT of the source would open it again. A text beside the mark is nobody's loss."""
    tool = Tool(north)
    path = f"/concerns/by-external-id/{tool.key.source}/INC-77/"
    body = {"district": north.code, "kinds": ["threat"], "bias_grounds": ["unknown"], "facts": FACTS}
    created = tool.put(path, body)
    assert created.status_code == 201, created.json()
    restriction = restrict_findings(actor=actor, request_id=decided(actor).pk, ground="accuracy_contested")
    pk = UUID(created.json()["id"])
    told = Notice.objects.get()
    assert (told.key_id, told.object_ids) == (tool.key.pk, [pk]), "the key that wrote it"
    own = f"/concerns/{pk}/"
    for refused in (tool.put(path, body), tool.patch(own, body, if_match="*")):
        assert (refused.status_code, refused.json()["code"]) == (409, "frozen")
        assert "privacy officer" in refused.json()["detail"] and "Haddad" not in refused.json()["detail"]
    officer = actor_for(make_supervisor(north))
    with pytest.raises(Frozen, match="privacy officer"):
        edit_concern(actor=officer, concern_id=pk, facts="")
    assert tool.get(own).json()["facts"] == MARK
    assert tool.put(path, body | {"facts": MARK, "kinds": ["other"]}).status_code == 200
    edit_concern(actor=officer, concern_id=pk, facts=f"{MARK} He agreed.")
    lift_restriction(actor=actor, restriction_id=restriction.pk)
    assert tool.get(own).json()["facts"] == f"{FACTS} He agreed."
    assert tool.put(path, body).status_code == 200


def test_public_texts_plans_and_files_lose_the_person_at_once(
    actor: Actor, north: District, django_capture_on_commit_callbacks: Any
) -> None:
    town = Town(north)
    said = "Leila Haddad asked for lamps."
    entry = town.entry(said=said, did="They shine.")
    planned = Planned()
    evidence = Evidence.objects.create(action=planned.action, url="https://city.example/", note=said)
    assert publish_site()
    assert "Haddad" in published()
    job = Job.objects.create(kind="export", status="done", started_by=actor.id)
    JobFile.objects.create(job=job, name="list.csv", size=1, expires_at=timezone.now() + timedelta(1))
    row = decided(actor)
    assert not findings_that_stay(Finding.objects.of_request(row).about_person())
    with django_capture_on_commit_callbacks(execute=True):
        restriction = restrict_findings(actor=actor, request_id=row.pk, ground="accuracy_contested")
    publish_site()
    evidence.refresh_from_db()
    assert (evidence.note, JobFile.objects.count()) == (MARK, 0)
    assert "Haddad" not in published() and MARK in published()
    lift_restriction(actor=actor, restriction_id=restriction.pk)
    entry.refresh_from_db()
    assert entry.said == said


def published() -> str:
    """All pages that anybody can read now."""
    return "".join(bytes(one.content).decode(errors="replace") for one in PublicFile.objects.all())


def test_the_page_and_the_letter_name_what_stays_readable(actor: Actor, desk: User, north: District) -> None:
    make_meeting(north, facts=FACTS)
    row = decided(actor, kind="restrict")
    page = f"/privacy/requests/{row.pk}/restrict/"
    assert "stay readable" not in sure(desk).get(page).text
    organisation = make_organisation(north, name="Bakery of Leila Haddad")
    row = decided(actor, kind="restrict")
    page = f"/privacy/requests/{row.pk}/restrict/"
    assert "<li>Organisation, name</li>" in sure(desk).get(page).text
    restrict_findings(actor=actor, request_id=row.pk, ground="accuracy_contested")
    organisation.refresh_from_db()
    assert organisation.name == "Bakery of Leila Haddad"
    row.decision = "granted"
    said = list(paragraphs(row, data_held(row, Officers(row, are_named=False))))
    assert said[-1].endswith("a name, an address or a list: Organisation, name.")


def test_all_notes_of_officers_can_be_hidden_but_addresses_and_codes() -> None:
    notes = {
        (label, name)
        for label, names in inventory.searched_tables().items()
        for name in names
        if inventory.field_of(label, name).kind in ("text", "opinion")
        and label.partition(".")[0] not in ("privacy", "oversight", "api", "accounts", "exchange")
    }
    web_addresses = {
        ("contacts.FocusDeclaration", "evidence_url"),
        ("districts.ExpectedCommunity", "source_url"),
        ("plans.Evidence", "url"),
        ("practices.Practice", "contact"),
    }
    codes = {
        ("contacts.ImportedFields", "source"),
        ("incidents.Protocol", "code"),
        ("practices.Practice", "code"),
        ("practices.Practice", "origin"),
    }
    lists = {
        ("plans.PlanReview", "actions"),
        ("plans.PlanReview", "values"),
        ("practices.PracticeText", "sources"),
        ("publishing.PublicEntry", "flags"),
    }
    assert {one for one in notes if not hideable(*one)} == web_addresses | codes | lists


def test_an_import_and_its_undo_leave_a_restricted_text(actor: Actor) -> None:
    user = city()
    rows = "Id;When;How;Organisation;Subject\n1;2025-02-03 10:30;visit;Casa Roma;{}\n"
    first = send(user, mapped(user, rows.format("Leila Haddad"), what="meetings"), "run")
    assert sums(first) == {"created": 1}
    restrict_findings(actor=actor, request_id=decided(actor).pk, ground="evidence")
    for subject in ("Leila Haddad", "Leila Haddad again"):
        send(user, mapped(user, rows.format(subject), what="meetings"), "run")
        assert Meeting.objects.get().subject == MARK
    send(user, first, "undo")
    assert Meeting.objects.get().subject == MARK


def test_a_restored_backup_gives_back_what_was_lifted_and_corrected_since(
    actor: Actor, north: District, tmp_path: Path
) -> None:
    meeting = make_meeting(north, facts=FACTS)
    row = decided(actor, kind="rectify", identity="in_person", identity_on=timezone.localdate())
    restriction = restrict_findings(actor=actor, request_id=row.pk, ground="accuracy_contested")
    file = tmp_path / "erasures.jsonl"
    begin_ledger(file)
    write_ledger(file)
    backup = [HiddenText.objects.get(), *Meeting.objects.all(), *Restriction.objects.all()]
    known = list(LedgerEntry.objects.values_list("pk", flat=True))
    lift_restriction(actor=actor, restriction_id=restriction.pk)
    text = FACTS.replace("Tuesdays", "Fridays")
    [finding] = Finding.objects.of_request(row)
    correct_text(actor=actor, request_id=row.pk, finding_id=finding.pk, was=FACTS, text=text)
    write_ledger(file)
    for one in backup:
        one.save()
    LedgerEntry.objects.exclude(pk__in=known).delete()
    assert Meeting.objects.get(pk=meeting.pk).facts == MARK
    replay(file)
    assert Meeting.objects.get(pk=meeting.pk).facts == text
    assert not HiddenText.objects.exists()
