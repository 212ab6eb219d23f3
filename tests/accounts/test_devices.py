"""A sign-in with a new device is reported to its owner. Wrong passwords from elsewhere keep nobody out."""

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from pytest_django import Settings

from accounts.models import Role, User
from accounts.services import devices
from tests.accounts.codes import code_of, set_up_app
from tests.factories import PASSWORD, make_officer, make_user
from tests.languages import pseudo_language

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"
ELSEWHERE = "203.0.113.7"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
NEW = "New sign-in to your account · Proximity"


def sign_in(client: Client, user: User, password: str = PASSWORD, *, network: str = "127.0.0.1") -> int:
    sent = {"login": user.email, "password": password}
    answer = client.post(LOGIN, sent, REMOTE_ADDR=network, headers={"User-Agent": FIREFOX})
    return answer.status_code


def sign_out(client: Client) -> None:
    client.post("/accounts/logout/")


def guess(client: Client, user: User, *, network: str, times: int = 6) -> None:
    for _attempt in range(times):
        assert sign_in(client, user, "wrong", network=network) == 422


def test_a_sign_in_with_a_new_device_is_reported_once(client: Client, mailoutbox: Any) -> None:
    user = make_officer(name="Nora Lind")
    for _time in range(2):
        assert sign_in(client, user) == 302
        sign_out(client)
    (mail,) = mailoutbox
    assert (mail.to, mail.subject) == ([user.email], NEW)
    assert "Hello Nora Lind," in mail.body
    assert "with Firefox on Linux, from the network address 127.0.0.1" in mail.body
    assert sign_in(Client(), user) == 302
    assert len(mailoutbox) == 2


def test_a_wrong_password_makes_no_device_known(client: Client, mailoutbox: Any) -> None:
    user = make_officer()
    assert sign_in(client, user, "wrong") == 422
    assert "device" not in client.cookies
    assert sign_in(client, user) == 302
    assert len(mailoutbox) == 1


def test_a_device_is_known_only_after_the_second_factor(client: Client, mailoutbox: Any) -> None:
    user = make_user(Role.SUPERVISOR)
    owner = Client()
    owner.force_login(user)
    secret = set_up_app(owner)
    mailoutbox.clear()
    assert sign_in(client, user) == 302
    assert ("device" in client.cookies, mailoutbox) == (False, [])
    client.post("/accounts/2fa/sign-in/", {"code": code_of(secret, steps_ahead=1)})
    assert "device" in client.cookies
    assert [mail.subject for mail in mailoutbox] == [NEW]


def test_the_email_is_in_the_language_of_the_owner(client: Client, mailoutbox: Any) -> None:
    with pseudo_language() as code:
        user = make_officer(language=code)
        sign_in(client, user)
    (mail,) = mailoutbox
    assert mail.subject.startswith("[Ñéw sígñ-íñ")
    assert "[Firefox óñ Linux" in mail.body


def test_a_new_password_makes_other_devices_unknown_but_not_this_one(client: Client, mailoutbox: Any) -> None:
    user = make_officer()
    other = Client()
    for one in (client, other):
        sign_in(one, user)
    new = "four words nobody guesses"
    sent = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert client.post("/accounts/password/change/", sent).status_code == 302
    mailoutbox.clear()
    sign_out(client)
    assert sign_in(client, user, new) == 302
    assert mailoutbox == []
    assert sign_in(other, user, new) == 302
    assert [mail.subject for mail in mailoutbox] == [NEW]


def test_two_people_share_a_computer(client: Client, mailoutbox: Any) -> None:
    first, second = make_officer(), make_officer()
    for user in (first, second, first, second):
        assert sign_in(client, user) == 302
        sign_out(client)
    assert [mail.to for mail in mailoutbox] == [[first.email], [second.email]]


def test_the_cookie_is_of_no_use_for_another_account_or_after_a_change(
    client: Client, settings: Settings
) -> None:
    user, other = make_officer(), make_officer()
    answer = HttpResponse()
    devices.remember(HttpRequest(), answer, user)
    request = HttpRequest()
    cookie = answer.cookies[settings.DEVICE_COOKIE_NAME]
    request.COOKIES = {settings.DEVICE_COOKIE_NAME: cookie.value}
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert devices.is_known(request, user)
    assert not devices.is_known(request, other)
    for bad in (f"{'0' * 32}.{cookie.value.split('.')[1]}", cookie.value[:-1], cookie.value + ".x", "é", "."):
        request.COOKIES = {settings.DEVICE_COOKIE_NAME: bad}
        assert not devices.is_known(request, user)
    request.COOKIES = {settings.DEVICE_COOKIE_NAME: cookie.value}
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another " * 9
    assert devices.is_known(request, user)
    settings.SECRET_KEY_FALLBACKS = []
    assert not devices.is_known(request, user)


def test_who_guesses_from_elsewhere_keeps_only_themselves_out(client: Client) -> None:
    user = make_officer()
    attacker = Client()
    guess(attacker, user, network=ELSEWHERE)
    assert sign_in(attacker, user, network=ELSEWHERE) == 422  # the right password, too late
    assert sign_in(client, user) == 302  # a device that is not known yet, from another network


def test_a_known_device_signs_in_from_the_network_of_the_attacker(client: Client) -> None:
    user = make_officer()
    sign_in(client, user)
    sign_out(client)
    guess(Client(), user, network=ELSEWHERE, times=25)  # past the limit of the network, too
    assert sign_in(client, user, network=ELSEWHERE) == 302
    assert sign_in(Client(), user, network=ELSEWHERE) == 422


def test_a_known_device_is_limited_wherever_it_is(client: Client) -> None:
    user = make_officer()
    sign_in(client, user)
    sign_out(client)
    for number in range(6):
        assert sign_in(client, user, "wrong", network=f"203.0.113.{number}") == 422
    assert sign_in(client, user, network="203.0.113.99") == 422


def test_a_device_known_to_one_account_has_no_freedom_with_another(client: Client) -> None:
    attacker, victim = make_officer(), make_officer()
    sign_in(client, attacker, network=ELSEWHERE)
    sign_out(client)
    guess(client, victim, network=ELSEWHERE)
    assert sign_in(client, victim, network=ELSEWHERE) == 422
