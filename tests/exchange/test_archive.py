"""The archive: all records in one file, equal after import into an empty system, rejected if changed."""

import hashlib
import io
import json
import random
import zipfile
from collections.abc import Callable
from datetime import date, time
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, transaction
from django.utils import timezone
from pytest_django import Settings

from accounts.actors import SYSTEM, actor_for
from accounts.models import Role, User
from audit.models import Action, Change, Event
from audit.services.verifying import Report
from audit.signing import public_file, read_public_keys
from contacts.models import Contact, ImportedFields, Merge, NotADuplicate, Organisation, PrivateChannel
from contacts.services.organisations import edit_organisation
from crm.demo.load import load_demo
from districts.models import District
from exchange.archive.parts import PARTS, VERSION, parts
from exchange.archive.reading import ArchiveRefused
from exchange.archive.writing import digest_of, scope_of, write_archive
from exchange.models import ImportedRow
from incidents.models import StepHandover
from lib.external_ids import set_external_ids
from lib.ids import uuid7
from meetings.models import (
    Concern,
    FollowUp,
    FollowUpOrganisation,
    FormerFollowUpOrganisation,
    Meeting,
    MeetingOrganisation,
    Series,
)
from meetings.services.concerns import log_concern
from privacy.services.restrictions import restrict_contact
from reviews.models import Review
from reviews.queries.verification import verify_reviews
from reviews.services.signing import sign_statements
from tests.audit.sealing import use_key
from tests.exchange.archives import archive_of, content, lines, read
from tests.factories import (
    make_contact,
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
    make_supervisor,
    make_user,
)
from tests.incidents.making import make_incident
from tests.lib.test_age import PUBLIC_KEY, SECRET_KEY
from tests.plans.making import make_plan
from tests.plugins.database import clone
from tests.publishing.town import Town
from tests.reviews.making import Audited


def make_busy(chance: random.Random) -> None:
    """Create rows missing in the demo: external IDs, series, merges, imports, guests, odd texts."""
    districts = list(District.objects.all())
    for number, row in enumerate(chance.sample(list(Organisation.objects.all()), 12)):
        edit_organisation(
            actor=SYSTEM,
            organisation_id=row.pk,
            name=f"{row.name} “Ágora” Σύλλογος 🙂 {number}",
            summary='Two\nlines, a \\ and a " in \u2028 them',
            cadence_days=chance.choice([None, 30, 90]),
            status=chance.choice(["active", "dormant", "closed"]),
            also_in=chance.sample(districts, 2),
            external_ids=[{"source": "register", "external_id": f"R-{number}"}],
            website="https://casa.example/ñ?x=1",
            numbers=[{"as_written": "A58818501"}, {"register": "Charities", "as_written": f"C-{number}"}],
            aliases=[{"text": "Casa de antes", "kind": "former"}],
            other_details=[
                {"channel": "phone", "value": "+34949010380;ext=12", "use": "office"},
                {"channel": "social", "value": "https://social.example/ñ"},
            ],
        )
    for model in (Contact, Meeting, FollowUp, Concern):
        known: Any = chance.choice(list(model._default_manager.all()))
        set_external_ids(known, [{"source": "old system", "external_id": "7"}])
    Contact.objects.all()[0].other_details.create(channel="email", value="b@casa.example")
    ImportedRow.objects.create(
        object_type="meeting", source="old system", external_id="7", fingerprints={"subject": "ab12"}
    )
    one, other = sorted(Organisation.objects.values_list("pk", flat=True)[:2])
    link = FollowUpOrganisation.objects.order_by("pk")[0]
    FormerFollowUpOrganisation.objects.create(
        follow_up_id=link.follow_up_id, organisation_id=one, until=timezone.now()
    )
    NotADuplicate.objects.create(object_type="organisation", one=one, other=other)
    Merge.objects.create(object_type="organisation", kept_id=one, gone_ids=[uuid7()], kept_version=2)
    ImportedFields.objects.create(organisation_id=one, source="register", fingerprints={"name": "ab12"})
    days = {"first_on": date(2026, 1, 5), "made_until": date(2026, 12, 31)}
    series = Series.objects.create(rule="FREQ=MONTHLY;BYDAY=1MO", clock=time(2, 30), **days)
    Meeting.objects.filter(pk=chance.choice(list(Meeting.objects.all())).pk).update(
        series=series, series_on=date(2026, 1, 5), departs=True, version=7
    )
    PrivateChannel.objects.create(contact=chance.choice(list(Contact.objects.all())), phone="+34600999888")
    restricted = chance.choice(list(Contact.objects.filter(withdrawn_on__isnull=True)))
    privacy_officer = actor_for(make_user(Role.PRIVACY_OFFICER))
    restrict_contact(actor=privacy_officer, contact_id=restricted.pk, ground="evidence")
    Audited().audit_twice()
    place = Organisation.objects.active().order_by("pk")[0]
    happened: dict[str, Any] = {"kinds": ["threat"], "bias_grounds": ["unknown"], "site_organisation": place}
    concern = log_concern(actor=SYSTEM, district=place.home_district, **happened)
    over = make_incident(SYSTEM, concern, is_over=True)
    step = over.steps.all()[0]
    StepHandover.objects.create(step=step, before=place.lead_officer, after=make_officer())
    keeper = actor_for(make_supervisor(place.home_district))
    Town(make_district("Out in the open"))
    make_plan(keeper, make_officer(place.home_district), place, "“Ágora” \u2028 🙂")


