"""Inquiries about a person's data (views, searches and recipients), available to privacy officers only."""

import csv
import io
from datetime import timedelta

import hypothesis
import pytest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from pytest_django import Settings

from accounts.actors import Actor, actor_for
from accounts.models import Role, User
from audit.models import Action, Event, Op
from audit.rules import search_hash
from audit.services import Changed, record, record_changes
from contacts.models import Contact, PrivateChannel
from contacts.queries.search import hash_of_search
from districts.models import District
from lib.days import city_today
from lib.fold import fold
from lib.ids import uuid7
from privacy.queries.inquiries import searches_for
from privacy.rules.searches import wordings
from tests.contacts.pages import browse_for
from tests.examples import examples
from tests.factories import PASSWORD, make_contact, make_district, make_officer, make_supervisor, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def north() -> District:
    return make_district("North")


@pytest.fixture
def officer(north: District) -> User:
    return make_officer(north, name="Officer Ilves")


@pytest.fixture
def contact(north: District) -> Contact:
    return make_contact(
        north,
        given_name="Zofia",
        family_name="Canarybird",
        phone="+441144960374",
        email="zofia@canary.example",
    )


@pytest.fixture
def privacy(client: Client) -> Client:
    client.force_login(make_user(Role.PRIVACY_OFFICER))
    return client


def prove(client: Client) -> Client:
    """Confirm the password, as before any download."""
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def ask(client: Client, contact: Contact, **changes: object) -> str:
    answer = client.get(f"/privacy/inquiry/{contact.pk}/", period() | changes)
    assert answer.status_code == 200
    return answer.content.decode()


def period() -> dict[str, object]:
    return {"since": city_today() - timedelta(days=7), "until": city_today(), "why": "asked"}


def by_tool(contact: Contact) -> None:
    key = Actor(kind="key", id=uuid7(), purpose="participation platform")
    record(key, Action.LIST, "contact", [uuid7(), contact.pk])


def test_views_lists_exports_answers_and_changes_that_name_the_person_are_found(
    privacy: Client, officer: User, contact: Contact, north: District
) -> None:
    actor = actor_for(officer)
    browse_for(officer, contact).get(f"/contacts/{contact.pk}/")
    record(actor, Action.EXPORT, "contact", [contact.pk], purpose="open day", recipient="download sha256:1")
    by_tool(contact)
    record(actor, Action.VIEW, "contact", [uuid7()], purpose="of nobody here")
    html = ask(privacy, contact)
    for said in ("Officer Ilves", "They called or wrote", "open day", "sha256:1", "participation platform"):
        assert said in html, said
    assert "of nobody here" not in html
    assert "participation platform" not in ask(privacy, contact, until=city_today() - timedelta(days=1))


@pytest.mark.parametrize(
    "typed",
    ["canarybird", "Canarybird Zofia", "ZOFIA", "canary", "zof", "0114 496 0374", "+44 114 496 0374",
     "4960374", "zofia@canary.example", "07700 900123"],
)  # fmt: skip
def test_searches_for_the_person_are_found_by_their_hash(
    privacy: Client, officer: User, contact: Contact, typed: str, settings: Settings
) -> None:
    settings.PHONENUMBER_DEFAULT_REGION = "GB"
    PrivateChannel.objects.create(contact=contact, phone="+447700900123")
    record(actor_for(officer), Action.SEARCH, search_hash=hash_of_search(typed))
    assert "Officer Ilves" in ask(privacy, contact)


@pytest.mark.parametrize("typed", ["nikolova", "Николова", "Мария Никол", "maria nikol", "марИЯ"])
def test_searches_in_either_script_are_found(
    privacy: Client, officer: User, north: District, typed: str
) -> None:
    contact = make_contact(north, given_name="Мария", family_name="Николова")
    record(actor_for(officer), Action.SEARCH, search_hash=hash_of_search(typed))
    assert "Officer Ilves" in ask(privacy, contact)


def test_searches_that_an_older_version_kept_are_found(
    privacy: Client, officer: User, north: District, settings: Settings
) -> None:
    contact = make_contact(north, given_name="Мария", family_name="Николова")
    old = search_hash(settings.SECRET_KEY, "мария николова")
    record(actor_for(officer), Action.SEARCH, search_hash=old)
    assert "Officer Ilves" in ask(privacy, contact)


@pytest.mark.parametrize("typed", ["canaryseed", "zo", "Sofia", "496"])
def test_other_searches_are_not(privacy: Client, officer: User, contact: Contact, typed: str) -> None:
    record(actor_for(officer), Action.SEARCH, search_hash=hash_of_search(typed))
    assert "Officer Ilves" not in ask(privacy, contact)


def test_a_new_key_for_searched_words_leaves_older_searches_testable(
    privacy: Client, officer: User, contact: Contact, settings: Settings
) -> None:
    """After a change from the derived default to an own key, to a new key and to a new SECRET_KEY."""
    marks = {hash_of_search("canarybird")}
    settings.AUDIT_SEARCH_KEY = ["first"]
    marks.add(hash_of_search("canarybird"))
    settings.AUDIT_SEARCH_KEY = ["second", "first"]
    marks.add(hash_of_search("canarybird"))
    assert len(marks) == 3
    for mark in marks:
        record(actor_for(officer), Action.SEARCH, search_hash=mark)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-secret-of-the-deployment"
    assert ask(privacy, contact).count("Officer Ilves") == 3
    settings.AUDIT_SEARCH_KEY = ["second"]
    assert ask(privacy, contact).count("Officer Ilves") == 2


