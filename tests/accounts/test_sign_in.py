"""Signing in and out with django-allauth, and the resulting activity log events."""

import re
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse
from pytest_django import Settings

from accounts.actors import SYSTEM
from accounts.models import Role, User
from accounts.services.users import edit_user
from audit.models import Action, Event
from crm.embedded.run import free_port
from tests.factories import PASSWORD, make_district, make_officer, make_user
from tests.languages import pseudo_language
from tests.plugins import services
from tests.plugins.mail import MailSink

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"
RESET = "/accounts/password/reset/"


@pytest.mark.parametrize("role", ["officer", "supervisor", "privacy_officer", "administrator"])
def test_every_role_signs_in_and_lands_on_today(client: Client, role: str) -> None:
    user = make_user(role, make_district())
    answer = client.post(LOGIN, {"login": user.email.upper(), "password": PASSWORD}, follow=True)
    assert answer.redirect_chain == [("/", 302)]
    assert answer.status_code == 200
    event = Event.objects.get(action=Action.SIGN_IN)
    assert (event.actor_id, event.actor_role, event.object_ids) == (user.pk, role, [user.pk])


def test_signing_out_is_recorded(client: Client) -> None:
    user = make_officer()
    client.force_login(user)
    client.post("/accounts/logout/")
    assert Event.objects.get(action=Action.SIGN_OUT).actor_id == user.pk
    assert client.get("/").status_code == 302


def test_a_wrong_password_is_recorded_with_the_account(client: Client) -> None:
    user = make_officer()
    assert client.post(LOGIN, {"login": user.email, "password": "wrong"}).status_code == 422
    event = Event.objects.get(action=Action.SIGN_IN_FAILED)
    assert (event.object_ids, event.actor_id, event.allowed) == ([user.pk], None, False)


def test_of_an_unknown_address_nothing_is_kept_and_the_answer_is_the_same(client: Client) -> None:
    user = make_officer()
    answers = []
    for address in (user.email, "nobody@police.example"):
        page = client.post(LOGIN, {"login": address, "password": "wrong"}).content.decode()
        answers.append(page.replace(address, "").split("<main", 1)[1])
    without_token = [
        a.split("csrfmiddlewaretoken")[0] + a.split("csrfmiddlewaretoken")[1][90:] for a in answers
    ]
    assert without_token[0] == without_token[1]
    assert Event.objects.filter(action=Action.SIGN_IN_FAILED).latest("at").object_ids == []
    assert "nobody" not in str(Event.objects.values_list())


def test_who_is_switched_off_does_not_get_in(client: Client) -> None:
    user = make_officer(is_active=False)
    answer = client.post(LOGIN, {"login": user.email, "password": PASSWORD}, follow=True)
    assert "deactivated" in answer.content.decode()
    assert client.get("/").status_code == 302
    assert not Event.objects.filter(action=Action.SIGN_IN).exists()


def test_guessing_is_slowed_down(client: Client) -> None:
    user = make_officer()
    for _attempt in range(5):
        client.post(LOGIN, {"login": user.email, "password": "wrong"})
    answer = client.post(LOGIN, {"login": user.email, "password": PASSWORD})
    assert "Wait 5 minutes, then try again." in answer.content.decode()


def test_asking_too_often_for_a_new_password_is_answered_429(client: Client, mail_sink: MailSink) -> None:
    for _attempt in range(5):
        client.post(RESET, {"email": "ann@police.example"})
    answer = client.post(RESET, {"email": "ann@police.example"})
    assert answer.status_code == 429
    assert "Wait a few minutes, then try again." in answer.content.decode()


def test_nobody_signs_up(client: Client) -> None:
    assert "By invitation only" in client.get("/accounts/signup/").content.decode()
    client.post("/accounts/signup/", {"email": "eve@example.org", "password1": PASSWORD})
    assert not User.objects.exists()


@pytest.mark.parametrize("name", ["account_email", "account_set_password", "account_email_verification_sent"])
def test_nobody_gives_themselves_another_address(client: Client, name: str) -> None:
    client.force_login(make_officer())
    with pytest.raises(NoReverseMatch):
        reverse(name)
    assert client.get("/accounts/email/").status_code == 404


def test_a_new_password_is_promised_to_all_alike(client: Client, mail_sink: MailSink) -> None:
    user = make_officer()
    answers = [
        client.post(RESET, {"email": address}, follow=True)
        for address in (user.email, "nobody@police.example")
    ]
    assert [a.redirect_chain for a in answers] == [[("/accounts/password/reset/done/", 302)]] * 2
    (message,) = mail_sink.messages  # only once, so that nobody's mailbox can be flooded
    assert message["To"] == user.email
    assert "http://testserver/accounts/password/reset/key/" in message.get_content()


