"""The ledger of erasures: written once, noticed if changed, and repeated after a restore."""

import json
from datetime import timedelta
from hashlib import sha256
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from accounts.actors import SYSTEM, Actor, actor_for
from accounts.models import Role
from contacts.models import Contact, Organisation
from contacts.services.contacts import withdraw_contact
from contacts.services.erasures import erase_or_ask
from contacts.services.organisations import edit_organisation
from jobs.services.running import run_next
from meetings.models import Meeting, MeetingContact
from privacy.codes import Identity, Verdict
from privacy.models import Finding, LedgerEntry, Restriction
from privacy.services import requests as services
from privacy.services.corrections import correct_contact
from privacy.services.findings import decide_finding
from privacy.services.ledger import LedgerBroken, ledger_problems, read_ledger, replay, write_ledger
from privacy.services.restrictions import lift_restriction, restrict_contact
from privacy.tasks import write_ledger_of_erasures
from tests.factories import make_contact, make_district, make_meeting, make_organisation, make_user
from tests.privacy.erasures import FACTS, decided, erased, make_leila

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path: Path, settings: Settings) -> Path:
    settings.ERASURE_LEDGER = str(tmp_path / "erasures.jsonl")
    return tmp_path / "erasures.jsonl"


def test_each_erasure_is_written_once_without_personal_data(actor: Actor, file: Path) -> None:
    north = make_district("North")
    leila, other = make_leila(north), make_contact(north)
    meeting = make_meeting(north, facts=FACTS)
    erased(actor, decided(actor))
    assert erase_or_ask(actor=SYSTEM, contact_id=other.pk)
    written = write_ledger_of_erasures()
    assert written == LedgerEntry.objects.count() == 4  # contacts as they go, and what leaves with each
    assert write_ledger_of_erasures() == 0
    lines = list(read_ledger(file))
    assert {pk for line in lines for pk in line["contacts"]} == {str(leila.pk), str(other.pk)}
    assert [place[1] for line in lines for place in line["places"]] == [str(meeting.pk)]
    assert "Haddad" not in file.read_text()
    assert file.stat().st_mode & 0o077 == 0
    assert list(ledger_problems(file)) == []


def test_what_a_backup_brings_back_is_erased_again(actor: Actor, file: Path) -> None:
    north = make_district("North")
    leila = make_leila(north)
    meeting = make_meeting(north, facts=FACTS)
    MeetingContact.objects.create(meeting=meeting, contact=leila)
    kept = Contact.objects.get(pk=leila.pk)
    erased(actor, decided(actor))
    write_ledger_of_erasures()
    after = Meeting.objects.get(pk=meeting.pk).facts
    Meeting.objects.filter(pk=meeting.pk).update(facts=FACTS)  # as a backup has it
    kept.save(force_insert=True)
    MeetingContact.objects.create(meeting=meeting, contact=kept)
    with pytest.raises(CommandError, match="still there"):
        call_command("verify_erasures", stdout=StringIO())
    told = list(ledger_problems(file))
    assert any("facts is as it was" in one for one in told)
    assert any(one.startswith("meetings.MeetingContact") for one in told)
    assert replay(file) == 2
    call_command("verify_erasures", stdout=StringIO())
    assert Meeting.objects.get(pk=meeting.pk).facts == after
    assert not Contact.objects.filter(pk=leila.pk).exists()


def test_names_that_only_the_person_stated_leave_a_restored_text(actor: Actor, file: Path) -> None:
    meeting = make_meeting(make_district("North"), facts=FACTS)
    erased(actor, decided(actor))
    after = Meeting.objects.get(pk=meeting.pk).facts
    write_ledger_of_erasures()
    Meeting.objects.filter(pk=meeting.pk).update(facts=FACTS)
    replay(file)
    assert Meeting.objects.get(pk=meeting.pk).facts == after
    assert "Leila" not in after


