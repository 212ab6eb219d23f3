"""Every log line is JSON, whoever writes it, and tells no search words."""

import json
import logging

import pytest
import structlog
from django.test import Client

from crm import logs


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


def test_a_failure_is_one_line(lines: pytest.LogCaptureFixture) -> None:
    try:
        raise ValueError("bad")
    except ValueError:
        logging.getLogger("somebody").exception("It failed")
    (line,) = parsed(lines)
    assert "ValueError: bad" in str(line["exception"])


def test_words_of_a_search_stay_out(lines: pytest.LogCaptureFixture, client: Client) -> None:
    client.get("/livez", {"q": "Zofia Canary"})
    assert "request" in lines.text
    assert "Canary" not in lines.text
