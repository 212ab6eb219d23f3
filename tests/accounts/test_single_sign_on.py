"""Single sign-on with a real provider that runs beside the test."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import oidc_provider_mock
import pytest
import requests
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from audit.models import Action, Event
from tests.accounts.codes import code_of, set_up_app
from tests.factories import make_officer

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with oidc_provider_mock.run_server_in_thread() as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture(autouse=True)
def configured(settings: Settings, issuer: str) -> None:
    settings.OIDC_ISSUER = issuer
    app = {"provider_id": "city", "name": "City Hall", "client_id": "crm", "secret": "s"}
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [app | {"settings": {"server_url": issuer}}],
        }
    }


def sign_in_there(client: Client, issuer: str, sub: str, *, email: str, verified: bool = True) -> str:
    """Sign in from our page through the provider, and return the final URL."""
    person = {"email": email, "email_verified": verified, "name": "Whoever"}
    requests.put(f"{issuer}/users/{sub}", json=person, timeout=5).raise_for_status()
    page = client.get("/accounts/login/?next=/settings/").content.decode()
    assert "Sign in with City Hall" in page
    away = client.get(reverse("openid_connect_login", args=["city"]), {"next": "/settings/"})
    assert away["Location"].startswith(issuer)
    back = requests.post(away["Location"], data={"sub": sub}, allow_redirects=False, timeout=5)
    parts = urlsplit(back.headers["Location"])
    answer = client.get(f"{parts.path}?{parts.query}")
    return str(answer.headers.get("Location", answer.status_code))


def test_who_works_here_gets_in(client: Client, issuer: str) -> None:
    user = make_officer(email="ann@police.example")
    password = user.password
    assert sign_in_there(client, issuer, "ann", email="Ann@police.example") == "/settings/"
    assert client.get("/settings/").status_code == 200
    assert Event.objects.get(action=Action.SIGN_IN).actor_id == user.pk
    user.refresh_from_db()
    assert user.password == password


@pytest.mark.parametrize(
    ("email", "verified"),
    [("eve@police.example", True), ("ann@police.example", False), ("off@p.example", True)],
)
def test_who_does_not_is_not_let_in_and_no_account_is_made(
    client: Client, issuer: str, email: str, verified: bool
) -> None:
    make_officer(email="ann@police.example")
    make_officer(email="off@p.example", is_active=False)
    assert sign_in_there(client, issuer, "eve", email=email, verified=verified) == "403"
    assert client.get("/settings/").status_code == 302
    assert User.objects.count() == 2
    assert not Event.objects.filter(action=Action.SIGN_IN).exists()


def test_an_address_that_was_taken_away_no_longer_lets_in(client: Client, issuer: str) -> None:
    user = make_officer(email="ann@police.example")
    assert sign_in_there(client, issuer, "ann", email="ann@police.example") == "/settings/"
    User.objects.filter(pk=user.pk).update(email="anna@police.example")
    assert sign_in_there(Client(), issuer, "ann", email="ann@police.example") == "403"


def test_the_second_factor_is_asked_for_all_the_same(client: Client, issuer: str) -> None:
    user = make_officer(email="ann@police.example")
    owner = Client()
    owner.force_login(user)
    secret = set_up_app(owner)
    assert sign_in_there(client, issuer, "ann", email="ann@police.example") == "/accounts/2fa/sign-in/"
    assert client.get("/settings/").status_code == 302
    client.post("/accounts/2fa/sign-in/", {"code": code_of(secret, steps_ahead=1)})
    assert client.get("/settings/").status_code == 200


def test_an_answer_nobody_asked_for_is_refused(client: Client, issuer: str) -> None:
    make_officer(email="ann@police.example")
    answer = client.get(reverse("openid_connect_callback", args=["city"]), {"code": "x", "state": "y"})
    assert "Sign-in failed" in answer.content.decode()
    assert client.get("/settings/").status_code == 302


def test_without_a_provider_there_is_no_such_page(client: Client, settings: Settings) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": []}}
    assert "City Hall" not in client.get("/accounts/login/").content.decode()
    assert client.get(reverse("openid_connect_login", args=["city"])).status_code == 404


def test_a_provider_that_is_down_is_said_so(client: Client, settings: Settings) -> None:
    settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["settings"] = {
        "server_url": "http://localhost:9"
    }
    answer = client.get(reverse("openid_connect_login", args=["city"]))
    assert answer.status_code == 503
    assert "Sign-in failed" in answer.content.decode()
