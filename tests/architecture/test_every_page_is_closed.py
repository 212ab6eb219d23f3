"""Every URL requires a sign-in or a key, except those listed here."""

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

pytestmark = pytest.mark.django_db

# Public URLs, with the reason.
OPEN = {
    "help/": "the privacy notice and the accessibility statement, for whoever signs in or was given a link",
    "developer/": "an integrator has a key and no account; there is no data on it",
    "developer/key/": "an integrator gets a key of a sandbox; elsewhere it is 404",
    "developer/examples/<slug:language>/": "the same",
    "feeds/<str:token>/meetings.ics": "a calendar program cannot sign in: the address is the secret",
    ".well-known/security.txt": "whoever finds a vulnerability has no account",
    "browser-reports/": "browsers report what they blocked, without cookies",
    "healthz": "an orchestrator asks",
    "livez": "an orchestrator asks",
    "metrics": "Prometheus asks: 404 unless METRICS_TOKEN is set, 401 for whoever does not send it",
    "accounts/login/": "signing in",
    "accounts/logout/": "sends those who are not signed in to the sign-in page",
    "accounts/inactive/": "says why signing in did not work",
    "accounts/signup/": "says that administrators invite",
    "accounts/2fa/sign-in/": "the second step of signing in",
    "accounts/2fa/passkeys/sign-in/": "signing in with a passkey",
    "accounts/oidc/cancelled/": "who stopped signing in at the city's provider",
    "accounts/oidc/<slug:provider_id>/login/": "signing in at the city's provider",
    "accounts/oidc/<slug:provider_id>/login/callback/": "coming back from there",
    "accounts/password/reset/": "a forgotten password",
    "accounts/password/reset/done/": "a forgotten password",
    "accounts/password/reset/key/done/": "a forgotten password",
    "accounts/password/reset/key/<uidb36>-<key>/": "a forgotten password; an invitation",
}
# API URLs without personal data, and unknown API URLs.
OPEN_TO_MACHINES = {"api/docs/", "api/v1/schema/", "api/v1/"}
SAMPLES = {"uuid": str(uuid4()), "int": "1", "str": "x", "slug": "x", "path": "x", "district_code": "N1"}


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Yield every URL of the site with its view, as in the URL configuration."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + re.sub(r"\(\?P(<\w+>)[^)]*\)", r"\1", str(entry.pattern)).strip("^$")
        if isinstance(entry, URLResolver):
            yield from routes(entry, route)
        else:
            yield route, entry


def address(route: str) -> str:
    filled = re.sub(r"<(\w+):\w+>", lambda found: SAMPLES[found[1]], route)
    return "/" + re.sub(r"<\w+>", "x", filled)


def has_key(route: str) -> bool:
    """Whether the URL belongs to the API, which answers 401 instead of showing a sign-in page."""
    return route.startswith("api/")


def is_open(pattern: URLPattern) -> bool:
    view = pattern.callback
    return not getattr(view, "login_required", True)


def test_the_open_addresses_are_those_listed() -> None:
    assert {route for route, pattern in routes() if is_open(pattern) and not has_key(route)} == set(OPEN)


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_machines_door_asks_for_a_key(client: Client, method: str) -> None:
    answers = {
        route: getattr(client, method)(address(route)).status_code
        for route, pattern in routes()
        if is_open(pattern) and has_key(route) and route not in OPEN_TO_MACHINES
    }
    assert {route: status for route, status in answers.items() if status != 401} == {}


def test_there_are_addresses() -> None:
    assert len(list(routes())) > 40


@pytest.mark.parametrize("method", ["get", "post"])
def test_every_other_address_sends_nobody_to_the_sign_in_page(client: Client, method: str) -> None:
    """The response does not depend on whether the named row exists."""
    answers = {}
    for route, pattern in routes():
        if not is_open(pattern):
            answer = getattr(client, method)(address(route))
            answers[route] = (answer.status_code, answer.headers.get("Location", "").split("?")[0])
    assert {route: a for route, a in answers.items() if a != (302, "/accounts/login/")} == {}


def test_nothing_is_kept_by_browsers_or_proxies(client: Client) -> None:
    for route, _pattern in routes():
        assert "no-store" in client.get(address(route)).headers["Cache-Control"], route
