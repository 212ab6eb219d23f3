"""The answer to a request as a file: its letter and data have the same cuts, and name no officer."""

import io
import json
import zipfile
from datetime import timedelta
from typing import Any
from uuid import UUID

import jsonschema
import pypdf
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actors import Actor, actor_for
from accounts.models import Role, User
from audit.models import Action, Event
from audit.services import record
from contacts.models import Contact
from districts.models import District
from jobs.models import Job, JobFile
from jobs.services.files import opened
from jobs.services.running import run_next
from lib.age import decrypt
from lib.days import city_today
from meetings.models import Meeting, MeetingContact
from privacy import inventory
from privacy.codes import COPIES, Decision, Ground, RequestKind, Verdict
from privacy.exports import letter
from privacy.exports.drafts import draft_of
from privacy.exports.package import SCHEMA
from privacy.exports.records import Officers, data_held
from privacy.exports.uses import recipients
from privacy.inventory import labels
from privacy.models import DataRequest, Finding, Package
from privacy.queries.findings import show
from privacy.services.findings import cut_finding, decide_finding, read_again
from privacy.services.packages import ask_package, record_delivery
from privacy.services.requests import answer_request
from privacy.services.sharing import record_sharing
from tests.api.clients import Tool
from tests.factories import (
    make_contact,
    make_meeting,
    make_officer,
    make_organisation,
    make_user,
)
from tests.privacy.erasures import erased
from tests.privacy.requesting import searched, sure
from tests.privacy.test_retention_rules import in_force

pytestmark = pytest.mark.django_db

FACTS = "Leila Haddad opens on Tuesdays, said Tomas Reyes. Her cousin Samir was asked."
OPINION = "Leila Haddad seems tired of us."
OTHER = "Leila Haddad of the rowing club asked for lamps."
REASON = "The person must know who it was, because she fears one officer."


@pytest.fixture
def leila(north: District) -> Contact:
    return make_contact(north, given_name="Leila", family_name="Haddad", languages=["ar", "en"])


@pytest.fixture
def reyes(north: District) -> User:
    return make_officer(north, name="Tomas Reyes")


def decided(actor: Actor, **fields: Any) -> DataRequest:
    """A request whose findings are theirs, except in OTHER, with Samir cut."""
    row = searched(actor, **fields)
    for one in Finding.objects.of_request(row):
        other = one.model == "meetings.Meeting" and one.field == "subject"
        verdict = Verdict.SOMEBODY_ELSE if other else Verdict.THEIRS
        decide_finding(actor=actor, request_id=row.pk, finding_id=one.pk, verdict=verdict)
        if one.field == "facts":
            start = FACTS.index("Samir")
            cut_finding(
                actor=actor, request_id=row.pk, finding_id=one.pk, length=len(FACTS),
                cuts=[(start, start + 5)], grounds=[Ground.THIRD_PARTY_RIGHTS],
            )  # fmt: skip
    row.refresh_from_db()
    return row


def package_of(actor: Actor, row: DataRequest, **fields: Any) -> tuple[Package, dict[str, Any], str]:
    """The package, its data, and the text of its letter."""
    package = ask_package(actor=actor, request_id=row.pk, language="en-gb", **fields)
    assert run_next()
    job = Job.objects.get(parameters__package=str(package.pk))
    assert job.status == "done", job.message
    with opened(JobFile.objects.get(job=job).pk) as file, zipfile.ZipFile(file) as inside:
        data = json.loads(inside.read("data.json"))
        pages = pypdf.PdfReader(io.BytesIO(inside.read("letter.pdf"))).pages
        schema = json.loads(inside.read("data.schema.json"))
    jsonschema.Draft202012Validator(schema).validate(data)
    package.refresh_from_db()
    return package, data, " ".join(" ".join(page.extract_text() for page in pages).split())