@hypothesis.settings(max_examples=examples(20), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.text("abcdeé ", min_size=3, max_size=8), min_size=1, max_size=3), st.data())
def test_whatever_words_of_a_name_are_typed_in_any_order_are_among_its_wordings(
    names: list[str], data: st.DataObject
) -> None:
    words = fold(*names).split()
    if words:
        chosen = data.draw(st.lists(st.sampled_from(sorted(set(words))), min_size=1, max_size=3, unique=True))
        assert " ".join(sorted(chosen)) in set(wordings(words))


def test_a_long_name_has_a_bounded_number_of_wordings() -> None:
    contact = Contact(
        given_name="Maria Josefa Inmaculada", family_name="de los Dolores Fernandez Arrieta Goikoetxea"
    )
    assert len(searches_for(contact)) < 5_000


def test_somebody_merged_into_the_person_counts_and_an_erased_one_is_asked_for_by_id(
    privacy: Client, officer: User, contact: Contact, north: District
) -> None:
    actor, twin = actor_for(officer), uuid7()
    record(actor, Action.VIEW, "contact", [twin], purpose="saw-the-twin")
    record_changes(
        actor, Action.MERGE, [Changed("contact", twin, Op.MERGED, 2, [north.pk], into_id=contact.pk)]
    )
    assert "saw-the-twin" in ask(privacy, contact)
    record(actor, Action.VIEW, "contact", [contact.pk], purpose="saw-before-erasure")
    contact_id = contact.pk
    contact.delete()
    html = privacy.get(f"/privacy/inquiry/{contact_id}/", period()).content.decode()
    assert "saw-before-erasure" in html
    assert "Someone not on record" in html


def test_an_inquiry_is_an_event_that_neither_officer_nor_supervisor_sees(
    privacy: Client, officer: User, contact: Contact, north: District
) -> None:
    ask(privacy, contact, reference="case-77")
    event = Event.objects.get(action=Action.INQUIRE)
    assert event.object_ids == [contact.pk]
    assert event.purpose == "The person asked who has seen their data; case-77"
    for user in (officer, make_supervisor(north)):
        client = Client()
        client.force_login(user)
        html = client.get("/privacy/trail/").content.decode()
        assert "case-77" not in html
        assert client.get("/privacy/trail/", {"object": contact.pk}).content.decode().count("case-77") == 0
    assert "case-77" in ask(privacy, contact)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SUPERVISOR, Role.ADMINISTRATOR])
@pytest.mark.parametrize("path", ["", "{}/", "{}/file/"])
def test_nobody_else_asks(privacy: Client, contact: Contact, north: District, role: str, path: str) -> None:
    address = "/privacy/inquiry/" + path.format(contact.pk)
    assert prove(privacy).get(address, period()).status_code == 200
    privacy.force_login(make_user(role, north))
    assert privacy.get(address, period()).status_code == 403
    assert Event.objects.filter(action=Action.DENY).exists()


def test_it_is_saved_as_csv_whole_and_harmless_and_recorded_before_it_leaves(
    privacy: Client, officer: User, contact: Contact
) -> None:
    for number in range(60):
        record(actor_for(officer), Action.VIEW, "contact", [contact.pk], purpose=f"=HYPERLINK({number})")
    path = f"/privacy/inquiry/{contact.pk}/file/"
    given = period() | {"recipient": "The person, at the counter"}
    assert privacy.post(path, given)["Location"].startswith("/accounts/reauthenticate/")
    form = prove(privacy).get(path, period())
    assert "Who gets this?" in form.text and 'type="hidden" name="why" value="asked"' in form.text
    unnamed = privacy.post(path, given | {"recipient": " "})
    assert unnamed.status_code == 422 and "Enter who gets this." in unnamed.text
    assert not Event.objects.filter(action=Action.EXPORT).exists()
    answer = privacy.post(path, given)
    rows = list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    assert len(rows) == 61  # its author sees the export itself
    assert {row["Who"] for row in rows[1:]} == {"Officer Ilves"}
    assert rows[1]["Why"] == "'=HYPERLINK(59)"
    assert "Canarybird" not in str(rows)
    event = Event.objects.get(action=Action.EXPORT)
    assert (event.object_ids, event.recipient) == ([contact.pk], "The person, at the counter · file")


def test_days_that_make_no_sense_are_said_so(privacy: Client, contact: Contact) -> None:
    for changes in (
        {"since": "2026-13-40"},
        {"until": "2020-01-01"},
        {"since": "0001-01-01"},
        {"why": "curious"},
    ):
        for path in ("", "file/"):
            answer = prove(privacy).get(f"/privacy/inquiry/{contact.pk}/{path}", period() | changes)
            assert answer.status_code == 422, changes
    assert not Event.objects.filter(action__in=[Action.INQUIRE, Action.EXPORT]).exists()


def test_the_person_is_found_first(privacy: Client, contact: Contact) -> None:
    html = privacy.get("/privacy/inquiry/", {"q": "canarybird"}).content.decode()
    assert f'href="/privacy/inquiry/{contact.pk}/"' in html
    assert Event.objects.get(action=Action.SEARCH).object_ids == [contact.pk]
