"""Days and moments in a draft's columns. A column is read as a whole: its cells explain each other."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from functools import cache
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exchange.imports import cells as read
from exchange.imports.content import content_of
from exchange.imports.fields import Field, Text
from exchange.imports.given import filled_rows
from exchange.imports.noting import Note, NoteKind
from exchange.models import ImportDraft
from exchange.rules.dates import (
    DAY_FIRST,
    MONTH_FIRST,
    CellDate,
    ClockTime,
    Problem,
    read_dates,
    read_time,
)
from lib.days import city_today, city_zone, moment_at
from lib.fold import squash

ORDER: Final = Field(
    "date_order",
    gettext_lazy("Order in dates such as 04/05/2026"),
    is_fixable=True,
    default_code=DAY_FIRST,
    codes=lambda _actor: {
        DAY_FIRST: gettext_lazy("day, month, year"),
        MONTH_FIRST: gettext_lazy("month, day, year"),
    },
)
Dates = Mapping[str, CellDate | Problem]  # by cell

_NOON: Final = time(12)
_PROBLEMS: Final[Mapping[Problem, Promise]] = {
    Problem.NO_SUCH_DAY: gettext_lazy("%(what)s: there is no such day as “%(text)s”."),
    Problem.NO_SUCH_TIME: gettext_lazy("%(what)s: there is no such time as “%(text)s”."),
    Problem.TWO_DATES: gettext_lazy("%(what)s: “%(text)s” has two dates. Enter one."),
    Problem.REPEATED: gettext_lazy("%(what)s: “%(text)s” is not a date. Repeat the date."),
    Problem.OTHER_WEEKDAY: gettext_lazy("%(what)s: “%(text)s” has another weekday than that date."),
    Problem.ORDER_IS_ASKED: gettext_lazy("%(what)s: “%(text)s” can be two dates. Choose the order of dates."),
    Problem.YEAR_IS_ASKED: gettext_lazy("%(what)s: “%(text)s” has no year. Enter the year."),
    Problem.MONTH_IS_ASKED: gettext_lazy("%(what)s: “%(text)s” can be two months. Enter a number."),
}


def moment_reader(
    draft: ImportDraft, column: str, label: Text, *, beside: str = ""
) -> Callable[[Mapping[str, str]], tuple[datetime, list[Note]]]:
    """Return a function that reads a moment from a row: noon if the row has a day alone.

    The row's `time` cell counts before a time beside the date. `beside` is another column with dates of the
    same years. The function raises ValidationError for a cell that is no single date.
    """
    dates = _column_reader(draft, column, beside)

    def read_moment(cells: Mapping[str, str]) -> tuple[datetime, list[Note]]:
        text, clock_text = cells.get(column, ""), cells.get("time", "") if not beside else ""
        cell_date = dates().get(text)
        if not isinstance(cell_date, CellDate):
            if cell_date is not None and cell_date in _PROBLEMS:
                raise _error(_PROBLEMS[cell_date], label, text)
            moment = read.moment(text, str(label)).astimezone(city_zone())
            cell_date = CellDate(moment.date(), ClockTime(moment.time()))
        at = read_time(clock_text) if clock_text.strip() else cell_date.at
        if isinstance(at, Problem):
            raise _error(_PROBLEMS.get(at, _PROBLEMS[Problem.NO_SUCH_TIME]), label, clock_text)
        moment = moment_at(cell_date.on, at.clock or _NOON)
        if at.clock and moment.astimezone(city_zone()).time() != at.clock:
            message = gettext_lazy(
                "%(what)s: %(text)s does not exist, because the clocks go forward that night."
            )
            raise _error(message, label, f"{text} {clock_text}")
        note = _("%(what)s: of “%(text)s”, the day is kept, and no time")
        notes = (
            [(NoteKind.LEFT_OUT.value, note % {"what": label, "text": clock_text or text})] if at.part else []
        )
        return moment, notes

    return read_moment


def day_reader(draft: ImportDraft, column: str, label: Text, *, beside: str) -> Callable[[str], date]:
    """Return a function that reads a day from a cell of a column. Raises as `moment_reader` says."""
    read_moment = moment_reader(draft, column, label, beside=beside)
    return lambda text: read_moment({column: text})[0].astimezone(city_zone()).date()


def _column_reader(draft: ImportDraft, column: str, beside: str) -> Callable[[], Dates]:
    @cache
    def dates() -> Dates:
        with content_of(draft) as file:
            rows = [row.cells for row in filled_rows(draft, file)]
        order, today = draft.fixed.get(ORDER.name, ""), city_today()
        texts_beside = [cells.get(beside, "") for cells in rows]
        span = read_dates(texts_beside, today=today, order=order).full_dates
        texts = [cells.get(column, "") for cells in rows]
        title = draft.file_name
        return read_dates(texts, today=today, title=title, other_dates=span, order=order).dates

    return dates


def _error(message: Promise, label: Text, text: str) -> ValidationError:
    return ValidationError(message % {"what": label, "text": squash(text)[:40]})
