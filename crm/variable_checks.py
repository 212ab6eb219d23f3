"""Checks of environment variables that name or measure something.

An unknown name or a value of another form stops the start with one sentence.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.core.exceptions import ImproperlyConfigured
from phonenumbers import SUPPORTED_REGIONS

TENSION_LEVELS: Final = 4
_DIALLED: Final = re.compile(r"\+?[0-9](?:[ ()./-]{0,2}[0-9]){1,17}")
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def time_zone(variable: str, value: str) -> str:
    """Return the value. Raises ImproperlyConfigured for an unknown time zone."""
    try:
        ZoneInfo(value)
    except (ValueError, LookupError, OSError):  # a path, an unknown name, a folder such as “Europe”
        text = f"{variable}: there is no time zone “{value}”. Enter a name such as Europe/Madrid."
        raise ImproperlyConfigured(text) from None
    return value


def region(variable: str, value: str) -> str:
    """Return the value. Raises ImproperlyConfigured for an unknown country code."""
    if value not in SUPPORTED_REGIONS:
        text = f"{variable}: there is no country “{value}”. Enter a code of two capital letters such as ES."
        raise ImproperlyConfigured(text)
    return value


def dialled(variable: str, value: str) -> str:
    """Return the value, which may be empty. Raises ImproperlyConfigured for anything but a phone number."""
    if value and not _DIALLED.fullmatch(value):
        wrong = f"{variable}: “{value}” is no phone number. Enter one as people dial it, such as 0900."
        raise ImproperlyConfigured(wrong)
    return value


def web_address(variable: str, value: str) -> str:
    """Return the value, which may be empty. Raises ImproperlyConfigured for anything but a web address."""
    if value and (urlsplit(value).scheme not in ("https", "http") or not urlsplit(value).hostname):
        raise ImproperlyConfigured(f"{variable}: “{value}” is no web address. Enter one with https://.")
    return value


def contact(variable: str, value: str) -> str:
    """Return the value, which may be empty. Raises ImproperlyConfigured for anything but a link."""
    kind, _colon, place = value.partition(":")
    if value and (kind not in ("mailto", "https", "tel") or not place or not value.isprintable()):
        raise ImproperlyConfigured(f"{variable}: “{value}” is no link. Enter one with mailto: or https://.")
    return value


def expiry(variable: str, value: str, *, needed: bool) -> date | None:
    """Return the day, or None if it is empty and not `needed`. Raises ImproperlyConfigured for no day."""
    try:
        return date.fromisoformat(value) if value or needed else None
    except ValueError:
        wrong = f"{variable}: enter a day within the next year, such as 2027-06-30."
        raise ImproperlyConfigured(wrong) from None


def scale(variable: str, names: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the four levels, or none. Raises ImproperlyConfigured for another number."""
    if len(names) not in (0, TENSION_LEVELS):
        wrong = f"{variable}: enter the {TENSION_LEVELS} names that calm, uneasy, tense and acute have there."
        raise ImproperlyConfigured(wrong)
    return tuple(name.strip() for name in names)


def days_off(variable: str, values: Iterable[str]) -> tuple[frozenset[int], frozenset[date]]:
    """Return weekdays (0: Monday) and dates from `sat`, `2026-12-25`. Raises ImproperlyConfigured."""
    weekdays, dates = set(), set()
    for text in filter(None, (value.strip().lower() for value in values)):
        try:
            if text in WEEKDAYS:
                weekdays.add(WEEKDAYS.index(text))
            else:
                dates.add(date.fromisoformat(text))
        except ValueError:
            wrong = (
                f"{variable}: “{text}” is no day. Enter weekdays such as sat, and dates such as 2026-12-25."
            )
            raise ImproperlyConfigured(wrong) from None
    if len(weekdays) == len(WEEKDAYS):
        raise ImproperlyConfigured(f"{variable}: leave at least one weekday to work on.")
    return frozenset(weekdays), frozenset(dates)


def limits(variable: str, values: Iterable[str]) -> dict[str, float]:
    """Return the limits by name from `overdue=10`, `cadence=75%`; a percentage becomes a share.

    Raises ImproperlyConfigured for anything else. reports.indicators.limits checks that a report has the
    name.
    """
    limits_by_name = {}
    for text in values:
        name, _equals, limit = text.partition("=")
        try:
            limits_by_name[name.strip()] = float(limit.removesuffix("%")) / (
                100 if limit.endswith("%") else 1
            )
        except ValueError:
            wrong = f"{variable}: “{text}” is not a limit. Enter one such as overdue=10 or cadence=75%."
            raise ImproperlyConfigured(wrong) from None
    return limits_by_name


def regimes(variable: str, value: str) -> tuple[str, ...]:
    """Return the regimes of data protection. Raises ImproperlyConfigured for anything but those known."""
    regimes_by_value = {"gdpr": ("gdpr",), "led": ("led",), "both": ("gdpr", "led")}
    if value not in regimes_by_value:
        raise ImproperlyConfigured(f"{variable}: “{value}” is unknown. Enter gdpr, led or both.")
    return regimes_by_value[value]
