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
from reports.figures.kept_rows import status_with
from reports.figures.parts import IN_SEVERAL, is_rest, rows_of
from reports.figures.report import Report
from reports.figures.scorecard import is_comparable
from reports.indicators.catalogue import REPORTS
from reports.queries.definitions import Drill, Row
from reports.queries.periods import Period, PeriodInFuture
from reports.queries.questions import IN_NO_PART, By, Question, ask

BY_SLUG: Final = REPORTS
COMPARED: Final = "compared_"
INTERVAL: Final = ("interval_low", "interval_high")


def columns_of(report: Report) -> list[str]:
    """Names of a row's figures, in response order."""
    interval = INTERVAL if report.unit == "ratio" else ()
    return ["n", "of", "ratio", *interval, *(column.name for column in report.columns)]


def figures_of(report: Report, row: Row | None, prefix: str = "") -> dict[str, Any]:
    """Figures by name. A figure is null if there is no row or its denominator is 0.

    The ends of the interval are null too if the figure is no share, is a state, or is of fewer than 30.
    """
    ends = dict(zip(INTERVAL, report.interval(row) or (None, None), strict=True))
    return {f"{prefix}{name}": ends.get(name, getattr(row, name, None)) for name in columns_of(report)}


REST: Final = {IN_NO_PART: "no_part", IN_SEVERAL: "several_parts"}
COMPARISONS: Final = ("previous", "last_year")
TAKEN: Final = ("from", "to", "by", "district", "compare", "all_kinds", "rest")
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
        rows = list(_rows(request, report, question, report_rows))
        # The event has no object IDs, because all are counted. It names the report and its districts.
        counted = [district.pk for district in question.districts]
        self.disclose((), district_ids=counted, field_names=[slug])
        if request.accepted_renderer.format == CSVRenderer.format:
            names = _names(report, question)
            lines: Sequence[Any] = [names, *([row[name] for name in names] for row in rows)]
            return HttpResponse(to_csv(lines), content_type="text/csv; charset=utf-8")
        body: dict[str, Any] = {"report": slug, "from": period.since, "to": period.until}
        body["counted_to"] = question.so_far(period).until
        revised = any(row.vintage > 1 for row in report_rows if row.period == period)
        body["status"] = status_with(question, period, [slug] if revised else [])
        body["recorded_since"] = question.recorded_since
        if before:
            body["compared_with"] = {"from": before.since, "to": before.until}
            body["comparable"] = is_comparable(report, question, period, before)
        body |= {"by": question.by.value, "as_of": question.as_of}
        body |= {"generated_at": timezone.now(), "rows": rows}
        return HttpResponse(to_json(body), content_type="application/json")


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
    request: Request, report: Report, question: Question, report_rows: Sequence[Row]
) -> Iterator[dict[str, Any]]:
    """Yield a row per group, with the figures of the comparison period under prefixed names."""
    current_period, *earlier_periods = question.periods
    before = {row.group: row for row in report_rows if row.period in earlier_periods}
    for row in report_rows:
        if row.period == current_period:
            earlier_figures = figures_of(report, before.get(row.group), COMPARED) if earlier_periods else {}
            url = None if is_rest(row) else _url(request, report.drill(row, question))
            rest_part = {"rest": REST[row.group] if is_rest(row) else None} if question.rest_of else {}
            group = None if is_rest(row) else row.group
            yield {
                question.by.value: group,
                **rest_part,
                **figures_of(report, row),
                **earlier_figures,
                **_vintage_of(row),
                "rows_url": url,
            }


def _names(report: Report, question: Question) -> list[str]:
    """Column names in response order."""
    names = columns_of(report)
    compared = [f"{COMPARED}{name}" for name in names] if len(question.periods) > 1 else []
    rest_names = ["rest"] if question.rest_of else []
    return [question.by.value, *rest_names, *names, *compared, *_KEPT, "rows_url"]


_KEPT: Final = ("vintage", "kept_at", "first_published_n", "first_published_of")


def _vintage_of(row: Row) -> dict[str, Any]:
    """Return the vintage of a kept figure, and the first published numbers; null if counted."""
    first_n, first_of = row.first_published or (None, None)
    return dict(zip(_KEPT, (row.vintage or None, row.kept_at, first_n, first_of), strict=True))


def _url(request: Request, drill: Drill | None) -> str | None:
    if drill is None or drill.noun not in LISTS:
        return None
    query = urlencode(drill.parameters, safe=",:")
    return request.build_absolute_uri(f"{reverse(LISTS[drill.noun])}?{query}")
