"""Find offers what can be done: log a meeting, log a concern, call."""

from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from accounts.models import Role
from audit.models import Action, Event
from contacts.queries.search import hash_of_search
from pages.search.commands import Command, read_command
from tests.factories import make_contact, make_district, make_organisation, make_user

NUMBER = "+442079460903"


@pytest.mark.parametrize(
    ("q", "command"),
    [
        ("log al-noor", ("log", "al-noor")),
        ("  CALL  beth shalom ", ("call", "beth shalom")),
        ("concern Beth", ("concern", "Beth")),
        ("log", ("", "log")),
        ("logbook", ("", "logbook")),
        ("the call centre", ("", "the call centre")),
        ("", ("", "")),
    ],
)
def test_a_verb_before_a_name_is_a_command(q: str, command: tuple[str, str]) -> None:
    with translation.override("en"):
        assert read_command(q) == Command(*command)


@pytest.fixture
def north(db: None) -> Any:
    return make_district("North")


def signed_in(role: str, *districts: Any) -> Client:
    client = Client()
    client.force_login(make_user(role, *districts))
    return client


def offered(client: Client, q: str) -> str:
    """What the list below the search field and the page of results offer: the same actions."""
    fragment = client.get("/search/", {"q": q}, headers={"HX-Request": "true", "HX-Target": "suggestions"})
    page = client.get("/search/", {"q": q}).content.decode()
    told: str = fragment.content.decode()
    assert "<html" not in told
    for line in told.split('href="')[1:]:
        if "?" in (address := line.split('"')[0]) or address.startswith("tel:"):
            assert f'href="{address}"' in page
    return told


def test_the_list_offers_the_page_and_the_log_and_a_verb_chooses(north: Any) -> None:
    client = signed_in(Role.OFFICER, north)
    mosque = make_organisation(north, name="Al-Noor Mosque", phone=NUMBER)
    plain = offered(client, "noor")
    assert f'href="/organisations/{mosque.pk}/"' in plain
    assert f'href="/meetings/log/?organisation={mosque.pk}"' in plain
    assert offered(client, "log noor").count("href=") == 1
    assert f'href="/concerns/log/?organisation={mosque.pk}"' in offered(client, "concern noor")
    assert f'href="tel:{NUMBER}"' in offered(client, "call noor")
    event = Event.objects.filter(action=Action.SEARCH).latest("at")
    assert (event.object_ids, bytes(event.search_hash or b"")) == ([mosque.pk], hash_of_search("noor"))


def test_people_are_offered_by_their_own_name_alone_and_not_after_they_opted_out(north: Any) -> None:
    client = signed_in(Role.OFFICER, north)
    mosque = make_organisation(north, name="Al-Noor Mosque")
    person = make_contact(north, mosque, given_name="Beth", family_name="Farouk", phone=NUMBER)
    found = offered(client, "call beth")
    assert f'href="tel:{NUMBER}"' in found and "Beth Farouk" in found and "Noor" not in found
    assert f'href="/meetings/log/?contact={person.pk}"' in offered(client, "log beth")
    assert "Beth" not in offered(client, "call noor")
    type(person).objects.update(withdrawn_on="2026-01-01")
    assert "Beth" not in offered(client, "call beth")


def test_nothing_is_offered_of_another_district_nor_to_write_to_who_only_reads(north: Any) -> None:
    make_organisation(north, name="Al-Noor Mosque", phone=NUMBER)
    client = signed_in(Role.OFFICER, make_district("South"))
    assert "Noor" not in offered(client, "noor") + offered(client, "call noor")
    reader = signed_in(Role.PRIVACY_OFFICER)
    assert "Noor" in offered(reader, "noor")
    assert "/log/" not in offered(reader, "log noor") + offered(reader, "noor")
    administrator = signed_in(Role.ADMINISTRATOR)
    assert "href=" not in offered(administrator, "noor") + offered(administrator, "call noor")
