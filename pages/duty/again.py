"""Forms that arrive after their shift has ended: the user begins it again or chooses another district."""

from http import HTTPStatus
from typing import Final

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.actors import actor_for
from accounts.middleware import ActorRequest
from accounts.policies import can_begin_shift
from accounts.queries.duty import last_shift_in
from accounts.services import sent_forms
from districts.models import District
from lib.error_texts import texts
from meetings.services.shifts import begin_again
from pages.forms.districts import NAMED, DistrictOfChoice
from pages.forms.picks import as_uuid

#: The button that begins the shift again. Its value is the ID of the district.
BEGIN: Final = "begin_again"


def begin_if_asked(request: ActorRequest) -> None:
    """Begin the shift again if the button was tapped. The form is then read as if it had not ended."""
    if BEGIN not in request.POST:
        return
    district = District.objects.visible_to(request.actor).filter(pk=as_uuid(request.POST[BEGIN])).first()
    if district is None:
        raise Http404
    if request.actor.covers(district.pk):
        return
    try:
        begin_again(actor=request.actor, district=district)
    except ObjectDoesNotExist:
        raise Http404 from None
    except ValidationError as error:
        messages.error(request, " ".join(texts(error)))
    else:
        before = request.actor
        request.actor = actor_for(request.user, request_id=before.request_id, device=before.device)


def ask_for_lost_district(request: ActorRequest, form: DistrictOfChoice) -> HttpResponse | None:
    """Return the page that asks, with all that was typed, if the form's district is lost."""
    district = form.lost_district
    if district is None:
        return None
    left_out = {BEGIN, sent_forms.FIELD, "csrfmiddlewaretoken", "district", NAMED}
    kept_fields = [
        (name, value) for name, values in request.POST.lists() for value in values if name not in left_out
    ]
    shift = last_shift_in(request.actor, district, timezone.now())
    context = {
        "district": district,
        "options": form.district_options,
        "fields": kept_fields,
        "shift": shift,
        "may_begin": shift is not None and can_begin_shift(request.actor),
        "address": request.get_full_path(),
    }
    return render(request, "pages/duty/lost_district.html", context, status=HTTPStatus.CONFLICT)
