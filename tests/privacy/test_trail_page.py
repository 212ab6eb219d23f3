"""The activity log page shows each reader their events; only privacy officers see inquiries."""

from collections.abc import Callable
from uuid import UUID

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.actors import actor_for
from accounts.models import Role, User
from audit.models import Action, Event
from audit.services import record
from districts.models import District
from lib.ids import uuid7
from tests.api.clients import Tool
from tests.factories import (
    make_contact,
    make_district,
    make_officer,
    make_organisation,
    make_supervisor,
    make_user,
)

pytestmark = pytest.mark.django_db
PATH = "/privacy/trail/"


@pytest.fixture
def north() -> District:
    return make_district("North")


@pytest.fixture
def south() -> District:
    return make_district("South")


@pytest.fixture
def browse(client: Client) -> Callable[[User], Client]:
    def sign_in(user: User) -> Client:
        client.force_login(user)
        return client

    return sign_in


def write(user: User, purpose: str, *districts: District, action: Action = Action.VIEW) -> UUID:
    pk = uuid7()
    ids = [district.pk for district in districts]
    record(actor_for(user), action, "contact", [pk], district_ids=ids, purpose=purpose)
    return pk


def test_each_reads_what_is_theirs(
    browse: Callable[[User], Client], north: District, south: District
) -> None:
    officer, colleague, southerner = make_officer(north), make_officer(north), make_officer(south)
    privacy, supervisor = make_user(Role.PRIVACY_OFFICER), make_supervisor(north)
    write(officer, "mine-here", north)
    write(officer, "mine-nowhere")
    write(colleague, "colleague-here", north)
    write(colleague, "colleague-elsewhere", south)
    write(southerner, "south-there", south)
    write(privacy, "privacy-looked", north)
    write(privacy, "privacy-asked", north, action=Action.INQUIRE)
    everything = {
        "mine-here", "mine-nowhere", "colleague-here", "colleague-elsewhere", "south-there",
        "privacy-looked", "privacy-asked",
    }  # fmt: skip

    def read(user: User) -> set[str]:
        html = browse(user).get(PATH).content.decode()
        return {one for one in everything if one in html}

    assert read(officer) == {"mine-here", "mine-nowhere"}
    assert read(supervisor) == {"mine-here", "mine-nowhere", "colleague-here"}
    assert read(privacy) == everything
    assert browse(make_user(Role.ADMINISTRATOR)).get(PATH).status_code == 403


def test_it_is_asked_by_who_what_when_and_which_row(
    browse: Callable[[User], Client], north: District
) -> None:
    officer, supervisor = make_officer(north, name="Ana Saar"), make_supervisor(north)
    seen = write(officer, "looked-at", north)
    write(officer, "was-listed", north, action=Action.LIST)
    write(supervisor, "by-supervisor", north)
    client = browse(supervisor)

    def read(**asked: object) -> set[str]:
        answer = client.get(PATH, asked)
        html = answer.content.decode()
        return {one for one in ("looked-at", "was-listed", "by-supervisor") if one in html}

    assert "Ana Saar" in client.get(PATH).content.decode()
    assert read(who=officer.pk) == {"looked-at", "was-listed"}
    assert read(who=officer.pk, action="list") == {"was-listed"}
    assert read(object=seen) == {"looked-at"}
    assert read(until="2020-01-01") == set()
    assert read(since="2020-01-01", about="contact") == {"looked-at", "was-listed", "by-supervisor"}
    elsewhere = make_officer(make_district())
    assert client.get(PATH, {"who": elsewhere.pk}).status_code == 422
    assert client.get(PATH, {"since": "9999-99-99"}).status_code == 422


def test_reading_it_is_an_event_and_costs_the_same_however_long_it_is(
    browse: Callable[[User], Client], north: District, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    supervisor = make_supervisor(north)
    for number in range(60):
        write(make_officer(north) if number % 20 == 0 else supervisor, f"reason-{number:02}", north)
    client = browse(supervisor)
    with django_assert_max_num_queries(14):
        html = client.get(PATH).content.decode()
    assert "reason-59" in html
    assert "reason-05" not in html
    assert Event.objects.filter(actor_id=supervisor.pk, action=Action.LIST, object_type="event").count() == 1
    later = html.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "reason-05" in client.get(PATH + later).content.decode()


def test_the_overview_offers_what_the_reader_may_open(
    browse: Callable[[User], Client], north: District
) -> None:
    inquiry, kept = 'href="/privacy/inquiry/"', 'href="/privacy/kept/"'
    offered = {
        make_officer(north): set(),
        make_supervisor(north): {kept},
        make_user(Role.PRIVACY_OFFICER): {inquiry, kept},
    }
    for user, links in offered.items():
        client = browse(user)
        html = client.get("/privacy/").content.decode()
        assert {link for link in (inquiry, kept) if link in html} == links
        for link in (inquiry, kept):
            assert client.get(link.split('"')[1]).status_code == (200 if link in links else 403)


def test_the_trail_links_to_the_row_and_names_nobody(
    browse: Callable[[User], Client], north: District
) -> None:
    contact = make_contact(north, family_name="Canarybird")
    officer = make_officer(north)
    record(actor_for(officer), Action.VIEW, "contact", [contact.pk], district_ids=[north.pk])
    html = browse(officer).get(PATH).content.decode()
    assert f'href="/contacts/{contact.pk}/"' in html
    assert "Canarybird" not in html


def test_one_opened_person_is_one_and_what_stood_beside_is_counted_apart(
    browse: Callable[[User], Client], north: District
) -> None:
    officer = make_officer(north)
    organisation = make_organisation(north, lead_officer=officer)
    contact, client = make_contact(north, organisation), browse(officer)
    assert client.get(f"/contacts/{contact.pk}/").status_code == 200
    assert client.get("/contacts/").status_code == 200
    make_contact(north, organisation)
    assert client.get("/contacts/").status_code == 200
    record(actor_for(officer), Action.EXPORT, "job_file", [uuid7(), uuid7()])  # as jobs.services.fetch_file
    html = client.get(PATH).content.decode()
    assert "and 1 other record" in html
    assert "a file of a background task" in html
    assert html.count("(2 rows)") == 1


def test_a_supervisor_sees_what_a_tool_received_in_their_districts(
    browse: Callable[[User], Client], north: District, south: District
) -> None:
    make_contact(north)
    tool = Tool(north, name="Participation platform", purpose="invitations to the forum")
    assert tool.get("/contacts/").status_code == 200
    assert "invitations to the forum" in browse(make_supervisor(north)).get(PATH).content.decode()
    html = browse(make_supervisor(south)).get(PATH).content.decode()
    assert "invitations to the forum" not in html
    assert "Participation platform" not in html
