"""Export lists and figures as files: check role, identity and reason, then start a background task."""

from dataclasses import replace
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.middleware import ActorRequest
from audit.models import Action
from districts.models import District
from exchange.exports.encrypting import needs_of
from exchange.exports.lists import CHOSEN, KIND, LISTS, Selection
from exchange.policies import can_export
from jobs.models import Job
from jobs.services.jobs import queue_job
from jobs.services.printing import can_write_pdf
from lib.days import city_today
from lib.error_texts import texts
from pages.disclosing import disclose
from pages.exports.forms import ExportForm, ListExportForm, RowsExportForm
from pages.form_pages import form_page, posted
from pages.identity import reauthenticated
from pages.reports.forms import SplitForm
from pages.reports.views import find_report, ground
from reports.exports.files import TYPES
from reports.exports.request import KIND as REPORT_KIND
from reports.exports.request import SCORECARD, FigureRequest
from reports.exports.rows import KIND as ROWS_KIND
from reports.figures.wording import format_so_far
from reports.indicators.catalogue import REPORTS
from reports.queries.questions import By


@form_page
@reauthenticated(can_export)
def export_list(request: ActorRequest, noun: str) -> HttpResponse:
    """Export a list. The query has the list's filters, `?ids=` the selected rows."""
    _take_query(request)
    selection = _selection(request, noun)
    export = selection.export
    form = ListExportForm(posted(request), formats=export.formats, suggestions=_suggestions(request))
    refusals: list[str] = []
    count = 0
    try:
        count = selection.rows().count()
    except ValidationError as error:
        refusals = texts(error)
    if form.is_valid() and not refusals:
        job = queue_job(
            actor=request.actor,
            kind=KIND,
            parameters={
                "list": noun,
                "title": str(export.title),
                "format": form.cleaned_data["format"],
                "purpose": form.purpose,
                "recipient": form.cleaned_data["recipient"],
            },
            needs={
                "query": selection.query.urlencode(),
                "ids": [str(pk) for pk in selection.ids],
                **needs_of(form.passphrase_given),
            },
        )
        return redirect("job", job.pk)
    disclose(request, export.object_type, (), action=Action.LIST, searched=selection.searched)
    context = {
        "form": form,
        "export": export,
        "count": count,
        "refusals": refusals,
        "filters": [] if refusals else selection.described(),
        "back": f"/{noun}/?{selection.query.urlencode()}" if selection.query else f"/{noun}/",
    }
    status = 422 if form.is_bound or refusals else 200
    return render(request, "pages/exports/list.html", context, status=status)


@form_page
@reauthenticated(can_export)
def export_report(request: ActorRequest) -> HttpResponse:
    """Export figures. `?report=` is a slug or the scorecard; other parameters are the report page's."""
    _take_query(request)
    districts = ground(request)
    if not districts:
        raise Http404
    slug = request.GET.get("report", SCORECARD)
    if slug != SCORECARD:
        find_report(slug)
    figures = _requested_figures(request, slug, districts)
    formats = [code for code in TYPES if code != "pdf" or can_write_pdf()]
    form = ExportForm(posted(request), formats=formats, suggestions=_suggestions(request))
    if figures is not None and form.is_valid():
        file_parameters = {name: form.cleaned_data[name] for name in ("format", "recipient")}
        title = {"title": f"{figures.title}, {figures.period}", "purpose": form.purpose}
        job = queue_job(
            actor=request.actor, kind=REPORT_KIND, parameters=figures.parameters() | file_parameters | title
        )
        return redirect("job", job.pk)
    context = {
        "form": form,
        "asked": figures,
        "district": next((row for row in districts if figures and row.code == figures.district), None),
        "no_pdf": "pdf" not in formats,
        "so_far": format_so_far(figures.period, city_today()) if figures else "",
        "back": _page_of(request, slug),
    }
    status = 422 if form.is_bound or figures is None else 200
    return render(request, "pages/exports/report.html", context, status=status)


@form_page
@reauthenticated(can_export)
def export_rows(request: ActorRequest, slug: str) -> HttpResponse:
    """Export the rows behind a district's figure, each with the facts that decided whether it is counted."""
    _take_query(request)
    report, districts = find_report(slug), ground(request)
    if not districts:
        raise Http404
    figures = _requested_figures(request, slug, districts)
    form = RowsExportForm(posted(request), suggestions=_suggestions(request))
    if figures is not None and form.is_valid():
        title = {"title": f"{figures.title}, {figures.period}", "purpose": form.purpose}
        title["recipient"] = form.cleaned_data["recipient"]
        by_district = replace(figures, by=By.DISTRICT)
        needs = needs_of(form.passphrase_given)
        job = queue_job(
            actor=request.actor, kind=ROWS_KIND, parameters=by_district.parameters() | title, needs=needs
        )
        return redirect("job", job.pk)
    context = {
        "form": form,
        "asked": figures,
        "report": report,
        "district": next((row for row in districts if figures and row.code == figures.district), None),
        "back": _page_of(request, slug),
    }
    status = 422 if form.is_bound or figures is None else 200
    return render(request, "pages/exports/rows.html", context, status=status)


def _suggestions(request: ActorRequest) -> list[str]:
    return Job.objects.visible_to(request.actor).last_recipients()


def _take_query(request: ActorRequest) -> None:
    """Use the query that the form sent.

    A form that was held for a password confirmation returns without one.
    """
    if "query" in request.POST:
        request.GET = QueryDict(request.POST["query"])


def _requested_figures(request: ActorRequest, slug: str, districts: list[District]) -> FigureRequest | None:
    """The figures that the report page shows. None if its URL is invalid."""
    form = SplitForm(request.GET.dict(), districts, REPORTS.get(slug))
    if not form.is_valid() or form.asked is None:
        return None
    return FigureRequest(
        slug=slug,
        district=form.cleaned_data["district"],
        period=form.asked,
        before=form.before,
        by=By(form.cleaned_data["by"]),
        all_kinds=form.cleaned_data["all_kinds"],
    )


def _page_of(request: ActorRequest, slug: str) -> str:
    query = request.GET.copy()
    query.pop("report", None)
    page = reverse("reports") if slug == SCORECARD else reverse("report", args=[slug])
    return f"{page}?{query.urlencode()}" if query else page


def _selection(request: ActorRequest, noun: str) -> Selection:
    """Join repeated values, and drop parameters that are not filters, as on the list's page."""
    export = LISTS[noun]
    query = QueryDict(mutable=True)
    for name in export.filters.parameters():
        if joined := ",".join(value for value in request.GET.getlist(name) if value):
            query[name] = joined
    chosen = [pk for value in request.GET.getlist("ids") for pk in value.split(",") if pk]
    try:
        ids = [UUID(pk) for pk in chosen]
    except ValueError:
        raise Http404 from None
    if len(ids) > CHOSEN:
        raise Http404
    return Selection(export, request.actor, query, ids)
