"""Encrypted fields: the database holds no readable text, and everybody who may read does."""

import zlib
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.core.exceptions import FieldError
from django.core.management import CommandError, call_command
from django.db import connection, models
from pytest_django import Settings

from accounts.actors import SYSTEM, actor_for
from accounts.models import Role
from contacts.merging.services import merge_contacts, undo_merge
from contacts.models import Contact, Merge, OrganisationPrivateChannel, PrivateChannel
from contacts.services.private_channels import (
    reveal_private_channel,
    set_organisation_private_channel,
    set_private_channel,
)
from crm.field_encryption import BATCH_OF_COPIES, encrypt_values, encrypted_fields
from districts.models import District
from exchange.imports.drafts import start_draft
from exchange.models import ImportDraft, ImportStep
from jobs.models import Job, JobFileChunk
from jobs.services.files import keep_file
from lib.copying import insert_rows
from lib.days import city_today
from lib.encrypted_fields import Encrypted, NotOfOneRow, bound_values
from lib.encryption import MARK, NotDecrypted, data_keys, with_new_key, wrapped_keys
from lib.ids import uuid7
from meetings.models import Concern, Meeting
from meetings.services.concerns import log_concern
from privacy.services.requests import receive_request
from tests.api.clients import Tool
from tests.architecture.asking import undone
from tests.factories import make_contact, make_district, make_meeting, make_organisation, make_user

pytestmark = pytest.mark.django_db
CANARY = "zebra crossing"


@pytest.fixture
def north() -> District:
    return make_district("North")


