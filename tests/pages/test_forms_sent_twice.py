"""A form that arrives twice redirects to the result of the first, for the same reader and the same data."""

import re
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Role, SentForm, User
from accounts.services.sent_forms import FIELD, KEPT, forget_sent_forms
from districts.models import District
from meetings.models import Concern, FollowUp, Meeting
from tests.factories import make_district, make_officer, make_organisation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def north() -> District:
    return make_district("North")


@pytest.fixture
def officer(north: District) -> User:
    return make_officer(north)


@pytest.fixture
def browser(client: Client, officer: User) -> Client:
    client.force_login(officer)
    return client


def concern(north: District, **typed: Any) -> dict[str, Any]:
    return {"kinds": ["tension"], "district": north.pk, FIELD: str(uuid4()), **typed}


def test_the_second_answer_leads_to_what_the_first_one_made(browser: Client, north: District) -> None:
    typed = concern(north)
    first = browser.post("/concerns/log/", typed)
    second = browser.post("/concerns/log/", typed)
    assert first.status_code == second.status_code == 302
    assert second["Location"] == first["Location"] == f"/concerns/{Concern.objects.get().pk}/"
    assert "This was already sent. It is saved only once." in [
        str(one) for one in get_messages(second.wsgi_request)
    ]


def test_what_was_typed_is_kept_as_a_hash_of_no_use_without_the_secret(
    browser: Client, north: District, settings: Settings
) -> None:
    typed, old = concern(north, facts="Ana Ruiz"), settings.SECRET_KEY
    made = browser.post("/concerns/log/", typed)["Location"]
    first = bytes(SentForm.objects.get().digest)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another-secret-" * 4, [old]
    assert browser.post("/concerns/log/", typed)["Location"] == made  # recognised by the previous secret
    SentForm.objects.all().delete()
    browser.post("/concerns/log/", typed)
    assert bytes(SentForm.objects.get().digest) != first
    assert browser.post("/concerns/log/", typed | {"facts": "Ana Gil"}).status_code == 409


def test_somebody_elses_id_says_nothing_and_stops_nothing(browser: Client, north: District) -> None:
    typed = concern(north)
    browser.post("/concerns/log/", typed)
    other = Client()
    other.force_login(make_officer(north))
    answer = other.post("/concerns/log/", typed)
    assert Concern.objects.count() == 2
    assert answer["Location"] == f"/concerns/{Concern.objects.latest('created_at').pk}/"


def test_other_words_under_the_same_id_are_neither_saved_nor_lost(browser: Client, north: District) -> None:
    typed = concern(north, facts="A symbol on the wall")
    made = browser.post("/concerns/log/", typed)["Location"]
    changed = typed | {"facts": "A symbol on the door"}
    answer = browser.post("/concerns/log/", changed)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert f'href="{made}"' in text
    assert 'name="facts" value="A symbol on the door"' in text
    assert typed[FIELD] not in text
    assert Concern.objects.get().facts == "A symbol on the wall"
    browser.post("/concerns/log/", changed | {FIELD: text.split(f'name="{FIELD}" value="')[-1].split('"')[0]})
    assert Concern.objects.count() == 2


def test_a_form_with_a_mistake_is_sent_again_under_its_id(browser: Client, north: District) -> None:
    typed = concern(north, kinds=[])
    assert browser.post("/concerns/log/", typed).status_code == 422
    assert browser.post("/concerns/log/", typed | {"kinds": ["tension"]}).status_code == 302
    assert Concern.objects.count() == 1


def test_what_is_refused_is_asked_anew(north: District) -> None:
    typed, supervisor = concern(north), make_user(Role.PRIVACY_OFFICER)
    client = Client()
    client.force_login(supervisor)
    assert client.post("/concerns/log/", typed).status_code == 403
    supervisor.role = Role.OFFICER
    supervisor.save()
    supervisor.districts.add(north)
    assert client.post("/concerns/log/", typed).status_code == 302


@pytest.mark.parametrize("once", ["", "x", "0", "a\0b", "9" * 5000, "\ud800"])
def test_an_id_that_is_none_stops_nothing(browser: Client, north: District, once: str) -> None:
    body = f"kinds=tension&district={north.pk}&{FIELD}=".encode() + once.encode(errors="surrogatepass")
    form = "application/x-www-form-urlencoded"
    assert browser.post("/concerns/log/", body, content_type=form).status_code == 302
    assert not SentForm.objects.exists()


def test_of_an_id_that_is_sent_doubled_the_last_counts(browser: Client, north: District) -> None:
    typed = concern(north)
    for ids in (["x", typed[FIELD]], [str(uuid4()), typed[FIELD]], [typed[FIELD], typed[FIELD]]):
        browser.post("/concerns/log/", typed | {FIELD: ids})
    assert Concern.objects.count() == 1


