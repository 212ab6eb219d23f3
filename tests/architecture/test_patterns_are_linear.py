"""Regular expressions on input take linear time."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import pytest
from django.core.exceptions import ValidationError
from rest_framework.serializers import ValidationError as Refused

from api.rows.shapes import Moment
from contacts.models.finding import number_in
from contacts.names import plain_name
from contacts.rules import find_phones, plain_number
from crm.logs import MOST, without_secrets
from exchange.imports.guessing import _EMAIL, _WEB
from lib.filters import MomentField
from lib.fold import fold, squash

#: Texts that make a bad pattern restart at each character: the repeated part, and the end.
TEXTS: Final = (
    "/",
    "/a",
    "?",
    "/?",
    "T",
    ".",
    "a.",
    "a@",
    "@.",
    " ",
    "x ",
    "' ",
    "-",
    "0",
    "+1 ",
    ";=",
    "_",
    "é",
)
ENDS: Final = ("", "!", " ", "\n", "@")


def of_log(text: str) -> Any:
    """Pass the text as a traceback, which is cut later than other values."""
    return without_secrets(None, "", {"exception": text})


def of_body(text: str) -> Any:
    return Moment().to_internal_value(text)


def of_query(text: str) -> Any:
    return MomentField(required=False).clean(text)


READERS: Final[tuple[Callable[[str], Any], ...]] = (
    of_log,
    of_body,
    of_query,
    number_in,
    plain_number,
    lambda text: find_phones(text, "ES"),
    plain_name,
    fold,
    squash,
    _EMAIL.fullmatch,
    _WEB.fullmatch,
)


def seconds(read: Callable[[str], Any], text: str) -> float:
    """Return the best of a few measurements, because other processes run too."""
    best = 1e9
    for _ in range(3):
        start = time.process_time()
        with suppress(ValidationError, Refused, ValueError):
            read(text)
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.parametrize("number", range(len(READERS)))
def test_four_times_as_much_takes_about_four_times_as_long(number: int) -> None:
    """A quadratic pattern takes 16 times as long, and more than a few milliseconds."""
    read, n = READERS[number], 1_000
    slow = []
    for part in TEXTS:
        for end in ENDS:
            long = seconds(read, part * (4 * n) + end)
            if long > 0.01 and long > 9 * seconds(read, part * n + end):
                slow.append((part, end, long))
    assert slow == []


def test_a_long_line_is_cut_and_no_secret_is_half_shown() -> None:
    secret = "s" * 60
    line = "GET " + "/x" * (MOST // 2 - 10) + f"/{secret}"
    assert len(str(without_secrets(None, "", {"event": "/" * 1_000_000})["event"])) <= MOST + 1
    event = str(without_secrets(None, "", {"event": line})["event"])
    assert len(event) <= MOST + 1
    assert "sss" not in event
    assert event.endswith("…")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("GET /people/?q=Zofia", "GET /people/"),
        ('see "/a/b?c=1&d=2" and /e?f', 'see "/a/b" and /e'),
        ("why? /a?b why?", "why? /a why?"),
        ("http://x.example/?q=Zofia?q=Z", "http://x.example/"),
        ("q?/a", "q?/a"),
    ],
)
def test_what_was_asked_is_cut_off_each_address(written: str, kept: str) -> None:
    assert without_secrets(None, "", {"event": written})["event"] == kept
