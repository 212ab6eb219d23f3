"""Webhooks cannot reach this machine or its network."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import Settings

from accounts.actors import SYSTEM
from api.models import Webhook, WebhookDelivery
from api.services.sending import send_due
from api.services.webhooks import create_webhook
from lib.calling import _Pinned, post
from lib.domains import plain_url
from lib.target_rules import BadTarget, is_public, read_target
from lib.targets import check_target, resolve
from tests.api.clients import Tool

PUBLIC = "93.184.215.14"

HOSTILE = [
    "https://127.0.0.1:{port}/", "https://localhost:{port}/", "https://localhost.:{port}/",
    "https://LOCALHOST:{port}/", "https://127.1:{port}/", "https://127.0.1:{port}/",
    "https://2130706433:{port}/", "https://0x7f000001:{port}/", "https://0x7f.1:{port}/",
    "https://0177.0.0.1:{port}/", "https://017700000001:{port}/", "https://127.0.0.1.:{port}/",
    "https://127.000.000.001:{port}/", "https://0:{port}/", "https://0.0.0.0:{port}/",
    "https://[::1]:{port}/", "https://[::]:{port}/", "https://[::ffff:127.0.0.1]:{port}/",
    "https://[::ffff:7f00:1]:{port}/", "https://[::127.0.0.1]:{port}/", "https://[64:ff9b::7f00:1]:{port}/",
    "https://[64:ff9b:1::7f00:1]:{port}/", "https://[2002:7f00:1::]:{port}/",
    "https://[2001:0:7f00:1::]:{port}/", "https://[fe80::1]:{port}/", "https://[fe80::1%25lo]:{port}/",
    "https://[fc00::1]:{port}/", "https://[fd12:3456::1]:{port}/", "https://[fec0::1]:{port}/",
    "https://[ff02::1]:{port}/", "https://[2001:db8::1]:{port}/", "https://[3fff::1]:{port}/",
    "https://[100::1]:{port}/", "https://10.0.0.1/", "https://172.16.0.1/", "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/", "https://100.64.0.1/", "https://224.0.0.1/",
    "https://255.255.255.255/", "https://240.0.0.1/", "https://192.0.2.1/", "https://198.51.100.1/",
    "https://203.0.113.1/", "https://198.18.0.1/", "https://192.0.0.1/", "https://192.88.99.1/",
    "http://127.0.0.1:{port}/", "http://localhost:{port}/", "https://user@127.0.0.1:{port}/",
    "https://93.184.215.14@127.0.0.1:{port}/", "https://127.0.0.1:{port}#@93.184.215.14/",
    "https://127.0.0.1:{port}\\@93.184.215.14/", "https://１２７.０.０.１:{port}/", "https://127。0。0。1:{port}/",
    "https://①②⑦.0.0.1:{port}/", "https://ⓛocalhost:{port}/", "https://local\thost:{port}/",
    "https://127.0.0.1:{port}/\r\nHost: x", "https://127.0.0.1%00.example:{port}/", "https:///127.0.0.1:{port}/",
    "https://[127.0.0.1]:{port}/", "gopher://127.0.0.1:{port}/", "file:///etc/passwd", "ftp://127.0.0.1:{port}/",
    "//127.0.0.1:{port}/", "127.0.0.1:{port}", "", "https://", "https://93.184.215.14:22/",
    "https://93.184.215.14:/", "https://93.184.215.14:0/", "https://93.184.215.14:99999/", "https://a..b/",
]  # fmt: skip


@pytest.fixture
def door() -> Iterator[socket.socket]:
    """Listen on loopback on both IP families, so that a connection would be noticed."""
    with socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True) as listening:
        listening.setblocking(False)
        yield listening


def assert_nobody_came(door: socket.socket) -> None:
    with pytest.raises(BlockingIOError):
        door.accept()


@pytest.mark.parametrize("url", HOSTILE)
def test_a_hostile_target_is_not_called(url: str, door: socket.socket, settings: Settings) -> None:
    """The target is rejected even if its port is allowed."""
    port = door.getsockname()[1]
    settings.WEBHOOK_PORTS = [443, port]
    with pytest.raises(BadTarget):
        post(check_target(url.format(port=port), resolve), b"{}", {}, limit_seconds=1)
    assert_nobody_came(door)


def test_the_door_would_have_been_heard(door: socket.socket, settings: Settings) -> None:
    port = door.getsockname()[1]
    settings.WEBHOOK_ALLOWED_HOSTS = [f"127.0.0.1:{port}"]
    with pytest.raises(OSError):
        post(check_target(f"http://127.0.0.1:{port}/"), b"{}", {}, limit_seconds=0.2)
    door.accept()[0].close()


def test_a_call_whose_time_ends_before_it_is_connected_does_not_go_on(
    door: socket.socket, settings: Settings
) -> None:
    """Its watchdog would have ended nothing, and does not come again."""
    place = f"127.0.0.1:{door.getsockname()[1]}"
    settings.WEBHOOK_ALLOWED_HOSTS = [place]
    connection = _Pinned(check_target(f"http://{place}/"), 5)
    connection.hang_up()
    with pytest.raises(TimeoutError):
        connection.request("POST", "/", b"{}")
    connection.close()


@pytest.mark.django_db
def test_a_name_that_means_something_else_later_is_not_called(
    door: socket.socket, settings: Settings
) -> None:
    port = door.getsockname()[1]
    settings.WEBHOOK_PORTS = [port]
    answers = iter([[PUBLIC], ["127.0.0.1"], ["::1"]])
    webhook, _secret = create_webhook(
        actor=SYSTEM,
        name="Rebinding",
        url=f"https://rebinding.example:{port}/",
        key_id=Tool().key.pk,
        resolve=lambda *_: next(answers),
    )
    delivery = WebhookDelivery.objects.create(webhook=webhook, seq=1, payload={})
    assert send_due(resolve=lambda *_: next(answers)) == 0
    delivery.refresh_from_db()
    assert delivery.last_error == "not_public"
    assert_nobody_came(door)
    assert Webhook.objects.get().is_active


def test_one_bad_address_of_several_is_enough() -> None:
    with pytest.raises(BadTarget, match="not_public"):
        check_target("https://two.example/", lambda *_: [PUBLIC, "10.0.0.1"])


@pytest.mark.parametrize("inside", [["10.0.0.1"], [], OSError("no such name")])
def test_nobody_learns_which_names_exist_inside(inside: Any) -> None:
    def resolve(_host: str, _port: int) -> list[str]:
        if isinstance(inside, OSError):
            raise inside
        return list(inside)

    with pytest.raises(BadTarget) as refused:
        check_target("https://payroll.inside.example/", resolve)
    assert refused.value.code == "not_public"


def test_the_checked_address_is_the_one_that_is_called() -> None:
    asked = []

    def once(host: str, _port: int) -> list[str]:
        asked.append(host)
        return [PUBLIC]

    checked = check_target("https://Good.Example/path?q=1", once)
    assert asked == ["good.example"]
    assert (checked.address, checked.target.host, checked.target.path) == (
        PUBLIC,
        "good.example",
        "/path?q=1",
    )


def test_an_international_name_is_called_in_punycode() -> None:
    assert read_target("https://peña.example/").host == "xn--pea-8ma.example"


@pytest.mark.parametrize("host", ["faß.example", "σύλλογος.example", "☕.example", "раураl.com"])
def test_a_name_is_the_one_that_a_web_address_of_the_book_has(host: str) -> None:
    assert f"https://{read_target(f'https://{host}/').host}/" == plain_url(f"https://{host}/")


@pytest.mark.parametrize("address", ["8.8.8.8", PUBLIC, "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_a_public_address_is_public(address: str) -> None:
    assert is_public(address)


def test_only_the_ports_allowed_are_called(settings: Settings) -> None:
    with pytest.raises(BadTarget, match="port"):
        check_target("https://good.example:8443/", lambda *_: [PUBLIC])
    settings.WEBHOOK_PORTS = [443, 8443]
    assert check_target("https://good.example:8443/", lambda *_: [PUBLIC])
