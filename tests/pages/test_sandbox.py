"""A sandbox gives anybody a key to its invented rows; an installation with real rows gives none."""

import re
from datetime import timedelta
from random import Random

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Role
from api.models import ApiKey
from api.services import sandbox
from crm.demo.load import JOB
from crm.demo.records import Book, write_book
from jobs.models import Job, JobStatus
from tests.factories import make_district, make_organisation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def invented(settings: Settings) -> None:
    settings.SANDBOX = True
    Job.objects.create(kind=JOB, status=JobStatus.DONE)
    make_user(Role.PRIVACY_OFFICER)
    make_organisation(make_district(), name="Invented")


@pytest.mark.usefixtures("invented")
def test_anybody_gets_a_key_that_reads_and_writes_the_invented_city(client: Client) -> None:
    assert "Get a sandbox key" in client.get("/developer/").content.decode()
    page = client.post("/developer/key/").content.decode()
    found = re.search(r"crm_[\w.-]+", page)
    assert found
    tool = Client(headers={"authorization": f"Bearer {found[0]}"})
    me = tool.get("/api/v1/me/").json()
    assert (me["sandbox"], "webhooks:write" in me["scopes"], "contacts:write" in me["scopes"]) == (
        True,
        False,
        True,
    )
    assert [row["name"] for row in tool.get("/api/v1/organisations/").json()["results"]] == ["Invented"]
    bulk = tool.post("/api/v1/bulk-reads/", {"type": "organisations"}, "application/json")
    assert bulk.status_code == 201
    assert ApiKey.objects.get().expires_at < timezone.now() + timedelta(days=8)


@pytest.mark.usefixtures("invented")
def test_keys_of_a_day_are_limited(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "MOST_A_DAY", 1)
    assert client.post("/developer/key/").status_code == 200
    answer = client.post("/developer/key/", follow=True)
    assert "No more sandbox keys today." in answer.content.decode()
    assert ApiKey.objects.count() == 1


@pytest.mark.usefixtures("invented")
def test_nothing_is_given_away_where_rows_may_be_real(client: Client, settings: Settings) -> None:
    settings.SANDBOX = False
    settings.SANDBOX_URL = "https://sandbox.city.example"
    page = client.get("/developer/").content.decode()
    assert "Get a sandbox key" not in page
    assert 'href="https://sandbox.city.example/developer/"' in page
    assert client.post("/developer/key/").status_code == 404
    settings.SANDBOX = True
    Job.objects.all().delete()  # the database was not filled by the demo
    assert client.post("/developer/key/").status_code == 404
    assert not ApiKey.objects.exists()


def test_nobody_signs_in_to_a_sandbox(settings: Settings) -> None:
    settings.SANDBOX = True
    book = Book(now=timezone.now(), random=Random(1))
    write_book(book)
    assert not any(user.has_usable_password() for user in book.users.values())
