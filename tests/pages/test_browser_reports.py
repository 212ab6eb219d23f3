"""Browsers report what the content security policy blocked. The reports are counted and name nobody."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accounts.middleware import HELD
from accounts.models import BrowserReport, Role
from accounts.services import browser_reports
from accounts.services.browser_reports import Blocked, forget_reports, record_reports
from tests.factories import leave_session_idle, make_officer, make_user
from tests.plugins import services

pytestmark = pytest.mark.django_db

PATH = "/browser-reports/"
PAGE = "/settings/blocked-content/"


def old(blocked: Any = "https://evil.example/x?name=Ann", page: str = "/") -> dict[str, Any]:
    """The form of report-uri."""
    return {
        "csp-report": {
            "document-uri": f"https://crm.city.example{page}",
            "violated-directive": "script-src",
            "effective-directive": "script-src-elem",
            "blocked-uri": blocked,
            "script-sample": "Ann Smith",
        }
    }


def new(blocked: str, page: str) -> dict[str, Any]:
    """The form of report-to."""
    body = {"documentURL": f"https://x.example{page}", "effectiveDirective": "img-src", "blockedURL": blocked}
    return {"type": "csp-violation", "age": 1, "body": body, "user_agent": "Firefox"}


def send(client: Client, sent: Any, **headers: Any) -> int:
    body = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    return client.post(PATH, body, content_type="application/csp-report", **headers).status_code


def rows() -> list[tuple[str, str, str, int]]:
    return list(BrowserReport.objects.order_by("pk").values_list("directive", "blocked", "page", "count"))


def test_both_forms_are_counted_by_kind_origin_and_name_of_the_page(client: Client) -> None:
    organisation = f"/organisations/{uuid4()}/"
    for _time in range(2):
        assert send(client, old(page=organisation)) == 204
    assert (
        send(client, [new("inline", "/"), new("data", "/nowhere/"), new("https://a:b@c.example:8443/", "/")])
        == 204
    )
    assert rows() == [
        ("script-src-elem", "https://evil.example", "organisation", 2),
        ("img-src", "inline", "today", 1),
        ("img-src", "data", "", 1),
        ("img-src", "https://c.example:8443", "today", 1),
    ]
    assert "Ann" not in str(list(BrowserReport.objects.values_list()))


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"{",
        b"[" * 5_000,
        b'"\xff"',
        [],
        [1, None, {"body": []}],
        {"csp-report": {"effective-directive": 3}},
        {"csp-report": {"effective-directive": "<script>", "blocked-uri": "x"}},
    ],
)
def test_rubbish_is_taken_and_forgotten(client: Client, sent: Any) -> None:
    assert send(client, sent) == 204
    assert rows() == []


@pytest.mark.parametrize(
    "blocked", ["http://[", "x\0y", "https://é.example/", "a" * 5_000, 7, "chrome-extension://abc/y"]
)
def test_strange_origins_break_nothing(client: Client, blocked: Any) -> None:
    assert send(client, old(blocked=blocked)) == 204
    assert len(rows()) == 1


def test_a_long_body_is_refused(client: Client) -> None:
    assert send(client, old(page="/" + "x" * 20_000)) == 413
    assert rows() == []


def test_a_network_sends_so_many_in_a_minute_and_others_go_on(client: Client) -> None:
    statuses = [send(client, old(), REMOTE_ADDR="203.0.113.7") for _time in range(22)]
    assert statuses == [204] * 20 + [429] * 2
    assert send(client, old(), REMOTE_ADDR="203.0.113.8") == 204
    assert [row[3] for row in rows()] == [21]


def test_while_nothing_counts_requests_none_is_taken(client: Client) -> None:
    services.valkey.stop()
    assert send(client, old()) == 429
    assert rows() == []


def test_past_the_limit_new_kinds_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser_reports, "MOST", 2)
    record_reports([Blocked("img-src", f"https://{name}.example", "today") for name in "abcda"])
    assert rows() == [
        ("img-src", "https://a.example", "today", 2),
        ("img-src", "https://b.example", "today", 1),
        ("", "", "", 2),
    ]


def test_what_nobody_reports_any_longer_is_deleted() -> None:
    record_reports([Blocked("img-src", "inline", "today"), Blocked("img-src", "eval", "today")])
    BrowserReport.objects.filter(blocked="eval").update(last_at=timezone.now() - timedelta(days=31))
    assert forget_reports() == 1
    assert [row[1] for row in rows()] == ["inline"]


def test_a_report_neither_keeps_a_session_alive_nor_takes_the_place_of_a_held_form(client: Client) -> None:
    user = make_officer()
    client.force_login(user)
    leave_session_idle(user)
    answer = client.post(PATH, json.dumps(old()), content_type="application/csp-report")
    assert (answer.status_code, HELD in answer.headers, answer.cookies) == (204, False, {})
    assert client.get("/settings/").status_code == 302


def test_every_page_says_where_to_report(client: Client) -> None:
    answer = client.get("/help/")
    assert "report-uri /browser-reports/" in answer["Content-Security-Policy"]
    assert answer["Reporting-Endpoints"] == 'csp="/browser-reports/"'


def test_administrators_see_them(client: Client) -> None:
    client.force_login(make_user(Role.ADMINISTRATOR))
    assert "Browsers have reported nothing" in client.get(PAGE).content.decode()
    send(client, old())
    page = client.get(PAGE).content.decode()
    assert "script-src-elem" in page and "https://evil.example" in page


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SUPERVISOR, Role.PRIVACY_OFFICER])
def test_nobody_else_sees_them(client: Client, role: str) -> None:
    client.force_login(make_user(role))
    assert client.get(PAGE).status_code == 403
