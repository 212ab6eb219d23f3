"""Rows whose IDs the database finds by its indexes, although the table has a policy (docs/adr/0046)."""

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler

from lib.row_context import GUARDED

Rows = TypeVar("Rows", bound=models.QuerySet[Any])


class FoundBy(models.Func):
    """Condition for `filter()`: the row is one whose ID a function of the database returns.

    PostgreSQL reads an array of IDs in the order of the index. A join would look up each on its own.
    """

    output_field = models.BooleanField()

    def __init__(self, function: str, *arguments: Any) -> None:
        super().__init__(models.F("pk"))
        self.called = f"{function}({', '.join(['%s'] * len(arguments))})"
        self.arguments = arguments

    def as_sql(  # type: ignore[override]  # Func's further arguments shape a call, and this is none
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any
    ) -> tuple[str, list[Any]]:
        key, parameters = compiler.compile(self.source_expressions[0])
        return f"{key} = ANY (ARRAY(SELECT {self.called}))", [*parameters, *self.arguments]


def _has_policy(rows: models.QuerySet[Any]) -> bool:
    """Whether the table has an active policy. The database names candidates only for such tables."""
    return bool(settings.ROW_SECURITY and rows.model._meta.db_table.startswith(GUARDED))


def among_candidates(
    rows: Rows, *, containing: Iterable[str] = (), similar: Iterable[str] = (), sharing: Iterable[str] = ()
) -> Rows:
    """Rows that contain a text in `folded`, have a similar word there, or share one of `clues`.

    For speed only: the caller also filters by its condition, which can be narrower.
    """
    if not _has_policy(rows):
        return rows
    likes = [f"%{connection.ops.prep_for_like_query(text)}%" for text in containing]
    arguments = rows.model._meta.db_table, likes, list(similar), list(sharing)
    return rows.filter(FoundBy("context_candidates", *arguments))


def with_one_of(rows: Rows, containing: Sequence[str], similar: Sequence[str]) -> Rows:
    """Rows that contain one of the texts in `folded`, or have a similar word there.

    Candidates are exactly these, so they are not compared again.
    """
    if _has_policy(rows):
        return among_candidates(rows, containing=containing, similar=similar)
    return rows.filter(contains_or_resembles(containing, similar))


def contains_or_resembles(containing: Sequence[str], similar: Sequence[str]) -> models.Q:
    conditions: list[Any] = [("folded__contains", text) for text in containing]
    conditions += [("folded__trigram_word_similar", word) for word in similar]
    return models.Q.create(conditions, models.Q.OR)


def nearest_of(rows: Rows, ways: Sequence[tuple[models.Q, Any]], maximum: int) -> Rows:
    """Return the nearest rows of each condition, by the expression beside the condition.

    Each condition is a query of its own, so that its index is used. With OR, PostgreSQL expects so many rows
    that it reads the whole table and compares 100,000 names for seconds. Candidates (`among_candidates`) are
    few already.
    """
    if _has_policy(rows):
        return rows.filter(reduce(or_, (condition for condition, _near in ways)))
    first_rows, *further_rows = (
        rows.filter(condition).order_by(near.desc(), "pk").values("pk")[:maximum] for condition, near in ways
    )
    return rows.filter(pk__in=first_rows.union(*further_rows) if further_rows else first_rows)
