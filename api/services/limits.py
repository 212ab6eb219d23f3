"""Daily limits of different contacts that a key may read. Users have theirs (disclosure.services.limits)."""

from accounts.actors import Actor
from api.models import ApiKey, ContactRead
from disclosure.services.limits import ReadLimit, limit_of_user
from lib.days import city_today


def limit_of(actor: Actor, key: ApiKey | None) -> ReadLimit:
    """Return the daily limit of a key, or of the user of a browser session."""
    if key is None:
        return limit_of_user(actor)
    return ReadLimit(ContactRead, "key_id", key.pk, key.daily_contacts)


def forget_reads_by_keys() -> int:
    """Delete what keys read before today and return the number of rows."""
    return ContactRead.objects.filter(day__lt=city_today()).delete()[0]
