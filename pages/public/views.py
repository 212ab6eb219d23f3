"""Pages for the public: the overview, the page of a district, announced meetings and a preview."""

from mimetypes import guess_type
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.middleware import ActorRequest
from districts.models import District
from lib.days import city_today
from meetings.models import Meeting
from pages.districts.tabs import district_in_address
from pages.form_pages import form_page, posted
from pages.forms.base import RefusalsIn
from pages.lists import canonical
from pages.lookups import get_or_404, readers_only, refuse_unless
from pages.public.forms import AnnouncementForm, PageForm
from publishing.figures import public_figures
from publishing.models import PublicDistrict, PublicEntry, PublicMeeting, Registration, ReportingRoute
from publishing.policies import can_announce, can_approve_entry, can_edit_page
from publishing.queries.page_requirements import missing_for, pages_without_route
from publishing.services.pages import announce_meeting, write_page
from publishing.services.publications import has_failed
from publishing.site import build_site

_LEVELS = 2  # the city and its districts: a neighbourhood seldom has a page of its own
_PAGE = ("is_on", "languages", "language", "intro", "contact_line", "contact_email", "hours")


@require_safe
def overview(request: ActorRequest) -> HttpResponseBase:
    """Entries to approve, ways to report by their last test, registrations, and pages of districts.

    `?district=` leaves those of the district and its parts, with the ways to report of the whole city.
    """
    readers_only(request)
    if elsewhere := canonical(request):
        return elsewhere
    in_address = district_in_address(request)
    district = in_address["district"]
    actor, today = request.actor, city_today()
    entries = PublicEntry.objects.visible_to(actor).select_related("district", "written_by")
    if district:
        entries = entries.filter(district__lineage__contains=[district.pk])
    drafts = entries.drafts().prefetch_related("translations")
    routes = ReportingRoute.objects.visible_to(actor).select_related("district")
    routes = routes.order_by("answered_on", "name", "pk")
    covered = District.objects.visible_to(actor).covered_by(actor).active().in_order()
    if district:
        covered = covered.under(district)
    waiting = Registration.objects.visible_to(actor).to_decide_or_call().select_related("district")
    registrations = [
        row for row in waiting if can_edit_page(actor, row.district_id) and _is_in(district, row.district)
    ]
    pages = {page.pk: page for page in PublicDistrict.objects.visible_to(actor)}
    figures = public_figures(actor, routes)
    bare = pages_without_route()
    context = {
        "drafts": [{"row": row, "may_approve": can_approve_entry(actor, row)} for row in drafts[:100]],
        "shown": entries.shown_on(today).filter(district__in=covered).newest_first()[:8],
        "routes": [
            {"row": row, "not_tested_since": row.not_tested_since(today)}
            for row in routes
            if row.district is None
            or ((actor.sees_everywhere or actor.covers(row.district.pk)) and _is_in(district, row.district))
        ],
        "registrations": [row for row in registrations if row.decided_at is None],
        "to_call": [row for row in registrations if row.decided_at],
        "districts": [
            {
                "row": row,
                "page": pages.get(row.pk),
                "may_edit": can_edit_page(actor, row.pk),
                "figures": figures(row),
                "is_bare": row in bare,
            }
            for row in covered
            if row.pk in pages or len(row.lineage) <= _LEVELS
        ],
        "may_write": actor.writes,
        "may_supervise": actor.is_supervisor,
        "has_failed": actor.is_supervisor and has_failed(),
        **in_address,
    }
    return render(request, "pages/public/overview.html", context)


def _is_in(area: District | None, district: District) -> bool:
    """Whether the district is the area or one of its parts. Without an area, each district is."""
    return area is None or area.pk in district.lineage


@form_page
def page(request: ActorRequest, code: str) -> HttpResponse:
    """The public page of a district."""
    district = get_object_or_404(District.objects.visible_to(request.actor).active(), code=code)
    refuse_unless(can_edit_page(request.actor, district.pk))
    row = PublicDistrict.objects.visible_to(request.actor).filter(pk=district.pk).first()
    names = (*_PAGE, "officer_names", "next_review_on", "revision")
    initial = {name: getattr(row, name) for name in names} if row else {}
    form = PageForm(posted(request), initial=initial)
    if form.is_valid():
        with RefusalsIn(form):
            cleaned = form.cleaned_data
            write_page(
                actor=request.actor, district_id=district.pk, version=cleaned["revision"], **form.values
            )
            messages.success(request, _("Public page saved."))
            return redirect("public_pages")
    context = {
        "form": form,
        "title": district.name,
        "intro": _("Everyone can read this page."),
        "missing": [] if form.is_bound else missing_for(row or PublicDistrict(district=district)),
    }
    return render_form(request, context)


@form_page
def announce(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Announce a meeting to everybody, in words that are written for everybody."""
    meeting = get_or_404(Meeting.objects.visible_to(request.actor), pk)
    refuse_unless(can_announce(request.actor, meeting.district_id))
    row = PublicMeeting.objects.visible_to(request.actor).filter(pk=meeting.pk).first()
    names = ("is_public", "title", "place", "text", "language", "revision")
    initial: dict[str, Any] = {name: getattr(row, name) for name in names} if row else {"is_public": True}
    form = AnnouncementForm(posted(request), initial=initial)
    if form.is_valid():
        with RefusalsIn(form):
            cleaned = form.cleaned_data
            announce_meeting(
                actor=request.actor, meeting_id=meeting.pk, version=cleaned["revision"], **form.values
            )
            messages.success(request, _("Announcement saved."))
            return redirect("meeting", meeting.pk)
    context = {
        "form": form,
        "title": _("Announce to everyone"),
        "intro": _("Only these words are published, with the time of the meeting. Name no person."),
    }
    return render_form(request, context)


@require_safe
def preview(request: ActorRequest, path: str = "") -> HttpResponse:
    """The site as the next publication would show it."""
    readers_only(request)
    files = build_site(city_today())
    name = path if path in files else f"{path}index.html"
    if name not in files or (path and name != path and not path.endswith("/")):
        raise Http404
    return HttpResponse(files[name], content_type=guess_type(name)[0] or "application/octet-stream")


def render_form(request: ActorRequest, context: dict[str, Any]) -> HttpResponse:
    status = 422 if context["form"].is_bound else 200
    return render(request, "pages/public/form.html", context, status=status)
