"""Keyset paging: every page costs the same, and concurrent writes neither hide nor repeat rows.

The order is (column, id), both in the same direction. Rows without a value in the column come last. A cursor
names the last row seen, not a number of rows to skip.
"""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

T = TypeVar("T")


class InvalidCursor(ValueError):
    """The cursor is invalid or belongs to another order."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """The rows of a page in the requested order, with cursors to the next and previous page."""

    rows: Sequence[T]
    next: str | None
    previous: str | None


def paginate(
    queryset: models.QuerySet[Any, Any],
    *,
    order: str,
    limit: int,
    cursor: str | None = None,
    read: Callable[[models.QuerySet[Any, Any]], Sequence[T]] = list,
    key: Callable[[T], tuple[Any, UUID]] | None = None,
) -> Page[T]:
    """Return one page of `queryset` with one statement. `order`: a column, with `-` for descending.

    If rows are not model instances, `read` turns a queryset into rows, and `key` returns a row's value in
    that column and its ID. Raises InvalidCursor.
    """
    field = queryset.model._meta.get_field(order.removeprefix("-"))
    return _page([queryset], field, order=order, limit=limit, cursor=cursor, read=read, key=key)


def paginate_together(
    querysets: Sequence[models.QuerySet[Any, Any]],
    field: "models.Field[Any, Any]",
    *,
    order: str,
    limit: int,
    cursor: str | None = None,
) -> Page[Any]:
    """Return one page of the rows of several querysets in one order, with one statement for each of them.

    Each queryset has the column of `order` as a field or an annotation like `field`. Raises InvalidCursor.
    """
    return _page(querysets, field, order=order, limit=limit, cursor=cursor)


def _page(
    querysets: Sequence[models.QuerySet[Any, Any]],
    field: Any,
    *,
    order: str,
    limit: int,
    cursor: str | None,
    read: Callable[[models.QuerySet[Any, Any]], Sequence[Any]] = list,
    key: Callable[[Any], tuple[Any, UUID]] | None = None,
) -> Page[Any]:
    column, descending = order.removeprefix("-"), order.startswith("-")
    place = _read(cursor, order, field) if cursor else None
    backwards = place is not None and place.backwards
    nullable = field.null
    key = key or attrgetter(column, "pk")
    ordering = _ordering(column, descending != backwards, nullable, nulls_last=not backwards)
    rows: Sequence[Any] = []
    for queryset in querysets:
        if place is not None:
            queryset = queryset.filter(_beyond(nullable, column, descending, place))
        rows = [*rows, *read(queryset.order_by(*ordering)[: limit + 1])]
    if len(querysets) > 1:
        rows = sorted(rows, key=key, reverse=descending != backwards)
    has_more = len(rows) > limit
    rows = rows[:limit]
    if backwards:
        rows = rows[::-1]
    if not rows:
        return Page(rows, None, None)
    has_next, has_previous = (True, has_more) if backwards else (has_more, place is not None)
    return Page(
        rows,
        next=_write(order, *key(rows[-1]), backwards=False) if has_next else None,
        previous=_write(order, *key(rows[0]), backwards=True) if has_previous else None,
    )


@dataclass(frozen=True, slots=True)
class _Place:
    value: Any
    id: UUID
    backwards: bool


def _ordering(column: str, descending: bool, nullable: bool, *, nulls_last: bool) -> list[Any]:
    """Return the ORDER BY expressions.

    `NULLS LAST` is left out for columns that are never empty, because an index serves it only if created with
    it.
    """
    if column == "id" or not nullable:
        return [f"-{name}" if descending else name for name in dict.fromkeys((column, "id"))]
    nulls: dict[str, bool] = {"nulls_last": True} if nulls_last else {"nulls_first": True}
    column_order = F(column)
    return [
        column_order.desc(**nulls) if descending else column_order.asc(**nulls),
        "-id" if descending else "id",
    ]


def _beyond(nullable: bool, column: str, descending: bool, place: _Place) -> Q:
    """Return the condition for rows after the cursor in the reading direction.

    `column >= value` alone lets PostgreSQL start in the index; the other conditions resolve ties.
    """
    forwards = descending == place.backwards
    step = "gt" if forwards else "lt"
    if column == "id":
        return Q(**{f"id__{step}": place.id})
    tie = Q(**{f"id__{step}": place.id})
    empty = Q(**{f"{column}__isnull": True})
    if place.value is None:
        after = empty & tie
        return after | ~empty if place.backwards else after
    after = Q(**{f"{column}__{step}e": place.value}) & (Q(**{f"{column}__{step}": place.value}) | tie)
    return after | empty if nullable and not place.backwards else after


def _write(order: str, value: Any, pk: UUID, *, backwards: bool) -> str:
    if isinstance(value, datetime | date):
        value = value.isoformat()
    elif isinstance(value, UUID):
        value = str(value)
    text = json.dumps([order, int(backwards), value, str(pk)], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str, order: str, field: Any) -> _Place:
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
        made_for, backwards, value, pk = json.loads(text)
        json.dumps(value, ensure_ascii=False).encode()  # fails for unpaired surrogates
        place = _Place(field.to_python(value), UUID(pk), bool(backwards))
    except (ValueError, TypeError, AttributeError, RecursionError, ValidationError) as error:
        raise InvalidCursor(cursor) from error
    if made_for != order or "\0" in text or "\\u0000" in text:
        raise InvalidCursor(cursor)
    return place
