"""Work that every test client would repeat, done once. It takes a fifth of the time of a page."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest
from django.template import Context, Template
from django.test import Client
from django.test.signals import template_rendered
from whitenoise.middleware import WhiteNoiseMiddleware

from accounts.models import User
from accounts.services.sessions import SessionStore

OF_A_FIELD = "django/forms/"


@pytest.fixture(scope="session", autouse=True)
def static_files_found_once() -> Iterator[None]:
    """Cache static file lookups, because each client has its own middleware that searches every package."""
    with pytest.MonkeyPatch.context() as patch:
        found: dict[str, object] = {}
        look = WhiteNoiseMiddleware.add_files_from_finders

        def add_files(middleware: WhiteNoiseMiddleware) -> None:
            if not found:
                look(middleware)
                found.update(middleware.files)
            middleware.files.update(found)

        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", add_files)
        yield


@pytest.fixture(scope="session", autouse=True)
def contexts_of_pages_alone(django_test_environment: None) -> Iterator[None]:
    """Record `answer.context` only for page templates, without a copy for each option of each field."""

    def render(template: Template, context: Context) -> str:
        if not (template.name or "").startswith(OF_A_FIELD):
            template_rendered.send(sender=template, template=template, context=context)
        return template.nodelist.render(context)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "_render", render)
        yield


@pytest.fixture(scope="session", autouse=True)
def one_session_for_each_sign_in(django_test_environment: None) -> Iterator[None]:
    """Skip the empty session that Django's `force_login` writes and discards for a new browser."""
    sign_in_again = Client._login  # type: ignore[attr-defined]  # the stubs leave it out

    def sign_in(client: Any, user: User, backend: str | None = None) -> None:
        if settings.SESSION_COOKIE_NAME in client.cookies:
            sign_in_again(client, user, backend)
            return
        request = HttpRequest()
        request.session = SessionStore()
        login(request, user, backend)
        request.session.save()
        client._set_login_cookies(request)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "_login", sign_in)
        yield


@pytest.fixture
def quiet_log() -> Iterator[None]:
    """Silence the log of thousands of refusals. pytest would keep its records, and their requests: 3 GB."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)
