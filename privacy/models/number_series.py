"""NumberSeries: the last number given to a request or breach of a year."""

from typing import Final

from django.db import connection, models

LEAST_DIGITS: Final = 3


class NumberSeries(models.Model):
    """A series of numbers. It only grows, so no number is used twice, even after a deletion."""

    year = models.PositiveIntegerField()
    of_breaches = models.BooleanField()
    last = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["year", "of_breaches"], name="number_series_once")]


def next_number(
    year: int, numbered_rows: "models.QuerySet[models.Model]", *, of_breaches: bool = False
) -> str:
    """Return the next number of a year. A new series starts after the highest number among those `given`.

    The row of the series is locked until the transaction ends.
    """
    prefix = f"B-{year}-" if of_breaches else f"{year}-"
    table = NumberSeries._meta.db_table
    numbers = numbered_rows.filter(number__startswith=prefix).values_list("number", flat=True)
    highest = max((int(number.removeprefix(prefix)) for number in numbers), default=0)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} AS series (year, of_breaches, last) "  # noqa: S608 (a table name)
            "VALUES (%s, %s, %s) ON CONFLICT (year, of_breaches) "
            "DO UPDATE SET last = GREATEST(series.last + 1, excluded.last) RETURNING last",
            [year, of_breaches, highest + 1],
        )
        last = cursor.fetchone()[0]
    return f"{prefix}{last:0{LEAST_DIGITS}}"