def test_the_letter_and_the_data_have_what_is_released_and_nothing_else(
    actor: Actor, north: District, leila: Contact, reyes: User
) -> None:
    meeting = make_meeting(north, facts=FACTS, assessment=OPINION, subject=OTHER)
    record(actor_for(reyes), Action.VIEW, "contact", [leila.pk], district_ids=[north.pk], purpose="about Bo")
    record_sharing(
        actor=actor, contact_id=leila.pk, recipient="Victim Support Northgate", how="call",
        shared_on=city_today(), reason="She agreed",
    )  # fmt: skip
    row = decided(actor)
    MeetingContact.objects.create(meeting=meeting, contact=leila, attendance="attended")
    in_force(actor, "meeting_texts", 900)
    answer_request(
        actor=actor, request_id=row.pk, decision=Decision.PARTLY, grounds=[Ground.THIRD_PARTY_RIGHTS]
    )
    package, data, text = package_of(actor, row)
    assert [one["text"] for one in data["facts"]] == [
        "Leila Haddad opens on Tuesdays, said [an officer]. Her cousin […] was asked."
    ]
    assert [one["text"] for one in data["opinions"]] == [OPINION]
    both = json.dumps(data) + text
    for withheld in ("Samir", "rowing club", "Tomas Reyes", "Bo", str(reyes.pk)):
        assert withheld not in both.replace("Both", "")
    for given in ("Her cousin […] was asked", OPINION, "Victim Support Northgate", "Family name: Haddad"):
        assert given in text
    assert data["recipients"] == [
        {"name": "Victim Support Northgate", "how": "phone call", "on": f"{city_today()}"}
    ]
    [viewed] = [one for one in data["consultations"] if one["action"] == "viewed"]
    assert viewed["who"] == "an officer of the city police", "fewer than five could be meant"
    assert "GDPR" in text
    assert "authority" in text
    event = Event.objects.filter(action=Action.EXPORT, object_type="data_request").latest("at")
    assert package.digest in event.recipient
    assert {one["what"] for one in data["records"]} == {"Contact", "Attendance at a meeting"}
    assert "Languages: Arabic, English" in text and "Meeting: 2026-" in text
    assert "Period: text removed 900 days after the meeting " in text, "the rule in force"
    assert "Period: deleted 365 days after the meeting (planned)" in text
    assert set(event.object_ids) == {row.pk, leila.pk}


def test_the_letter_says_what_was_done_and_notes_are_in_the_order_of_their_days(
    actor: Actor, north: District, leila: Contact
) -> None:
    for days in (3, 40, 9):
        make_meeting(north, facts=f"Leila Haddad, {days}", starts_at=timezone.now() - timedelta(days=days))
    row = searched(actor, kind="erase")
    Finding.objects.of_request(row).update(verdict=Verdict.THEIRS, decided_by=actor.id)
    given = data_held(row, Officers(row, are_named=False))
    assert [one["text"][-2:].strip() for one in given.facts] == ["40", "9", "3"]
    row.decision, row.grounds = Decision.PARTLY, [Ground.ONGOING_ENQUIRY]
    said = list(letter.paragraphs(row, given))
    assert said[1:] == ["We erased your data.", "A part stays as it was. Reason: ongoing enquiry."]
    for kind in set(RequestKind) - set(COPIES):
        row.kind, row.decision = kind, Decision.GRANTED
        assert len(list(letter.paragraphs(row, given))) == 2


def test_officers_are_named_only_by_a_decision_with_a_reason(
    actor: Actor, north: District, leila: Contact, reyes: User
) -> None:
    for number in range(5):
        make_officer(north, name=f"Colleague {number}")
    record(actor_for(reyes), Action.VIEW, "contact", [leila.pk], district_ids=[north.pk])
    row = decided(actor)
    answer_request(actor=actor, request_id=row.pk, decision=Decision.GRANTED)
    _package, data, text = package_of(actor, row)
    assert any("North" in one["who"] for one in data["consultations"]), "six could be meant"
    assert "Tomas Reyes" not in text
    for short in ("", "x" * 49):
        with pytest.raises(ValidationError, match="50 characters"):
            ask_package(
                actor=actor, request_id=row.pk, language="en-gb", identity_essential=True, naming_reason=short
            )
    package, data, text = package_of(
        actor, row, identity_essential=True, naming_reason=REASON, officer_heard=True
    )
    assert "Tomas Reyes" in text
    assert package.officer_heard
    with pytest.raises(IntegrityError), transaction.atomic():
        Package.objects.filter(pk=package.pk).update(naming_reason="short")


