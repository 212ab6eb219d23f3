"""Rows whose IDs the database finds by its indexes, although the table has a policy (docs/adr/0046)."""

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_
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


def nearest_of(rows: Rows, ways: Sequence[tuple[models.Q, Any]], most: int) -> Rows:
    """Rows to which one of the conditions applies: of each the nearest, by the expression beside it.

    Each condition is asked by itself, so that its index is used. Of several joined by OR PostgreSQL expects
    so many rows that it reads the whole table and compares 100,000 names letter by letter, for seconds.
    Candidates (`among_candidates`) are few already.
    """
    if settings.ROW_SECURITY:
        return rows.filter(reduce(or_, (condition for condition, _near in ways)))
    first, *others = (
        rows.filter(condition).order_by(near.desc(), "pk").values("pk")[:most] for condition, near in ways
    )
    return rows.filter(pk__in=first.union(*others) if others else first)
