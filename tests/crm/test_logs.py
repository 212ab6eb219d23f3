"""Every log line is JSON, whichever logger writes it, and contains no search words."""

import json
import logging
from pathlib import Path

import pytest
import structlog
from django.test import Client
from pytest_django import Settings

from crm import logs
from crm.embedded import supervisor


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.handler.setFormatter(logs.formatter())
    caplog.set_level(logging.INFO)
    return caplog


def parsed(lines: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    return [json.loads(line) for line in lines.text.splitlines()]


def test_pythons_own_logs(lines: pytest.LogCaptureFixture) -> None:
    logging.getLogger("somebody").warning("Cut %d files", 3)
    (line,) = parsed(lines)
    assert (line["event"], line["level"], line["logger"]) == ("Cut 3 files", "warning", "somebody")


def test_structlogs(lines: pytest.LogCaptureFixture) -> None:
    structlog.get_logger("somebody").info("imported", rows=3)
    (line,) = parsed(lines)
    assert (line["event"], line["rows"]) == ("imported", 3)


def test_a_failure_is_one_line_that_says_where_and_what_but_quotes_nobody(
    lines: pytest.LogCaptureFixture,
) -> None:
    name = "Zofia " + "Canary".upper()
    try:
        try:
            raise ValueError(name)
        except ValueError:
            raise KeyError(name) from None
    except KeyError:
        logging.getLogger("somebody").exception("It failed")
    (line,) = parsed(lines)
    assert str(line["exception"]).endswith("KeyError")
    assert "test_logs.py" in str(line["exception"])
    assert "CANARY" not in lines.text


@pytest.mark.parametrize(
    "address",
    [
        "/search/?q=Canary",
        "/feeds/Canary/meetings.ics",
        "/undo/eyJuYW1lIjoiQ2FuYXJ5Ijoi-Canary-dmFsdWVzIGJlZm9yZQ:1v:Canary/",
        "/accounts/password/reset/key/2ptsx6vjq9cuoa-Canary-bd4f2a7e0f7d4e6d9b8a/",
    ],
)
def test_what_an_address_gives_away_is_cut_off(lines: pytest.LogCaptureFixture, address: str) -> None:
    logging.getLogger("gunicorn.error").error("Error handling request %s", address)
    structlog.get_logger("django").info("request_started", request=f"GET {address}")
    assert "Canary" not in lines.text
    assert lines.text.count(address.split("/")[1]) == 2


def test_of_a_task_neither_its_answer_nor_its_error_is_told(lines: pytest.LogCaptureFixture) -> None:
    told = {"name": "audit.seal", "id": "7", "description": "raised unexpected", "exc": "KeyError('Canary')"}
    logging.getLogger("celery.app.trace").error("Task %(name)s[%(id)s] %(description)s: %(exc)s", told)
    (line,) = parsed(lines)
    assert line["event"] == "Task audit.seal[7] raised unexpected"
    assert "positional_args" not in line


def test_an_id_stays_readable(lines: pytest.LogCaptureFixture) -> None:
    structlog.get_logger("x").info("seen", request="GET /contacts/019a0c3e-4b58-7d43-9d43-4f3a4e6d1c2b/")
    assert "019a0c3e-4b58-7d43-9d43-4f3a4e6d1c2b" in lines.text


def test_words_of_a_search_stay_out(lines: pytest.LogCaptureFixture, client: Client) -> None:
    client.get("/livez", {"q": "Zofia Canary"})
    assert "request" in lines.text
    assert "Canary" not in lines.text


@pytest.mark.parametrize(("proxies", "address"), [(0, "10.0.0.1"), (1, "198.51.100.7")])
def test_a_request_comes_from_where_our_proxies_say_and_nobody_else(
    client: Client, lines: pytest.LogCaptureFixture, settings: Settings, proxies: int, address: str
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    client.get("/livez", REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": "203.0.113.9, 198.51.100.7"})
    assert {line["ip"] for line in parsed(lines) if "ip" in line} == {address}


def test_a_log_of_run_that_becomes_long_begins_again_and_keeps_what_it_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "MOST_LOG_BYTES", 10)
    run = supervisor.Supervisor({}, tmp_path)
    with run.log_of("web").open("ab", buffering=0) as log:  # as a child has it open
        log.write(b"0123456789")
        run.shorten_logs()
        log.write(b"!")
        run.shorten_logs()
        log.write(b"new")
    assert (tmp_path / "web.log.1").read_bytes() == b"0123456789!"
    assert (tmp_path / "web.log").read_bytes() == b"new"
