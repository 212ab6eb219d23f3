"""Export all data of a district, after checking role, identity and reason.

A background task writes the file, and a second person releases it.
"""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.middleware import ActorRequest
from districts.models import District
from exchange.archive.work import KIND, needs_of
from exchange.policies import can_export
from jobs.models import Job
from jobs.services.jobs import queue_job
from pages.exports.forms import ArchiveForm
from pages.form_pages import form_page, posted
from pages.identity import reauthenticated


@form_page
@reauthenticated(can_export)
def archive_district(request: ActorRequest, code: str) -> HttpResponse:
    district = get_object_or_404(District.objects.covered_by(request.actor).defer("boundary"), code=code)
    form = ArchiveForm(posted(request), suggestions=Job.objects.visible_to(request.actor).last_recipients())
    if form.is_valid():
        job = queue_job(
            actor=request.actor,
            kind=KIND,
            parameters={
                "district": district.code,
                "title": _("Archive of %(name)s") % {"name": district.name},
                "purpose": form.purpose,
                "recipient": form.cleaned_data["recipient"],
            },
            needs=needs_of(form.cleaned_data["passphrase"]),
        )
        return redirect("job", job.pk)
    context = {"form": form, "district": district}
    return render(request, "pages/exports/archive.html", context, status=422 if form.is_bound else 200)