def test_neither_confirming_nor_denying_reads_as_if_nothing_were_held(actor: Actor, north: District) -> None:
    letters = []
    for regimes in (["led"], ["gdpr", "led"]):
        for is_held in (False, True):
            meeting = make_meeting(north, facts=FACTS)
            Contact.objects.all().delete()
            if is_held:
                make_contact(north, given_name="Leila", family_name="Haddad", lawful_basis="police_law")
            else:
                meeting.delete()
            row = decided(actor, regimes=regimes)
            decision = Decision.REFUSED if is_held else Decision.NOTHING_HELD
            grounds = [Ground.PUBLIC_SECURITY] if is_held else []
            answer_request(
                actor=actor, request_id=row.pk, decision=decision, grounds=grounds, neither_confirm=is_held
            )
            row.refresh_from_db()
            _package, data, text = package_of(actor, row)
            letters.append(text.replace(row.number, "N"))
            assert "There is nothing that we can disclose. The authority can check for you." in text
            empty = ("records", "facts", "opinions", "recipients", "consultations", "purposes", "sources")
            assert [data[name] for name in empty] == [[]] * len(empty)
            if is_held:
                meeting.delete()
    assert letters[0] == letters[1]
    assert letters[2] == letters[3]
    assert "hold no personal data" not in letters[0], "police law never says that nothing is held"


def test_what_nobody_can_tell_is_withheld_and_the_letter_asks_for_one_detail(
    actor: Actor, north: District
) -> None:
    make_meeting(north, facts=FACTS)
    row = searched(actor, regimes=["gdpr"])
    [one] = Finding.objects.of_request(row)
    given: dict[str, Any] = {"actor": actor, "request_id": row.pk, "finding_id": one.pk}
    decide_finding(verdict=Verdict.UNSURE, **given)
    read_again(**given)
    answer_request(actor=actor, request_id=row.pk, decision=Decision.NOTHING_HELD)
    _package, data, text = package_of(actor, row)
    assert data["facts"] == []
    assert "one more detail" in text


def test_a_refusal_has_the_letter_and_no_data(actor: Actor, north: District, leila: Contact) -> None:
    row = decided(actor)
    answer_request(
        actor=actor, request_id=row.pk, decision=Decision.REFUSED, grounds=[Ground.MANIFESTLY_EXCESSIVE]
    )
    _package, data, text = package_of(actor, row)
    assert "manifestly excessive request" in text
    assert "Haddad" not in json.dumps(data["records"])
    assert not data["records"]


def test_what_belongs_to_another_verdict_is_no_record(actor: Actor, north: District, leila: Contact) -> None:
    row = decided(actor)
    row.regimes = ["gdpr"]
    assert data_held(row, Officers(row, are_named=False)).records
    Finding.objects.of_request(row).update(verdict=Verdict.SOMEBODY_ELSE)
    assert "Haddad" not in str(data_held(row, Officers(row, are_named=False)).records)
    assert list(letter.paragraphs(row, data_held(row, Officers(row, are_named=False))))


def test_the_words_for_people_are_those_of_the_inventory() -> None:
    activities = {one.activity.name: one.activity for one in inventory.fields().values()}
    assert {name: str(text) for name, text in labels.PURPOSES.items()} == {
        name: one.purpose for name, one in activities.items()
    }
    for one in activities.values():
        assert labels.BASES[one.basis]
    for rule in inventory.rules().values():
        assert labels.period(then=rule.then, counts_from=rule.counts_from, days=rule.days)
    assert json.loads(SCHEMA.read_text())["additionalProperties"] is False


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SUPERVISOR, Role.ADMINISTRATOR])
def test_only_privacy_officers_create_and_deliver_packages(actor: Actor, north: District, role: str) -> None:
    row = searched(actor)
    answer_request(actor=actor, request_id=row.pk, decision=Decision.NOTHING_HELD)
    package, _data, _text = package_of(actor, row)
    other = make_user(role, north)
    with pytest.raises(PermissionDenied):
        ask_package(actor=actor_for(other), request_id=row.pk, language="en-gb")
    with pytest.raises(PermissionDenied):
        record_delivery(
            actor=actor_for(other), package_id=package.pk, delivery="letter", delivered_on=city_today()
        )
    assert not Package.objects.visible_to(actor_for(other)).exists()
    assert sure(other).get(f"/privacy/requests/{row.pk}/package/").status_code == 403


