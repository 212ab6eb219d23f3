"""Dates and times as people write them in a table. Nothing is guessed; what is open is asked by name."""

import random
from datetime import date, time, timedelta

import pytest
from babel.dates import format_date

from exchange.rules.dates import CellDate, ClockTime, Precision, Problem, YearFrom, read_dates, read_time
from exchange.rules.day_words import LANGUAGES

TODAY = date(2026, 12, 4)
JANUARY = date(2026, 1, 13)


def _reading(
    cell: str, *others: str, title: str = "", year: int | None = None, order: str = ""
) -> CellDate | Problem:
    column = read_dates([cell, *others], today=TODAY, title=title, year=year, order=order)
    return column.dates[cell]


@pytest.mark.parametrize("locale", [*LANGUAGES[1:], "en_GB", "en_US"])
def test_each_language_reads_the_dates_that_its_own_format_writes(locale: str) -> None:
    draw = random.Random(locale)
    for width in ("short", "medium", "long", "full"):
        days = [date(2025, 1, 1) + timedelta(draw.randrange(700)) for _ in range(12)] + [date(2026, 1, 31)]
        cells = [format_date(day, width, locale=locale) for day in days]
        readings = read_dates(cells, today=TODAY).dates
        assert [readings[cell] for cell in cells] == [CellDate(day) for day in days], (locale, width)


def test_a_cell_is_a_date_in_every_form_that_people_write() -> None:
    for cell in (
        *(
            "13.01.26",
            "13/1/2026",
            "13-01-2026",
            "13 1 2026",
            "2026-01-13",
            "2026/1/13",
            "20260113",
            "13/I/2026",
        ),
        *(
            "13 Jan '26",
            "13th January 2026",
            "Jan 13, 2026",
            "13-jan-26",
            "13 de janeiro de 2026",
            "1.13.2026",
        ),
        *(
            "ter, 13 jan 2026",
            "terça-feira, 13.01.2026",
            "ti 13.1.2026",
            "13. tammikuuta 2026",
            "mar 13.01.26",
        ),
        *(
            "2026. gada 13. janvāris",
            "13 януари 2026 г.",
            "13.01.2026 г.",
            "\u200e13.01.2026\u200f",
            "13 gen 2026",
        ),
    ):
        assert _reading(cell) == CellDate(JANUARY), cell


def test_a_time_behind_the_date_is_read_with_it() -> None:
    for cell, at in {
        "13.01.26 10h": ClockTime(time(10)),
        "13.1.2026 klo 14.30": ClockTime(time(14, 30)),
        "13.1.2026 14.10": ClockTime(time(14, 10)),
        "13 Jan 2026, 9 am": ClockTime(time(9)),
        "2026-01-13 15:30:00": ClockTime(time(15, 30)),
        "13/01/2026 às 15h30": ClockTime(time(15, 30)),
        "13.01.2026 (manhã)": ClockTime(part="morning"),
    }.items():
        assert _reading(cell) == CellDate(JANUARY, at), cell


def test_a_cell_that_is_no_single_date_is_refused_by_name() -> None:
    for cell, problem in {
        "31.02.26": Problem.NO_SUCH_DAY,
        "31 Jun": Problem.NO_SUCH_DAY,
        "13.01.26 25h": Problem.NO_SUCH_TIME,
        "13.01.26 e 15.01.26": Problem.TWO_DATES,
        "13-15.01.2026": Problem.TWO_DATES,
        "13/14 Jan 2026": Problem.TWO_DATES,
        "13.1.2026, 14.10": Problem.TWO_DATES,
        "idem": Problem.REPEATED,
        "ma 13.1.2026": Problem.OTHER_WEEKDAY,
        "Jan 2026": Problem.UNREADABLE,
        "13.01.26 approx": Problem.UNREADABLE,
        "46035": Problem.UNREADABLE,
        "amanhã": Problem.UNREADABLE,
    }.items():
        assert _reading(cell, "01.01.2026", "31.12.2026") == problem, cell