def test_a_person_who_was_only_named_in_a_note_that_changed_after_the_backup_is_erased_again(
    actor: Actor, file: Path
) -> None:
    """The steps of a restore drill: the restored text is not the text that was erased."""
    north = make_district("North")
    backup = "Oddný Þórhallsdóttir told us about the lamps."
    meeting = make_meeting(north, facts=backup)
    other = make_meeting(north, facts="Oddny Thorhallsdottir, the vet, called.")
    Meeting.objects.filter(pk=meeting.pk).update(facts=f"{backup} She calls again on Monday.")
    row = services.receive_request(
        actor=actor,
        terms={"names": ["Oddný Þórhallsdóttir", "Oddsa"]},
        regimes=["gdpr"],
        kind="erase",
        channel="letter",
        received_on=timezone.localdate(),
    )
    services.confirm_identity(actor=actor, request_id=row.pk, identity=Identity.IN_PERSON)
    services.start_search(actor=actor, request_id=row.pk)
    assert run_next()
    for one in Finding.objects.of_request(row):
        verdict = Verdict.SOMEBODY_ELSE if one.object_id == str(other.pk) else Verdict.THEIRS
        decide_finding(actor=actor, request_id=row.pk, finding_id=one.pk, verdict=verdict)
    erased(actor, row)
    write_ledger_of_erasures()
    assert "Odd" not in Meeting.objects.get(pk=meeting.pk).facts
    assert not any(word in file.read_text() for word in ("Odd", "rhalls"))
    assert not LedgerEntry.objects.filter(sealed__isnull=False).exists()
    assert list(ledger_problems(file)) == [], "what is about somebody else stays"
    Meeting.objects.filter(pk=meeting.pk).update(facts=backup)
    with pytest.raises(CommandError, match="1 "):
        call_command("verify_erasures", stdout=StringIO())
    [said] = ledger_problems(file)
    assert said.startswith("meetings.Meeting: facts names a person who was erased on ")
    out = StringIO()
    call_command("verify_erasures", "--erase", stdout=out)
    assert "Nothing in the ledger" in out.getvalue()
    assert Meeting.objects.get(pk=meeting.pk).facts == "[a person] told us about the lamps."
    assert Meeting.objects.get(pk=other.pk).facts.startswith("Oddny")
    make_meeting(north, facts="Oddný Þórhallsdóttir came back and asked for a patrol.")
    assert list(ledger_problems(file)) == [], "who comes back is in texts that are younger"


def test_restrictions_opt_outs_and_corrections_after_the_backup_are_repeated(
    actor: Actor, file: Path
) -> None:
    north = make_district("North")
    leila, omar = make_leila(north), make_contact(north, given_name="Omar", family_name="Ok")
    place, released = make_organisation(north), make_contact(north)
    lifted = restrict_contact(actor=actor, contact_id=released.pk, ground="accuracy_contested")
    write_ledger_of_erasures()
    backup = {row.pk: row for model in (Contact, Organisation) for row in model.objects.all()}
    kept = list(LedgerEntry.objects.values_list("pk", flat=True))
    row = decided(actor, "rectify")
    restrict_contact(actor=actor, contact_id=leila.pk, ground="accuracy_contested")
    lift_restriction(actor=actor, restriction_id=lifted.pk)
    withdraw_contact(actor=SYSTEM, contact_id=omar.pk)
    edit_organisation(
        actor=SYSTEM,
        organisation_id=place.pk,
        contact_wish="none",
        contact_wish_by="Board",
        contact_wish_on=timezone.localdate(),
    )
    leila.refresh_from_db()
    correct_contact(
        actor=actor,
        request_id=row.pk,
        contact_id=leila.pk,
        version=leila.version,
        fields={"family_name": "Hadad"},
    )
    write_ledger_of_erasures()
    assert "Hadad" not in file.read_text()
    names = ("is_restricted", "withdrawn_on", "family_name")
    after = list(Contact.objects.order_by("pk").values_list(*names))
    LedgerEntry.objects.exclude(pk__in=kept).delete()  # as the backup has it
    Restriction.objects.exclude(pk=lifted.pk).delete()
    Restriction.objects.update(lifted_at=None, lifted_by=None)
    for one in backup.values():
        one.save()
    with pytest.raises(CommandError):
        call_command("verify_erasures", stdout=StringIO())
    told = " ".join(ledger_problems(file))
    assert "contacts.Contact: 3 rows lack" in told and "contacts.Contact: 1 rows are as they were" in told
    call_command("verify_erasures", "--erase", stdout=StringIO())
    assert list(Contact.objects.order_by("pk").values_list(*names)) == after
    assert Organisation.objects.get(pk=place.pk).contact_wish == "none"
    assert Restriction.objects.standing().get().contact_id == leila.pk
    call_command("verify_erasures", stdout=StringIO())
    lift_restriction(actor=actor, restriction_id=Restriction.objects.standing().get().pk)
    call_command("verify_erasures", "--erase", stdout=StringIO())
    assert not Contact.objects.get(pk=leila.pk).is_restricted, "what came later holds"


