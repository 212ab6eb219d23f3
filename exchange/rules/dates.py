"""Read dates and times as people write them: “13.01.26”, “11 Jun”, “15h30”, “de manhã” (docs/adr/0081).

A column is read as a whole. Its cells show whether the day or the month comes first, and in which year a
date without a year lies. Each written form is one line for the person who confirms it.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum
from typing import Final

from exchange.rules.day_words import (
    LANGUAGES,
    PART_OF_TEXT,
    months_called,
    plain_words,
    weekdays_called,
)

DAY_FIRST, MONTH_FIRST, YEAR_FIRST = "dmy", "mdy", "ymd"
_LONGEST: Final = 80  # characters of a cell that can be a date
_AHEAD: Final = 20  # years: “45” is 1945, and “30” is 2030
_ROMAN_MONTHS: Final = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
_ROMANS: Final = {roman: number for number, roman in enumerate(_ROMAN_MONTHS, 1)}

_OF: Final = r"(?:(?:de|del|of|the|di|den|el|gada|год|г|m|a)\b\.?|d')"
_GAP: Final = rf"[\s.,/-]*(?:{_OF}[\s.]*)*"
_DAY: Final = r"(?P<day>\d{1,2})(?!\d)(?:°|st\b|nd\b|rd\b|th\b|er\b|-?(?:ви|ри|ми|ти)\b)?"
_WORD: Final = r"(?P<month>[^\W\d_]{2,})"
_NO_TIME: Final = r"(?![:.]\d|\s?(?:h|am|pm|hrs|uhr|ч|u)\b|\s?h\d)"
_YEAR: Final = rf"(?P<year>\d{{4}}|'?\d{{2}})(?!\d){_NO_TIME}"
_NAMED: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?P<year>\d{{4}})(?!\d){_GAP}{_DAY}{_GAP}{_WORD}",
        rf"(?P<year>\d{{4}})(?!\d){_GAP}{_WORD}{_GAP}{_DAY}",
        rf"{_DAY}{_GAP}{_WORD}(?:{_GAP}{_YEAR})?",
        rf"{_WORD}[\s.-]*{_DAY}(?:[\s,.-]*{_YEAR})?",
    )
)
_NUMERIC: Final = re.compile(
    r"(?P<a>\d{4}|\d{1,2})\s?(?P<s>[./-])\s?(?P<b>\d{1,2}|[ivx]{1,4})(?![\d\w])(?:\s?(?P=s)\s?(?P<c>\d{4}|'?\d{1,2})(?!\d))?"
)
_NUMERIC_DATE: Final = re.compile(r"\d{1,4}\s?([./-])\s?\d{1,2}\s?(?:\1|$|\s)")
_SPACED: Final = re.compile(r"(?P<a>\d{4}|\d{1,2})(?P<s> )(?P<b>\d{1,2}) (?P<c>\d{4}|\d{1,2})(?!\d)")
_COMPACT: Final = re.compile(r"\d{8}(?!\d)")
_AFTER_DATE: Final = re.compile(r"\.?\s*(?:(?:г|g|р|a|год|гад|gada)\b\.?)?\s*")
_TITLE_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_RANGE: Final = re.compile(r"\d{1,2}\.?\s?(?:[-/&+]|(?:e|y|and|ja|och|и)\s)\s?\d{1,2}[./\s]\s?[\d\w]")
_A_DATE: Final = re.compile(r"\d{1,2}\s?[./-]\s?\d{1,2}|\d{1,2}[\s.]+[^\W\d_]{3,}")
_REPEATED: Final = frozenset({"idem", "id.", "ditto", '"', "''", "ibid.", "samoin", "sama", "същото"})


class Precision(StrEnum):
    MINUTE = "minute"
    PART_OF_DAY = "part_of_day"
    DAY = "day"


class Problem(StrEnum):
    """Why a cell is no date: each is refused or asked, and never guessed."""

    UNREADABLE = "unreadable"
    NO_SUCH_DAY = "no_such_day"  # 31.02
    NO_SUCH_TIME = "no_such_time"  # 25h
    TWO_DATES = "two_dates"
    REPEATED = "repeated"  # “idem”
    OTHER_WEEKDAY = "other_weekday"  # the cell names another weekday than the date has
    ORDER_IS_ASKED = "order_is_asked"
    YEAR_IS_ASKED = "year_is_asked"
    MONTH_IS_ASKED = "month_is_asked"  # the word is another month in another language


class YearFrom(StrEnum):
    """Source of the year of a form without a year."""

    CELL = "cell"
    SPAN = "span"  # the only year between the first and the last full date
    TITLE = "title"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class ClockTime:
    """A time of day: a clock, with the end of a range, or a part of the day."""

    clock: time | None = None
    until: time | None = None
    part: str = ""

    @property
    def precision(self) -> Precision:
        if self.clock is not None:
            return Precision.MINUTE
        return Precision.PART_OF_DAY if self.part else Precision.DAY


@dataclass(frozen=True, slots=True)
class CellDate:
    """A date that a cell means, and the time that stands behind it."""

    on: date
    at: ClockTime = ClockTime()
    year_from: YearFrom = YearFrom.CELL


@dataclass(slots=True)
class DateForm:
    """A written form of a column, such as “99.99.99”, with its first cell and what that cell means."""

    form: str
    rows: int = 0
    example: str = ""
    reading: date | None = None
    orders: tuple[str, ...] = ()  # several: asked
    year_from: YearFrom = YearFrom.CELL
    is_asked: bool = False


@dataclass(frozen=True, slots=True)
class DateColumn:
    """Readings of a column: a line for each form, and by distinct cell. Blank cells are left out."""

    forms: list[DateForm] = field(default_factory=list)
    dates: dict[str, CellDate | Problem] = field(default_factory=dict)
    full_dates: tuple[date, ...] = ()  # the first and the last date with a year


@dataclass(frozen=True, slots=True)
class _Written:
    """A cell before its order and its year are decided. `options`: order → year, month and day."""

    form: str
    options: dict[str, tuple[int | None, int, int]]
    at: ClockTime
    weekdays: frozenset[int] = frozenset()
    years: tuple[str, str] | None = None  # first and last number, if either can be a year of two digits


def read_dates(
    cells: Iterable[str],
    languages: Collection[str] = LANGUAGES,
    *,
    today: date,
    title: str = "",
    other_dates: Sequence[date] = (),
    order: str = "",
    year: int | None = None,
) -> DateColumn:
    """Read a column of dates.

    `title` is the name of the file or sheet, and `other_dates` are full dates of the file's other columns.
    `order` and `year` are the answers of a person; they count only where the column leaves the question open.
    """
    times: dict[str, int] = {}
    for cell in cells:
        if cell.strip():
            times[cell] = times.get(cell, 0) + 1
    written = {cell: _read_written(cell, languages, today) for cell in times}
    orders = _orders_by_form([cell for cell in written.values() if isinstance(cell, _Written)])
    chosen = {
        form: (order,) if len(possible) > 1 and order in possible else possible
        for form, possible in orders.items()
    }
    full = [on for cell in written.values() if isinstance(cell, _Written) for on in _full_dates(cell, chosen)]
    known_dates = [*full, *other_dates]
    span = (min(known_dates), max(known_dates)) if known_dates else ()
    years = _Years(span, title, year)
    dates = {
        text: _decide(cell, chosen, years) if isinstance(cell, _Written) else cell
        for text, cell in written.items()
    }
    return DateColumn(_forms(times, written, dates, chosen), dates, span)


def read_time(text: str) -> ClockTime | Problem:
    """Read a cell of a column of times. A blank cell says nothing, so only the day is known.

    >>> read_time("15h30").clock, read_time("kl. 9").clock, read_time("de manhã").part
    (datetime.time(15, 30), datetime.time(9, 0), 'morning')
    """
    return _read_time(plain_words(text), is_alone=True)


# --- Dates ------------------------------------------------------------------------------------------


def _read_written(cell: str, languages: Collection[str], today: date) -> _Written | Problem:
    text = plain_words(cell)
    if text in _REPEATED:
        return Problem.REPEATED
    if len(text) > _LONGEST:
        return Problem.UNREADABLE
    weekdays, text = _weekdays(text, languages)
    if _RANGE.match(text) and not _NUMERIC_DATE.match(text):
        return Problem.TWO_DATES
    problem = Problem.UNREADABLE
    for read in (_read_numeric, _read_named, _read_digits):
        result = read(text, languages, today)
        if result is None:
            continue
        if isinstance(result, Problem):
            problem = result
            continue
        form, options, end, years = result
        tail = text[_end_of_date(text, end) :]
        at = _tail_time(tail)
        if isinstance(at, Problem):
            has_second_date = at == Problem.UNREADABLE and any(c.isdigit() for c in tail)
            return Problem.TWO_DATES if has_second_date or _A_DATE.search(tail) else at
        return _Written(form, options, at, weekdays, years)
    return Problem.TWO_DATES if _RANGE.match(text) else problem


def _weekdays(text: str, languages: Collection[str]) -> tuple[frozenset[int], str]:
    """Return the weekdays that the first word names, and the text behind that word.

    “mar” is a month before a day, and a Tuesday before a whole date.
    """
    match = re.match(r"(?P<word>[^\W\d_]+(?:-feira)?)[.,]*\s+(?=\S)", text)
    if not match:
        return frozenset(), text
    weekdays = weekdays_called(match["word"], languages)
    behind = text[match.end() :]
    is_month = months_called(match["word"], languages) and not _A_DATE.match(behind)
    return (frozenset(weekdays), behind) if weekdays and not is_month else (frozenset(), text)


_Read = tuple[str, dict[str, tuple[int | None, int, int]], int, tuple[str, str] | None]


def _read_numeric(text: str, languages: Collection[str], today: date) -> _Read | Problem | None:
    match = _NUMERIC.match(text) or _SPACED.match(text)
    if not match:
        return None
    start, middle, end, separator = match["a"], match["b"], match["c"], match["s"]
    month = _ROMANS.get(middle)
    if not month and not middle.isdigit():
        return None
    form = separator.join(
        "9999" if len(part) == 4 else ("month" if part in _ROMANS else "99")
        for part in (start, middle, end)
        if part
    )
    second = month or int(middle)
    options: dict[str, tuple[int | None, int, int]]
    if len(start) == 4:
        if not end or len(end) > 3:
            return Problem.UNREADABLE
        options = {YEAR_FIRST: (int(start), second, int(end))}
    else:
        year = _year(end, today) if end else None
        options = {DAY_FIRST: (year, second, int(start))}
        if not month:
            options[MONTH_FIRST] = (year, int(start), second)
        if end and separator == "-" and len(end) == 2 and len(start) == 2 and not month:
            options[YEAR_FIRST] = (_year(start, today), second, int(end))
    return _valid(form, options, match.end(), (start, end) if YEAR_FIRST in options else None)


def _read_named(text: str, languages: Collection[str], today: date) -> _Read | Problem | None:
    for pattern in _NAMED:
        match = pattern.match(text)
        if not match or not (months := months_called(match["month"], languages)):
            continue
        if len(months) > 1:
            return Problem.MONTH_IS_ASKED
        year = _year(match["year"], today) if match["year"] else None
        form = re.sub(r"\d{4}", "YYYY", match[0].replace(match["month"], "MONTH"))
        form = (
            re.sub(r"\d{1,2}(?:°|st|nd|rd|th|er)?", "99", form)
            .replace("YYYY", "9999")
            .replace("MONTH", "month")
        )
        return _valid(form, {DAY_FIRST: (year, min(months), int(match["day"]))}, match.end(), None)
    return None


def _read_digits(text: str, languages: Collection[str], today: date) -> _Read | Problem | None:
    if match := _COMPACT.match(text):
        digits = match[0]
        options: dict[str, tuple[int | None, int, int]]
        a, b, c, d = int(digits[:4]), int(digits[4:6]), int(digits[6:]), int(digits[:2])
        year, middle = int(digits[4:]), int(digits[2:4])
        options = {
            YEAR_FIRST: (a, b, c),
            DAY_FIRST: (year, middle, d),
            MONTH_FIRST: (year, d, middle),
        }
        recent = {order: parts for order, parts in options.items() if 1800 <= (parts[0] or 0) <= 2200}
        return _valid("99999999", recent, match.end(), None) if recent else None
    return None


def _valid(
    form: str, options: dict[str, tuple[int | None, int, int]], end: int, years: tuple[str, str] | None
) -> _Read | Problem:
    existing = {order: parts for order, parts in options.items() if _exists(*parts)}
    return (form, existing, end, years) if existing else Problem.NO_SUCH_DAY


def _exists(year: int | None, month: int, day: int) -> bool:
    try:
        date(year or 2024, month, day)  # a leap year
    except ValueError:
        return False
    return True


def _year(digits: str, today: date) -> int:
    number = int(digits.strip("'"))
    if len(digits.strip("'")) > 2:
        return number
    return 2000 + number if 2000 + number <= today.year + _AHEAD else 1900 + number


def _end_of_date(text: str, end: int) -> int:
    match = _AFTER_DATE.match(text, end)
    return match.end() if match else end


def _orders_by_form(cells: list[_Written]) -> dict[str, tuple[str, ...]]:
    """Return the orders in which every cell of a form is a date.

    Where one form shows that the day comes first, the same holds for the others, unless a form contradicts.
    """
    by_form: dict[str, list[_Written]] = {}
    for cell in cells:
        by_form.setdefault(cell.form, []).append(cell)
    possible = {form: _common_orders(written) for form, written in by_form.items()}
    pair = {DAY_FIRST, MONTH_FIRST}
    decided = {
        next(iter(orders & pair))
        for form, orders in possible.items()
        if len(orders & pair) == 1 and _has_two_orders(by_form[form])
    }
    if len(decided) == 1:
        excluded_order = (pair - decided).pop()
        possible = {
            form: orders - {excluded_order} if len(orders & pair) == 2 else orders
            for form, orders in possible.items()
        }
    all_orders = (DAY_FIRST, MONTH_FIRST, YEAR_FIRST)
    return {
        form: tuple(order for order in all_orders if order in orders) for form, orders in possible.items()
    }


def _has_two_orders(cells: list[_Written]) -> bool:
    """Whether the form has two numbers that can be day and month, so that its order is evidence."""
    return "month" not in cells[0].form and not cells[0].form.startswith("9999")


def _common_orders(cells: list[_Written]) -> set[str]:
    orders = set.intersection(*(set(cell.options) for cell in cells))
    if not orders:  # the cells contradict each other: each possible order is asked
        return set.union(*(set(cell.options) for cell in cells))
    pairs = [cell.years for cell in cells if cell.years]
    if YEAR_FIRST in orders and pairs and len(pairs) == len(cells):  # years vary less than days
        firsts, lasts = ({pair[n] for pair in pairs} for n in (0, 1))
        if len(firsts) < len(lasts):
            return {YEAR_FIRST}
        if len(lasts) < len(firsts):
            return orders - {YEAR_FIRST}
    return orders


def _full_dates(cell: _Written, orders: dict[str, tuple[str, ...]]) -> list[date]:
    dates = {
        date(year, month, day)
        for order, (year, month, day) in cell.options.items()
        if order in orders[cell.form] and year
    }
    return list(dates) if len(dates) == 1 else []


@dataclass(frozen=True, slots=True)
class _Years:
    span: tuple[date, ...]
    title: str
    choice: int | None

    def year_of(self, month: int, day: int, weekdays: frozenset[int]) -> tuple[int, YearFrom] | None:
        """Return the year of a date without one, or None if a person must choose."""
        if self.span:
            earliest, latest = self.span[0], self.span[-1]
            inside = [
                year
                for year in range(earliest.year, latest.year + 1)
                if _exists(year, month, day)
                and earliest <= date(year, month, day) <= latest
                and (not weekdays or date(year, month, day).weekday() in weekdays)
            ]
            if len(inside) == 1:
                return inside[0], YearFrom.SPAN
        titled = set(_TITLE_YEAR.findall(self.title))
        if len(titled) == 1:
            return int(titled.pop()), YearFrom.TITLE
        return (self.choice, YearFrom.CHOICE) if self.choice else None


def _decide(cell: _Written, orders: dict[str, tuple[str, ...]], years: _Years) -> CellDate | Problem:
    options = {order: parts for order, parts in cell.options.items() if order in orders[cell.form]}
    if not options:
        return Problem.NO_SUCH_DAY
    readings = {_with_year(parts, years, cell.weekdays) for parts in options.values()}
    if None in readings:
        return Problem.YEAR_IS_ASKED
    dated = {
        reading
        for reading in readings
        if reading is not None
        and _exists(*reading[0])
        and (not cell.weekdays or date(*reading[0]).weekday() in cell.weekdays)
    }
    if not dated:
        return Problem.OTHER_WEEKDAY if cell.weekdays else Problem.NO_SUCH_DAY
    if len(dated) > 1:
        return Problem.ORDER_IS_ASKED
    (parts, year_from) = dated.pop()
    return CellDate(date(*parts), cell.at, year_from)


def _with_year(
    parts: tuple[int | None, int, int], years: _Years, weekdays: frozenset[int]
) -> tuple[tuple[int, int, int], YearFrom] | None:
    year, month, day = parts
    if year:
        return (year, month, day), YearFrom.CELL
    derived = years.year_of(month, day, weekdays)
    return ((derived[0], month, day), derived[1]) if derived else None


def _forms(
    times: dict[str, int],
    written: dict[str, _Written | Problem],
    dates: dict[str, CellDate | Problem],
    orders: dict[str, tuple[str, ...]],
) -> list[DateForm]:
    """Return a line for each form, the most frequent first."""
    forms: dict[str, DateForm] = {}
    for text, count in times.items():
        cell, reading = written[text], dates[text]
        if not isinstance(cell, _Written):
            continue
        line = forms.setdefault(cell.form, DateForm(cell.form, orders=orders[cell.form]))
        line.rows += count
        if isinstance(reading, CellDate) and line.reading is None:
            line.example, line.reading, line.year_from = text, reading.on, reading.year_from
        elif reading in (Problem.ORDER_IS_ASKED, Problem.YEAR_IS_ASKED):
            line.is_asked = True
        line.example = line.example or text
    return sorted(forms.values(), key=lambda line: -line.rows)


# --- Times ------------------------------------------------------------------------------------------

_BEFORE: Final = (
    r"(?:kl\b\.?|klo\b\.?|kello\b|kell\b|as\b|a las?\b|alle\b|ore\b|um\b|plkst\b\.?|at\b|от\b|в\b|"
    r"o godz\b\.?|a les\b|a partir de las\b|c\b\.|ca\b\.?)?\s*"
)
_CLOCK: Final = re.compile(
    rf"{_BEFORE}(?P<hour>\d{{1,2}})(?:\s?(?P<mark>[:.]|h|')\s?(?P<minute>\d{{2}})(?!\d)(?:[:.](?P<second>\d{{2}})(?:\.0+)?)?)?"
    r"\s?(?P<unit>hrs?\b\.?|horas?\b|uhr\b|h\b\.?|ч\b\.?|часа?\b|min\b|m\b|u\b)?\s?(?P<half>a\.?\s?m\b\.?|p\.?\s?m\b\.?)?"
)
_RUN: Final = re.compile(r"(?P<hour>\d{1,2})(?P<minute>\d{2})")


def _tail_time(tail: str) -> ClockTime | Problem:
    """Read what stands behind a date. A bare number is no time there."""
    text = tail.strip(" ,;()").removeprefix("t").strip() if tail[:1] != "t" else tail[1:]
    if not text:
        return ClockTime()
    if tail.strip()[:1] in "/-+&" or re.match(r"(?:e|y|and|ja|och|и|a|to)\s+\d", text):
        return Problem.TWO_DATES
    if tail.lstrip()[:1] in ",;" and re.fullmatch(r"\d{1,2}\.(?:0\d|1[0-2])\.?", text):
        return Problem.TWO_DATES
    return _read_time(text, is_alone=False)


def _read_time(text: str, *, is_alone: bool) -> ClockTime | Problem:
    text = text.strip(" ,;()")
    if not text:
        return ClockTime()
    if text in _REPEATED:
        return Problem.REPEATED
    if text in PART_OF_TEXT:
        return ClockTime(part=PART_OF_TEXT[text])
    if is_alone and (run := _RUN.fullmatch(text)):
        return _clock(int(run["hour"]), int(run["minute"]), "") or Problem.NO_SUCH_TIME
    match = _CLOCK.match(text)
    if not match or not _is_time(match, text, is_alone):
        return Problem.UNREADABLE
    start = _clock(int(match["hour"]), int(match["minute"] or 0), match["half"] or "")
    if start is None:
        return Problem.NO_SUCH_TIME
    behind = text[match.end() :].strip()
    if not behind:
        return start
    if behind in PART_OF_TEXT:
        return _in_part(start, PART_OF_TEXT[behind])
    end = re.sub(r"^(?:-|a\b|as\b|to\b|до\b|bis\b)\s*", "", behind)
    until = _read_time(end, is_alone=True) if end != behind else Problem.UNREADABLE
    if isinstance(until, ClockTime) and until.clock and start.clock and until.clock > start.clock:
        return ClockTime(start.clock, until.clock)
    return Problem.UNREADABLE


def _is_time(match: re.Match[str], text: str, is_alone: bool) -> bool:
    has_mark = bool(match["minute"] or match["unit"] or match["half"])
    has_word = not match[0].lstrip()[:1].isdigit()
    return (
        has_mark or has_word or (is_alone and match.end() == len(text)) or text[match.end() :].strip() != ""
    )


def _clock(hour: int, minute: int, half: str) -> ClockTime | None:
    """Return the time. “12 pm” is noon, and “12 am” midnight."""
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    try:
        return ClockTime(time(hour, minute))
    except ValueError:
        return None


def _in_part(start: ClockTime, part: str) -> ClockTime | Problem:
    """Return the time of “9 de la noche”. A clock that contradicts its part of the day is unreadable."""
    if start.clock is None:
        return Problem.UNREADABLE
    hour = start.clock.hour
    if part in ("afternoon", "evening", "night") and 1 <= hour < 12 and not (part == "night" and hour < 6):
        return ClockTime(start.clock.replace(hour=hour + 12))
    fits = {"morning": hour <= 12, "midday": 11 <= hour <= 14}.get(part, True)
    return start if fits else Problem.UNREADABLE
