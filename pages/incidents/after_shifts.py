"""Results that are sent within 60 minutes after a duty shift. They are recorded, and nothing is shown."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.middleware import ActorRequest
from accounts.models import DutyShift
from incidents.services.after_shifts import mark_step_after_shift, record_call_after_shift
from lib.error_texts import texts
from pages.incidents import forms

TYPED: Final = ("note", "danger", "case_reference")  # fields that the page shows again


def record_call(request: ActorRequest, incident_id: UUID) -> HttpResponse:
    """Record a call of the officer's own incident. Raises 404 if it is none, or too late."""
    form = forms.CallForm(request.POST)
    if "tried" in request.POST or not form.is_valid():
        raise Http404
    return _record(
        request, lambda: record_call_after_shift(**_arguments(request, incident_id), **form.values())
    )


def record_step(request: ActorRequest, incident_id: UUID) -> HttpResponse:
    """Record that a step of the officer's own incident is done. Raises 404 as `record_call`."""
    form = forms.StepForm(request.POST)
    if not form.is_valid() or form.cleaned_data["act"] != forms.DONE:
        raise Http404
    cleaned = form.cleaned_data
    values = {"step_id": cleaned["task"]} | {name: cleaned[name] for name in ("note", "case_reference")}
    return _record(request, lambda: mark_step_after_shift(**_arguments(request, incident_id), **values))


def _arguments(request: ActorRequest, incident_id: UUID) -> dict[str, Any]:
    return {"actor": request.actor, "incident_id": incident_id}


def _record(request: ActorRequest, work: Callable[[], DutyShift]) -> HttpResponse:
    """Record the result and show the ended shift. A refusal shows what was typed, to correct it."""
    try:
        shift = work()
    except ObjectDoesNotExist:
        raise Http404 from None
    except ValidationError as error:
        fields = [(name, value) for name, values in request.POST.lists() for value in values]
        context = {
            "errors": texts(error),
            "address": request.path,
            "hidden": [
                (name, value) for name, value in fields if name not in {*TYPED, "csrfmiddlewaretoken"}
            ],
            "typed": {name: request.POST.get(name, "") for name in TYPED},
            "is_call": "result" in request.POST,
        }
        return render(
            request, "pages/incidents/after_shift.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY
        )
    messages.success(request, _("Result recorded. Your shift has ended."))
    return redirect("duty_shift", shift.pk)
