"""Highlights of the scorecard: the worst first, no small numbers, no figures without a better direction."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from reports.catalogue import REPORTS
from reports.figures import Row
from reports.periods import quarter_of
from reports.questions import Question
from reports.reading import Report
from reports.scorecard import Line, Table
from reports.standing_out import standing_out
from reports.wording import say_of_whom

NOW = quarter_of(date(2026, 7, 1))
BEFORE = NOW.previous()


def line(slug: str, before: tuple[int, int], now: tuple[int, int], **changes: Any) -> Line:
    """Return a figure with `n of N` before and now."""
    report: Report = replace(REPORTS[slug], **changes)
    rows = {
        ("N", period): Row(period=period, group="N", n=n, of=of)
        for period, (n, of) in ((BEFORE, before), (NOW, now))
    }
    return Line(Table(report, Question((BEFORE, NOW), ()), rows), "N", NOW, BEFORE)


def said(*lines: Line) -> list[tuple[str, str]]:
    return [(remark.line.report.slug, remark.text) for remark in standing_out(lines)]


def test_what_got_worse_most_comes_first_and_what_got_better_after_it() -> None:
    found = said(
        line("coverage", (10, 20), (16, 20)),
        line("cadence", (18, 20), (14, 20)),
        line("follow-ups", (18, 20), (4, 20)),
    )
    assert found == [
        ("follow-ups", "20% (4 of 20), down from 90%."),
        ("cadence", "70% (14 of 20), down from 90%."),
        ("coverage", "80% (16 of 20), up from 50%."),
    ]


def test_a_small_move_is_noise() -> None:
    assert said(line("coverage", (100, 200), (85, 200))) == []


def test_a_share_of_few_is_not_remarked_on() -> None:
    assert said(line("coverage", (1, 1), (0, 1))) == []
    assert said(line("coverage", (4, 4), (0, 40))) == []
    assert line("coverage", (4, 4), (0, 40)).is_of_few


def test_what_has_no_better_is_not_judged() -> None:
    one = line("level", (18, 20), (2, 20))
    assert said(one) == []
    assert not one.is_better
    assert not one.is_worse


def test_nothing_to_divide_by_is_no_fall() -> None:
    assert said(line("coverage", (10, 20), (0, 0))) == []
    assert line("coverage", (10, 20), (0, 0)).said == "n/a"


def test_more_of_what_should_be_less_is_worse() -> None:
    one = line("overdue", (5, 30), (12, 30))
    assert said(one) == [("overdue", "12, up from 5.")]
    assert one.is_worse
    assert said(line("overdue", (12, 30), (5, 30))) == [("overdue", "5, down from 12.")]
    assert said(line("overdue", (1, 30), (2, 30))) == []


@pytest.mark.parametrize(
    ("n", "of", "sentence"),
    [
        (0, 1, "0 answered in time of 1 concern received"),
        (1, 2, "1 answered in time of 2 concerns received"),
        (0, 0, "0 answered in time of 0 concerns received"),
    ],
)
def test_one_is_said_in_the_singular(n: int, of: int, sentence: str) -> None:
    assert say_of_whom(REPORTS["concerns"], Row(period=NOW, group="N", n=n, of=of)) == sentence


def test_parts_of_a_meeting_are_said_in_the_plural() -> None:
    row = Row(period=NOW, group="N", n=0.5, of=1.0)
    assert say_of_whom(REPORTS["contact-wanted"], row) == "0.5 meetings held of 1 meeting agreed"