@pytest.mark.thorough
@pytest.mark.long
def test_a_busy_city_comes_back_the_same(committed_db: None, settings: Settings, tmp_path: Path) -> None:
    key = use_key(settings, tmp_path)
    load_demo()
    make_busy(random.Random(6))
    assert sign_statements() == 7
    call_command("recount", "--fix", stdout=StringIO())
    before, people = content(), dict(User.objects.values_list("pk", "email"))
    assert [part.name for part in PARTS if not before[part.name]] == []
    file = archive_of()
    assert b"600999888" not in b"".join(
        zipfile.ZipFile(file).read(n) for n in zipfile.ZipFile(file).namelist()
    )
    clone()
    read(file)
    after = content()
    for name, rows in before.items():
        assert after[name] == rows, name
    call_command("recount", stdout=StringIO())  # raises for a wrong summary
    assert not User.objects.filter(is_active=True).exists()
    assert all(people[user.pk] == user.email for user in User.objects.all())
    told = Change.objects.filter(event__action=Action.IMPORT)
    assert told.count() == sum(len(after[part.name]) for part in PARTS if part.object_type)
    again = archive_of()
    with zipfile.ZipFile(file) as one, zipfile.ZipFile(again) as other:
        assert [part.file for part in parts() if one.read(part.file) != other.read(part.file)] == []
    checked = Report()  # the log of the old system stays there, and the key's signatures prove the audits
    verify_reviews(checked, read_public_keys(public_file(key)), "default")
    assert (checked.findings, checked.records) == ([], 5)
    signed = Review.objects.signed().get(conclusion__startswith="word")
    for change in (
        lambda: Review.objects.filter(pk=signed.pk).update(conclusion="Another"),
        lambda: signed.samples.update(note="Another"),
        lambda: signed.actions.create(text="Another", due_on=date(2026, 1, 1)),
        lambda: signed.figures.all().delete(),
    ):
        with pytest.raises(ProgrammingError, match="stays as it is"), transaction.atomic():
            change()


