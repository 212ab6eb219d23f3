"""Temporary access: an officer opens another district for some hours. Supervisors see who did, and why."""

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.middleware import ActorRequest
from accounts.models import Relief, ReliefReason
from accounts.policies import can_open_relief
from districts.models import District
from meetings.services.relief import end_relief, open_relief
from pages.form_pages import form_page, posted
from pages.forms.base import RefusalsIn
from pages.lookups import readers_only, refuse_unless
from pages.relief.forms import ReliefForm

SHOWN = timedelta(days=90)


@form_page
def relief(request: ActorRequest) -> HttpResponse:
    """Open temporary access. `?district=` preselects a district by its code."""
    readers_only(request)
    may_open = can_open_relief(request.actor)
    if request.method == "POST" and not may_open:
        raise PermissionDenied
    at = timezone.now()
    district = (
        District.objects.active().filter(code=request.GET.get("district", "").replace("\0", "")).first()
    )
    form = ReliefForm(posted(request), actor=request.actor, initial={"district": district})
    if form.is_valid():
        with RefusalsIn(form):
            opened = open_relief(actor=request.actor, **form.cleaned_data)
            text = _("You now have access to %(district)s. Your supervisors have been notified.")
            messages.success(request, text % {"district": opened.district.name})
            return redirect("district", opened.district.code)
    visible = Relief.objects.visible_to(request.actor).select_related("officer", "district")
    rows = list(visible.filter(starts_at__gte=at - SHOWN).order_by("-starts_at", "-pk")[:200])
    is_open = any(row.officer_id == request.actor.id and row.is_open_at(at) for row in rows)
    context = {
        "form": form if may_open and not is_open else None,
        "reasons": ReliefReason.choices,
        "rows": [(row, row.is_open_at(at)) for row in rows],
    }
    return render(request, "pages/relief/relief.html", context, status=422 if form.is_bound else 200)


@require_POST
def relief_end(request: ActorRequest) -> HttpResponse:
    refuse_unless(can_open_relief(request.actor))
    ended = end_relief(actor=request.actor)
    if ended:
        messages.success(request, _("Your access to %(district)s has ended.") % {"district": ended.district})
    return redirect("relief")
