"""Periods of figures: days of the city, from `since` to the day before `until`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from dateutil.relativedelta import relativedelta
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lib.days import day_starts_at


class PeriodInFuture(ValidationError):
    """The period has not begun, so there is nothing to count."""

    def __init__(self) -> None:
        super().__init__(
            _("This period is in the future. Choose one that has started."), code="period_in_future"
        )


YEARS: Final = 3  # compared by season


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Days from `since` to the day before `until`. Raises ValueError if there is no such day."""

    since: date
    until: date

    def __post_init__(self) -> None:
        if self.until <= self.since:
            raise ValueError("a period ends after it starts")

    @property
    def starts_at(self) -> datetime:
        return day_starts_at(self.since)

    @property
    def ends_at(self) -> datetime:
        """Return the first moment after the period."""
        return day_starts_at(self.until)

    @property
    def days(self) -> int:
        return (self.until - self.since).days

    @property
    def as_text(self) -> tuple[str, str]:
        """Return `since` and `until` as in query parameters."""
        return self.since.isoformat(), self.until.isoformat()

    @property
    def last_day(self) -> date:
        return self.until - timedelta(days=1)

    @property
    def months(self) -> int | None:
        """Return the number of calendar months, or None if the period is not made of whole months."""
        if self.since.day != 1 or self.until.day != 1:
            return None
        return (self.until.year - self.since.year) * 12 + self.until.month - self.since.month

    def so_far(self, today: date) -> "Period":
        """Return the part of the period up to and including today. Raises PeriodInFuture.

        Only this method decides where a running period ends, for figures and for the lists behind them.
        """
        if self.since > today:
            raise PeriodInFuture
        return Period(self.since, min(self.until, today + timedelta(days=1)))

    def runs(self, today: date) -> bool:
        """Whether the period has days after today."""
        return self.until > today + timedelta(days=1)

    def overlaps(self, since: date, until: date) -> bool:
        """Whether the period shares a day with the days from `since` to the day before `until`."""
        return since < self.until and self.since < until

    def back(self, times: int) -> "Period":
        """Return the period `times` periods earlier, by months if it has whole months, else by days."""
        months = self.months
        if months is None:
            step = timedelta(days=self.days * times)
            return Period(self.since - step, self.until - step)
        return Period(
            self.since - relativedelta(months=months * times),
            self.until - relativedelta(months=months * times),
        )

    def previous(self) -> "Period":
        return self.back(1)

    def a_year_before(self) -> "Period":
        """Return the same days a year earlier. 29 February becomes the 28th."""
        year = relativedelta(years=1)
        return Period(self.since - year, self.until - year)

    def run_up(self, times: int) -> tuple["Period", ...]:
        """Return `times` periods of this length, oldest first. The last is this period."""
        return tuple(self.back(n) for n in reversed(range(times)))

    @property
    def name(self) -> str:
        """Return the name of a year, quarter or month, or an empty text for other periods."""
        if self.months == 12 and self.since.month == 1:
            return str(self.since.year)
        if self.months == 3 and self.since.month % 3 == 1:
            return _("Quarter %(quarter)s of %(year)s") % {
                "quarter": (self.since.month + 2) // 3,
                "year": self.since.year,
            }
        if self.months == 1:
            return date_format(self.since, "YEAR_MONTH_FORMAT")
        return ""

    @property
    def span(self) -> str:
        """Return the first and last day: `1 Jul 2026 to 30 Sep 2026`."""
        return _("%(first)s to %(last)s") % {
            "first": date_format(self.since, "DATE_FORMAT"),
            "last": date_format(self.last_day, "DATE_FORMAT"),
        }

    def __str__(self) -> str:
        return self.name or self.span


def month_of(day: date) -> Period:
    first_day = day.replace(day=1)
    return Period(first_day, first_day + relativedelta(months=1))


def quarter_of(day: date) -> Period:
    first_day = day.replace(month=day.month - (day.month - 1) % 3, day=1)
    return Period(first_day, first_day + relativedelta(months=3))


def year_of(day: date) -> Period:
    return Period(date(day.year, 1, 1), date(day.year + 1, 1, 1))


def seasons(period: Period) -> list[tuple[Period, ...]]:
    """Return a row of quarters for each season, oldest first: three years, up to the year of the last day."""
    last_year = period.last_day.year
    years = range(last_year - YEARS + 1, last_year + 1)
    return [tuple(quarter_of(date(year, month, 1)) for year in years) for month in (1, 4, 7, 10)]


def with_seasons(periods: Iterable[Period], period: Period, today: date) -> tuple[Period, ...]:
    """Return `periods` and the quarters of `seasons` that have begun, each once, for one question."""
    begun = (quarter for row in seasons(period) for quarter in row if quarter.since <= today)
    return tuple(dict.fromkeys((*periods, *begun)))
