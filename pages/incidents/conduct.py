"""Further calls of an incident, and the exclusion of supervisors if police conduct may be involved."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.middleware import ActorRequest
from incidents.models import Incident
from incidents.policies import can_decide_incident, can_write_incident, districts_of
from incidents.services.decisions import call_more, left_out_organisations
from incidents.services.exclusions import request_exclusion
from pages.disclosing import disclose
from pages.event_names import ids_in_name
from pages.form_pages import form_page, posted
from pages.forms.base import RefusalsIn
from pages.incidents.forms import ConductForm, MoreForm
from pages.lookups import get_or_404, refuse_unless


@form_page
def incident_more(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Choose which organisations beyond the first sixty are called."""
    row = get_or_404(
        Incident.objects.visible_to(request.actor)
        .for_its_page(request.actor)
        .with_first_report(request.actor),
        pk,
    )
    refuse_unless(can_decide_incident(request.actor, row))
    offered = left_out_organisations(request.actor, row)
    form = MoreForm(posted(request), offered=offered)
    disclose(
        request,
        "incident",
        [row.pk, *ids_in_name(row), *(organisation.pk for organisation in offered)],
        district_ids=districts_of(row),
    )
    if form.is_valid():
        with RefusalsIn(form):
            if chosen := [organisation.pk for organisation in form.cleaned_data["organisations"]]:
                call_more(actor=request.actor, incident_id=pk, organisation_ids=chosen)
                messages.success(request, _("Steps added."))
            return redirect("incident", pk)
    context = {"incident": row, "form": form, "offered": offered}
    return render(request, "pages/incidents/more.html", context, status=422 if form.is_bound else 200)


@form_page
def incident_conduct(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Name the independent body, and ask that a supervisor be kept out of the incident."""
    row = get_or_404(
        Incident.objects.visible_to(request.actor)
        .for_its_page(request.actor)
        .with_first_report(request.actor),
        pk,
    )
    refuse_unless(can_write_incident(request.actor, row))
    form = ConductForm(posted(request), actor=request.actor, incident=row)
    disclose(request, "incident", [row.pk, *ids_in_name(row)], district_ids=districts_of(row))
    if form.is_valid():
        with RefusalsIn(form):
            request_exclusion(actor=request.actor, incident_id=pk, user_id=form.cleaned_data["supervisor"].pk)
            messages.success(request, _("Asked. Someone outside the district decides."))
            return redirect("incident", pk)
    body = {"name": settings.COMPLAINTS_BODY_NAME, "url": settings.COMPLAINTS_BODY_URL}
    context = {"incident": row, "form": form, "complaints": body}
    return render(request, "pages/incidents/conduct.html", context, status=422 if form.is_bound else 200)
