"""A supervisor takes a whole district out: with the password, a reason, and the trail knowing first."""

import io
import zipfile

import pytest
from django.test import Client

from accounts.models import Role, User
from audit.models import Action, Event
from contacts.models import PrivateChannel
from districts.models import District, ExpectedCommunity
from jobs.models import Job, JobFile
from jobs.running import run_next
from tests.factories import (
    PASSWORD,
    make_contact,
    make_district,
    make_meeting,
    make_organisation,
    make_supervisor,
    make_user,
)

pytestmark = pytest.mark.django_db

WHY = {"reason": "other", "other": "Moving to a system of our own"}


@pytest.fixture
def north() -> District:
    return make_district("North")


@pytest.fixture
def supervisor(north: District) -> User:
    return make_supervisor(north)


def sure(user: User) -> Client:
    """A browser in which `user` signed in with the password a moment ago."""
    client = Client()
    client.force_login(user)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def address(district: District) -> str:
    return f"/districts/{district.code}/archive/"


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
    assert event.recipient == f"archive sha256:{file.digest}"
    content = client.get(f"/jobs/{job.pk}/files/{file.pk}/").getvalue()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert b"Casa Norte" in everything
    for hidden in (b"600999888", b"Kanarienvogel", b"Hidden Lantern"):
        assert hidden not in everything
    supervisor.districts.set([make_district("East")])
    assert client.get(f"/jobs/{job.pk}/files/{file.pk}/").status_code == 404


def test_nothing_leaves_without_a_reason(north: District, supervisor: User) -> None:
    assert sure(supervisor).post(address(north), {"reason": "other"}).status_code == 422
    assert not Job.objects.exists()


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
    assert (job.status, "do not cover" in job.message) == ("failed", True)
    assert not JobFile.objects.exists()
    assert not Event.objects.filter(action=Action.EXPORT).exists()
