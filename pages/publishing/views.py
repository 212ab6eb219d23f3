"""Published figures: the release grid, releases and their files."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import ActorRequest
from districts.models import District
from lib.error_texts import texts
from pages.districts.tabs import district_in_address
from pages.form_pages import form_page, posted
from pages.forms.base import RefusalsIn
from pages.identity import require_reauthentication
from pages.lists import canonical
from pages.lookups import get_or_404, refuse_unless
from pages.publishing.forms import SPLITS, GridForm, ReleaseForm
from publishing.models import Release, ReleaseGrid
from publishing.policies import can_confirm, can_publish
from publishing.queries.documents import tables_of
from publishing.queries.files import TYPES, write_release
from publishing.rules.indicators import INSIDE
from publishing.services.grids import confirm_grid, propose_grid, withdraw_grid
from publishing.services.releases import make_release, next_quarters, prepare_release
from reports.indicators.catalogue import REPORTS
from reports.queries.periods import Period
from reports.queries.questions import By


@require_safe
def releases(request: ActorRequest) -> HttpResponseBase:
    """Releases, latest first, and the grids: in force, to come, and proposed.

    Releases are of the whole city. `?district=` stays on the way to the other tabs.
    """
    if elsewhere := canonical(request):
        return elsewhere
    may = can_publish(request.actor)
    grids = ReleaseGrid.objects.visible_to(request.actor).select_related("proposed_by", "confirmed_by")
    context = {
        "releases": Release.objects.visible_to(request.actor).latest_first(),
        "grids": [_described(grid) for grid in grids.confirmed().order_by("-since", "-confirmed_at")[:2]],
        "proposals": [
            _described(grid) | {"may_confirm": can_confirm(request.actor, grid)} for grid in grids.proposed()
        ],
        "may_publish": may,
        "quarters": next_quarters() if may else [],
        "inside": [REPORTS[slug].title for slug in INSIDE],
        **district_in_address(request),
    }
    return render(request, "pages/publishing/list.html", context)


def _described(grid: ReleaseGrid) -> dict[str, Any]:
    return {
        "row": grid,
        "splits": [(REPORTS[slug].title, SPLITS[By(split)]) for slug, split in grid.splits.items()],
    }


@form_page
def grid_new(request: ActorRequest) -> HttpResponse:
    refuse_unless(can_publish(request.actor))
    districts = District.objects.visible_to(request.actor).active().in_order()
    form = GridForm(posted(request), districts=districts)
    if form.is_valid():
        with RefusalsIn(form):
            cleaned = form.cleaned_data
            propose_grid(
                actor=request.actor, since=cleaned["since"], level=cleaned["level"], splits=form.splits
            )
            messages.success(request, _("Release grid proposed. Another person must confirm it."))
            return redirect("publishing")
    status = 422 if form.is_bound else 200
    return render(request, "pages/publishing/grid.html", {"form": form}, status=status)


@require_POST
def grid_confirm(request: ActorRequest, pk: UUID) -> HttpResponse:
    grid = get_or_404(ReleaseGrid.objects.visible_to(request.actor), pk)
    refuse_unless(can_confirm(request.actor, grid))
    require_reauthentication(request)
    try:
        confirm_grid(actor=request.actor, grid_id=pk)
    except ValidationError as error:
        messages.error(request, " ".join(texts(error)))
    else:
        messages.success(request, _("Release grid confirmed."))
    return redirect("publishing")


@require_POST
def grid_withdraw(request: ActorRequest, pk: UUID) -> HttpResponse:
    grid = get_or_404(ReleaseGrid.objects.visible_to(request.actor), pk)
    refuse_unless(can_publish(request.actor) or can_confirm(request.actor, grid))
    try:
        withdraw_grid(actor=request.actor, grid_id=pk)
    except ValidationError as error:
        messages.error(request, " ".join(texts(error)))
    else:
        messages.success(request, _("Proposal deleted."))
    return redirect("publishing")


@form_page
def release_new(request: ActorRequest) -> HttpResponse:
    """Preview a quarter (`?quarter=2026-07-01`), and release it."""
    refuse_unless(can_publish(request.actor))
    quarters = next_quarters()
    form = ReleaseForm(posted(request) or request.GET or None, quarters=quarters)
    document = None
    if form.is_valid():
        with RefusalsIn(form):
            if request.method == "POST":
                release = make_release(actor=request.actor, quarter=form.chosen_quarter)
                messages.success(request, _("Release %(number)d is published.") % {"number": release.number})
                return redirect("release", release.number)
            document = prepare_release(actor=request.actor, quarter=form.chosen_quarter).document
    context = {"form": form, "quarters": quarters}
    if document:
        context |= _release_context(document, form.chosen_quarter)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "pages/publishing/new.html", context, status=status)


@require_safe
def release(request: ActorRequest, number: int) -> HttpResponse:
    row = _release(request, number)
    context = {"release": row, "may_publish": can_publish(request.actor)}
    context |= _release_context(row.document, row.quarter)
    return render(request, "pages/publishing/release.html", context)


def _release_context(document: dict[str, Any], quarter: Period) -> dict[str, Any]:
    """Return the context of `figures.html`."""
    return {
        "document": document,
        "tables": tables_of(document, quarter),
    }


@require_safe
def release_file(request: ActorRequest, number: int, extension: str) -> HttpResponse:
    if extension not in TYPES:
        raise Http404
    content = write_release(_release(request, number), extension)
    answer = HttpResponse(content, content_type=TYPES[extension])
    answer["Content-Disposition"] = f'attachment; filename="release-{number}.{extension}"'
    return answer


def _release(request: ActorRequest, number: int) -> Release:
    return get_object_or_404(Release.objects.visible_to(request.actor).latest_first(), number=number)