def test_a_search_within_the_form_does_not_use_its_id_up(browser: Client, north: District) -> None:
    typed = concern(north)
    assert browser.post("/concerns/log/", typed | {"look_for": "", "find": "Saar"}).status_code == 200
    assert browser.post("/concerns/log/", typed).status_code == 302
    assert Concern.objects.count() == 1


def test_a_second_done_is_no_conflict(browser: Client, officer: User, north: District) -> None:
    promise = FollowUp.objects.create(
        title="Call",
        owner=officer,
        due_on=timezone.localdate(),
        kind="other",
        first_due_on=timezone.localdate(),
    )
    typed = {"version": promise.version, FIELD: str(uuid4())}
    first = browser.post(f"/follow-ups/{promise.pk}/done/", typed)
    second = browser.post(f"/follow-ups/{promise.pk}/done/", typed)
    assert (second.status_code, second["Location"]) == (first.status_code, first["Location"])


def test_each_page_has_an_id_of_its_own_that_no_browser_fills_in(browser: Client) -> None:
    found = [browser.get("/concerns/log/").content.decode() for _number in range(2)]
    ids = {page.split(f'<input type="hidden" name="{FIELD}" value="')[1].split('"')[0] for page in found}
    assert len(ids) == 2
    assert 'autocomplete="off"' in found[0].split(f'name="{FIELD}"')[1].split(">")[0]
    assert f'name="{FIELD}"' not in Client().get("/accounts/login/").content.decode()


def test_after_two_weeks_it_is_forgotten(browser: Client, north: District) -> None:
    browser.post("/concerns/log/", concern(north))
    assert forget_sent_forms() == 0
    SentForm.objects.update(created_at=timezone.now() - KEPT - timedelta(minutes=1))
    assert forget_sent_forms() == 1


def test_what_was_saved_is_shown_itself_although_saving_led_elsewhere(
    browser: Client, officer: User, north: District
) -> None:
    organisation = make_organisation(north, lead_officer=officer)
    typed = {
        "who": f"organisation:{organisation.pk}",
        "kind": "visit",
        "facts": "A door",
        "starts_at": "2026-01-05T10:00",
        "duration_minutes": "30",
        "promise_when": "none",
        "promise_kind": "call_back",
        FIELD: str(uuid4()),
    }
    assert browser.post("/meetings/log/", typed)["Location"] == "/"
    assert browser.post("/meetings/log/", typed)["Location"] == "/"
    answer = browser.post("/meetings/log/", typed | {"facts": "A window"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert f'class="button" href="/meetings/{Meeting.objects.get().pk}/"' in page


ONCE = re.compile(r'name="once" value="([0-9a-f-]{36})"')
LASTING = re.compile(r'<noscript>\s*<meta http-equiv="refresh" content="0; url=([^"]+)">\s*</noscript>')


def ids(browser: Client, address: str) -> list[str]:
    return ONCE.findall(browser.get(address).content.decode())


@pytest.mark.parametrize(
    "address",
    [
        "/meetings/log/",
        "/meetings/log/assembly/",
        "/meetings/new/",
        "/concerns/log/?organisation={pk}",
        "/follow-ups/new/",
        "/contacts/new/",
        "/organisations/new/",
        "/organisations/{pk}/edit/",
    ],
)
def test_without_scripts_a_form_has_an_address_under_which_its_id_stays(
    browser: Client, north: District, address: str
) -> None:
    address = address.format(pk=make_organisation(north).pk)
    first = browser.get(address).content.decode()
    [lasting] = LASTING.findall(first)
    lasting = unescape(lasting)
    assert lasting.startswith(address)
    stays = ids(browser, lasting)
    assert stays == ids(browser, lasting)
    assert len(set(stays)) == len(stays) > 0
    assert not LASTING.search(browser.get(lasting).content.decode())
    assert not set(stays) & set(ids(browser, address))  # each visit creates a new form
    assert not set(ids(browser, address)) & set(ONCE.findall(first))


def test_pages_without_a_form_of_their_own_stay_where_they_are(browser: Client, north: District) -> None:
    for address in ("/", "/organisations/", f"/organisations/{make_organisation(north).pk}/"):
        assert not LASTING.search(browser.get(address).content.decode())


def test_a_mistake_that_is_sent_again_leads_to_the_same_next_form(browser: Client, north: District) -> None:
    mistaken = concern(north) | {"kinds": []}
    first, second = (browser.post("/concerns/log/", mistaken) for _n in range(2))
    assert first.status_code == second.status_code == 422
    assert ONCE.findall(first.content.decode()) == ONCE.findall(second.content.decode())
    assert str(mistaken[FIELD]) not in first.content.decode()
