"""Exports of lists are complete, typed and harmless, need a reason, and are logged before the download."""

import csv
import io
import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from accounts.actors import SYSTEM, actor_for
from accounts.models import Role, User
from audit.codes import ReasonCode
from audit.models import Action, Event
from contacts.models import Organisation, PrivateChannel
from contacts.services.organisations import edit_organisation
from districts.models import District
from jobs.models import Job, JobFile
from jobs.services.running import run_next
from lib.age import NotOpened, decrypt
from lib.days import city_today
from lib.reasons import MOST_LETTERS
from meetings.services.concerns import log_concern
from meetings.services.follow_ups import create_follow_up
from tests.factories import (
    PASSWORD,
    make_contact,
    make_district,
    make_meeting,
    make_officer,
    make_organisation,
    make_supervisor,
    make_user,
)
from tests.lib.test_age import PUBLIC_KEY, SECRET_KEY

pytestmark = [pytest.mark.django_db, pytest.mark.long]

NOUNS = ("organisations", "contacts", "meetings", "follow-ups", "concerns")
CANARY = "Kanarienvogel"
WHY = {"reason": "0", "other": "", "recipient": "City council", "readable": "on"}


@pytest.fixture
def north() -> District:
    return make_district("North")


@pytest.fixture
def supervisor(north: District) -> User:
    return make_supervisor(north)


def sure(user: User) -> Client:
    """Return a browser in which `user` has just signed in with the password."""
    client = Client()
    client.force_login(user)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def export(user: User, address: str, extension: str = "csv") -> tuple[Job, bytes]:
    """Export a list through its pages and return the file."""
    client = sure(user)
    answer = client.post(address, {"format": extension, **WHY})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    assert run_next()
    job = Job.objects.latest("created_at")
    assert job.status == "done", (job.error, job.message)
    file = JobFile.objects.get(job=job)
    return job, client.get(f"/jobs/{job.pk}/files/{file.pk}/").getvalue()


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def sheet(content: bytes, number: int = 0) -> list[tuple[Any, ...]]:
    book = load_workbook(io.BytesIO(content))
    return list(book.worksheets[number].iter_rows(values_only=True))


def only_row(content: bytes) -> dict[str, Any]:
    heading, row = sheet(content)
    return dict(zip(map(str, heading), row, strict=True))


def full_book(district: District, word: str = "") -> dict[str, Any]:
    """Create one row of each type with `word` in each of its texts."""
    organisation = make_organisation(district, name=f"Vecinos {word}", phone="+34600000001", cadence_days=30)
    contact = make_contact(district, organisation, family_name=f"Peña {word}", email="p@role.example")
    meeting = make_meeting(
        district,
        organisation,
        subject=f"A chat {word}",
        facts=f"Lamp {word}",
        assessment=f"Calm {word}",
        headcount=12,
    )
    owner = make_officer(district)
    promise = create_follow_up(
        actor=SYSTEM, title=f"Call {word}", owner=owner, due_on=city_today(), organisations=[organisation]
    )
    concern = log_concern(
        actor=actor_for(owner),
        kinds=["tension", "rumour"],
        bias_grounds=["anti_muslim"],
        district=district,
        site_organisation=organisation,
        facts=f"Heard {word}",
    )
    return {
        "organisations": organisation,
        "contacts": contact,
        "meetings": meeting,
        "follow-ups": promise,
        "concerns": concern,
    }


@pytest.mark.parametrize("noun", NOUNS)
def test_a_file_is_out_of_reach_once_a_district_it_was_made_with_is_lost(north: District, noun: str) -> None:
    south = make_district("South")
    supervisor = make_supervisor(north, south)
    full_book(south)
    job, _content = export(supervisor, f"/{noun}/export/")
    address = f"/jobs/{job.pk}/files/{JobFile.objects.get(job=job).pk}/"
    page = sure(supervisor)
    supervisor.districts.set([north])
    assert page.get(address).status_code == 404
    html = page.get(f"/jobs/{job.pk}/").content.decode()
    assert address not in html
    assert "still cover the same districts" in html
    assert Event.objects.filter(action=Action.EXPORT, object_type="job_file").count() == 1
    supervisor.districts.set([north, south, make_district("East")])
    assert page.get(address).status_code == 200
    assert address in page.get(f"/jobs/{job.pk}/").content.decode()


