"""No response leads from a community, a kind or an organisation's name to a person, or back (docs/adr/0013).

Two halves, over every route of the URL configuration. First, no response names a person together with the
organisation they represent. Second, no query about the organisation finds the person. `TIES` are the
permitted responses about one record, each with its event. Other routes fail.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

from accounts.models import Role
from api.contacts import Contacts
from audit.models import Action, Event
from contacts.models import Contact, Organisation
from contacts.services.search_fields import fold_contact, fold_organisation
from meetings.models import Meeting
from tests.api.clients import Tool
from tests.architecture import canaries
from tests.architecture.asking import Asking, undone
from tests.architecture.ground import Ground
from tests.architecture.shared_ground import ground_for_all
from tests.examples import quickly

PERSON: Final = "Zorvanna"
ORGANISATION: Final = "Quibbleth"
DOMAIN: Final = "quibbleth.example"

#: Responses about one record that name both. All others name at most one of the two.
TIES: Final = {
    "organisations/<uuid:pk>/": "the organisation's own page, the path to its people",
    "organisations/<uuid:pk>/brief/": "the same, printed",
    "contacts/<uuid:pk>/": "the person's own page",
    "contacts/<uuid:pk>/edit/": "the person's own form",
    "contacts/<uuid:pk>/vcard/": "the person's own card",
    "api/v1/contacts/<uuid:pk>/": "the person, for a purpose",
    "api/v1/contacts/<uuid:pk>/vcard/": "the person's own card, for a purpose",
    "meetings/<uuid:pk>/": "one meeting: who was there, and before it whom to greet",
    "meetings/<uuid:pk>/edit/": "one meeting: who is invited",
    "meetings/<uuid:pk>/hold/": "one meeting: who came",
    "follow-ups/<uuid:pk>/": "one follow-up: to whom",
    "follow-ups/<uuid:pk>/edit/": "one follow-up: to whom",
    "concerns/<uuid:pk>/": "one concern: whom to call",
    "concerns/<uuid:pk>/call/": "one concern: whom to call",
    "meetings/log/": "one organisation that was chosen: whom to greet",
    "handovers/<uuid:pk>/briefs/": "what was handed over to the reader; the event names each",
    "reviews/<uuid:pk>/calls/<uuid:call>/": "one organisation that an audit drew: whom to ring back",
}

pytestmark = pytest.mark.usefixtures("quiet_log")

ROLES: Final = (Role.OFFICER, Role.SUPERVISOR, Role.PRIVACY_OFFICER)
NOWHERE: Final = "xqzwv"

#: Facts about a community or an organisation that somebody might search for.
KNOWN: Final = (f"{ORGANISATION} Synagogue", f"@{DOMAIN}", f"n@{DOMAIN[:9]}", DOMAIN, "jewish")


@pytest.fixture(scope="module")
def ground(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Ground]:
    with ground_for_all(django_db_blocker) as ground:
        rows = ground.rows["north"]
        organisation = Organisation.objects.get(pk=rows["organisation"])
        organisation.name, organisation.short_name = f"{ORGANISATION} Synagogue", ""
        organisation.kind, organisation.email = "religious_community", f"office@{DOMAIN}"
        organisation.website = f"https://{DOMAIN}/"
        organisation.other_details.create(channel="email", value=f"chair@{DOMAIN}")
        fold_organisation(organisation, organisation.other_details.all())
        organisation.save()
        organisation.focus_declarations.update(focus="jewish")
        contact = Contact.objects.get(pk=rows["contact"])
        contact.given_name, contact.family_name, contact.email = PERSON, "Tixel", f"rosa@{DOMAIN}"
        contact.other_details.create(channel="email", value=f"tixel@{DOMAIN}")
        contact.other_details.filter(channel="website").update(value=f"https://{DOMAIN}/rosa")
        fold_contact(contact, contact.other_details.all())
        contact.save()
        yield ground


def named(answer: Any) -> set[str]:
    text = canaries.text_of(answer)
    return {name for name in (PERSON, ORGANISATION) if name in text}


def pages(ground: Ground) -> Iterator[tuple[str, str]]:
    """Return route and URL of everything that can be read, on pages and in the API."""
    asking = Asking(ground)
    for route in asking.routes:
        if not route.startswith(("accounts/", "static/")):
            yield route, asking.ask("GET", route, "north").path


@pytest.mark.long
@pytest.mark.parametrize("role", quickly(ROLES, [Role.OFFICER]))
def test_no_page_names_a_person_with_their_organisation_but_those_about_one_record(
    ground: Ground, role: Role
) -> None:
    client, told = ground.client(role, "north"), []
    for route, path in pages(ground):
        for headers in ({}, {"HX-Request": "true"})[: 2 if role == Role.SUPERVISOR else 1]:
            with undone():
                answer = client.get(path, headers={"X-Purpose": "testing", **headers})
            if len(named(answer)) == 2 and route not in TIES:
                told.append(route)
    assert told == []


@pytest.mark.parametrize("noun", ["contacts", "meetings", "follow-ups"])
@pytest.mark.parametrize("role", ROLES)
def test_no_list_ties_them_for_a_browser_whatever_is_expanded(ground: Ground, role: Role, noun: str) -> None:
    client = ground.client(role, "north")
    organisation = str(ground.rows["north"]["organisation"])
    asked = [{}, {"expand": "affiliations"}, {"expand": "contacts"}, {"expand": "contacts,organisations"}]
    asked += [
        {"fields": "id,given_name,affiliations"},
        {"q": PERSON},
        {"q": PERSON, "expand": "affiliations"},
    ]
    for query in asked:
        with undone():
            answer = client.get(f"/api/v1/{noun}/", query, headers={"X-Purpose": "testing"})
        text = canaries.text_of(answer)
        assert PERSON not in text or (ORGANISATION not in text and organisation not in text), query


def finders(client: Client) -> Iterator[Callable[[str], Any]]:
    """Return every place with a word search that may find people, each to be asked for a word."""
    purpose = {"X-Purpose": "testing"}

    def read(page: str, name: str = "q", **headers: str) -> Callable[[str], Any]:
        return lambda q: client.get(page, {name: q}, headers=headers)

    def find(page: str, *names: str, **sent: str) -> Callable[[str], Any]:
        return lambda q: client.post(page, sent | dict.fromkeys(names, q))

    for page in ("/contacts/", "/search/", "/privacy/inquiry/", "/meetings/", "/follow-ups/"):
        yield read(page)
    yield read("/meetings/log/")
    yield read("/meetings/log/", **{"HX-Request": "true"})
    for page in ("/meetings/log/", "/meetings/log/assembly/", "/meetings/new/"):
        yield find(page, "q", act="find", subject="x")
    for page in ("/concerns/log/", "/follow-ups/new/"):
        yield find(page, "find", act="find", look_for="1")
    names = ("kind", "focus", "organisation__kind", "organisation__name", "ordering")
    for name in (*Contacts.filterset.parameters(), *names):
        yield read("/contacts/", name)
        yield read("/api/v1/contacts/", name, **purpose)
    yield find("/contacts/new/similar/", "given_name", "family_name", "email", "phone")
    yield read("/contacts/export/")


@pytest.mark.parametrize(
    ("role", "q"),
    quickly(
        [(role, q) for role in ROLES for q in (KNOWN if role == Role.SUPERVISOR else KNOWN[1:2])],
        [(Role.SUPERVISOR, KNOWN[0]), (Role.OFFICER, KNOWN[1])],
    ),
)
def test_nothing_that_is_known_of_an_organisation_brings_up_a_person(
    ground: Ground, role: Role, q: str
) -> None:
    """The result must equal that of a word that matches nothing. Unknown parameter names are skipped."""
    client, told = ground.client(role, "north"), []
    with undone():
        for find in finders(client):
            answer = find(q)
            if PERSON in canaries.text_of(answer) and PERSON not in canaries.text_of(find(NOWHERE)):
                told.append((answer.request["PATH_INFO"], answer.request["QUERY_STRING"]))
    assert told == []


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", ["organisation", "source"])
def test_no_list_of_people_is_asked_where_they_belong_by_who_signs_in(
    ground: Ground, role: Role, name: str
) -> None:
    organisation = str(ground.rows["north"]["organisation"])
    client = ground.client(role, "north")
    with undone():
        contact = Contact.objects.get(pk=ground.rows["north"]["contact"])
        contact.external_ids.create(source="synagogues", external_id="7")
        value = {"organisation": organisation, "source": "synagogues"}[name]
        for more in ({}, {"q": PERSON}, {"district": ""}, {name: [value, NOWHERE]}, {"external_id": "7"}):
            page = client.get("/contacts/", {name: value, **more}, follow=True)
            is_listed = f'href="/contacts/{contact.pk}/"' in canaries.text_of(page)
            assert not is_listed or "/organisations/" in page.request["PATH_INFO"]
            asked = {name: value, **{key: given for key, given in more.items() if given}}
            answer = client.get("/api/v1/contacts/", asked, headers={"X-Purpose": "testing"})
            assert answer.status_code == 400
            assert answer.json()["errors"][0]["parameter"] == name
            assert PERSON not in canaries.text_of(answer)
        path = f"/organisations/{organisation}/" if name == "organisation" else None
        for more in ({}, {"q": PERSON}):
            page = client.get("/contacts/", {name: value, **more})
            assert page.get("Location") == path
            assert page.status_code == (302 if path else 422)


def test_a_keys_list_of_an_organisations_people_says_so_in_the_trail(ground: Ground) -> None:
    rows = ground.rows["north"]
    with undone():
        tool = Tool()
        found = tool.get(f"/contacts/?organisation={rows['organisation']}")
        assert PERSON in canaries.text_of(found)
        event = Event.objects.filter(actor_id=tool.key.pk).latest("at")
        assert set(event.object_ids) >= {rows["organisation"], rows["contact"]}
        contact = Contact.objects.get(pk=rows["contact"])
        contact.external_ids.create(source="register", external_id="7")
        assert PERSON in canaries.text_of(tool.get("/contacts/?source=register"))


def test_the_person_is_found_by_their_own_name_there(ground: Ground) -> None:
    """Otherwise the previous test would prove nothing."""
    client = ground.client(Role.SUPERVISOR, "north")
    with undone():
        found = [find for find in finders(client) if PERSON in canaries.text_of(find(PERSON))]
    assert len(found) >= 6


def test_an_organisation_found_by_a_word_on_a_meetings_form_does_not_list_its_people(ground: Ground) -> None:
    rows = ground.rows["north"]
    twin = Organisation.objects.get(pk=rows["organisation_twin"])
    with undone():
        meeting = Meeting.objects.get(pk=rows["meeting_held"])
        meeting.contact_links.all().delete()
        meeting.organisation_links.all().delete()
        meeting.organisation_links.create(organisation=twin, present=True)
        client = ground.client(Role.SUPERVISOR, "north")
        sent = {"act": "find", "q": ORGANISATION, "version": meeting.version}
        answer = client.post(f"/meetings/{meeting.pk}/edit/", sent)
        assert named(answer) == {ORGANISATION}
        chosen = client.post(
            f"/meetings/{meeting.pk}/edit/", sent | {f"was-{rows['organisation']}": "present"}
        )
        assert named(chosen) == {PERSON, ORGANISATION}
        event = Event.objects.filter(object_ids__contains=[rows["contact"]]).latest("at")
        assert event.action in (Action.SEARCH, Action.VIEW)
