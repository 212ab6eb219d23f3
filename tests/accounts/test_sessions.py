"""How long a session lasts, the list of a user's sessions, and forms sent after the end of a session."""

import time
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import Settings

from accounts.models import Role, Session, User
from accounts.services import held_forms
from accounts.services.sessions import SEEN, STARTED, row_key
from audit.models import Action, Event
from contacts.models import Organisation
from tests.factories import PASSWORD, make_district, make_officer, make_organisation, make_user

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"
MINUTE = 60
PHONE = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36"


def sign_in(client: Client, user: User, **headers: str) -> Any:
    address = client.get("/").headers["Location"]
    sent = {"login": user.email, "password": PASSWORD, "next": address.partition("next=")[2]}
    return client.post(LOGIN, sent, headers=headers)


def let_pass(client: Client, *, idle: float = 0, age: float = 0) -> None:
    """Set back the last use, or the start, of the client's session."""
    session = client.session
    session[SEEN] -= int(idle)
    session[STARTED] -= int(age)
    session.save()


@pytest.mark.parametrize(
    ("passed", "status"),
    [
        ({"idle": 14 * MINUTE}, 200),
        ({"idle": 16 * MINUTE}, 302),
        ({"age": 9.9 * 60 * MINUTE}, 200),
        ({"age": 10.1 * 60 * MINUTE}, 302),
    ],
)
def test_a_session_ends_when_nothing_happens_and_after_ten_hours(
    client: Client, passed: dict[str, float], status: int
) -> None:
    client.force_login(make_officer())
    let_pass(client, **passed)
    assert client.get("/settings/").status_code == status
    assert client.get("/settings/").status_code == status
    assert client.get("/api/v1/me/").status_code == (200 if status == 200 else 401)


def test_who_was_signed_out_finds_the_own_address_and_types_the_password(client: Client) -> None:
    user = make_officer()
    assert f'value="{user.email}"' not in client.get(LOGIN).content.decode()
    client.force_login(user)
    let_pass(client, idle=16 * MINUTE)
    client.get("/settings/")
    page = client.get(LOGIN).content.decode()
    assert f'value="{user.email}"' in page
    assert "autofocus" in page
    sign_in(client, user)
    client.post("/accounts/logout/")
    assert f'value="{user.email}"' not in client.get(LOGIN).content.decode()


def test_two_tabs_that_find_the_session_over_at_once_both_find_the_own_address(client: Client) -> None:
    user, tab = make_officer(), Client()
    client.force_login(user)
    let_pass(client, idle=16 * MINUTE)
    sent_by_both = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert client.get("/settings/").status_code == 302
    tab.cookies[settings.SESSION_COOKIE_NAME] = sent_by_both
    assert tab.get("/settings/").status_code == 302
    assert f'value="{user.email}"' in tab.get(LOGIN).content.decode()
    assert tab.post(LOGIN, {"login": user.email, "password": "wrong"}).status_code == 422
    assert tab.cookies[settings.SESSION_COOKIE_NAME].value != sent_by_both, "a sign-in begins with a new key"
    assert not Session.objects.filter(pk=row_key(sent_by_both)).exists()
    assert f'value="{user.email}"' in tab.get(LOGIN).content.decode()
    sign_in(tab, user)
    assert (tab.get("/settings/").status_code, client.get("/settings/").status_code) == (200, 302)


def test_how_long_nothing_may_happen_is_a_setting(client: Client, settings: Settings) -> None:
    settings.SESSION_IDLE_MINUTES = 5
    client.force_login(make_officer())
    let_pass(client, idle=6 * MINUTE)
    assert client.get("/settings/").status_code == 302


def test_work_keeps_a_session_alive_but_a_page_that_asks_by_itself_does_not(client: Client) -> None:
    client.force_login(make_officer())
    let_pass(client, idle=14 * MINUTE)
    client.get("/settings/", headers={"X-Waiting": "1"})
    assert client.session[SEEN] < time.time() - 13 * MINUTE
    client.get("/settings/")
    assert client.session[SEEN] > time.time() - MINUTE


def test_a_row_says_whose_session_it_is_on_which_device_and_since_when(client: Client) -> None:
    user = make_officer()
    sign_in(client, user, **{"user-agent": PHONE})
    row = Session.objects.get(user=user)
    assert row.device == PHONE
    assert row.started_at is not None
    assert row.seen_at is not None


TYPED = {
    "kind": "ngo",
    "summary": "They <b>meet</b> on Tuesdays & “talk”.",
    "website": "no address",
    "x": "1",
}


def edit_form(client: Client, organisation: Organisation) -> dict[str, Any]:
    return TYPED | {"name": "Blue  Door", "version": organisation.version, "home_district": "x"}


