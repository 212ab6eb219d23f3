"""The watchdog is called only while everything is up: its alarm is that no call comes."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from crm import heartbeat, variable_checks
from crm.queues import QUEUES
from crm.tasks import call_watchdog
from tests.api.receivers import POLL_SECONDS

pytestmark = pytest.mark.django_db


@pytest.fixture
def calls(settings: Settings) -> Iterator[list[str]]:
    taken: list[str] = []

    class Watchdog(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # http.server's name
            taken.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Watchdog) as server:
        settings.WATCHDOG_URL = f"http://127.0.0.1:{server.server_port}/ping/abc"
        Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True).start()
        yield taken
        server.shutdown()


def test_it_is_called_while_every_part_is_up_and_not_if_one_is_down(calls: list[str]) -> None:
    heartbeat.beat_once(*QUEUES, heartbeat.BEAT)
    assert call_watchdog()
    assert calls == ["/ping/abc"]
    cache.delete("heartbeat:mail")
    assert not call_watchdog()
    assert calls == ["/ping/abc"]


def test_nobody_is_called_unless_named_and_an_address_that_is_none_is_refused(settings: Settings) -> None:
    heartbeat.beat_once(*QUEUES, heartbeat.BEAT)
    assert not call_watchdog()
    settings.WATCHDOG_URL = "http://127.0.0.1:1/"  # nobody listens
    assert not call_watchdog()
    assert (
        variable_checks.web_address("WATCHDOG_URL", "https://hc.city.example/1")
        == "https://hc.city.example/1"
    )
    for wrong in ("hc.city.example/1", "file:///etc/passwd", "https://"):
        with pytest.raises(ImproperlyConfigured, match="WATCHDOG_URL"):
            variable_checks.web_address("WATCHDOG_URL", wrong)