def test_a_changed_password_is_told_to_its_owner(client: Client, mail_sink: MailSink) -> None:
    user = make_officer()
    client.force_login(user)
    sent = {"oldpassword": PASSWORD, "password1": "a long pass phrase", "password2": "a long pass phrase"}
    assert client.post("/accounts/password/change/", sent).status_code == 302
    (message,) = mail_sink.messages
    assert message["To"] == user.email
    assert "a long pass phrase" not in message.get_content()


def test_a_mail_server_that_is_down_tells_nothing(
    client: Client, mail_sink: MailSink, settings: Settings
) -> None:
    settings.EMAIL_PORT = free_port()
    answer = client.post(RESET, {"email": make_officer().email})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/password/reset/done/")


def test_a_deactivated_account_gets_no_link_and_its_links_end(client: Client, mail_sink: MailSink) -> None:
    user = make_officer()
    make_user(Role.ADMINISTRATOR)
    client.post(RESET, {"email": user.email})
    (link,) = re.findall(
        r"http://testserver(/accounts/password/reset/key/\S+)", mail_sink.messages[0].get_content()
    )
    opened, late = Client(), Client()
    form = opened.get(link)["Location"]
    edit_user(actor=SYSTEM, user_id=user.pk, version=user.version, is_active=False)
    chosen = {"password1": "four words nobody guesses", "password2": "four words nobody guesses"}
    assert opened.post(form, chosen).status_code == 200  # the page for a link that does not work
    assert late.get(link).status_code == 200
    client.post(RESET, {"email": user.email})
    assert len(mail_sink.messages) == 1
    user.refresh_from_db()
    edit_user(actor=SYSTEM, user_id=user.pk, version=user.version, is_active=True)
    for browser in (opened, late):  # the link stays dead
        assert browser.get(link).status_code == 200
        assert browser.post(form, chosen).status_code == 200
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)
    client.post(RESET, {"email": user.email})
    (new,) = re.findall(
        r"http://testserver(/accounts/password/reset/key/\S+)", mail_sink.messages[1].get_content()
    )
    assert client.post(client.get(new)["Location"], chosen).status_code == 302
    assert User.objects.get(pk=user.pk).check_password("four words nobody guesses")


def test_the_link_comes_in_the_language_of_the_owner(client: Client, mail_sink: MailSink) -> None:
    with pseudo_language() as code:
        client.post(RESET, {"email": make_officer(language=code).email})
    (message,) = mail_sink.messages
    assert message["Subject"].strip().startswith("[Çhóósé á ñéw pásswórd")


def test_the_link_starts_with_the_sites_own_address(
    client: Client, mail_sink: MailSink, settings: Settings
) -> None:
    settings.SITE_URL = "https://crm.police.example"
    client.post(RESET, {"email": make_officer().email}, headers={"host": "localhost"})
    assert "https://crm.police.example/accounts/" in mail_sink.messages[0].get_content()


@pytest.mark.parametrize(
    "address", ["a\0b@police.example", "\ud800@x.example", "x" * 10_000, "a@b\r\nBcc:c@d"]
)
def test_rubbish_does_not_sign_in(client: Client, address: str) -> None:
    body = urlencode({"login": address, "password": "x\0y"}, errors="surrogatepass")
    answer = client.post(LOGIN, body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("address", "fields"),
    [
        (LOGIN, {"login": "ann@police.example", "password": "wrong"}),
        (RESET, {"email": "not an address"}),
        ("/accounts/password/change/", {"oldpassword": "wrong", "password1": "a", "password2": "b"}),
    ],
)
def test_mistakes_are_summed_up_on_top(client: Client, address: str, fields: dict[str, str]) -> None:
    if "change" in address:
        client.force_login(make_officer())
    answer = client.post(address, fields)
    assert answer.status_code == 422
    assert 'id="mistakes" autofocus' in answer.content.decode()


@pytest.mark.parametrize(
    ("address", "fields"),
    [
        (LOGIN, {"login": "ann@police.example", "password": PASSWORD}),
        (RESET, {"email": "ann@police.example"}),
    ],
)
def test_while_nothing_counts_attempts_nobody_signs_in(
    client: Client, address: str, fields: dict[str, str]
) -> None:
    make_officer(email="ann@police.example")
    services.valkey.stop()
    answer = client.post(address, fields)
    assert answer.status_code == 503
    assert "No one can sign in until it is back." in answer.content.decode()
    assert client.get("/").status_code == 302


def test_pages_speak_the_language_of_their_reader(client: Client) -> None:
    client.force_login(make_officer(language="fi"))
    assert '<html lang="fi"' in client.get("/settings/").content.decode()
