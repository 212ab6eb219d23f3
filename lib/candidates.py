"""Rows whose IDs the database finds by its indexes, although the table has a policy (docs/adr/0046)."""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection, models
from django.db.models.expressions import RawSQL

Rows = TypeVar("Rows", bound=models.QuerySet[Any])


def among_candidates(
    rows: Rows, *, containing: Iterable[str] = (), similar: Iterable[str] = (), sharing: Iterable[str] = ()
) -> Rows:
    """Rows that contain a text in `folded`, have a similar word there, or share one of `clues`.

    For speed only: the caller states its condition too, which can be narrower.
    """
    if not settings.ROW_SECURITY:
        return rows
    likes = [f"%{connection.ops.prep_for_like_query(text)}%" for text in containing]
    asked = [rows.model._meta.db_table, likes, list(similar), list(sharing)]
    return rows.filter(pk__in=RawSQL("SELECT context_candidates(%s, %s, %s, %s)", asked))
