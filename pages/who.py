"""Names of actors, as pages show them."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from api.models import ApiKey
from audit.models import Event


def who_did(events: Sequence[Event]) -> list[str]:
    """The actor of each event: a colleague, a key's tool, or the system. One statement for all events."""
    ids = {event.actor_id for event in events if event.actor_id}
    people, keys = (
        model.objects.filter(pk__in=ids).order_by().values_list("pk", "name") for model in (User, ApiKey)
    )
    names = dict(people.union(keys, all=True))
    return [_author_name(event, names) for event in events]


def _author_name(event: Event, names: dict[UUID | None, str]) -> str:
    match event.actor_kind:
        case "system":
            return _("the system")
        case "key":
            return _("API key “%(name)s”") % {"name": names.get(event.actor_id, "?")}
        case _kind:
            return names.get(event.actor_id, _("someone not signed in"))
