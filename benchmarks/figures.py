"""Reports to measure, for one district and the last quarter: URLs, and the statements behind them.

`benchmarks.inside` imports this after Django's setup.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from api.reports import BY_SLUG
from districts.models import District
from lib.days import city_today
from reports.figures.scorecard import RUN_UP, scorecard
from reports.indicators import blind_spots
from reports.indicators.catalogue import REPORTS
from reports.queries.periods import Period, quarter_of
from reports.queries.questions import Question

DISTRICT = "D0"
SCORECARD = "scorecard"
HISTORY = "scorecard-history"


def report_paths() -> dict[str, list[str]]:
    asked = f"from={_quarter().since}&to={_quarter().until}&district={DISTRICT}"
    return {f"report-{slug}": [f"/api/v1/reports/{slug}/?{asked}"] for slug in BY_SLUG}


def scorecard_paths() -> dict[str, list[str]]:
    """Return the scorecard pages: the last quarter (the default), and twelve quarters."""
    page = f"/reports/?district={DISTRICT}"
    return {SCORECARD: [page], HISTORY: [f"{page}&history=true"]}


def statements() -> dict[str, Sequence[str]]:
    """Return all statements of each report and of the scorecard, by name."""
    quarter = _quarter()
    question = Question((quarter,), (District.objects.get(code=DISTRICT),))
    found: dict[str, Sequence[str]] = {
        f"report-{slug}": _sent(partial(report.rows, question)) for slug, report in BY_SLUG.items()
    }

    def ask_all(run_up: Sequence[Period] = ()) -> None:
        scorecard(REPORTS.values(), question, quarter, quarter.previous(), run_up)
        blind_spots.REPORT.rows(question)

    found[SCORECARD] = _sent(ask_all)
    found[HISTORY] = _sent(partial(ask_all, quarter.run_up(RUN_UP)))
    return found


def _quarter() -> Period:
    return quarter_of(city_today()).previous()


def _sent(ask: Callable[[], Any]) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        ask()
    return [query["sql"] for query in captured.captured_queries]
