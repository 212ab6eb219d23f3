"""The archive of a whole district for a supervisor: with password and reason, logged before the download."""

import io
import zipfile
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from accounts.actors import Actor, actor_for
from accounts.models import PendingAct, Role, User
from accounts.services.acts import confirm_act, refuse_act
from audit.models import Action, Event
from contacts.models import PrivateChannel
from districts.models import District, ExpectedCommunity
from jobs.models import Job, JobFile
from jobs.services.running import run_next
from lib.age import decrypt
from tests.factories import (
    PASSWORD,
    make_actor,
    make_contact,
    make_district,
    make_meeting,
    make_organisation,
    make_supervisor,
    make_user,
)

pytestmark = pytest.mark.django_db

PASSPHRASE = "correct horse battery staple"
WHY = {
    "reason": "other",
    "other": "Moving to a system of our own",
    "recipient": "City archive",
    "passphrase": PASSPHRASE,
    "again": PASSPHRASE,
}


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


def address(district: District) -> str:
    return f"/districts/{district.code}/archive/"


def release(job: Job, actor: Actor) -> None:
    confirm_act(actor=actor, act_id=PendingAct.objects.waiting().concerning(subject=job.pk).get().pk)


def test_a_district_leaves_as_one_file(north: District, supervisor: User) -> None:
    organisation = make_organisation(north, name="Casa Norte")
    contact = make_contact(north, organisation)
    PrivateChannel.objects.create(contact=contact, phone="+34600999888")
    ExpectedCommunity.objects.create(district=north, focus="roma", evidence="Kanarienvogel")
    meeting = make_meeting(north, organisation)
    elsewhere = make_organisation(make_district("South"), name="Hidden Lantern")
    client = sure(supervisor)
    assert address(north) in client.get(f"/districts/{north.code}/").content.decode()
    assert client.get(address(north)).status_code == 200
    assert client.post(address(north), WHY).status_code == 302
    assert run_next()
    job = Job.objects.get()
    assert job.status == "done", (job.error, job.message)
    event = Event.objects.get(action=Action.EXPORT, object_type="contact")
    assert (event.object_ids, event.actor_id, event.purpose) == ([contact.pk], supervisor.pk, WHY["other"])
    assert Event.objects.get(action=Action.EXPORT, object_type="meeting").object_ids == [meeting.pk]
    assert not Event.objects.filter(action=Action.EXPORT, object_ids__contains=[elsewhere.pk]).exists()
    file = JobFile.objects.get(job=job)
    assert event.recipient == f"City archive · archive sha256:{file.digest}"
    assert (job.needs, PASSPHRASE in str(job.parameters)) == ({}, False)
    assert client.get(f"/jobs/{job.pk}/files/{file.pk}/").status_code == 403
    assert "must release this file" in client.get(f"/jobs/{job.pk}/").content.decode()
    release(job, make_actor(north, role=Role.SUPERVISOR))
    encrypted = io.BytesIO(client.get(f"/jobs/{job.pk}/files/{file.pk}/").getvalue())
    for plain in (b"Casa Norte", b"organisations.jsonl"):
        assert plain not in encrypted.getvalue()
    decrypt(encrypted, opened := io.BytesIO(), PASSPHRASE)
    content = opened.getvalue()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert b"Casa Norte" in everything
    for hidden in (b"600999888", b"Kanarienvogel", b"Hidden Lantern"):
        assert hidden not in everything
    supervisor.districts.set([make_district("East")])
    assert client.get(f"/jobs/{job.pk}/files/{file.pk}/").status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": "other", "other": ""},
        {"recipient": ""},
        {"passphrase": "", "again": ""},
        {"passphrase": "too short", "again": "too short"},
        {"again": "another horse battery staple"},
    ],
)
def test_nothing_leaves_without_a_reason_a_recipient_and_a_passphrase(
    north: District, supervisor: User, wrong: dict[str, str]
) -> None:
    assert sure(supervisor).post(address(north), WHY | wrong).status_code == 422
    assert not Job.objects.exists()


