"""NumberSeries: the last number given to a request or breach of a year."""

from typing import Final

from django.db import connection, models

LEAST_DIGITS: Final = 3


class NumberSeries(models.Model):
    """A series of numbers. It only grows, so a number is never given twice, whatever a rule has deleted."""

    prefix = models.CharField(primary_key=True, max_length=10)  # such as "2026-" or "B-2026-"
    last = models.PositiveIntegerField()


def next_number(prefix: str, given: "models.QuerySet[models.Model]") -> str:
    """Return the next number of a series, which starts after the highest of those `given` before it existed.

    The row of the series is locked until the transaction ends.
    """
    table = NumberSeries._meta.db_table
    known = given.filter(number__startswith=prefix).values_list("number", flat=True)
    highest = max((int(number.removeprefix(prefix)) for number in known), default=0)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} AS series (prefix, last) VALUES (%s, %s) "  # noqa: S608 (a table name)
            "ON CONFLICT (prefix) DO UPDATE SET last = GREATEST(series.last + 1, excluded.last) "
            "RETURNING last",
            [prefix, highest + 1],
        )
        last = cursor.fetchone()[0]
    return f"{prefix}{last:0{LEAST_DIGITS}}"