def test_a_form_that_came_too_late_comes_back_with_what_was_typed(client: Client) -> None:
    district = make_district()
    user, organisation = make_officer(district), make_organisation(district)
    client.force_login(user)
    address = f"/organisations/{organisation.pk}/edit/"
    let_pass(client, idle=16 * MINUTE)
    answer = client.post(address, edit_form(client, organisation))
    assert (answer.status_code, answer["Location"]) == (302, f"{LOGIN}?next={address}")
    page = client.get(answer["Location"]).content.decode()
    assert "Sign in to get back what you typed." in page
    stored = str(list(Session.objects.values_list("session_data", flat=True))) + str(dict(client.session))
    assert "Tuesdays" not in stored
    answer = client.post(LOGIN, {"login": user.email, "password": PASSWORD, "next": address}, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain == [(address, 302)]
    assert 'value="Blue  Door"' in page
    assert "They &lt;b&gt;meet&lt;/b&gt; on Tuesdays &amp; “talk”." in page
    assert 'value="no address"' in page
    assert "You were signed out before this was saved" in page
    organisation.refresh_from_db()
    assert organisation.name != "Blue Door"
    assert "Tuesdays" not in client.get(address).content.decode()


def test_it_comes_back_although_signing_in_led_elsewhere(client: Client) -> None:
    user = make_officer()
    client.force_login(user)
    let_pass(client, age=11 * 60 * MINUTE)
    client.post("/settings/", {"time_zone": "Europe/Riga"})
    answer = client.post(LOGIN, {"login": user.email, "password": PASSWORD}, follow=True)
    assert answer.redirect_chain == [("/", 302), ("/settings/", 302)]
    assert '<option value="Europe/Riga" selected>' in answer.content.decode()


def test_a_form_without_a_page_of_its_own_can_be_sent_again(client: Client) -> None:
    user = make_officer()
    client.force_login(user)
    let_pass(client, idle=16 * MINUTE)
    client.post("/settings/calendar/end/", {"why": "lost <phone>"})
    answer = client.post(LOGIN, {"login": user.email, "password": PASSWORD}, follow=True)
    page = answer.content.decode()
    assert "Send now" in page
    assert 'name="why" value="lost &lt;phone&gt;"' in page


def test_nobody_else_gets_what_was_typed(client: Client) -> None:
    client.force_login(make_officer())
    let_pass(client, idle=16 * MINUTE)
    client.post("/settings/", {"time_zone": "Europe/Riga"})
    other = make_officer()
    answer = client.post(LOGIN, {"login": other.email, "password": PASSWORD}, follow=True)
    assert answer.redirect_chain == [("/", 302)]
    assert held_forms.HELD not in client.session
    assert '"Europe/Riga" selected' not in client.get("/settings/").content.decode()


def test_a_password_that_was_typed_is_not_kept(client: Client) -> None:
    client.force_login(make_officer())
    let_pass(client, idle=16 * MINUTE)
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD})
    assert held_forms.HELD not in client.session


def test_who_was_never_signed_in_leaves_nothing_behind(client: Client) -> None:
    client.post("/settings/", {"time_zone": "Europe/Riga"})
    assert not Session.objects.exists()


def test_a_person_sees_where_they_are_signed_in_and_ends_one(client: Client) -> None:
    user = make_officer()
    phone, stranger = Client(), Client()
    for one, owner in ((client, user), (phone, user), (stranger, make_officer())):
        sign_in(one, owner, **{"user-agent": PHONE if one is phone else "Firefox/140.0 (X11; Linux)"})
    page = client.get("/settings/sessions/").content.decode()
    assert page.count('class="row"') == 2
    assert "Chrome on Android" in page
    assert "Firefox on Linux" in page
    assert str(phone.session.session_key) not in page
    rows = page.partition('class="rows"')[2]
    client.post(rows.partition('action="')[2].partition('"')[0])
    assert phone.get("/settings/").status_code == 302
    assert client.get("/settings/").status_code == 200
    assert stranger.get("/settings/").status_code == 200


def test_signing_out_everywhere_ends_all_of_ones_own_and_is_recorded(client: Client) -> None:
    user = make_user(Role.SUPERVISOR)
    phone, stranger = Client(), Client()
    for one, owner in ((client, user), (phone, user), (stranger, make_officer())):
        one.force_login(owner)
    answer = client.post("/settings/sessions/end/")
    assert answer["Location"] == LOGIN
    assert phone.get("/settings/").status_code == 302
    assert client.get("/settings/").status_code == 302
    assert stranger.get("/settings/").status_code == 200
    event = Event.objects.filter(action=Action.SIGN_OUT).latest("at")
    assert (event.actor_id, event.object_ids) == (user.pk, [user.pk])


@pytest.mark.parametrize("address", ["/accounts/logout/", "/settings/sessions/end/", "too late"])
def test_the_browser_is_asked_to_forget_what_it_kept_when_a_session_ends(
    client: Client, address: str
) -> None:
    client.force_login(make_officer())
    assert "Clear-Site-Data" not in client.get("/settings/")
    if address == "too late":
        let_pass(client, idle=16 * MINUTE)
        answer = client.get("/settings/")
    else:
        answer = client.post(address)
    assert answer.status_code == 302
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert "Clear-Site-Data" not in client.get(LOGIN)


def test_somebody_elses_session_is_not_there(client: Client) -> None:
    stranger = Client()
    stranger.force_login(make_officer())
    client.force_login(make_officer())
    number = client.get("/settings/sessions/").context["rows"][0].number
    assert client.post(f"/settings/sessions/{number[:-1]}0/").status_code == 404
    assert stranger.get("/settings/").status_code == 200


def test_who_reads_the_database_can_use_no_session(client: Client) -> None:
    """Attack: read `accounts_session` with the application's password, and send each key as a cookie."""
    user = make_officer()
    client.force_login(user)
    assert client.get("/settings/").status_code == 200
    row = Session.objects.get(user=user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert cookie not in str(list(Session.objects.values_list()))
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = row.pk
    assert thief.get("/settings/").status_code == 302


def test_a_session_copied_to_a_row_with_a_known_key_is_worth_nothing(client: Client) -> None:
    """Attack: insert a row whose key the thief knows, with what was signed for another session."""
    user = make_officer()
    client.force_login(user)
    row = Session.objects.get(user=user)
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = "k" * 32
    Session.objects.create(
        session_key=row_key("k" * 32),
        session_data=row.session_data,
        expire_date=row.expire_date,
        user=user,
        seen_at=row.seen_at,
    )
    assert thief.get("/settings/").status_code == 302
    assert client.get("/settings/").status_code == 200
