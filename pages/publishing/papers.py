"""The council's papers: all versions, the form of the next one with a preview, and the PDF."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.middleware import ActorRequest
from pages.disclosing import disclose
from pages.form_pages import form_page, posted
from pages.forms.base import RefusalsIn
from pages.lookups import get_or_404, is_id, refuse_unless
from pages.publishing.forms import PaperForm, filled
from plans.models import Plan
from plans.reading.pages import council_texts, slugs_of_shares
from publishing.models import CouncilPaper, Release
from publishing.policies import can_publish
from publishing.queries.files import show_paper
from publishing.queries.paper_figures import figure_choices
from publishing.services.papers import MOST_FIGURES, make_paper, prepare_paper
from reports.exports.files import TYPES


@require_safe
def papers(request: ActorRequest) -> HttpResponse:
    """All versions, latest first."""
    context = {
        "papers": CouncilPaper.objects.visible_to(request.actor).latest_first(),
        "latest": Release.objects.visible_to(request.actor).latest_first().first(),
        "may_publish": can_publish(request.actor),
    }
    return render(request, "pages/publishing/papers.html", context)


@form_page
def paper_new(request: ActorRequest, number: int) -> HttpResponse:
    """Write the next version of a release's paper: preview it (`preview` is sent), or make it."""
    refuse_unless(can_publish(request.actor))
    release = get_object_or_404(Release.objects.visible_to(request.actor).latest_first(), number=number)
    latest = CouncilPaper.objects.visible_to(request.actor).latest_first().filter(release=release).first()
    initial = filled(latest) if latest else {"title": _("Proximity policing in %s") % settings.CITY_NAME}
    offered = figure_choices(release)
    if is_id(request.GET.get("plan", "")):
        initial = _of_plan(request, UUID(request.GET["plan"]), offered)
    form = PaperForm(posted(request), offered=offered, initial=initial)
    preview = None
    if form.is_valid():
        with RefusalsIn(form):
            arguments: dict[str, Any] = {
                "release_id": release.pk,
                "figures": form.figures,
                "texts": form.texts,
            }
            if "preview" not in request.POST:
                paper = make_paper(actor=request.actor, **arguments)
                messages.success(request, _("Version %(n)d of the paper is made.") % {"n": paper.version})
                return redirect("paper", paper.pk)
            preview = show_paper(prepare_paper(actor=request.actor, **arguments))
    context = {"release": release, "form": form, "preview": preview, "language": settings.LANGUAGE_CODE}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "pages/publishing/paper_new.html", context, status=status)


def _of_plan(request: ActorRequest, pk: UUID, offered: Mapping[str, list[tuple[str, str]]]) -> dict[str, str]:
    """Return the initial values of a paper about a plan: the figures that the release shows in total."""
    plan = get_or_404(Plan.objects.visible_to(request.actor), pk)
    disclose(request, "plan", [plan])
    offered_keys = {key for rows in offered.values() for key, _name in rows}
    keys = [f"{slug}:" for slug in slugs_of_shares(plan) if f"{slug}:" in offered_keys][:MOST_FIGURES]
    figures = {f"figure_{number}": key for number, key in enumerate(keys, 1)}
    return figures | council_texts(request.actor, plan)


@require_safe
def paper(request: ActorRequest, pk: UUID) -> HttpResponse:
    row = get_or_404(CouncilPaper.objects.visible_to(request.actor).select_related("release"), pk)
    context = {
        "paper": row,
        "body": show_paper(row),
        "language": settings.LANGUAGE_CODE,
        "may_publish": can_publish(request.actor),
    }
    return render(request, "pages/publishing/paper.html", context)


@require_safe
def paper_file(request: ActorRequest, pk: UUID) -> HttpResponse:
    row = get_or_404(CouncilPaper.objects.visible_to(request.actor).select_related("release"), pk)
    answer = HttpResponse(bytes(row.pdf), content_type=TYPES["pdf"])
    name = f"council-paper-release-{row.release.number}-version-{row.version}.pdf"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
