"""Figures of engagement for supervisors: scorecard, single reports and comparison of districts."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.middleware import ActorRequest
from audit.models import Action
from audit.services import record
from districts.models import District
from lib.days import city_today
from pages.agreements import shares_of
from pages.blind_spots import matrix
from pages.figures import Figure, call_of_report, group_marks, named, shading, split, trend
from pages.forms.reports import (
    LATELY,
    AgreementsForm,
    CompareForm,
    DistrictPeriodForm,
    SplitForm,
    WithinForm,
    last_quarter,
)
from pages.lists import canonical
from pages.lookups import record_view
from reports.catalogue import REPORTS
from reports.charts import top_of
from reports.indicators import contact_wanted
from reports.parts import IN_SEVERAL
from reports.policies import can_read_reports
from reports.questions import IN_NO_PART, By, Question, ask
from reports.reading import Report
from reports.scorecard import GROUPS, RUN_UP, Line, periods_of, scorecard, table, tables
from reports.standing_out import standing_out
from reports.wording import name_group


@require_safe
def scorecard_page(request: ActorRequest) -> HttpResponseBase:
    """All indicators of a district in a period.

    The default is the user's first district and the last quarter. With `history`, the 12 preceding periods
    too. htmx requests only these after the page has loaded.
    """
    districts = ground(request)
    if elsewhere := canonical(request):
        return elsewhere
    if not districts:
        return render(request, "pages/reports/nothing.html")
    today = city_today()
    form = DistrictPeriodForm(request.GET.dict(), districts, today=today, default=last_quarter(today))
    if not form.is_valid() or form.asked is None or form.before is None:
        return render(request, "pages/reports/scorecard.html", {"form": form}, status=422)
    question = _question(request, form)
    _remember(request, question, *REPORTS)
    run_up = form.asked.run_up(RUN_UP) if "history" in request.GET else ()
    lines = scorecard(REPORTS.values(), question, form.asked, form.before, run_up)
    figures = {figure.report.slug: figure for figure in named(lines, question.districts)}
    if run_up and request.htmx:  # type: ignore[attr-defined]  # django-htmx
        return render(request, "pages/reports/scorecard.html#history", {"figures": figures.values()})
    context = {
        "form": form,
        "district": question.districts[0],
        "period": form.asked,
        "before": form.before,
        "is_over": form.is_over,
        "groups": list(_grouped(figures)),
        "remarks": standing_out(lines),
        "blind": matrix(replace(question, periods=(form.asked,))),
        "figures": list(figures.values()),
        "with_history": bool(run_up),
    }
    return render(request, "pages/reports/scorecard.html", context)


@require_safe
def report_page(request: ActorRequest, slug: str) -> HttpResponseBase:
    """One report: result, details by row, and method."""
    districts = ground(request)
    report = find_report(slug)
    if elsewhere := canonical(request):
        return elsewhere
    if not districts:
        return render(request, "pages/reports/nothing.html")
    today = city_today()
    form = SplitForm(
        request.GET.dict(), districts, ways=report.ways, today=today, default=last_quarter(today)
    )
    context: dict[str, Any] = {"form": form, "report": report}
    if not form.is_valid() or form.asked is None or form.before is None:
        return render(request, "pages/reports/report.html", context, status=422)
    question = _question(request, form)
    _remember(request, question, slug)
    district = question.districts[0]
    run_up, periods = periods_of(form.asked, form.before)
    whole = Line(
        table(report, replace(question, periods=periods)), district.code, form.asked, form.before, run_up
    )
    asked, figures = _split_up(report, question, form, districts)
    context |= {
        "district": district,
        "period": form.asked,
        "before": form.before,
        "is_over": form.is_over,
        "whole": Figure(whole, district.name),
        "figures": figures,
        "trend": trend(whole, _chart_title(report, district.name)),
        "bars": _bars(report, figures),
        "columns": report.own_columns,
        "call": call_of_report(slug, _api_parameters(form, asked)),
    }
    return render(request, "pages/reports/report.html", context)


@require_safe
def agreements_page(request: ActorRequest) -> HttpResponseBase:
    """The organisations behind a “contact wanted” figure, which adds up from wanted and actual meetings."""
    districts = ground(request)
    if elsewhere := canonical(request):
        return elsewhere
    if not districts:
        return render(request, "pages/reports/nothing.html")
    today, ways = city_today(), contact_wanted.REPORT.ways
    form = AgreementsForm(request.GET.dict(), districts, ways=ways, today=today, default=last_quarter(today))
    context: dict[str, Any] = {"form": form, "report": contact_wanted.REPORT}
    if not form.is_valid() or form.asked is None:
        return render(request, "pages/reports/agreements.html", context, status=422)
    question, group = form.narrow(_question(request, form))
    found = shares_of(request.actor, question, group)
    record_view(
        request,
        "organisation",
        [row.pk for row, _one in found.rows],
        action=Action.LIST,
        district_ids={question.districts[0].pk, *(row.home_district_id for row, _one in found.rows)},
    )
    context |= {
        "district": question.districts[0],
        "period": form.asked,
        "group": "" if question.by == By.DISTRICT else name_group(group, {}),
        "found": found,
    }
    return render(request, "pages/reports/agreements.html", context)


@require_safe
def compare_page(request: ActorRequest) -> HttpResponseBase:
    """Districts side by side in their own order.

    The page shows one indicator over time on a common scale, then all indicators.
    """
    districts = ground(request)
    if elsewhere := canonical(request):
        return elsewhere
    if not districts:
        return render(request, "pages/reports/nothing.html")
    form = _compare_form(request, districts)
    if not form.is_valid() or form.asked is None:
        return render(request, "pages/reports/compare.html", {"form": form}, status=422)
    report, question = REPORTS[form.cleaned_data["indicator"]], _of(request, form, form.beside_each_other)
    _remember(request, question, *REPORTS)
    period, run_up = form.asked, form.asked.run_up(RUN_UP)
    over_time = table(report, replace(question, periods=run_up))
    lines = [Line(over_time, row.code, period, run_up[-2], run_up) for row in question.districts]
    top = top_of((mark.value for line in lines for mark in line.marks), report.unit)
    context = {
        "form": form,
        "period": period,
        "report": report,
        "districts": question.districts,
        "charts": [
            (figure.name, trend(figure.line, _chart_title(report, figure.name), top=top, height=150))
            for figure in named(lines, question.districts)
        ],
        "indicators": list(_indicators(replace(question, periods=(period,)))),
    }
    return render(request, "pages/reports/compare.html", context)


@require_safe
def map_page(request: ActorRequest) -> HttpResponseBase:
    """One indicator on a map and in a table. Never by community, because blind spots are not mapped."""
    districts = ground(request)
    if elsewhere := canonical(request):
        return elsewhere
    if not districts:
        return render(request, "pages/reports/nothing.html")
    form = _compare_form(request, districts)
    if not form.is_valid() or form.asked is None:
        return render(request, "pages/reports/map.html", {"form": form}, status=422)
    report, question = REPORTS[form.cleaned_data["indicator"]], _of(request, form, form.beside_each_other)
    _remember(request, question, report.slug)
    period, before = form.asked, form.asked.previous()
    now = table(report, replace(question, periods=(period, before)))
    figures = named((Line(now, row.code, period, before) for row in question.districts), question.districts)
    context = {
        "form": form,
        "period": period,
        "before": before,
        "report": report,
        "figures": figures,
        "shading": shading(report, figures, question.districts),
    }
    return render(request, "pages/reports/map.html", context)


@require_safe
def blind_spots_page(request: ActorRequest) -> HttpResponseBase:
    """Districts × communities: reached, not reached, not represented. On screen only."""
    districts = ground(request)
    if elsewhere := canonical(request):
        return elsewhere
    if not districts:
        return render(request, "pages/reports/nothing.html")
    form = WithinForm(request.GET.dict(), districts, today=city_today(), default=LATELY)
    if not form.is_valid() or form.asked is None:
        return render(request, "pages/reports/blind_spots.html", {"form": form}, status=422)
    # A community expected in a whole district is not expected in any part, so the whole is shown too.
    question = replace(_of(request, form, form.with_their_whole), periods=(form.asked,))
    _remember(request, question, "blind-spots")
    context = {"form": form, "period": form.asked, "matrix": matrix(question)}
    return render(request, "pages/reports/blind_spots.html", context)


def ground(request: ActorRequest) -> list[District]:
    """The districts whose figures the reader may see, each before its parts.

    Raises 403 for users without any, and 404 if the URL names a district that is not covered.
    """
    if not can_read_reports(request.actor):
        raise PermissionDenied
    covered = list(District.objects.covered_by(request.actor).active().as_tree())
    named_here = {request.GET.get(name) for name in ("district", "within")} - {None, ""}
    if not named_here <= {row.code for row in covered}:
        raise Http404
    return covered


def find_report(slug: str) -> Report:
    if slug not in REPORTS:
        raise Http404
    return REPORTS[slug]


def _question(request: ActorRequest, form: DistrictPeriodForm) -> Question:
    """A question about one district, without periods. Raises 404 if the district is not covered."""
    return ask(
        request.actor,
        [],
        districts=[form.cleaned_data["district"]],
        all_kinds=form.cleaned_data["all_kinds"],
    )


def _compare_form(request: ActorRequest, districts: list[District]) -> CompareForm:
    today = city_today()
    return CompareForm(
        request.GET.dict(),
        districts,
        indicators=[(slug, report.title) for slug, report in REPORTS.items()],
        today=today,
        default=last_quarter(today),
    )


def _of(request: ActorRequest, form: WithinForm, districts: list[District]) -> Question:
    """A question about these districts, in order, without periods."""
    codes = [row.code for row in districts]
    asked = ask(request.actor, [], districts=codes, all_kinds=form.cleaned_data["all_kinds"])
    return replace(asked, districts=tuple(districts))


def _indicators(question: Question) -> Iterator[tuple[Report, list[Figure]]]:
    """Every indicator with its figure for each district."""
    [period] = question.periods
    for found in tables(list(REPORTS.values()), question):
        lines = (Line(found, row.code, period, period) for row in question.districts)
        yield found.report, named(lines, question.districts)


def _split_up(
    report: Report, question: Question, form: SplitForm, districts: list[District]
) -> tuple[Question, list[Figure]]:
    """The question asked, with a figure per part of the district in order, or per group by name."""
    assert form.asked and form.before  # noqa: S101 (the form is valid)
    by, [district] = By(form.cleaned_data["by"]), question.districts
    asked = replace(question, periods=(form.asked, form.before), by=by)
    if by == By.DISTRICT:
        parts = tuple(row for row in districts if row.parent_id == district.pk)
        if not parts:
            return asked, []
        asked = replace(asked, districts=(district, *parts), rest_of=district)
    found = table(report, asked)
    groups = found.groups
    if by == By.DISTRICT:  # in order, then the rows that complete the sum
        rest = [group for group in groups if group in (IN_NO_PART, IN_SEVERAL)]
        groups = [*(row.code for row in asked.districts if row != district), *rest]
    figures = named((Line(found, group, form.asked, form.before) for group in groups), asked.districts)
    return asked, figures if by == By.DISTRICT else sorted(figures, key=lambda figure: figure.name)


def _grouped(figures: dict[str, Figure]) -> Any:
    """Indicators in groups with titles."""
    for title, slugs in GROUPS:
        if found := [figures[slug] for slug in slugs if slug in figures]:
            yield title, found


def _bars(report: Report, figures: list[Figure]) -> str:
    """A bar chart, except for shares, which have bars in the table."""
    if report.unit == "ratio" or len(figures) < 2:
        return ""
    return split(report, group_marks(figures), str(report.title))


def _chart_title(report: Report, district: str) -> str:
    return _("%(title)s, %(district)s") % {"title": report.title, "district": district}


def _api_parameters(form: DistrictPeriodForm, asked: Question) -> dict[str, str]:
    """API parameters for the same figures. With by=district, for the whole district and its parts."""
    period = asked.periods[0]
    codes = [form.cleaned_data["district"]]
    if asked.rest_of:
        codes = [row.code for row in asked.districts]
    given = {
        "from": period.since.isoformat(),
        "to": period.until.isoformat(),
        "by": asked.by.value,
        "district": ",".join(codes),
        "compare": form.cleaned_data["compare"] or "previous",
    }
    given |= {"rest": "true"} if asked.rest_of else {}
    return given | ({"all_kinds": "true"} if asked.all_kinds else {})


def _remember(request: ActorRequest, question: Question, *slugs: str) -> None:
    """Record the reports and districts that were viewed. There are no object IDs, because all are counted."""
    counted = [district.pk for district in question.districts]
    record(request.actor, Action.VIEW, "report", district_ids=counted, field_names=slugs)
