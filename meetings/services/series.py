"""Shared steps of recurring meetings and follow-ups: split a series, and move its days.

`series_on` of a row is its day by the rule (RECURRENCE-ID of RFC 5545), also if the row was moved.
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
_LOGGED_AGAIN_AFTER: Final = 24 * 60 * 60  # seconds; series are continued every few minutes

Kind = Literal["meetings", "follow_ups"]

log = structlog.get_logger(__name__)


def run_isolated(ids: Iterable[UUID], make_rows: Callable[[UUID], int]) -> int:
    """Run `make_rows` for each series, and return the number of new rows.

    A series that fails does not stop the others. Its error is logged once a day.
    """
    made_count = 0
    for pk in ids:
        try:
            made_count += make_rows(pk)
        except (PermissionDenied, ValidationError) as error:
            if cache.add(f"work:series-stopped:{pk}", True, timeout=_LOGGED_AGAIN_AFTER):
                log.error("series_stopped", series=str(pk), error=type(error).__name__)
    return made_count


def check_end(first_day: date, until: date | None) -> None:
    """Raise ValidationError unless the last day is after the first."""
    if until and until <= first_day:
        raise ValidationError({"until": _("The last date must be after the first.")})


def lock_series(kind: Kind, rows: QuerySet[Any]) -> None:
    """Lock the series of these rows until the transaction ends."""
    list(Series.objects.select_for_update(of=("self",)).filter(**{f"{kind}__in": rows}))


def place_in_series(row: Any, series: Series, day: date) -> None:
    """Set series and series day of a row. They are no content of the row, so its version stays."""
    row.series, row.series_on = series, day
    row.save(update_fields=["series", "series_on"])


def mark_departed(*rows: Any, departs: bool = True) -> None:
    """Set whether rows depart from their series, so that its changes skip them."""
    for row in rows:
        row.departs = departs
    type(rows[0]).objects.filter(pk__in=[row.pk for row in rows]).update(departs=departs)


def mark_skipped_rows(rows: Sequence[Any]) -> None:
    """Mark rows that a series change skipped, so that they no longer serve as its pattern."""
    objects = type(rows[0]).objects
    first_row = objects.get(pk=rows[0].pk)
    skipped = objects.filter(series=first_row.series_id, series_on__gte=first_row.series_on)
    skipped.exclude(pk__in=[row.pk for row in rows]).update(departs=True)


def split(series: Series, kind: Kind, day: date) -> Series:
    """Move rows from `day` on into a new series with the same rule. The old series ends before that day."""
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
    last_day = day - timedelta(days=1)
    series.rule = recurrence.with_end(series.rule, last_day)
    series.made_until, series.is_ended = max(series.first_on, last_day), True
    series.save()
    return later


def reschedule(
    series: Series, kind: Kind, *, since: date, old_day: date, new_day: date
) -> tuple[Series, dict[date, date]]:
    """Move the day `old_day` of a series to `new_day`, and all days from `since` on by the same pattern.

    Rows before `since` stay in a series that ends there. Return the series of the moved rows, and the new day
    of each old day. Cancelled and separately moved rows get a new `series_on` only. Raises ValidationError.
    """
    if not is_plausible_day(new_day):  # a rule has no days at the ends of the calendar
        raise ValidationError(_("Check the year."), code="year")
    last_before = getattr(series, kind).filter(series_on__lt=since).order_by("-series_on").first()
    series = split(series, kind, since)
    rows: Any = getattr(series, kind)
    days_by_row = dict(rows.values_list("pk", "series_on"))
    rule_days = recurrence.days(series.rule, series.first_on, after=None, until=series.made_until)
    series.rule, days = recurrence.rescheduled(
        series.rule, sorted({*rule_days, *days_by_row.values()}), old_day, new_day
    )
    first_day, *_rest = days.values()
    if last_before and last_before.series_on >= first_day:
        raise ValidationError(_("An earlier meeting in the series is on or after that date."))
    series.first_on, series.made_until = first_day, max(days.values())
    series.save()
    rows.update(series_on=None)  # keeps the constraint that a day exists once
    for pk, day in days_by_row.items():
        rows.filter(pk=pk).update(series_on=days[day])
    return series, days