@pytest.mark.parametrize("noun", NOUNS)
def test_a_list_leaves_whole_and_in_the_trail(north: District, supervisor: User, noun: str) -> None:
    book = full_book(north)
    full_book(make_district("South"), CANARY)
    job, content = export(supervisor, f"/{noun}/export/")
    assert [row["ID"] for row in rows(content)] == [str(book[noun].pk)]
    assert CANARY not in content.decode()
    people = {"people": 1} if noun == "contacts" else {}
    assert (job.needs, job.result) == ({}, {"rows": 1, "files": 1} | people)
    left, fetched = Event.objects.filter(action=Action.EXPORT).order_by("pk")
    assert (left.actor_id, left.purpose) == (supervisor.pk, "To prepare a meeting or an event")
    assert book[noun].pk in left.object_ids
    assert left.district_ids == [north.pk]
    assert left.recipient.startswith(
        f"City council · file sha256:{JobFile.objects.get(job=job).digest} filter:"
    )
    assert "id" in left.field_names
    assert fetched.object_type == "job_file"
    _, workbook = export(supervisor, f"/{noun}/export/", "xlsx")
    heading, *table = sheet(workbook)
    assert [dict(zip(heading, row, strict=True))["ID"] for row in table] == [str(book[noun].pk)]
    texts = [str(cell) for number in (0, 1) for row in sheet(workbook, number) for cell in row]
    assert not [text for text in texts if CANARY in text]


def test_the_pages_ask_the_database_little(
    north: District, supervisor: User, django_assert_max_num_queries: Any
) -> None:
    full_book(north)
    job, _content = export(supervisor, "/organisations/export/")
    page = sure(supervisor)
    for address in ("/meetings/export/?status=held", "/jobs/", f"/jobs/{job.pk}/"):
        with django_assert_max_num_queries(14):
            assert page.get(address).status_code == 200


def test_only_supervisors_who_say_why_and_who_they_are(north: District, supervisor: User) -> None:
    full_book(north)
    page = sure(supervisor)
    assert "/organisations/export/?status=active,dormant" in page.get("/organisations/").content.decode()
    for noun in NOUNS:
        address = f"/{noun}/export/"
        assert address in page.get(f"/{noun}/?district={north.code}").content.decode()
        for role in (Role.OFFICER, Role.PRIVACY_OFFICER, Role.ADMINISTRATOR):
            other = sure(make_user(role, north))
            assert other.get(address).status_code == 403
            assert other.post(address, {"format": "csv", **WHY}).status_code == 403
            if role != Role.ADMINISTRATOR:
                assert address not in other.get(f"/{noun}/?district={north.code}").content.decode()
        for given in ({}, {"reason": "other", "other": " "}, {"reason": "9"}):
            answer = page.post(address, {"format": "csv", **given})
            assert answer.status_code == 422
        assert page.post(address, {"format": "exe", **WHY}).status_code == 422
        hurried = Client()
        hurried.force_login(supervisor)
        assert hurried.post(address, {"format": "csv", **WHY})["Location"].startswith(
            "/accounts/reauthenticate/"
        )
    assert not Job.objects.exists()


