"""Querysets that are built once for all actors with the same rights (lib.prepared)."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import models

from accounts.actors import Actor
from lib.id_in import as_array
from lib.prepared import Placeholder, Statement

CALLER: Final = Placeholder("caller")
DISTRICT: Final = Placeholder("district")


def cache_actor(actor: Actor) -> Actor:
    """Replace what differs between callers with the same rights by placeholders, for use as a cache key."""
    districts = frozenset({DISTRICT} if actor.district_ids else ())
    return replace(actor, id=CALLER, name="", purpose="", request_id="", district_ids=districts)


def values_of(actor: Actor) -> dict[str, Any]:
    """The values of an actor, for `Statement.bind`."""
    return {"caller": actor.id, "district_array": as_array(actor.district_ids)}


class Prepared:
    """The rows of a queryset whose values differ from caller to caller, and nothing else.

    `build` makes the queryset from an actor and options. It must not join other tables into the rows
    (`select_related`). Days and moments are placeholders, and their values are given to `fetch` by name.
    """

    def __init__(self, build: Callable[..., models.QuerySet[Any]]) -> None:
        self._build = build
        self._statement = lru_cache(maxsize=64)(self._write)

    def fetch(self, actor: Actor, *options: Hashable, **values: object) -> list[Any]:
        model, statement = self._statement(cache_actor(actor), options)
        if statement is None:
            return []
        return list(model._default_manager.raw(statement.sql, statement.bind(**values_of(actor), **values)))

    def _write(
        self, asking: Actor, options: Sequence[Hashable]
    ) -> tuple[type[models.Model], Statement | None]:
        queryset = self._build(asking, *options)
        try:
            statement = Statement.of(queryset)
        except EmptyResultSet:
            return queryset.model, None
        if DISTRICT in statement.parameters:
            raise TypeError(f"{queryset.model.__name__}: give districts as one array (lib.id_in)")
        return queryset.model, statement
