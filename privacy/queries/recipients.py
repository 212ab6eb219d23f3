"""Recipients of records: bodies that people named, and API keys that read the records."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.utils import timezone

from accounts.actors import SYSTEM
from audit.rules import name_and_how
from lib.wired import Wired
from privacy.queries.activity_log import BACK, OF_THE_DESK, events_visible_to, shared_by_people
from privacy.queries.contacts import merged_into


class KeyNames(NamedTuple):
    """Functions that read names of API keys, from a room above: by ID, and of all active keys."""

    by_id: Callable[[Collection[UUID]], Mapping[UUID, str]]
    active: Callable[[], Sequence[str]]


KEY_NAMES: Final = Wired[KeyNames]("privacy.queries.recipients.KEY_NAMES")


class Receiver(NamedTuple):
    """A body or an API key. The name may be missing in old events."""

    name: str
    key_id: UUID | None = None


def recipients_of(ids: Collection[UUID]) -> list[Receiver]:
    """Return each body and key that received one of these records, or a record merged into one."""
    all_ids = [*ids, *(merged_id for pk in ids for merged_id in merged_into(pk))]
    names: dict[str, str] = {}
    for event in _events_about(shared_by_people(SYSTEM), all_ids).order_by("at", "pk"):
        name, _how = name_and_how(event.recipient)
        names.setdefault(name.casefold(), name)
    read = events_visible_to(SYSTEM).filter(actor_kind="key", allowed=True)
    keys = set(_events_about(read, all_ids).order_by().values_list("actor_id", flat=True).distinct())
    titles = key_names().by_id([pk for pk in keys if pk])
    of_keys = sorted((titles.get(pk, ""), pk) for pk in keys if pk)
    return [*(Receiver(name) for name in names.values()), *(Receiver(name, pk) for name, pk in of_keys)]


def key_names() -> KeyNames:
    [names] = KEY_NAMES
    return names


def _events_about(events: Any, ids: Collection[UUID]) -> Any:
    since = timezone.now() - BACK
    return events.filter(object_ids__overlap=list(ids), at__gte=since).exclude(object_type__in=OF_THE_DESK)
