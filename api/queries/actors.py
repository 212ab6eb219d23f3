"""Actors for API keys."""

from collections.abc import Iterable
from uuid import UUID

from structlog.contextvars import get_contextvars

from accounts.actors import Actor
from api.models import ApiKey
from districts.models import District


def actor_for_key(key: ApiKey, district_ids: Iterable[UUID] | None = None) -> Actor:
    """Build the actor of a key. `district_ids` (districts and descendants) are queried if not given."""
    return Actor(
        kind="key",
        id=key.pk,
        name=key.name,
        scopes=frozenset(key.scopes),
        district_ids=frozenset(_covered(key) if district_ids is None else district_ids),
        purpose=key.purpose,
        request_id=str(get_contextvars().get("request_id", "")),
    )


def _covered(key: ApiKey) -> Iterable[UUID]:
    rows = District.objects.all() if key.is_citywide else District.objects.under(*key.districts.all())
    return rows.values_list("pk", flat=True)
