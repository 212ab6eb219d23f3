"""`/reports/{slug}/`: figures of a period, each with n of N and the URL that lists the counted rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from rest_framework.request import Request

from api.http import parameters
from api.http.renderers import CSVRenderer, JSONRenderer, to_csv
from api.resources.base import Resource
from api.rules import to_json
from lib.days import city_today
from reports.figures.kept_rows import status_with, with_vintages
from reports.figures.observations import (
    DESCRIPTION,
    description_of,
    group_of,
    number_names,
    numbers_of,
    status_of_row,
)
from reports.figures.parts import is_rest, rows_of
from reports.figures.report import Report
from reports.figures.scorecard import is_comparable
from reports.indicators.catalogue import REPORTS
from reports.models import Why
from reports.queries.definitions import Drill, Row
from reports.queries.periods import Period, PeriodInFuture
from reports.queries.questions import By, Question, ask
from reports.queries.statuses import Status

BY_SLUG: Final = REPORTS
COMPARED: Final = "compared_"
COMPARISONS: Final = ("previous", "last_year")
VINTAGES: Final = ("newest", "all")
TAKEN: Final = ("from", "to", "by", "district", "compare", "all_kinds", "rest", "vintages")
LISTS: Final[Mapping[str, str]] = {
    "organisations": "api-organisations",
    "meetings": "api-meetings",
    "follow-ups": "api-follow-ups",
    "concerns": "api-concerns",
}


class Reports(Resource):
    """Read a report."""

    scope = "reports"
    renderer_classes = [JSONRenderer, CSVRenderer]

    @property
    def object_type(self) -> str:
        return "report"

    def retrieve(self, request: Request, slug: str) -> HttpResponse:
        if (report := BY_SLUG.get(slug)) is None:
            raise Http404
        parameters.check_parameters(request, TAKEN)
        period = Period(*parameters.read_period(request, "from", "to"))
        try:
            period.so_far(city_today())
        except PeriodInFuture as error:
            raise parameters.period_in_future("from", error.message) from None
        before = _compared_with(request, period)
        ways = [way.value for way in report.ways]
        question = ask(
            self.actor,
            [period, before] if before else [period],
            districts=parameters.read_texts(request, "district"),
            by=By(parameters.read_word(request, "by", ways, By.DISTRICT.value)),
            all_kinds=parameters.read_flag(request, "all_kinds"),
        )
        if parameters.read_flag(request, "rest"):
            question = _with_rest(question)
        report_rows = rows_of(report, question)
        shown_rows = [row for row in report_rows if row.period == period]
        if parameters.read_word(request, "vintages", VINTAGES, VINTAGES[0]) == "all":
            shown_rows = with_vintages(report, question, shown_rows)
        rows = list(_rows(request, report, question, report_rows, shown_rows))
        # The event has no object IDs, because all are counted. It names the report and its districts.
        counted = [district.pk for district in question.districts]
        self.disclose((), district_ids=counted, field_names=[slug])
        if request.accepted_renderer.format == CSVRenderer.format:
            names = _names(report, question)
            lines: Sequence[Any] = [names, *([row[name] for name in names] for row in rows)]
            return HttpResponse(to_csv(lines), content_type="text/csv; charset=utf-8")
        body: dict[str, Any] = {"report": slug, "from": period.since, "to": period.until}
        body["counted_to"] = question.so_far(period).until
        body["status"] = _status_of(report, question, shown_rows)
        body["recorded_since"] = question.recorded_since
        if before:
            body["compared_with"] = {"from": before.since, "to": before.until}
            body["comparable"] = is_comparable(report, question, period, before)
        body |= {"by": question.by.value, "as_of": question.as_of}
        body |= {"generated_at": timezone.now(), "rows": rows}
        return HttpResponse(to_json(body), content_type="application/json")


def _status_of(report: Report, question: Question, rows: Sequence[Row]) -> Status:
    """The status of all figures together: revised or counted today if one of them is."""
    statuses = {status_of_row(report, row, question) for row in rows if row.reason != Why.KNOWN_THEN}
    for status in (Status.REVISED, Status.COUNTED_TODAY):
        if status in statuses:
            return status
    return status_with(question, question.periods[0], [])


def _with_rest(question: Question) -> Question:
    """Add rows for objects in no part, or in several parts, of the one requested district."""
    requested_districts = question.districts
    containing_districts = [
        district
        for district in requested_districts
        if all(district.pk in requested_district.lineage for requested_district in requested_districts)
    ]
    if question.by != By.DISTRICT or not containing_districts:
        raise parameters.bad_rest("rest")
    return replace(question, rest_of=containing_districts[0])


def _compared_with(request: Request, period: Period) -> Period | None:
    comparison = parameters.read_word(request, "compare", COMPARISONS, "")
    try:
        return (
            {"previous": period.previous, "last_year": period.a_year_before}[comparison]()
            if comparison
            else None
        )
    except (ValueError, OverflowError):  # for example 29 February alone, a year before
        raise parameters.bad_comparison("compare") from None


def _rows(
    request: Request,
    report: Report,
    question: Question,
    report_rows: Sequence[Row],
    shown_rows: Sequence[Row],
) -> Iterator[dict[str, Any]]:
    """Yield a row per group, with the figures of the comparison period under prefixed names."""
    earlier_periods = question.periods[1:]
    before = {row.group: row for row in report_rows if row.period in earlier_periods}
    for row in shown_rows:
        earlier_numbers = numbers_of(report, before.get(row.group)) if earlier_periods else {}
        yield {
            **group_of(row, question),
            **numbers_of(report, row),
            **{f"{COMPARED}{name}": value for name, value in earlier_numbers.items()},
            **description_of(report, row, question),
            "rows_url": None if is_rest(row) else _url(request, report.drill(row, question)),
        }


def _names(report: Report, question: Question) -> list[str]:
    """Column names in response order."""
    names = number_names(report)
    compared = [f"{COMPARED}{name}" for name in names] if len(question.periods) > 1 else []
    rest_names = ["rest"] if question.rest_of else []
    return [question.by.value, *rest_names, *names, *compared, *DESCRIPTION, "rows_url"]


def _url(request: Request, drill: Drill | None) -> str | None:
    if drill is None or drill.noun not in LISTS:
        return None
    query = urlencode(drill.parameters, safe=",:")
    return request.build_absolute_uri(f"{reverse(LISTS[drill.noun])}?{query}")
