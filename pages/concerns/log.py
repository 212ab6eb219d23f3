"""Log a concern quickly, then show immediately the organisations to call."""

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.middleware import ActorRequest
from incidents.models import Incident
from incidents.services.concerns import log_concern as log
from meetings.codes import BiasGround
from meetings.models import Meeting
from pages.concerns.forms import LogConcernForm, with_communities
from pages.disclosing import disclose
from pages.duty.again import ask_for_lost_district, begin_if_asked
from pages.form_pages import form_page
from pages.forms.base import RefusalsIn
from pages.forms.picks import as_uuid
from pages.hints import record_kept
from pages.lookups import get_or_404, readers_only, writers_only


@form_page
def log_concern(request: ActorRequest) -> HttpResponse:
    """Log a concern. `?organisation=…` is the affected site, `?meeting=…` where the concern was raised."""
    readers_only(request)
    writers_only(request)
    begin_if_asked(request)
    meeting = None
    if request.GET.get("meeting"):
        meeting = get_or_404(Meeting.objects.visible_to(request.actor), as_uuid(request.GET["meeting"]))
    draft = "look_for" in request.POST or "suggest" in request.POST
    data = with_communities(request.POST) if draft else request.POST
    form = LogConcernForm(
        data or None,
        actor=request.actor,
        initial={
            "site_organisation": request.GET.get("organisation"),
            "bias_grounds": [BiasGround.UNKNOWN],
            "communities_for": BiasGround.UNKNOWN,
        },
    )
    form.draft = draft
    if form.is_bound and not draft and (question := ask_for_lost_district(request, form)):
        return question
    if form.is_bound and not draft and form.is_valid():
        with RefusalsIn(form):
            with transaction.atomic():
                concern = log(actor=request.actor, meeting=meeting, **form.values())
                record_kept(request, "concern", concern.pk, [form], district_ids=[concern.district_id])
            messages.success(request, _("Concern logged. The lead officers are being notified now."))
            opened = Incident.objects.visible_to(request.actor).filter(concern_links__concern=concern).first()
            return redirect("incident", opened.pk) if opened else redirect("concern", concern.pk)
    shown_rows = [*form.shown, *([meeting] if meeting else [])]
    disclose(request, "organisation", shown_rows, searched=form.searched)
    context = {
        "form": form,
        "meeting": meeting,
        "complaints": {"name": settings.COMPLAINTS_BODY_NAME, "url": settings.COMPLAINTS_BODY_URL},
    }
    return render(request, "pages/concerns/log.html", context, status=422 if form.errors else 200)
