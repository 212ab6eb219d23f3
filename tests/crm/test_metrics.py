"""Metrics are available only with the token, and contain no personal data."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from tests.factories import make_district, make_officer, make_organisation

pytestmark = pytest.mark.django_db

TOKEN = "a token for the metrics"


def ask(token: str = TOKEN) -> tuple[int, str]:
    answer = Client().get("/metrics", headers={"authorization": f"Bearer {token}"} if token else {})
    return answer.status_code, answer.content.decode()


def test_closed_where_no_token_is_set(settings: Settings) -> None:
    assert settings.METRICS_TOKEN == ""
    assert ask()[0] == 404
    assert ask("")[0] == 404


def test_open_only_for_who_sends_it(settings: Settings) -> None:
    settings.METRICS_TOKEN = TOKEN
    assert ask()[0] == 200
    assert ask("")[0] == 401
    assert ask("another")[0] == 401


def test_they_count_requests_and_waiting_work_and_name_nobody(settings: Settings) -> None:
    settings.METRICS_TOKEN = TOKEN
    settings.MIDDLEWARE = [
        "django_prometheus.middleware.PrometheusBeforeMiddleware",
        *settings.MIDDLEWARE,
        "django_prometheus.middleware.PrometheusAfterMiddleware",
    ]
    officer = make_officer(make_district("Canaryville"), name="Zofia Canary")
    organisation = make_organisation(officer.districts.get(), name="Canary Choir")
    client = Client()
    client.force_login(officer)
    client.get(reverse("organisation", args=[organisation.pk]), {"q": "Canary"})
    status, text = ask()
    assert status == 200
    assert 'view="organisation"' in text
    assert re.search(r"^proximity_reminders_due 0\.0$", text, re.MULTILINE)
    assert re.search(r"^proximity_worker_alive 0\.0$", text, re.MULTILINE)
    assert re.search(r"^proximity_trail_unnumbered [1-9]", text, re.MULTILINE)
    assert "Canary" not in text
    labels = re.findall(r'="([^"]*)"', text)
    assert not [label for label in labels if re.search(r"[0-9a-f]{8}-[0-9a-f]{4}|@", label)]
