"""Rows whose column is one of many ids, at the cost of one parameter."""

from collections.abc import Iterable
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, F, Func, UUIDField, Value


class Among(Func):
    """`column = ANY (array)`. `__in` makes a parameter of each id: with a city's districts Django then
    takes longer to write a statement than PostgreSQL to answer it.
    """

    template = "%(expressions)s)"
    arg_joiner = " = ANY ("
    output_field = BooleanField()


def among(column: str, ids: Iterable[UUID]) -> Among:
    """For `filter()`: rows whose `column`, a reference or an id, is one of `ids`."""
    return Among(F(column), Value(list(ids), output_field=ArrayField(UUIDField())))