@pytest.fixture
def made(north: District, supervisor: User) -> Job:
    """Create an archive that waits for a second person."""
    make_contact(north)
    assert sure(supervisor).post(address(north), WHY).status_code == 302
    assert run_next()
    return Job.objects.get()


def test_a_second_supervisor_releases_it_on_a_page_with_a_fresh_sign_in(
    north: District, supervisor: User, made: Job
) -> None:
    client = Client()
    client.force_login(make_supervisor(north))
    page = client.get("/settings/waiting/").content.decode()
    assert "Archive of North" in page
    assert f"Asked by {supervisor.name}" in page
    act = PendingAct.objects.get(subject=made.pk)
    released, yes = f"/settings/waiting/{act.pk}/", {"decision": "confirm"}
    assert "/reauthenticate/" in client.post(released, yes)["Location"]
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    told = client.post(released, yes, follow=True).content.decode()
    assert "Confirmed for Archive of North: archive of a district." in told
    made.refresh_from_db()
    assert made.released_at is not None
    event = Event.objects.get(action=Action.UPDATE, object_type="job")
    assert (event.purpose, event.recipient, event.field_names) == (
        WHY["other"],
        "City archive",
        ["released"],
    )
    assert client.post(released, yes).status_code == 404  # only once


def test_nobody_else_releases_it(north: District, supervisor: User, made: Job) -> None:
    with pytest.raises(PermissionDenied):
        release(made, actor_for(supervisor))
    elsewhere = make_actor(make_district("South"), role=Role.SUPERVISOR)
    roles = [make_actor(north, role=role) for role in (Role.OFFICER, Role.ADMINISTRATOR, Role.CONFIRMER)]
    for actor in (elsewhere, *roles):
        with pytest.raises((PendingAct.DoesNotExist, PermissionDenied)):
            release(made, actor)
    release(made, make_actor(role=Role.PRIVACY_OFFICER))


def test_a_rejected_archive_is_deleted_and_its_files_wait_for_a_week_until_then(
    north: District, supervisor: User, made: Job
) -> None:
    (file,) = JobFile.objects.filter(job=made)
    assert file.expires_at - file.created_at > timedelta(days=6)
    act = PendingAct.objects.get(subject=made.pk)
    refuse_act(actor=make_actor(role=Role.PRIVACY_OFFICER), act_id=act.pk)
    assert not JobFile.objects.filter(job=made).exists()
    assert sure(supervisor).get(f"/jobs/{made.pk}/files/{file.pk}/").status_code == 403


def test_the_password_is_asked_first(north: District, supervisor: User) -> None:
    client = Client()
    client.force_login(supervisor)
    answer = client.post(address(north), WHY)
    assert answer.status_code == 302
    assert "/reauthenticate/" in answer.headers["Location"]
    assert not Job.objects.exists()


def test_another_district_is_not_there(supervisor: User) -> None:
    assert sure(supervisor).get(address(make_district("South"))).status_code == 404
    assert sure(supervisor).get("/districts/nowhere/archive/").status_code == 404


@pytest.mark.parametrize("role", [Role.OFFICER, Role.PRIVACY_OFFICER, Role.ADMINISTRATOR])
def test_only_supervisors_do(north: District, role: str) -> None:
    client = sure(make_user(role, north))
    assert client.get(address(north)).status_code == 403
    assert client.post(address(north), WHY).status_code == 403
    assert address(north) not in client.get(f"/districts/{north.code}/").content.decode()


def test_who_lost_the_district_meanwhile_gets_nothing(north: District, supervisor: User) -> None:
    sure(supervisor).post(address(north), WHY)
    supervisor.districts.set([make_district("South")])
    assert run_next()
    job = Job.objects.get()
    assert (job.status, "You no longer cover this district." in job.message) == ("failed", True)
    assert not JobFile.objects.exists()
    assert not Event.objects.filter(action=Action.EXPORT).exists()