def test_a_reason_is_kept_whole_or_sent_back_whole(north: District, supervisor: User) -> None:
    page, usual = sure(supervisor), ReasonCode.EVENT.sent
    room = MOST_LETTERS - len(f"{usual}; ")
    for tapped, fits in (("0", room), ("other", MOST_LETTERS)):
        typed = "x" * (fits + 1)
        given = WHY | {"format": "csv", "reason": tapped, "other": typed}
        answer = page.post("/contacts/export/", given)
        html = answer.content.decode()
        assert answer.status_code == 422
        assert f'value="{typed}"' in html
        assert "The reason is too long. Shorten it. Limit in characters: 200; yours: 201." in html
        assert "Up to 200 characters, including the reason above." in html
        assert not re.search(r'name="other"[^>]*maxlength', html)
        assert page.post("/contacts/export/", given | {"other": typed[:-1]}).status_code == 302
        purpose = Job.objects.latest("id").parameters["purpose"]
        assert purpose == (f"{usual}; {typed[:-1]}" if tapped == "0" else typed[:-1])


def test_what_was_typed_waits_for_the_password(north: District, supervisor: User) -> None:
    make_organisation(north, kind="ngo")
    make_organisation(north, kind="school")
    page = Client()
    page.force_login(supervisor)
    given = {"format": "csv", "query": "kind=ngo", **WHY}
    asked = page.post("/organisations/export/", given)["Location"]
    assert asked.startswith("/accounts/reauthenticate/")
    answer = page.post(asked, {"password": PASSWORD})
    job = Job.objects.get()
    assert answer["Location"] == f"/jobs/{job.pk}/"
    assert run_next()
    job.refresh_from_db()
    assert job.result["rows"] == 1


def test_the_filters_of_the_page_are_those_of_the_file(north: District, supervisor: User) -> None:
    school = make_organisation(north, name="School of music", kind="school")
    ngo = make_organisation(north, name="Helping hands", kind="ngo")
    closed = make_organisation(north, name="Gone", kind="ngo")
    edit_organisation(actor=SYSTEM, organisation_id=closed.pk, status="closed")
    names = {
        "": {"School of music", "Helping hands", "Gone"},
        "?kind=ngo&status=active": {"Helping hands"},
        "?q=musik": {"School of music"},
        f"?ids={school.pk},{ngo.pk}": {"School of music", "Helping hands"},
        f"?district={north.code}&kind=school&kind=ngo&status=closed": {"Gone"},
    }
    for query, expected in names.items():
        _, content = export(supervisor, f"/organisations/export/{query}")
        assert {row["Name"] for row in rows(content)} == expected, query
    _, workbook = export(supervisor, "/organisations/export/?q=musik", "xlsx")
    said = dict(row[:2] for row in sheet(workbook, 1))
    assert said["Filter: Find an organisation"] == "musik"
    assert said["Rows"] == 1
    assert said["Exported by"] == supervisor.name
    searched = Event.objects.filter(action=Action.EXPORT, object_type="organisation").latest("pk")
    assert searched.search_hash is not None
    assert "musik" not in str(Job.objects.latest("created_at").__dict__)
    page = sure(supervisor)
    assert page.get("/organisations/export/?last_met_before=soon").status_code == 422
    assert page.get("/organisations/export/?ids=x").status_code == 404


def test_what_is_not_seen_is_in_no_cell(north: District, supervisor: User) -> None:
    south = make_district("South")
    hidden = make_organisation(south, name=CANARY)
    seen = make_organisation(north, name="Ours")
    make_meeting(north, seen, hidden)
    create_follow_up(
        actor=SYSTEM,
        title="Call both",
        owner=make_officer(north),
        due_on=city_today(),
        organisations=[seen, hidden],
    )
    log_concern(actor=SYSTEM, kinds=["tension"], district=north, site_organisation=hidden)
    for noun in ("meetings", "follow-ups", "concerns"):
        _, content = export(supervisor, f"/{noun}/export/")
        assert len(rows(content)) == 1
        assert CANARY not in content.decode()
        event = Event.objects.filter(action=Action.EXPORT, object_type__contains=noun[:6].replace("-", "_"))
        assert hidden.pk not in event.latest("pk").object_ids


