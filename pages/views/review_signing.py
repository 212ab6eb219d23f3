"""Signing an audit, after its readers have confirmed who they are."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.middleware import ActorRequest
from lib.conflicts import StaleVersion
from lib.told import texts
from pages.form_pages import form_page, posted
from pages.forms.base import add_service_errors
from pages.forms.reviews import SignForm
from pages.identity import require_reauthentication
from pages.lookups import record_view
from pages.views.reviews import review_page
from reviews.models import Review
from reviews.policies import can_countersign
from reviews.services.reviews import still_open
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
    record_view(request, "review", [row.pk], district_ids=[row.district_id])
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
    record_view(request, "review", [row.pk], district_ids=[row.district_id])
    return render(request, "pages/reviews/countersign.html", {"review": row})