@pytest.mark.django_db
class TestADistrict:
    def test_holds_what_is_seen_there_and_no_more(self) -> None:
        north, south = make_district("North"), make_district("South")
        ours, theirs = make_organisation(north), make_organisation(south, name="Hidden Lantern")
        visitor = make_organisation(south, also_in=[north])
        speaker, stranger = make_contact(south, ours), make_contact(south, theirs)
        together = make_meeting(south, ours, theirs, officers=[make_officer(south)])
        make_meeting(south, theirs, subject="Lantern meeting")
        owner = make_officer(south, name="Otto")
        promise = FollowUp.objects.create(
            title="Call", owner=owner, contact=stranger, due_on="2026-05-01", first_due_on="2026-05-01"
        )
        promise.organisation_links.create(organisation=ours)
        out = io.BytesIO()
        told = write_archive(
            out, actor=SYSTEM, scope=scope_of(SYSTEM, north), district=north, purpose="moving"
        )
        assert {row["id"] for row in lines(out, "organisations")} == {str(ours.pk), str(visitor.pk)}
        assert [row["id"] for row in lines(out, "contacts")] == [str(speaker.pk)]
        assert [row["id"] for row in lines(out, "meetings")] == [str(together.pk)]
        assert [row["organisation"] for row in lines(out, "meeting_organisations")] == [str(ours.pk)]
        assert [(row["id"], row["contact"]) for row in lines(out, "follow_ups")] == [(str(promise.pk), None)]
        assert {row["name"] for row in lines(out, "officers")} >= {"Otto"}
        assert {frozenset(row) for row in lines(out, "officers")} == {frozenset({"id", "email", "name"})}
        assert {row["code"] for row in lines(out, "districts")} == {north.code, south.code}
        assert told.left_out == 2
        assert not any(b"Lantern" in zipfile.ZipFile(out).read(n) for n in zipfile.ZipFile(out).namelist())

    def test_comes_back_beside_districts_and_people_that_are_there(self) -> None:
        north = make_district("North", parent=make_district("City"))
        officer = make_officer(north)
        make_meeting(north, make_organisation(north, lead_officer=officer), officers=[officer])
        file = archive_of(scope_of(SYSTEM, north), north)
        MeetingOrganisation.objects.all().delete()
        Meeting.objects.all().delete()
        Organisation.objects.all().delete()
        user = User.objects.get()
        user.duty_shifts.all().delete()
        user.delete()
        here = make_officer(email=officer.email.upper())  # the same colleague under another id
        read(file)
        assert Organisation.objects.get().lead_officer == here
        assert list(Meeting.objects.get().officers.all()) == [here]
        assert Organisation.objects.get().home_district == north


@pytest.mark.django_db
class TestAnArchiveIsRefused:
    @pytest.fixture
    def file(self) -> io.BytesIO:
        north = make_district()
        make_contact(north, make_organisation(north))
        file = archive_of()
        Contact.objects.all().delete()
        Organisation.objects.all().delete()
        return file

    def refused(self, file: io.BytesIO, why: str) -> None:
        with pytest.raises(ArchiveRefused, match=why):
            read(file)
        assert not Organisation.objects.exists()
        assert not Event.objects.filter(action=Action.IMPORT).exists()

    def changed(
        self, file: io.BytesIO, change: Callable[[dict[str, bytes]], None], *, seal: bool = False
    ) -> io.BytesIO:
        """Return the same archive with other bytes in it. With `seal` its manifest is updated to match."""
        with zipfile.ZipFile(file) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        change(files)
        if seal:
            manifest = json.loads(files["manifest.json"])
            manifest["sha256"] = digest_of(manifest)
            files["manifest.json"] = json.dumps(manifest).encode()
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for name, bytes_ in files.items():
                archive.writestr(name, bytes_)
        return out

    def test_that_was_not_changed_is_read(self, file: io.BytesIO) -> None:
        read(self.changed(file, lambda _files: None, seal=True))
        assert Organisation.objects.exists()

    @pytest.mark.parametrize("part", ["organisations", "contacts", "manifest"])
    def test_of_which_one_byte_is_another(self, file: io.BytesIO, part: str) -> None:
        name = "manifest.json" if part == "manifest" else f"{part}.jsonl"

        def change(files: dict[str, bytes]) -> None:
            old, new = (b"moving", b"Moving") if part == "manifest" else (b"1", b"2")
            files[name] = files[name].replace(old, new, 1)

        self.refused(self.changed(file, change), "has been altered since the archive was made")

    def test_that_lost_or_got_a_file(self, file: io.BytesIO) -> None:
        self.refused(
            self.changed(file, lambda files: files.pop("series.jsonl")),
            "This ZIP file is not a Proximity CRM archive.",
        )
        self.refused(
            self.changed(file, lambda files: files.update(x=b"")),
            "This ZIP file is not a Proximity CRM archive.",
        )

    @pytest.mark.parametrize("kept", [0, 10, 0.5, 0.99])
    def test_that_was_cut_off(self, file: io.BytesIO, kept: float) -> None:
        whole = file.getvalue()
        end = int(kept if kept >= 1 else kept * len(whole))
        self.refused(io.BytesIO(whole[:end]), "incomplete or has been altered")

    def test_with_bytes_of_rot(self, file: io.BytesIO) -> None:
        rotten = bytearray(file.getvalue())
        rotten[120:124] = b"\xff\x00\xff\x00"
        self.refused(io.BytesIO(bytes(rotten)), "altered")

    @pytest.mark.parametrize(("version", "why"), [(VERSION + 1, "newer version"), (VERSION - 1, "older")])
    def test_of_another_version(self, file: io.BytesIO, version: int, why: str) -> None:
        def other(files: dict[str, bytes]) -> None:
            manifest = json.loads(files["manifest.json"])
            files["manifest.json"] = json.dumps(manifest | {"version": version}).encode()

        self.refused(self.changed(file, other, seal=True), why)

    def test_that_is_something_else(self) -> None:
        other = io.BytesIO()
        with zipfile.ZipFile(other, "w") as archive:
            archive.writestr("manifest.json", "[1]")
        self.refused(other, "This is not a Proximity CRM archive.")

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (b'"kind":"ngo"', b'"kind":"cult"'),
            (b'"website":""', b'"website":"javascript:x"'),
            (b'"phone":""', b'"phone":"949217792, 949010380"'),
            (b'"kind"', b'"x"'),
        ],
    )
    def test_whose_rows_nobody_could_have_written(self, file: io.BytesIO, old: bytes, new: bytes) -> None:
        """An archive made by hand, with a matching manifest."""

        def change(files: dict[str, bytes]) -> None:
            rows = files["organisations.jsonl"] = files["organisations.jsonl"].replace(old, new, 1)
            manifest = json.loads(files["manifest.json"])
            for one in manifest["files"]:
                if one["name"] == "organisations.jsonl":
                    one |= {"bytes": len(rows), "sha256": hashlib.sha256(rows).hexdigest()}
            files["manifest.json"] = json.dumps(manifest).encode()

        self.refused(self.changed(file, change, seal=True), "could not be read|are inconsistent")


