"""Variables that name something: what nobody knows is said when the application starts, in one sentence."""

from zoneinfo import ZoneInfo

from django.core.exceptions import ImproperlyConfigured
from phonenumbers import SUPPORTED_REGIONS


def time_zone(variable: str, value: str) -> str:
    """The value. Raises ImproperlyConfigured if no clock of this machine knows the zone."""
    try:
        ZoneInfo(value)
    except (ValueError, LookupError, OSError):  # a path, an unknown name, a folder such as “Europe”
        text = f"{variable}: there is no time zone “{value}”. Enter a name such as Europe/Madrid."
        raise ImproperlyConfigured(text) from None
    return value


def region(variable: str, value: str) -> str:
    """The value. Raises ImproperlyConfigured if no country with phone numbers has this code."""
    if value not in SUPPORTED_REGIONS:
        text = f"{variable}: there is no country “{value}”. Enter a code of two capital letters such as ES."
        raise ImproperlyConfigured(text)
    return value