def test_the_column_decides_which_number_is_the_day() -> None:
    assert _reading("3/4/26", "13/01/26") == CellDate(date(2026, 4, 3))
    assert _reading("3/4/26", "01/13/26") == CellDate(date(2026, 3, 4))
    assert _reading("3/4/26", "13.01.2026") == CellDate(date(2026, 4, 3))  # another form of the column
    assert _reading("3/4/26", "5/4/26") == Problem.ORDER_IS_ASKED
    assert _reading("3/4/26", "5/4/26", order="mdy") == CellDate(date(2026, 3, 4))
    assert _reading("3/4/26", "13/01/26", order="mdy") == CellDate(date(2026, 4, 3))
    assert _reading("3/4/26", "13/01/26", "01/13/26") == Problem.ORDER_IS_ASKED  # the cells contradict
    assert _reading("5/5/26") == CellDate(date(2026, 5, 5))  # the same in either order
    assert _reading("26-01-13", "26-02-11", "26-03-10") == CellDate(JANUARY)  # the year varies least


def test_a_missing_year_comes_from_the_span_the_title_or_a_person() -> None:
    span = ("13.01.2026", "30.11.2026")
    assert _reading("11 Jun", *span) == CellDate(date(2026, 6, 11), year_from=YearFrom.SPAN)
    assert _reading("11.6.", *span) == CellDate(date(2026, 6, 11), year_from=YearFrom.SPAN)
    assert _reading("24/12", *span) == Problem.YEAR_IS_ASKED
    assert _reading("11 Jun", "13.01.2025", "30.11.2026") == Problem.YEAR_IS_ASKED
    assert _reading("11 Jun", title="Reuniões 2026.xlsx") == CellDate(
        date(2026, 6, 11), year_from=YearFrom.TITLE
    )
    assert _reading("11 Jun", title="2025-2026") == Problem.YEAR_IS_ASKED
    assert _reading("11 Jun", year=2026) == CellDate(date(2026, 6, 11), year_from=YearFrom.CHOICE)
    assert _reading("29 Feb", year=2026) == Problem.NO_SUCH_DAY


def test_each_form_is_one_line_with_its_rows_and_an_example() -> None:
    column = read_dates(["13.01.26", "3.2.26", "13.01.26", "11 Jun", "", "24/12"], today=TODAY)
    lines = {line.form: line for line in column.forms}
    assert (lines["99.99.99"].rows, lines["99.99.99"].example, lines["99.99.99"].reading) == (
        3,
        "13.01.26",
        JANUARY,
    )
    assert not lines["99.99.99"].is_asked
    assert lines["99 month"].is_asked and lines["99/99"].is_asked
    assert column.full_dates == (JANUARY, date(2026, 2, 3))


def test_a_time_is_a_minute_a_part_of_the_day_or_unknown() -> None:
    minutes = {
        **dict.fromkeys(
            ("10h", "10", "10:00", "kl. 10", "klo 10", "às 10h", "ore 10", "10 ч.", "10 am"), time(10)
        ),
        **dict.fromkeys(("15h30", "15:30", "15.30", "3.30 pm", "1530", "15 h 30", "kl 15.30"), time(15, 30)),
        "9 de la noche": time(21),
        "12 am": time(0),
    }
    for cell, clock in minutes.items():
        reading = read_time(cell)
        assert isinstance(reading, ClockTime) and reading.clock == clock, cell
        assert reading.precision == Precision.MINUTE
    parts = {
        "morning": "mañana manhã aamu hommik сутрин förmiddag mattina",
        "afternoon": "tarde iltapäivä pärastlõuna следобед eftermiddag pomeriggio",
        "evening": "sera ilta õhtu вечер kväll vakarā",
    }
    for part, words in parts.items():
        for word in words.split():
            reading = read_time(word)
            assert reading == ClockTime(part=part) and reading.precision == Precision.PART_OF_DAY, word
    assert read_time("  ") == ClockTime() and ClockTime().precision == Precision.DAY
    assert read_time("10h-11h30") == ClockTime(time(10), time(11, 30))


def test_a_time_that_no_clock_shows_is_refused_by_name() -> None:
    for cell, problem in {
        "25h": Problem.NO_SUCH_TIME,
        "10:75": Problem.NO_SUCH_TIME,
        "13 pm": Problem.NO_SUCH_TIME,
        "9.3": Problem.UNREADABLE,  # a spreadsheet's 9.30 or 9.03
        "amanhã": Problem.UNREADABLE,
        "tarde/noite": Problem.UNREADABLE,
        "idem": Problem.REPEATED,
    }.items():
        assert read_time(cell) == problem, cell
