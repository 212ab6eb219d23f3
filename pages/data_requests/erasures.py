"""Erasing the person of a data request: a preview with numbers, and the decision."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.middleware import ActorRequest
from contacts.models import Contact
from lib.error_texts import texts
from pages.disclosing import disclose
from pages.form_pages import form_page
from pages.identity import require_reauthentication
from pages.lookups import get_or_404, refuse_unless
from privacy.codes import ERASING_KINDS
from privacy.models import DataRequest
from privacy.policies import can_handle_requests
from privacy.queries.erasure_plans import plan_of
from privacy.queries.findings import title_of
from privacy.services.erasures import ask_erasure, refuse_erasure


@form_page
def data_request_erase(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Show the data that an erasure removes and the data that stays, then erase."""
    refuse_unless(can_handle_requests(request.actor))
    row = get_or_404(DataRequest.objects.visible_to(request.actor), pk)
    if row.kind not in ERASING_KINDS or not row.is_pending:
        raise Http404
    status, mistakes = 200, []
    try:
        refuse_erasure(row)
    except ValidationError as error:
        mistakes = texts(error)
    if request.method == "POST":
        require_reauthentication(request)
        try:
            erasure = ask_erasure(actor=request.actor, request_id=pk, version=_version(request))
        except ValidationError as error:
            status, mistakes = 422, texts(error)
        else:
            started = _("The data is being erased. Reload this page in a minute.")
            waiting = _("A second person must confirm the erasure under “Waiting for you”.")
            messages.success(request, started if erasure.job else waiting)
            return redirect("data_request", pk)
    plan = plan_of(row)
    people = list(
        Contact.objects.visible_to(request.actor).filter(pk__in=plan.contacts).order_by("folded", "pk")
    )
    disclose(request, "data_request", [pk, *(contact.pk for contact in people)], reason=row.number)
    context = {
        "row": row,
        "mistakes": mistakes,
        "people": people,
        "numbers": plan.numbers(),
        "kept": [(title_of(place.model, place.field), reason) for place, reason in plan.retained],
    }
    return render(request, "pages/data_requests/erase.html", context, status=status)


def _version(request: ActorRequest) -> int:
    version = request.POST.get("version", "")
    return int(version) if version.isascii() and version.isdigit() and len(version) < 9 else 0
