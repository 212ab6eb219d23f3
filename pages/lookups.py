"""Fetch rows for a page, and refuse those who may not see it."""

from collections.abc import Iterable
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import models
from django.shortcuts import get_object_or_404

from accounts.middleware import ActorRequest

T = TypeVar("T", bound=models.Model)


def get_or_404(queryset: models.QuerySet[T], pk: UUID) -> T:
    """Return the row, or raise 404, which accounts.middleware records.

    `queryset` starts with `visible_to`.
    """
    return get_object_or_404(queryset, pk=pk)


def refuse_unless(allowed: object) -> None:
    """Raise 403 if not allowed."""
    if not allowed:
        raise PermissionDenied


def writers_only(request: ActorRequest) -> None:
    """Raise 403 for users who may not change anything."""
    refuse_unless(request.actor.writes)


def readers_only(request: ActorRequest) -> None:
    """Raise 403 for users who see no organisation, contact or meeting at all, such as administrators."""
    refuse_unless(request.actor.reads)


def is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def ids_of(rows: Iterable[Any]) -> list[UUID]:
    return [row.pk for row in rows]


def ids_on(rows: Iterable[Any]) -> list[UUID]:
    """IDs of rows with `seen_links` and of their organisations, for the activity log."""
    return [pk for row in rows for pk in (row.pk, *(link.organisation_id for link in row.seen_links))]