def test_the_pages_create_an_encrypted_file_and_record_its_delivery(
    officer_of_privacy: User, actor: Actor
) -> None:
    client, row = sure(officer_of_privacy), searched(actor)
    page = f"/privacy/requests/{row.pk}/"
    assert client.get(f"{page}package/").status_code == 404, "not answered yet"
    answer_request(actor=actor, request_id=row.pk, decision=Decision.NOTHING_HELD)
    assert client.get(f"{page}package/").status_code == 200
    sent = {"language": "en-gb", "passphrase": "correct horse battery", "again": "correct horse battery"}
    assert client.post(f"{page}package/", sent | {"again": "another"}).status_code == 422
    assert client.post(f"{page}package/", sent | {"language": "tlh"}).status_code == 422
    assert client.post(f"{page}package/", sent | {"identity_essential": "on"}).status_code == 422
    led_to = client.post(f"{page}package/", sent)["Location"]
    assert run_next()
    file = JobFile.objects.get(job=UUID(led_to.split("/")[2]))
    assert file.name == f"request-{row.number}.zip.age"
    plain = io.BytesIO()
    with opened(file.pk) as content:
        decrypt(content, plain, "correct horse battery")
    assert zipfile.ZipFile(plain).namelist() == ["letter.pdf", "data.json", "data.schema.json"]
    package = Package.objects.get()
    assert client.get(f"{led_to}files/{file.pk}/").status_code == 200
    delivery = f"/privacy/packages/{package.pk}/delivery/"
    tomorrow = city_today() + timedelta(1)
    for wrong in ({"delivered_on": f"{tomorrow}", "delivery": "letter"}, {"delivered_on": f"{city_today()}"}):
        assert client.post(delivery, wrong).status_code == 422
    done = client.post(delivery, {"delivered_on": f"{city_today()}", "delivery": "in_person"})
    assert done.status_code == 302
    assert "Delivered" in client.get(page).content.decode()


def test_only_reads_of_another_system_count_as_received(actor: Actor, north: District) -> None:
    tool, writer = Tool(north), Tool(north)
    sent = {
        "given_name": "Leila", "family_name": "Haddad", "lawful_basis": "public_task",
        "home_district": north.code, "purpose": "community_liaison",
        "affiliations": [{"organisation": str(make_organisation(north).pk), "role_title": "chair"}],
    }  # fmt: skip
    made = tool.post("/contacts/", sent)
    assert made.status_code == 201, made.content
    address = f"/contacts/{made.json()['id']}/"
    assert tool.get(address).status_code == tool.get(address).status_code == 200
    assert writer.post("/contacts/", {**sent, "family_name": "Hadad"}).status_code == 201
    ids = list(Contact.objects.values_list("pk", flat=True))
    assert [(one["name"], one["how"]) for one in recipients(actor, ids)] == [
        (tool.key.name, "read by another system 2 times")
    ]


def test_cuts_hold_whatever_officers_and_the_desk_do_to_the_note(actor: Actor, north: District) -> None:
    """The letter gives the text as it was found, in which another person who was erased is covered."""
    meeting = make_meeting(north, facts=FACTS)
    make_meeting(north, facts="Tomas Reyes called.")
    row = decided(actor)
    Meeting.objects.filter(pk=meeting.pk).update(facts="New lamps. Leila Haddad’s cousin Samir was asked.")
    erased(actor, erasure_of_all(actor, "Tomas Reyes"))
    given = f"Leila Haddad opens on Tuesdays, said {'█' * 11}. Her cousin […] was asked."
    [note] = draft_of(actor, row).notes
    assert [piece.text for piece in note.pieces if piece.is_cut] == ["Samir"]
    assert "".join("[…]" if piece.is_cut else piece.text for piece in note.pieces) == given
    [shown] = show(list(Finding.objects.of_request(row)))
    assert [part.text for part in shown.parts if part.is_found] == ["Leila Haddad"]
    answer_request(
        actor=actor, request_id=row.pk, decision=Decision.PARTLY, grounds=[Ground.THIRD_PARTY_RIGHTS]
    )
    Meeting.objects.filter(pk=meeting.pk).update(facts=f"She came back. {FACTS}")
    _package, data, text = package_of(actor, row)
    assert [one["text"] for one in data["facts"]] == [given]
    assert "Her cousin […] was asked" in text and "Samir" not in text and "Reyes" not in text


def erasure_of_all(actor: Actor, name: str) -> DataRequest:
    """A request for erasure of which all findings are theirs."""
    row = searched(actor, kind="erase", terms={"names": [name]})
    for one in Finding.objects.of_request(row):
        decide_finding(actor=actor, request_id=row.pk, finding_id=one.pk, verdict=Verdict.THEIRS)
    return row
