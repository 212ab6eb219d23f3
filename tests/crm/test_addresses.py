"""The addresses that `run` prints are allowed host names, and public demo passwords cause a warning."""

import argparse
import socket

import pytest

from crm.embedded.addresses import reachable_at
from crm.embedded.environment import Copy
from crm.embedded.run import _Run, _variables_of_run
from tests.plugins import services


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.0.0.5"])
def test_a_loopback_is_reached_from_here_only(host: str) -> None:
    assert reachable_at(host) == []


@pytest.mark.parametrize(
    ("host", "written"),
    [("192.0.2.7", "192.0.2.7"), ("2001:db8::7", "[2001:db8::7]"), ("crm.city", "crm.city")],
)
def test_a_named_address_is_that_one(host: str, written: str) -> None:
    assert reachable_at(host) == [written]


def test_every_address_is_those_of_this_machine() -> None:
    found = reachable_at("0.0.0.0")  # noqa: S104 (what is asked for)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:  # no network at all
            return
        assert probe.getsockname()[0] in found
    assert not any(address.startswith("127.") for address in found)


def _run(host: str, *, demo: bool) -> tuple[dict[str, str], _Run]:
    copy = Copy(services.OWN_FOLDER)
    chosen = argparse.Namespace(port=8000, host=host, no_demo=not demo)
    copy.variables |= _variables_of_run(copy, chosen)
    return copy.variables, _Run(copy, host, 8000, demo=demo)


def test_who_comes_by_an_address_of_the_network_is_let_in_and_warned(
    capsys: pytest.CaptureFixture[str],
) -> None:
    variables, run = _run("192.0.2.7", demo=True)
    assert {"192.0.2.7", "localhost"} <= set(variables["ALLOWED_HOSTS"].split(","))
    run._greet(1.0)
    told = capsys.readouterr().out
    assert "http://192.0.2.7:8000/" in told
    assert "passwords are public" in told


def test_on_ones_own_machine_and_without_a_demo_nobody_is_warned(capsys: pytest.CaptureFixture[str]) -> None:
    for host, demo in (("127.0.0.1", True), ("192.0.2.7", False)):
        _variables, run = _run(host, demo=demo)
        run._greet(1.0)
    assert "public" not in capsys.readouterr().out
