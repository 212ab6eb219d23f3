"""The ledger of erasures: written once, noticed if changed, and repeated after a restore."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from accounts.actors import SYSTEM, Actor, actor_for
from accounts.models import Role
from contacts.models import Contact
from contacts.services.erasing import erase_or_ask
from meetings.models import Meeting, MeetingContact
from privacy.ledger import LedgerBroken, findings, read_ledger, replay, write_ledger
from privacy.models import LedgerEntry
from privacy.tasks import write_ledger_of_erasures
from tests.factories import make_contact, make_district, make_meeting, make_user
from tests.privacy.test_erasing import FACTS, decided, erased, make_leila

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor() -> Actor:
    return actor_for(make_user(Role.PRIVACY_OFFICER))


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
    assert written == LedgerEntry.objects.count() == 3  # contacts as they go, and the places of the request
    assert write_ledger_of_erasures() == 0
    lines = list(read_ledger(file))
    assert {pk for line in lines for pk in line["contacts"]} == {str(leila.pk), str(other.pk)}
    assert [place[1] for line in lines for place in line["places"]] == [str(meeting.pk)]
    assert "Haddad" not in file.read_text()
    assert file.stat().st_mode & 0o077 == 0
    assert list(findings(file)) == []


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
    told = list(findings(file))
    assert any("facts is as it was" in one for one in told)
    assert any(one.startswith("meetings.MeetingContact") for one in told)
    assert replay(file) == 2
    call_command("verify_erasures", stdout=StringIO())
    assert Meeting.objects.get(pk=meeting.pk).facts == after
    assert not Contact.objects.filter(pk=leila.pk).exists()


def test_names_that_only_the_person_stated_leave_a_restored_text(actor: Actor, file: Path) -> None:
    """The ledger knows the stretches of the text, not the name."""
    meeting = make_meeting(make_district("North"), facts=FACTS)
    erased(actor, decided(actor))
    after = Meeting.objects.get(pk=meeting.pk).facts
    write_ledger_of_erasures()
    Meeting.objects.filter(pk=meeting.pk).update(facts=FACTS)
    replay(file)
    assert Meeting.objects.get(pk=meeting.pk).facts == after
    assert "Leila" not in after


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
