"""Figures of engagement for supervisors: scorecard, single reports and comparison of districts."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import wraps
from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.middleware import ActorRequest
from audit.models import Action
from districts.models import District, PeriodNote
from pages.disclosing import disclose
from pages.districts.tabs import district_in_address, in_menu
from pages.lists import canonical
from pages.lookups import refuse_unless
from pages.reports.agreements import shares_of
from pages.reports.blind_spots import matrix
from pages.reports.counted import things_of
from pages.reports.figures import Figure, call_of_report, figures_with_names, shading
from pages.reports.forms import (
    SIDE_BY_SIDE,
    BlindSpotsForm,
    CompareForm,
    CountedForm,
    DistrictPeriodForm,
    RowForm,
    SplitForm,
)
from pages.reports.period_form import PeriodForm
from reports.charts import top_of
from reports.figures.charts import bars_of, trend
from reports.figures.counted_rows import can_count
from reports.figures.kept_rows import has_kept_trend, revised_indicators
from reports.figures.parts import IN_SEVERAL
from reports.figures.remarks import remark_on_comparison, remarks_on_figures
from reports.figures.report import Report
from reports.figures.scorecard import (
    EIGHT,
    GROUPS,
    RUN_UP,
    Line,
    mark_of,
    periods_of,
    read_table,
    read_tables,
    scorecard,
    split_up,
)
from reports.figures.vintages import remark_on_revisions, vintage_known_then, vintages_of
from reports.figures.wording import format_note, name_group
from reports.indicators import contact_wanted
from reports.indicators.catalogue import REPORTS
from reports.policies import can_correct_figures, can_read_reports
from reports.queries.periods import Period, seasons, with_seasons
from reports.queries.questions import IN_NO_PART, By, Question
from reports.queries.statuses import MEANINGS
from reports.services.recounting import is_correctable
from reviews.policies import can_review_in

Context = dict[str, Any]


def report_view(
    template: str, form_of: Callable[..., PeriodForm], report: Report | None = None
) -> Callable[[Callable[..., Context | HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Decorate the view of a report page, which returns the context of `template`.

    `form_of` reads districts and period from the URL. The form and the view receive the report if the URL
    contains a `slug` or the page has its own `report`. The view is not called if no district is covered or
    the form is invalid. It returns as `revised` the slugs of revised figures, if it has read them.
    """

    def decorate(view: Callable[..., Context | HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @require_safe
        @wraps(view)
        def page(request: ActorRequest, slug: str = "") -> HttpResponseBase:
            districts = ground(request)
            shown_report = find_report(slug) if slug else report
            report_context: Context = {"report": shown_report} if shown_report else {}
            if elsewhere := canonical(request):
                return elsewhere
            if not districts:
                return render(request, "pages/reports/nothing.html")
            form = form_of(request.GET.dict(), districts, **report_context)
            frame = {
                "form": form,
                "district_menu": in_menu(districts, form.tab_parameters.get("district", "")),
            }
            if not form.is_valid() or form.asked is None:
                return render(request, template, {**frame, **report_context}, status=422)
            question = form.question()
            page_context = view(request, form, question, **report_context)
            if isinstance(page_context, HttpResponseBase):
                return page_context
            slugs = page_context.pop("revised", None)
            if slugs is None:
                slugs = [shown_report.slug] if shown_report else list(REPORTS)
                slugs = revised_indicators(question, form.asked, slugs)
            form.revised = [REPORTS[slug] for slug in slugs]
            period = {"period": form.asked, "before": form.before, "is_over": form.is_over}
            return render(request, template, {**frame, **report_context, **period, **page_context})

        return page

    return decorate


@report_view("pages/reports/scorecard.html", DistrictPeriodForm)
def scorecard_page(
    request: ActorRequest, form: DistrictPeriodForm, question: Question
) -> Context | HttpResponseBase:
    """All indicators of a district in a period.

    The default is the user's first district and the last quarter. The trend of 12 periods is read at once if
    their figures are kept. Otherwise htmx requests it with `history` after the page has loaded.
    """
    _remember(request, question, *REPORTS)
    run_up: Sequence[Period] = form.chosen.run_up(RUN_UP)
    if "history" not in request.GET and not has_kept_trend(question, run_up):
        run_up = ()
    lines = scorecard(REPORTS.values(), question, form.chosen, form.before, run_up)
    figures = {figure.report.slug: figure for figure in figures_with_names(lines, question.districts)}
    if run_up and request.htmx:  # type: ignore[attr-defined]  # django-htmx
        history = {"figures": figures.values(), "form": form}
        return render(request, "pages/reports/scorecard.html#history", history)
    return {
        "district": question.districts[0],
        "notes": [
            format_note(note) for note in _notes(request, question, form.chosen.since, form.chosen.until)
        ],
        "eight": [figures[slug] for slug in EIGHT],
        "groups": list(_grouped({slug: row for slug, row in figures.items() if slug not in EIGHT})),
        "may_audit": form.is_over and can_review_in(request.actor, question.districts[0].pk),
        "remarks": remarks_on_figures(lines),
        "compared": remark_on_comparison(lines),
        "blind": matrix(replace(question, periods=(form.chosen,))),
        "figures": list(figures.values()),
        "with_history": bool(run_up),
        "revised": [line.report.slug for line in lines if line.row and line.row.vintage > 1],
    }


@report_view("pages/reports/report.html", SplitForm)
def report_page(request: ActorRequest, form: SplitForm, question: Question, report: Report) -> Context:
    """Show a report: the result, details by row and the method."""
    _remember(request, question, report.slug)
    [district] = question.districts
    run_up, periods = periods_of(form.chosen, form.before)
    over_time = read_table(report, replace(question, periods=with_seasons(periods, form.chosen, form.today)))
    district_line = Line(over_time, district.code, form.chosen, form.before, run_up)
    notes = _notes(request, question, run_up[0].since, form.chosen.until)
    parts = [row for row in form.ground if row.parent_id == district.pk]
    split_question, lines = split_up(
        report, question, form.chosen, form.before, By(form.cleaned_data["by"]), parts
    )
    figures = [Figure(line, name) for name, line in lines]
    return {
        "district": district,
        "whole": Figure(district_line, district.name),
        "known_then": None if question.all_kinds else vintage_known_then(report, district, form.chosen),
        "figures": figures,
        "trend": trend(district_line, _chart_title(report, district.name), notes=notes)
        if _has_values(district_line)
        else "",
        "notes": [format_note(note) for note in notes],
        "seasons": [
            [Figure(Line(over_time, district.code, quarter, quarter), str(quarter)) for quarter in row]
            for row in seasons(form.chosen)
        ],
        "bars": _bars(report, figures),
        "columns": report.own_columns,
        "call": call_of_report(report.slug, _api_parameters(form, split_question)),
    }


@report_view("pages/reports/agreements.html", RowForm, contact_wanted.REPORT)
def agreements_page(request: ActorRequest, form: RowForm, question: Question, report: Report) -> Context:
    """The organisations behind a “contact wanted” figure, which adds up from wanted and actual meetings."""
    question, group = form.narrow(question)
    shares = shares_of(request.actor, question, group)
    disclose(
        request,
        "organisation",
        [row.pk for row, _one in shares.rows],
        action=Action.LIST,
        district_ids={question.districts[0].pk, *(row.home_district_id for row, _one in shares.rows)},
    )
    return {
        "district": question.districts[0],
        "group": _group_beside(question, group),
        "found": shares,
    }


def _group_beside(question: Question, group: str) -> str:
    """Return the name of a group, shown beside the district's name. Empty for a district."""
    is_district = question.by == By.DISTRICT and group not in (IN_NO_PART, IN_SEVERAL)
    return "" if is_district else name_group(group, {})


@report_view("pages/reports/counted.html", CountedForm)
def counted_page(request: ActorRequest, form: CountedForm, question: Question, report: Report) -> Context:
    """The things that a number counts: the facts of then, and what is different today."""
    question, group = form.narrow(question)
    column = form.cleaned_data["column"]
    if not can_count(report, question.by, column):
        raise Http404
    counted = things_of(request.actor, question, report, group, column)
    disclose(
        request,
        counted.object_type,
        [row.pk for row in counted.rows],
        action=Action.LIST,
        district_ids={question.districts[0].pk},
    )
    return {
        "district": question.districts[0],
        "group": _group_beside(question, group),
        "page": counted,
    }


@report_view("pages/reports/compare.html", CompareForm)
def compare_page(request: ActorRequest, form: CompareForm, question: Question) -> Context:
    """Districts side by side in their own order.

    The page shows one indicator over time on a common scale, then all indicators.
    """
    _remember(request, question, *REPORTS)
    report, period, run_up = form.report, form.chosen, form.chosen.run_up(RUN_UP)
    over_time = read_table(report, replace(question, periods=run_up))
    lines = [Line(over_time, row.code, period, run_up[-2], run_up) for row in question.districts]
    top = top_of((mark.value for line in lines for mark in line.marks), report.unit)
    return {
        "report": report,
        "districts": question.districts,
        "charts": [
            (
                figure.line.group,
                figure.name,
                trend(figure.line, _chart_title(report, figure.name), top=top, height=150),
            )
            for figure in figures_with_names(lines, question.districts)
        ],
        "indicators": list(_indicators(replace(question, periods=(period,)))),
    }


@report_view("pages/reports/map.html", CompareForm)
def map_page(request: ActorRequest, form: CompareForm, question: Question) -> Context:
    """Show an indicator on a map and in a table. Communities are never mapped."""
    report, period, before = form.report, form.chosen, form.before
    _remember(request, question, report.slug)
    figure_table = read_table(report, replace(question, periods=(period, before)))
    figures = figures_with_names(
        (Line(figure_table, row.code, period, before) for row in question.districts), question.districts
    )
    return {
        "report": report,
        "figures": figures,
        "shading": shading(report, figures, question.districts),
    }


@report_view("pages/reports/vintages.html", SplitForm)
def vintages_page(request: ActorRequest, form: SplitForm, question: Question, report: Report) -> Context:
    """Show each kept period of a figure as first published and as revised."""
    _remember(request, question, report.slug)
    [district] = question.districts
    rows = vintages_of(report, district)
    may_correct = report.is_kept_at_night and can_correct_figures(request.actor, district.pk)
    return {
        "district": district,
        "rows": rows,
        "remark": remark_on_revisions(report, rows),
        "has_known_then": any(row.known_then for row in rows),
        "correctable": [
            row.kept_id for row in rows if may_correct and is_correctable(row.first_vintage.kept_at)
        ],
    }


@report_view("pages/reports/blind_spots.html", BlindSpotsForm)
def blind_spots_page(request: ActorRequest, form: BlindSpotsForm, question: Question) -> Context:
    """Districts × communities: reached, not reached, not represented. On screen only."""
    _remember(request, question, "blind-spots")
    chosen = question.districts[0] if form.cleaned_data["district"] else None
    return {"matrix": matrix(replace(question, periods=(form.chosen,))), "chosen": chosen}


@require_safe
def method_page(request: ActorRequest) -> HttpResponseBase:
    """Show the counting method of each indicator, to every user. `?district=` stays on the way back."""
    groups = [(title, [REPORTS[slug] for slug in slugs]) for title, slugs in GROUPS]
    context = {"groups": groups, "statuses": MEANINGS.items(), **district_in_address(request)}
    return render(request, "pages/reports/methods.html", context)


def ground(request: ActorRequest) -> list[District]:
    """The districts whose figures the reader may see, each before its parts; those redrawn at the end.

    Raises 403 for users without any, and 404 if the URL names a district that is not covered.
    """
    refuse_unless(can_read_reports(request.actor))
    in_use = District.objects.covered_by(request.actor).in_use(date.min, date.max)
    covered = sorted(in_use.as_tree(), key=lambda row: not row.is_active)
    named_here = {request.GET.get(name) for name in ("district", "within")} - {None, "", SIDE_BY_SIDE}
    if not named_here <= {row.code for row in covered}:
        raise Http404
    return covered


def find_report(slug: str) -> Report:
    if slug not in REPORTS:
        raise Http404
    return REPORTS[slug]


def _indicators(question: Question) -> Iterator[tuple[Report, list[Figure]]]:
    """Every indicator with its figure for each district."""
    [period] = question.periods
    for figure_table in read_tables(list(REPORTS.values()), question):
        lines = (Line(figure_table, row.code, period, period) for row in question.districts)
        yield figure_table.report, figures_with_names(lines, question.districts)


def _grouped(figures: dict[str, Figure]) -> Any:
    """Indicators in groups with titles."""
    for title, slugs in GROUPS:
        if group_figures := [figures[slug] for slug in slugs if slug in figures]:
            yield title, group_figures


def _notes(request: ActorRequest, question: Question, since: date, until: date) -> list[PeriodNote]:
    """Notes on these days of the question's only district, in the order of their numbers in a chart."""
    [district] = question.districts
    return list(PeriodNote.objects.visible_to(request.actor).about(district).within(since, until).in_order())


def _has_values(line: Line) -> bool:
    """Whether there is anything to draw: shares of few are counts only."""
    return any(mark.value is not None for mark in line.marks)


def _bars(report: Report, figures: list[Figure]) -> str:
    """A bar chart, except for shares, which have bars in the table."""
    marks = [mark_of(report, figure.row, figure.name) for figure in figures]
    return "" if report.unit == "ratio" or len(marks) < 2 else bars_of(report, marks)


def _chart_title(report: Report, district: str) -> str:
    return _("%(title)s, %(district)s") % {"title": report.title, "district": district}


def _api_parameters(form: DistrictPeriodForm, question: Question) -> dict[str, str]:
    """API parameters for the same figures. With by=district, for the whole district and its parts."""
    period = question.periods[0]
    codes = [form.cleaned_data["district"]]
    if question.rest_of:
        codes = [row.code for row in question.districts]
    parameters = {
        "from": period.since.isoformat(),
        "to": period.until.isoformat(),
        "by": question.by.value,
        "district": ",".join(codes),
        "compare": form.cleaned_data["compare"] or "previous",
    }
    parameters |= {"rest": "true"} if question.rest_of else {}
    return parameters | ({"all_kinds": "true"} if question.all_kinds else {})


def _remember(request: ActorRequest, question: Question, *slugs: str) -> None:
    """Record the reports and districts that were viewed. There are no object IDs, because all are counted."""
    counted = [district.pk for district in question.districts]
    disclose(request, "report", (), district_ids=counted, field_names=slugs)