def test_people_leave_without_whom_they_speak_for(north: District, supervisor: User) -> None:
    organisation = make_organisation(north, name=CANARY, kind="lgbt_organisation")
    contact = make_contact(north, organisation, phone="+34600000001")
    PrivateChannel.objects.create(contact=contact, phone="+34699999999", email="own@private.example")
    gone = make_contact(
        north, family_name="Ruiz", email="gone@role.example", withdrawn_on=city_today(), phone="+34600000002"
    )
    for extension in ("csv", "vcf"):
        _, content = export(supervisor, "/contacts/export/", extension)
        text = content.decode()
        for secret in (CANARY, "coordinator", "699999999", "private.example", "LGBT", "gone@", "600000002"):
            assert secret not in text, secret
        assert contact.family_name in text
        assert (str(gone.pk) in text) == (extension == "csv"), "whoever withdrew is in no address book"
    assert text.count("BEGIN:VCARD") == 1
    page = sure(supervisor)
    for query in (f"organisation={organisation.pk}", f"organisation={organisation.pk}&ids={contact.pk}"):
        answer = page.post(f"/contacts/export/?{query}", {"format": "csv", **WHY})
        assert answer.status_code == 422
    for name in ("kind=lgbt_organisation", "focus=lgbti"):
        _, content = export(supervisor, f"/contacts/export/?{name}")
        assert len(rows(content)) == 2, "no such filter of people"


def test_cells_have_their_types_and_no_text_is_a_formula(north: District, supervisor: User) -> None:
    evil = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "a;=1+1"]
    for number, text in enumerate(evil):
        organisation = make_organisation(north, name=f"{text} {number}", cadence_days=30)
    make_meeting(
        north,
        organisation,
        subject="=HYPERLINK()",
        starts_at=datetime(2026, 7, 1, 22, 30, tzinfo=UTC),
        headcount=12,
        agenda="One, “two”\n- three",
    )
    log_concern(
        actor=SYSTEM, kinds=["tension", "rumour"], district=north, occurred_on=date(2026, 10, 25), facts="x"
    )
    _, content = export(supervisor, "/organisations/export/")
    for row in rows(content):
        assert all(cell[:1] not in {*"=+-@\t\r"} and ";=" not in cell for cell in row.values()), row
        assert row["Agreed frequency (days)"] == "30"
    _, content = export(supervisor, "/meetings/export/")
    (row,) = rows(content)
    assert row["Starts at"] == "2026-07-02T00:30:00+02:00"
    assert row["Agenda"] == "One, “two”\n- three"
    _, workbook = export(supervisor, "/organisations/export/", "xlsx")
    page = load_workbook(io.BytesIO(workbook)).worksheets[0]
    assert not [cell for cells in page.iter_rows() for cell in cells if cell.data_type == "f"]
    names = [cells[0] for cells in page.iter_rows(min_row=2)]
    assert {cell.data_type for cell in names} == {"s"}
    marked = {str(cell.value) for cell in names if cell.quotePrefix}
    assert marked == {name for name in map(str, (cell.value for cell in names)) if name[0] in "=+-@"}
    assert len(marked) >= 4
    _, workbook = export(supervisor, "/meetings/export/", "xlsx")
    cells = only_row(workbook)
    assert cells["Starts at"] == datetime(2026, 7, 2, 0, 30)  # noqa: DTZ001  # as a cell holds it
    assert (cells["Minutes"], cells["Number of people"]) == (30, 12)
    assert cells["Subject"] == "=HYPERLINK()"
    assert cells["Facts"] is None
    _, workbook = export(supervisor, "/concerns/export/", "xlsx")
    cells = only_row(workbook)
    assert cells["Happened on"] == datetime(2026, 10, 25)  # noqa: DTZ001  # as a cell holds it
    assert cells["What happened"] == "tension around an event; rumour about an event"


