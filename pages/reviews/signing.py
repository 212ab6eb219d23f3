"""Signing an audit and taking it out as a file, after the person has confirmed who they are."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.middleware import ActorRequest
from exchange.policies import can_export
from jobs.models import Job
from jobs.services.printing import can_write_pdf
from lib.conflicts import StaleVersion
from lib.error_texts import texts
from pages.disclosing import disclose
from pages.exports.forms import ExportForm
from pages.form_pages import form_page, posted
from pages.forms.base import add_service_errors
from pages.identity import require_reauthentication
from pages.lookups import refuse_unless
from pages.reviews.forms import SignForm
from pages.reviews.views import review_page
from reviews.exports.file_job import ask_for_file
from reviews.models import Review
from reviews.policies import can_countersign, can_see_samples
from reviews.queries.parts import is_kept, still_open
from reviews.services.signing import countersign_review, sign_review


@form_page
@review_page(for_writers=True)
def review_sign(request: ActorRequest, row: Review) -> HttpResponseBase:
    """Confirm the signature on a separate page, because it cannot be undone."""
    missing = [] if row.is_signed else list(still_open(row))
    replaced = None if row.is_signed else Review.objects.standing_beside(row).first()
    form = SignForm(posted(request), initial={"version": row.version}, replaces=replaced is not None)
    if not (missing or row.is_signed):
        require_reauthentication(request)
    status = 200
    if form.is_valid():
        try:
            sign_review(actor=request.actor, review_id=row.pk, **form.cleaned_data)
        except StaleVersion:
            status = 409
            form = SignForm(None, initial={"version": row.version}, replaces=replaced is not None)
        except ValidationError as error:
            status = 422
            add_service_errors(form, error)
        else:
            messages.success(request, _("Audit signed. It can no longer be changed."))
            return redirect("review", row.pk)
    elif form.is_bound:
        status = 422
    disclose(request, "review", [row])
    context = {
        "review": row,
        "form": form,
        "missing": missing,
        "replaced": replaced,
        "changed": status == 409,
    }
    return render(request, "pages/reviews/sign.html", context, status=status)


@form_page
@review_page(for_writers=True, may=can_countersign)
def review_countersign(request: ActorRequest, row: Review) -> HttpResponse:
    """Sign as the second person."""
    require_reauthentication(request)
    if request.method == "POST":
        try:
            countersign_review(actor=request.actor, review_id=row.pk)
        except ValidationError as error:
            messages.error(request, " ".join(texts(error)))
        else:
            messages.success(request, _("Second signature added."))
        return redirect("review", row.pk)
    disclose(request, "review", [row])
    return render(request, "pages/reviews/countersign.html", {"review": row})


@form_page
@review_page()
def review_file(request: ActorRequest, row: Review) -> HttpResponse:
    """Export a signed audit as a file that anybody can verify, or to print."""
    refuse_unless(can_export(request.actor) and can_see_samples(request.actor, row))
    require_reauthentication(request)
    if not is_kept(row):
        raise Http404
    formats = ["json", *(["pdf"] if can_write_pdf() else [])]
    suggestions = Job.objects.visible_to(request.actor).last_recipients()
    form = ExportForm(posted(request), formats=formats, suggestions=suggestions)
    if form.is_valid():
        job = ask_for_file(
            actor=request.actor,
            review=row,
            extension=form.cleaned_data["format"],
            purpose=form.purpose,
            recipient=form.cleaned_data["recipient"],
        )
        return redirect("job", job.pk)
    disclose(request, "review", [row])
    status = 422 if form.is_bound else 200
    return render(request, "pages/reviews/file.html", {"review": row, "form": form}, status=status)