def stored(table: str, column: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL")  # noqa: S608 (a test's names)
        return [value for (value,) in cursor.fetchall()]


def stored_texts() -> list[str]:
    """Every value of every encrypted text, as the database has it."""
    return [
        value
        for field in encrypted_fields()
        if isinstance(field, Encrypted)
        for value in stored(field.model._meta.db_table, field.column)
        if value
    ]


def write_everything(north: District) -> tuple[Contact, Meeting, Concern]:
    contact, organisation = make_contact(north), make_organisation(north)
    set_private_channel(actor=SYSTEM, contact_id=contact.pk, email="own@zebra.example", phone="+34612345678")
    set_organisation_private_channel(
        actor=SYSTEM, organisation_id=organisation.pk, night_phone="+34612345679", address=f"1 {CANARY}"
    )
    meeting = make_meeting(north, assessment=f"Worried about the {CANARY}")
    concern = log_concern(
        actor=SYSTEM,
        kinds=["graffiti_symbol"],
        bias_grounds=["unknown"],
        district=north,
        facts=f"At the {CANARY}",
    )
    return contact, meeting, concern


def test_no_word_of_an_encrypted_field_is_in_the_database(north: District) -> None:
    write_everything(north)
    found = stored_texts()
    assert len(found) == 6
    assert all(value.startswith(MARK) for value in found)
    for model in (Meeting, Concern, PrivateChannel, OrganisationPrivateChannel):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT t::text FROM {model._meta.db_table} t")  # noqa: S608 (a model's table)
            rows = str(cursor.fetchall())
        for word in ("zebra", "612345678", "612345679"):
            assert word not in rows, model


def test_models_values_and_the_api_read_what_was_written(north: District) -> None:
    contact, meeting, concern = write_everything(north)
    channel = PrivateChannel.objects.get()
    assert (channel.email, str(channel.phone)) == ("own@zebra.example", "+34612345678")
    assert OrganisationPrivateChannel.objects.get().address == f"1 {CANARY}"
    assert list(Meeting.objects.values_list("assessment", flat=True)) == [meeting.assessment]
    tool = Tool(north)
    assert tool.get(f"/meetings/{meeting.pk}/").json()["assessment"] == meeting.assessment
    assert tool.get(f"/concerns/{concern.pk}/").json()["facts"] == f"At the {CANARY}"
    assert tool.get("/concerns/").json()["results"][0]["facts"] == f"At the {CANARY}"
    private = tool.get(f"/contacts/{contact.pk}/").json()["private_channel"]
    assert private == {"email": "own@zebra.example", "phone": "+34612345678"}
    officer = actor_for(make_user(Role.OFFICER, north))
    assert reveal_private_channel(actor=officer, contact_id=contact.pk, reason="Urgent").email


def test_an_empty_text_stays_empty_and_can_be_asked_for(north: District) -> None:
    empty, full = make_meeting(north), make_meeting(north, assessment="Calm")
    assert stored("meetings_meeting", "assessment").count("") == 1
    assert list(Meeting.objects.filter(assessment="")) == [empty]
    assert list(Meeting.objects.exclude(assessment="")) == [full]
    with pytest.raises(FieldError):
        Meeting.objects.filter(assessment__contains="Calm").exists()


def test_many_rows_at_once_are_encrypted_too(north: District) -> None:
    rows = [Meeting.objects.get(pk=make_meeting(north).pk) for _number in range(101)]
    Meeting.objects.all().delete()
    for row in rows:
        row.assessment = CANARY
    insert_rows(Meeting, rows)
    assert all(value.startswith(MARK) for value in stored("meetings_meeting", "assessment"))
    assert {row.assessment for row in Meeting.objects.all()} == {CANARY}
    with pytest.raises(NotOfOneRow, match=r"meetings_meeting\.assessment"), undone():
        Meeting.objects.update(assessment="Calm")
    with pytest.raises(NotOfOneRow), undone():
        Meeting.objects.bulk_update(Meeting.objects.all(), ["assessment"])
    changed = list(Meeting.objects.order_by("pk"))
    for number, row in enumerate(changed):
        row.assessment = f"Calm {number}"
    with bound_values(changed, ["assessment"]):
        Meeting.objects.bulk_update(changed, ["assessment"])
    assert changed[3].assessment == Meeting.objects.get(pk=changed[3].pk).assessment == "Calm 3"
    assert all(value.startswith(MARK) for value in stored("meetings_meeting", "assessment"))
    Meeting.objects.update(assessment="")
    assert {row.assessment for row in Meeting.objects.all()} == {""}


def swap(table: str, key: str, columns: str) -> None:
    """Exchange what two rows hold, as whoever writes in the database can."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} t SET ({columns}) = (SELECT {columns} FROM {table} o WHERE o.{key} <> t.{key})"  # noqa: S608 (a test's names)
        )


def test_a_value_of_another_row_is_never_read_as_if_it_were_this_rows(north: District) -> None:
    """On pages, in lists of values, through the API, and in the members of JSON."""
    mine, hers = make_meeting(north, assessment="Calm"), make_meeting(north, assessment=CANARY)
    found = Meeting.objects.order_by("pk").values_list("assessment", flat=True)
    nested = Meeting.objects.filter(pk=models.OuterRef("pk")).values("assessment")
    through = Meeting.objects.annotate(text=models.Subquery(nested)).order_by("pk")
    assert list(found) == list(through.values_list("text", flat=True)) == ["Calm", CANARY]
    tool = Tool(north)
    assert tool.get(f"/meetings/{mine.pk}/").json()["assessment"] == "Calm"
    swap("meetings_meeting", "id", "assessment")
    for read in (
        lambda: Meeting.objects.get(pk=mine.pk),
        lambda: list(found.all()),
        lambda: list(through.values_list("text", flat=True)),
        lambda: tool.get(f"/meetings/{mine.pk}/"),
        lambda: hers.refresh_from_db(),
    ):
        with pytest.raises(NotDecrypted, match=r"meetings_meeting\.assessment"):
            read()


def test_private_channels_merges_drafts_steps_and_files_are_bound_to_their_rows_too(north: District) -> None:
    contacts = [make_contact(north) for _number in range(2)]
    for number, contact in enumerate(contacts):
        set_private_channel(actor=SYSTEM, contact_id=contact.pk, email=f"own{number}@zebra.example")
    assert Tool(north).get(f"/contacts/{contacts[0].pk}/").json()["private_channel"]["email"]
    swap("contacts_privatechannel", "contact_id", "email")
    with pytest.raises(NotDecrypted):
        PrivateChannel.objects.get(contact=contacts[0])
    with pytest.raises(NotDecrypted):
        Tool(north).get(f"/contacts/{contacts[0].pk}/")

    for number in range(2):
        draft = ImportDraft.objects.create(started_by=uuid7(), sample={"Name": [str(number)]}, content=b"a")
        ImportStep.objects.create(draft=draft, rows=[[str(number)]])
        Merge.objects.create(
            object_type="contact",
            kept_id=uuid7(),
            gone_ids=[],
            kept_version=1,
            memory={"versions": {}, "n": number},
        )
        job = Job.objects.create(kind="export_list", status="done")
        about: dict[str, Any] = {"name": "x.csv", "media_type": "text/csv", "is_input": True}
        keep_file(job_id=job.pk, content=BytesIO(b"words"), **about)
    for model, columns in (
        (ImportDraft, ["sample", "content"]),
        (ImportStep, ["rows"]),
        (Merge, ["memory"]),
        (JobFileChunk, ["content"]),
    ):
        for column in columns:
            values = model._base_manager.values_list(column, flat=True)
            assert len(values.all()) == 2
            with undone():
                swap(model._meta.db_table, "id", column)
                with pytest.raises(NotDecrypted, match=column):
                    list(values)


def test_a_changed_value_is_an_error_that_names_its_column(north: District) -> None:
    make_meeting(north, assessment="Calm")
    [value] = stored("meetings_meeting", "assessment")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE meetings_meeting SET assessment = %s", [value[:-6] + "AAAA=="])
    with pytest.raises(NotDecrypted, match=r"meetings_meeting\.assessment"):
        list(Meeting.objects.all())


def test_what_a_merge_remembers_is_encrypted_and_takes_it_back(north: District) -> None:
    kept, gone = make_contact(north), make_contact(north)
    set_private_channel(actor=SYSTEM, contact_id=gone.pk, email="own@zebra.example")
    gone.refresh_from_db()
    merge_contacts(
        actor=SYSTEM,
        kept_id=kept.pk,
        versions={kept.pk: kept.version, gone.pk: gone.version},
    )
    assert "zebra" not in str(stored("contacts_merge", "memory"))
    undo_merge(actor=SYSTEM, merge_id=Merge.objects.get().pk)
    assert PrivateChannel.objects.get(contact=gone).email == "own@zebra.example"


def test_files_of_background_tasks_are_encrypted(north: District) -> None:
    job = Job.objects.create(kind="export_list", status="done")
    content = CANARY.encode() * 1000
    about: dict[str, Any] = {"name": "x.csv", "media_type": "text/csv", "is_input": True}
    file = keep_file(job_id=job.pk, content=BytesIO(content), **about)
    assert all(b"zebra" not in bytes(part) for part in stored("jobs_jobfilechunk", "content"))
    assert b"".join(file.chunks.order_by("number").values_list("content", flat=True)) == content


def test_plain_values_are_read_and_encrypted_by_the_command(north: District, settings: Settings) -> None:
    keys, settings.FIELD_KEYS = settings.FIELD_KEYS, []
    _contact, meeting, _concern = write_everything(north)
    assert not any(value.startswith(MARK) for value in stored_texts())
    settings.FIELD_KEYS = keys
    assert Meeting.objects.get(pk=meeting.pk).assessment == meeting.assessment
    assert (encrypt_values(), encrypt_values()) == (6, 0)
    assert all(value.startswith(MARK) for value in stored_texts())
    found = Meeting.objects.get(pk=meeting.pk)
    assert (found.assessment, found.version) == (meeting.assessment, meeting.version)


def test_after_a_new_data_key_values_move_to_it_and_undo_makes_them_plain(
    north: District, settings: Settings
) -> None:
    write_everything(north)
    settings.FIELD_KEYS = wrapped_keys(with_new_key(data_keys()), settings.FIELD_SECRET[0])
    out = StringIO()
    call_command("encrypt_fields", stdout=out)
    assert "Encrypted: 6" in out.getvalue()
    assert all(value.startswith(f"{MARK}2:") for value in stored_texts())
    call_command("encrypt_fields", "--undo", stdout=out)
    assert "Decrypted: 6" in out.getvalue()
    assert f"At the {CANARY}" in stored_texts()
    settings.FIELD_KEYS = []
    with pytest.raises(CommandError, match="FIELD_KEYS"):
        call_command("encrypt_fields")


def test_copies_move_to_a_new_data_key_too_and_stay_bound_to_their_rows(
    north: District, settings: Settings
) -> None:
    """Parts of files, imports and merges: values before encryption, of the first form, and of an old key."""
    keys, settings.FIELD_KEYS = settings.FIELD_KEYS, []
    job = Job.objects.create(kind="export_list", status="done")
    about: dict[str, Any] = {"name": "x.csv", "media_type": "text/csv", "is_input": True}
    keep_file(job_id=job.pk, content=BytesIO(CANARY.encode() * 1000), **about)
    draft = ImportDraft.objects.create(
        started_by=uuid7(), sample={"sealed": [CANARY]}, counted={}, content=CANARY.encode()
    )
    steps = [ImportStep.objects.create(draft=draft, rows=[[CANARY, n]]) for n in range(BATCH_OF_COPIES + 1)]
    memory = {"versions": {"a": 1}, "word": CANARY}
    Merge.objects.create(object_type="contact", kept_id=uuid7(), gone_ids=[], kept_version=1, memory=memory)
    request = receive_request(
        actor=actor_for(make_user(Role.PRIVACY_OFFICER)),
        terms={"names": [CANARY]},
        regimes=["gdpr"],
        kind="access",
        channel="letter",
        received_on=city_today(),
    )

    def copies() -> list[str]:
        found = [stored("jobs_jobfilechunk", "content"), stored("exchange_importdraft", "content")]
        texts = (
            ("exchange_importdraft", "sample"),
            ("exchange_importstep", "rows"),
            ("contacts_merge", "memory"),
        )
        found += [
            stored(table, f"coalesce({column} ->> 'sealed', {column}::text)") for table, column in texts
        ]
        return [
            bytes(one).decode() if isinstance(one, memoryview) else str(one) for of in found for one in of
        ]

    def read_again() -> None:
        assert b"".join(JobFileChunk.objects.values_list("content", flat=True)) == CANARY.encode() * 1000
        again = ImportDraft.objects.get()
        assert (again.sample, again.counted, again.content) == ({"sealed": [CANARY]}, {}, CANARY.encode())
        assert [step.rows for step in ImportStep.objects.order_by("pk")] == [step.rows for step in steps]
        assert Merge.objects.get().memory == memory
        assert stored("contacts_merge", "memory -> 'versions' ->> 'a'") == ["1"]
        request.refresh_from_db()
        assert CANARY in str(request.terms())

    number = len(copies())
    assert all(CANARY in one for one in copies())
    settings.FIELD_KEYS = keys
    assert (encrypt_values(), encrypt_values()) == (number, 0)
    assert not any("zebra" in one for one in copies())
    read_again()
    settings.FIELD_KEYS = wrapped_keys(with_new_key(data_keys()), settings.FIELD_SECRET[0])
    call_command("encrypt_fields", stdout=StringIO())
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]  # the old data key may have leaked
    read_again()
    call_command("encrypt_fields", "--undo", stdout=StringIO())
    settings.FIELD_KEYS = []
    assert all(CANARY in one for one in copies())
    read_again()


def test_an_import_that_waits_is_encrypted_and_is_read_again(north: District) -> None:
    supervisor = actor_for(make_user(Role.SUPERVISOR, north))
    table = f"Name;Kind;District;Summary\nVecinos;ngo;{north.code};{CANARY}\n"
    draft = start_draft(
        actor=supervisor,
        target_name="organisations",
        file=BytesIO(table.encode()),
        file_name="register.csv",
        source="register",
        purpose="A register",
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT content, first_rows, sample, counted FROM exchange_importdraft")
        [(content, *rest)] = cursor.fetchall()
    assert bytes(content).startswith(MARK.encode())
    assert "zebra" not in str(rest)
    draft = ImportDraft.objects.get(pk=draft.pk)
    assert CANARY in str(draft.first_rows)
    assert CANARY in zlib.decompress(draft.content or b"").decode()