def test_a_list_that_a_format_cannot_hold_fails_loudly(north: District, supervisor: User) -> None:
    organisation = make_organisation(north)
    Organisation.objects.filter(pk=organisation.pk).update(summary="x" * 40_000)
    page = sure(supervisor)
    page.post("/organisations/export/", {"format": "xlsx", **WHY})
    run_next()
    job = Job.objects.get()
    assert job.status == "failed"
    assert "CSV" in page.get(f"/jobs/{job.pk}/").content.decode()
    assert not JobFile.objects.exists()
    assert not Event.objects.filter(action=Action.EXPORT).exists()


def test_whoever_is_no_supervisor_any_more_has_no_file_made(north: District, supervisor: User) -> None:
    make_organisation(north)
    sure(supervisor).post("/organisations/export/", {"format": "csv", **WHY})
    User.objects.filter(pk=supervisor.pk).update(role=Role.OFFICER)
    run_next()
    assert Job.objects.get().status == "failed"
    assert not JobFile.objects.exists()


SECRET = "four words of some length"
ENCRYPTED = {
    "format": "csv",
    "reason": "0",
    "other": "",
    "recipient": "City council",
    "passphrase": SECRET,
    "again": SECRET,
}


def test_a_list_is_encrypted_to_a_passphrase_by_default(north: District, supervisor: User) -> None:
    make_contact(north, family_name=CANARY)
    client = sure(supervisor)
    assert client.post("/contacts/export/", ENCRYPTED).status_code == 302
    assert SECRET not in str(Job.objects.values_list("needs", flat=True))
    assert run_next()
    file = JobFile.objects.get()
    content = client.get(f"/jobs/{file.job_id}/files/{file.pk}/").getvalue()
    assert file.name.endswith(".csv.age")
    assert CANARY.encode() not in content
    plain = io.BytesIO()
    decrypt(io.BytesIO(content), plain, SECRET)
    assert CANARY in plain.getvalue().decode()
    with pytest.raises(NotOpened):
        decrypt(io.BytesIO(content), io.BytesIO(), "another passphrase")
    event = Event.objects.get(action=Action.EXPORT, object_type="contact")
    assert event.recipient.startswith(f"City council · encrypted file sha256:{file.digest}")
    assert "passphrase" not in (Job.objects.get().needs or {})


def test_a_list_can_be_encrypted_to_the_public_key_of_who_gets_it(north: District, supervisor: User) -> None:
    make_contact(north, family_name=CANARY)
    client = sure(supervisor)
    mistyped = client.post("/contacts/export/", ENCRYPTED | {"passphrase": PUBLIC_KEY[:-1], "again": ""})
    assert mistyped.status_code == 422 and "This is not a complete public key." in mistyped.text
    sent = ENCRYPTED | {"passphrase": f" {PUBLIC_KEY} ", "again": ""}
    assert client.post("/contacts/export/", sent).status_code == 302
    assert run_next()
    file = JobFile.objects.get()
    content = client.get(f"/jobs/{file.job_id}/files/{file.pk}/").getvalue()
    plain = io.BytesIO()
    decrypt(io.BytesIO(content), plain, SECRET_KEY)
    assert CANARY in plain.getvalue().decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"passphrase": "", "again": ""},
        {"passphrase": "short", "again": "short"},
        {"again": "another one of some length"},
    ],
)
def test_without_a_passphrase_nothing_is_exported(
    north: District, supervisor: User, wrong: dict[str, str]
) -> None:
    client = sure(supervisor)
    assert client.post("/contacts/export/", ENCRYPTED | wrong).status_code == 422
    assert not Job.objects.exists()


def test_a_readable_file_is_recorded_as_such(north: District, supervisor: User) -> None:
    make_contact(north)
    _job, content = export(supervisor, "/contacts/export/")
    assert content.startswith("\ufeff".encode())
    event = Event.objects.get(action=Action.EXPORT, object_type="contact")
    assert event.recipient.startswith("City council · file sha256:")
