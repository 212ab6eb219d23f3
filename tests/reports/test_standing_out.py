"""Highlights of the scorecard: the worst first, no small numbers, no figures without a better direction."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from crm.variable_checks import limits
from pages.reports.figures import Figure
from reports.figures.remarks import remark_on_comparison, remarks_on_figures
from reports.figures.report import Report
from reports.figures.scorecard import Line, Table
from reports.figures.wording import format_labelled_counts
from reports.indicators.catalogue import REPORTS
from reports.indicators.limits import check_limits
from reports.queries.definitions import Row
from reports.queries.periods import quarter_of
from reports.queries.questions import Question
from reports.queries.statuses import status_of
from reports.rules.intervals import wilson

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
    return [(remark.line.report.slug, remark.text) for remark in remarks_on_figures(lines)]


def test_what_got_worse_most_comes_first_and_what_got_better_after_it() -> None:
    found = said(
        line("concerns", (50, 100), (80, 100)),
        line("reciprocity", (90, 100), (70, 100)),
        line("follow-ups", (90, 100), (20, 100)),
    )
    assert found == [
        ("follow-ups", "20% (20 of 100), down from 90%."),
        ("concerns", "80% (80 of 100), up from 50%."),
    ]


def test_a_move_that_chance_explains_is_not_remarked_on_and_says_so() -> None:
    one = line("concerns", (24, 40), (17, 40))

    assert said(one) == []
    assert (one.is_better, one.is_worse, one.is_within_chance) == (False, False, True)
    assert Figure(one, "North").judged == "could be chance"
    assert Figure(line("concerns", (38, 40), (17, 40)), "North").judged == "worse"
    assert Figure(line("concerns", (17, 40), (17, 40)), "North").judged == ""
    neither = line("reciprocity", (24, 40), (17, 40))
    assert (neither.report.better, Figure(neither, "North").judged) == (None, "could be chance")


def test_a_share_of_few_is_shown_as_counts_and_never_judged() -> None:
    few = line("concerns", (29, 29), (0, 29))
    enough = line("concerns", (30, 30), (0, 30))

    assert said(few) == []
    assert (few.text, few.value, few.change) == ("0 of 29", None, "too few to compare")
    assert Figure(few, "North").precision == "fewer than 30: counts only"
    assert said(enough) == [("concerns", "0% (0 of 30), down from 100%.")]
    assert Figure(enough, "North").precision == "0 to 11%"
    assert [mark.text for mark in replace(few, run_up=(NOW,)).marks] == ["0 of 29"]


def test_a_full_count_and_calls_of_one_incident_have_no_interval() -> None:
    counted, calls = line("coverage", (90, 100), (20, 100)), line("reassured-in-time", (90, 100), (20, 100))
    assert (counted.interval, calls.interval) == (None, None)
    assert Figure(counted, "North").precision == "all are counted: no interval"
    assert Figure(calls, "North").precision == "not independent of each other: no interval"


def test_silence_says_how_many_figures_could_be_compared(settings: Settings) -> None:
    lines = [
        line("concerns", (24, 40), (17, 40)),
        line("concerns", (2, 4), (1, 4)),
        line("recency", (9, 9), (9, 9)),
    ]
    assert remark_on_comparison(lines) == "1 of 3 figures could be tested for chance."
    settings.FIGURE_LIMITS = {"recency": 60}
    assert remark_on_comparison(lines) == "2 of 3 figures could be tested for chance."
    assert remark_on_comparison(lines[1:2]) == "None of the 1 figures can be tested for chance yet."


def test_a_state_counts_everybody_and_has_no_interval() -> None:
    one = line("cadence", (90, 100), (20, 100))

    assert said(one) == []
    assert one.interval is None
    assert Figure(one, "North").precision == "all are counted: no interval"


def test_what_has_no_better_is_not_judged() -> None:
    one = line("level", (90, 100), (20, 100))
    assert said(one) == []
    assert not one.is_better
    assert not one.is_worse


def test_nothing_to_divide_by_is_no_fall() -> None:
    assert said(line("concerns", (40, 50), (0, 0))) == []
    assert line("concerns", (40, 50), (0, 0)).text == "n/a"


def test_a_state_that_crosses_the_limit_of_the_city_stands_out(settings: Settings) -> None:
    settings.FIGURE_LIMITS = {"overdue": 10, "cadence": 0.75}

    assert said(line("overdue", (5, 30), (12, 30))) == [("overdue", "12, before 5: above the limit of 10.")]
    assert said(line("overdue", (12, 30), (5, 30))) == [
        ("overdue", "5, before 12: within the limit of 10 again.")
    ]
    assert said(line("cadence", (80, 100), (70, 100))) == [
        ("cadence", "70%, before 80%: below the limit of 75%.")
    ]
    assert said(line("overdue", (11, 30), (25, 30))) == []
    settings.FIGURE_LIMITS = {}
    assert said(line("overdue", (5, 30), (12, 30))) == []


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"overdue": 10, "cadence": 0.75}, []),
        ({"coverage": 0.5}, ["reports.E001"]),
        ({"nothing": 1}, ["reports.E001"]),
        ({"cadence": 75}, ["reports.E002"]),
    ],
)
def test_a_limit_is_refused_at_the_start_if_no_figure_can_cross_it(
    settings: Settings, given: dict[str, float], refused: list[str]
) -> None:
    settings.FIGURE_LIMITS = given
    assert [message.id for message in check_limits()] == refused


def test_a_limit_of_another_form_stops_the_start() -> None:
    assert limits("FIGURE_LIMITS", ["overdue=10", " cadence=75%"]) == {"overdue": 10, "cadence": 0.75}
    for wrong in ("overdue", "overdue=many", "overdue=1%%"):
        with pytest.raises(ImproperlyConfigured, match="is not a limit"):
            limits("FIGURE_LIMITS", [wrong])


# n of N, and Wilson's interval as R gives it: prop.test(n, N, correct = FALSE)$conf.int
@pytest.mark.parametrize(
    ("n", "of", "low", "high"),
    [(17, 37, 0.3104, 0.6162), (0, 30, 0.0, 0.1135), (30, 30, 0.8865, 1.0), (500, 1000, 0.4691, 0.5309)],
)
def test_the_interval_of_a_share_is_wilsons(n: int, of: int, low: float, high: float) -> None:
    assert wilson(n, of) == pytest.approx((low, high), abs=0.0005)


def test_a_period_is_running_then_provisional_then_final() -> None:
    day = NOW.last_day
    found = [status_of(NOW, day + timedelta(days=days)) for days in (0, 1, 30, 31)]
    assert found == ["running", "provisional", "provisional", "final"]


@pytest.mark.parametrize(
    ("n", "of", "sentence"),
    [
        (0, 1, "0 answered in time, out of 1 concern received"),
        (1, 2, "1 answered in time, out of 2 concerns received"),
        (0, 0, "0 answered in time, out of 0 concerns received"),
    ],
)
def test_one_is_said_in_the_singular(n: int, of: int, sentence: str) -> None:
    assert format_labelled_counts(REPORTS["concerns"], Row(period=NOW, group="N", n=n, of=of)) == sentence


def test_parts_of_a_meeting_are_said_in_the_plural() -> None:
    row = Row(period=NOW, group="N", n=0.5, of=1.0)
    assert (
        format_labelled_counts(REPORTS["contact-wanted"], row) == "0.5 meetings held, out of 1 meeting agreed"
    )