@pytest.mark.django_db
class TestAnEmptySystem:
    def test_is_what_an_archive_is_read_into(self) -> None:
        organisation = make_organisation()
        file = archive_of()
        with pytest.raises(ArchiveRefused, match="You can only load an archive into an empty system"):
            read(file)
        assert Organisation.objects.get() == organisation

    def test_is_filled_by_the_command_line(self, tmp_path: Path) -> None:
        north = make_district("North")
        organisation = make_organisation(north)
        path, out = tmp_path / "north.zip", StringIO()
        given: dict[str, Any] = {"recipient": "City archive", "readable": True}
        with pytest.raises(CommandError, match="arguments --passphrase-file --public-key --readable"):
            call_command("export_archive", str(path), recipient="City archive")
        with pytest.raises(CommandError, match="--recipient"):
            call_command("export_archive", str(path), readable=True)
        call_command("export_archive", str(path), district=north.code, reason="moving", stdout=out, **given)
        assert path.stat().st_mode & 0o777 == 0o600
        event = Event.objects.get(action=Action.EXPORT, object_type="organisation")
        assert (event.object_ids, event.purpose, event.district_ids) == (
            [organisation.pk],
            "moving",
            [north.pk],
        )
        assert event.recipient.removeprefix("City archive · archive sha256:") in out.getvalue()
        with pytest.raises(CommandError, match="already exists"):
            call_command("export_archive", str(path), **given)
        with pytest.raises(CommandError, match="no district"):
            call_command("export_archive", str(tmp_path / "x.zip"), district="nowhere", **given)
        sealed, key = tmp_path / "sealed.zip.age", tmp_path / "key"
        with pytest.raises(CommandError, match="not a complete public key"):
            call_command("export_archive", str(sealed), recipient="IT", public_key=PUBLIC_KEY[:-1])
        call_command("export_archive", str(sealed), recipient="IT", public_key=PUBLIC_KEY, stdout=out)
        key.write_text(f"{SECRET_KEY}\n")
        Organisation.objects.all().delete()
        call_command("import_archive", str(sealed), passphrase_file=key, stdout=out)
        assert Organisation.objects.get() == organisation
        Organisation.objects.all().delete()
        call_command("import_archive", str(path), stdout=out)
        assert Organisation.objects.get() == organisation
        with pytest.raises(CommandError, match="You can only load an archive into an empty system"):
            call_command("import_archive", str(path))
