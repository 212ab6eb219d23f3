"""An undo URL works only for its owner, for 10 minutes, and cannot be forged."""

import time

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse

from contacts.models import Organisation
from pages.undo import SALT, TEN_MINUTES
from tests.contacts.pages import undo
from tests.factories import make_district, make_officer, make_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def closed(client: Client) -> tuple[Client, Organisation, str]:
    """Close an organisation as an officer, and return the offered undo URL."""
    district = make_district()
    officer, organisation = make_officer(district), make_organisation(district)
    client.force_login(officer)
    answer = client.post(
        reverse("organisation_status", args=[organisation.pk]),
        {"version": 1, "status": "closed"},
        follow=True,
    )
    page = answer.content.decode()
    start = page.index("/undo/")
    return client, organisation, page[start : page.index('"', start)]


def status(organisation: Organisation) -> str:
    return Organisation.objects.get(pk=organisation.pk).status


def test_it_takes_the_last_write_back(closed: tuple[Client, Organisation, str]) -> None:
    client, organisation, url = closed
    assert status(organisation) == "closed"
    client.post(url)
    assert status(organisation) == "active"


def test_it_is_only_for_who_wrote(closed: tuple[Client, Organisation, str]) -> None:
    _client, organisation, url = closed
    other = Client()
    other.force_login(make_officer(organisation.home_district))
    answer = other.post(url, follow=True)
    assert "too late" in answer.content.decode()
    assert status(organisation) == "closed"


def test_it_never_overwrites_what_came_after(closed: tuple[Client, Organisation, str]) -> None:
    client, organisation, url = closed
    Organisation.objects.filter(pk=organisation.pk).update(version=7)
    answer = client.post(url, follow=True)
    assert "changed since" in answer.content.decode()
    assert status(organisation) == "closed"


def test_nobody_else_can_make_one(closed: tuple[Client, Organisation, str]) -> None:
    client, organisation, _url = closed
    forged = signing.dumps(
        {"name": "organisation_status", "user": "x", "payload": {}}, key="guess", salt=SALT
    )
    answer = client.post(reverse("undo", args=[forged]), follow=True)
    assert answer.status_code == 200
    assert status(organisation) == "closed"
    assert client.get(reverse("undo", args=[forged])).status_code == 405


class TenMinutesAgo(signing.TimestampSigner):
    def timestamp(self) -> str:
        return signing.b62_encode(int(time.time()) - TEN_MINUTES - 1)


def test_after_ten_minutes_it_is_too_late(closed: tuple[Client, Organisation, str]) -> None:
    client, organisation, url = closed
    said = signing.loads(url.split("/")[2], salt=SALT)
    late = TenMinutesAgo(salt=SALT).sign_object(said)
    assert signing.loads(late, salt=SALT) == said
    answer = client.post(reverse("undo", args=[late]), follow=True)
    assert "too late" in answer.content.decode()
    assert status(organisation) == "closed"


# --- Several rows at once: the list offers the undo while it lasts -------------------------------------

SAID = b"1 row changed."


@pytest.fixture
def checked(client: Client) -> tuple[Client, Organisation]:
    """Mark selected rows as checked as an officer, and read the message."""
    district = make_district()
    organisation = make_organisation(district)
    client.force_login(make_officer(district))
    client.post(f"/organisations/selected/?row={organisation.pk}", {"act": "verify"})
    assert client.get("/organisations/").content.count(SAID) == 1
    return client, organisation


def test_the_list_offers_it_when_the_message_is_gone(checked: tuple[Client, Organisation]) -> None:
    client, organisation = checked
    client.get("/")
    assert client.get("/organisations/").content.count(SAID) == 1
    undo(client, "/organisations/")
    organisation.refresh_from_db()
    assert organisation.verified_on is None
    assert b"Undone." in client.get("/organisations/").content
    assert SAID not in client.get("/organisations/").content


def test_nobody_else_is_offered_it(checked: tuple[Client, Organisation]) -> None:
    client, organisation = checked
    other = Client()
    other.force_login(make_officer(organisation.home_district))
    assert SAID not in other.get("/organisations/").content
    assert SAID in client.get("/organisations/").content


def test_after_ten_minutes_the_list_offers_nothing(checked: tuple[Client, Organisation]) -> None:
    client, _organisation = checked
    session = client.session
    [[on, (text, url, _until)]] = session["undo_offered"].items()
    session["undo_offered"] = {on: [text, url, time.time() - 1]}
    session.save()
    assert SAID not in client.get("/organisations/").content


@pytest.mark.parametrize("token", ["undo", "o", "x"])
def test_an_address_that_undoes_nothing_takes_no_offer_away(
    token: str, checked: tuple[Client, Organisation]
) -> None:
    client, _organisation = checked
    assert b"too late" in client.post(reverse("undo", args=[token]), follow=True).content
    assert SAID in client.get("/organisations/").content
    undo(client, "/organisations/")
    client.get("/")
    assert SAID not in client.get("/organisations/").content
