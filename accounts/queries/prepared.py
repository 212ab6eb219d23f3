"""Querysets that are built once for all actors with the same rights (lib.prepared)."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import models

from accounts.actors import Actor
from lib.days import city_today
from lib.id_lists import as_array
from lib.prepared import Kept, Placeholder

CALLER: Final = Placeholder("caller")
DISTRICT: Final = Placeholder("district")


def cache_actor(actor: Actor) -> Actor:
    """Replace the differences between callers with the same rights by placeholders, as a cache key."""
    districts = frozenset({DISTRICT} if actor.district_ids else ())
    return replace(actor, id=CALLER, name="", purpose="", request_id="", district_ids=districts)


def values_of(actor: Actor) -> dict[str, Any]:
    """The values of an actor, for `Statement.bind`."""
    return {"caller": actor.id, "district_array": as_array(actor.district_ids)}


class Prepared:
    """The rows of a queryset that differs between callers only in its values.

    `build` makes the queryset from an actor and options. Days, moments and lists of IDs are placeholders, and
    their values are given to `fetch` by name.
    """

    def __init__(self, build: Callable[..., models.QuerySet[Any]]) -> None:
        self._build = build
        self._kept = lru_cache(maxsize=64)(self._keep)

    def fetch(self, actor: Actor, *options: Hashable, **values: object) -> list[Any]:
        statement = self._kept(cache_actor(actor), options, city_today())
        return statement.fetch(**values_of(actor), **values) if statement else []

    def _keep(self, asking: Actor, options: Sequence[Hashable], day: date) -> Kept | None:
        """Build the statement. `day` is part of the cache key, because current roles depend on it."""
        queryset = self._build(asking, *options)
        try:
            statement = Kept(queryset)
        except EmptyResultSet:
            return None
        if DISTRICT in statement.statement.parameters:
            raise TypeError(f"{queryset.model.__name__}: give districts as one array (lib.id_lists)")
        return statement
