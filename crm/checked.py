"""Checks of environment variables that name something.

An unknown name stops the start with one sentence.
"""

from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.core.exceptions import ImproperlyConfigured
from phonenumbers import SUPPORTED_REGIONS


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


def web_address(variable: str, value: str) -> str:
    """Return the value, which may be empty. Raises ImproperlyConfigured for anything but a web address."""
    if value and (urlsplit(value).scheme not in ("https", "http") or not urlsplit(value).hostname):
        raise ImproperlyConfigured(f"{variable}: “{value}” is no web address. Enter one with https://.")
    return value