def test_a_correction_is_repeated_outside_of_a_transaction_as_a_restore_does(
    committed_db: None, file: Path
) -> None:
    actor = actor_for(make_user(Role.PRIVACY_OFFICER))
    leila = make_leila(make_district("North"))
    row = decided(actor, "rectify")
    correct_contact(
        actor=actor, request_id=row.pk, contact_id=leila.pk, version=1, fields={"family_name": "Hadad"}
    )
    write_ledger_of_erasures()
    LedgerEntry.objects.all().delete()  # as the backup has it
    leila.save()
    call_command("verify_erasures", "--erase", stdout=StringIO())
    assert Contact.objects.get().family_name == "Hadad"


def test_names_are_destroyed_when_no_backup_is_left_and_old_lines_stay_readable(
    actor: Actor, file: Path
) -> None:
    make_meeting(make_district("North"), facts=FACTS)
    erased(actor, decided(actor))
    write_ledger_of_erasures()
    assert '"sealed"' in file.read_text()
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    old, before = [], ""
    for line in lines:  # as if written more than 400 days ago
        told = {name: line[name] for name in ("id", "kind", "contacts", "places") if name in line}
        told["at"] = (timezone.now() - timedelta(days=401)).isoformat()
        before = sha256((before + json.dumps(told, sort_keys=True)).encode()).hexdigest()
        old.append(json.dumps({**told, "digest": before, "sealed": line.get("sealed")}))
    file.write_text("".join(f"{line}\n" for line in old))
    assert list(ledger_problems(file)) == []
    assert write_ledger_of_erasures() == 0
    assert '"sealed"' not in file.read_text()
    assert len(list(read_ledger(file))) == len(lines) == replay(file)


def test_a_changed_or_removed_line_is_noticed_and_a_torn_one_is_written_again(file: Path) -> None:
    for _one in range(3):
        LedgerEntry.objects.create(contact_ids=[make_contact(make_district()).pk])
    write_ledger(file)
    lines = file.read_text().splitlines(keepends=True)
    changed = json.loads(lines[1]) | {"contacts": []}
    for broken in ([lines[0], lines[2]], [lines[0], json.dumps(changed) + "\n"], ["x\n"]):
        file.write_text("".join(broken))
        with pytest.raises(LedgerBroken):
            list(read_ledger(file))
    file.write_text("".join([*lines[:2], lines[2][:20]]))  # killed in the middle of a line
    assert len(list(read_ledger(file))) == 2
    LedgerEntry.objects.filter(contact_ids__contains=json.loads(lines[2])["contacts"]).update(written_at=None)
    assert write_ledger(file) == 1
    assert file.read_text() == "".join(lines)


def test_a_ledger_begins_with_a_file_and_a_lost_one_is_written_again(
    actor: Actor, file: Path, settings: Settings
) -> None:
    assert write_ledger_of_erasures() == 0
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"", 0o600)
    make_leila(make_district("North"))
    erased(actor, decided(actor))
    assert (lines := write_ledger_of_erasures()) == len(list(read_ledger(file))) > 0
    file.unlink()
    assert write_ledger_of_erasures() == lines
    assert len(list(read_ledger(file))) == lines
    settings.ERASURE_LEDGER = ""
    assert write_ledger_of_erasures() == 0


def test_without_a_file_the_check_fails(settings: Settings) -> None:
    settings.ERASURE_LEDGER = ""
    assert write_ledger_of_erasures() == 0
    with pytest.raises(CommandError, match="There is no ledger"):
        call_command("verify_erasures")
