"""What meetings and promises that come again share: where a series splits, and how its days move.

`series_on` of a row is the day its rule named (RECURRENCE-ID of RFC 5545), wherever the row was moved.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import Any, Final, Literal
from uuid import UUID

import structlog
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lib.days import is_plausible_day
from meetings.models import Series
from meetings.rules import recurrence

ONE: Final = "one"
LATER: Final = "later"
ALL: Final = "all"
_SAID_AGAIN: Final = 24 * 60 * 60  # seconds: they are gone through every few minutes

Kind = Literal["meetings", "follow_ups"]

log = structlog.get_logger(__name__)


def run_isolated(ids: Iterable[UUID], go_on: Callable[[UUID], int]) -> int:
    """How many rows were made: a series that cannot go on holds up no other, and is said once a day."""
    made = 0
    for pk in ids:
        try:
            made += go_on(pk)
        except (PermissionDenied, ValidationError) as error:
            if cache.add(f"work:series-stopped:{pk}", True, timeout=_SAID_AGAIN):
                log.error("series_stopped", series=str(pk), error=type(error).__name__)
    return made


def check_end(first: date, until: date | None) -> None:
    """Raises ValidationError where the last day is not after the first."""
    if until and until <= first:
        raise ValidationError({"until": _("The last date must be after the first.")})


def lock_series(kind: Kind, rows: QuerySet[Any]) -> None:
    """Let nobody else change, or go on with, the series of these rows until the transaction ends."""
    list(Series.objects.select_for_update(of=("self",)).filter(**{f"{kind}__in": rows}))


def place(row: Any, series: Series, day: date) -> None:
    """Give a row its place in a series. A place is nothing that the row says: no version is raised."""
    row.series, row.series_on = series, day
    row.save(update_fields=["series", "series_on"])


def depart(*rows: Any, departs: bool = True) -> None:
    """They were changed by themselves: what is changed for the others passes them by."""
    for row in rows:
        row.departs = departs
    type(rows[0]).objects.filter(pk__in=[row.pk for row in rows]).update(departs=departs)


def leave_behind(rows: Sequence[Any]) -> None:
    """What a change of these passed by, such as one that is cancelled, is none that the next are like."""
    book = type(rows[0]).objects
    first = book.get(pk=rows[0].pk)
    passed_by = book.filter(series=first.series_id, series_on__gte=first.series_on)
    passed_by.exclude(pk__in=[row.pk for row in rows]).update(departs=True)


def split(series: Series, kind: Kind, day: date) -> Series:
    """The rows from `day` on as a series of their own by the same rule; the old one ends before it."""
    rows: Any = getattr(series, kind)
    if not rows.filter(series_on__lt=day).exists():
        return series
    later = Series.objects.create(
        rule=series.rule,
        first_on=day,
        clock=series.clock,
        made_until=max(series.made_until, day),
        is_ended=series.is_ended,
    )
    rows.filter(series_on__gte=day).update(series=later)
    last = day - timedelta(days=1)
    series.rule = recurrence.ended(series.rule, last)
    series.made_until, series.is_ended = max(series.first_on, last), True
    series.save()
    return later


def reschedule(
    series: Series, kind: Kind, *, since: date, at: date, to: date
) -> tuple[Series, dict[date, date]]:
    """Put what the rule names `at` on `to`, and the others from `since` on after it, day for day.

    What is before `since` stays as it was, in a series that ends there. Answers the series of the moved
    ones, and which day takes the place of which. Cancelled ones and those moved by themselves go along
    with the day that the rule names for them, and with nothing else. Raises ValidationError.
    """
    if not is_plausible_day(to):  # at the ends of the calendar a rule has no more days
        raise ValidationError(_("Check the year."), code="year")
    before = getattr(series, kind).filter(series_on__lt=since).order_by("-series_on").first()
    series = split(series, kind, since)
    rows: Any = getattr(series, kind)
    known = dict(rows.values_list("pk", "series_on"))
    named = recurrence.days(series.rule, series.first_on, after=None, until=series.made_until)
    series.rule, days = recurrence.rescheduled(series.rule, sorted({*named, *known.values()}), at, to)
    first, *_rest = days.values()
    if before and before.series_on >= first:
        raise ValidationError(_("An earlier meeting in the series is on or after that date."))
    series.first_on, series.made_until = first, max(days.values())
    series.save()
    rows.update(series_on=None)  # no day is there twice, not even for a moment
    for pk, day in known.items():
        rows.filter(pk=pk).update(series_on=days[day])
    return series, days
